import { type Form, type FormOf, formNamed, insnOf, type Operands } from '../../src/isa/forms.ts';
import { type Insn, slotsOf } from '../../src/isa/insn.ts';

/** A place to jump to; where it is becomes known by `place`. */
export type Label = number;

/** Collects the insns of one function; jumps and calls stay open until `link`. */
export interface Assembler {
  emit(form: Form, operands?: Operands): void;
  /** A comparison or a `goto`. */
  jump(form: FormOf<'jump' | 'goto' | 'may_goto'>, to: Label, operands?: Operands): void;
  /** A call of the function of that number, and `dst` = its address. */
  call(callee: number): void;
  address(dst: number, callee: number): void;
  label(): Label;
  /** The label stands before the next insn. */
  place(label: Label): void;
  /** How far it is; `rewind` forgets all that came after. */
  mark(): Mark;
  rewind(mark: Mark): void;
  /** Takes out the insn after the mark; no label may stand right before it, and it may not be open. */
  remove(mark: Mark): void;
  readonly insns: readonly Insn[];
  /** In the order of their places. */
  readonly open: readonly Open[];
  readonly places: readonly number[];
}

export type Mark = { readonly pieces: number; readonly labels: number };

/** An insn that lacks where it leads to. */
interface Open {
  /** Which insn of the function it is. */
  at: number;
  readonly to: Target;
}

type Target =
  | { readonly kind: 'label'; readonly label: Label; readonly field: 'off' | 'imm' }
  | { readonly kind: 'function'; readonly callee: number };

export function createAssembler(): Assembler {
  const insns: Insn[] = [];
  const open: Open[] = [];
  const places: number[] = [];
  const leave = (insn: Insn, to: Target): void => {
    open.push({ at: insns.length, to });
    insns.push(insn);
  };
  return {
    insns,
    open,
    places,
    emit: (form, operands) => void insns.push(insnOf(form, operands)),
    jump: (form, label, operands) =>
      leave(insnOf(form, operands), { kind: 'label', label, field: distanceField(form) }),
    call: (callee) => leave(insnOf(CALL), { kind: 'function', callee }),
    address: (dst, callee) => leave(insnOf(ADDRESS, { dst }), { kind: 'function', callee }),
    label: () => places.push(-1) - 1,
    place: (label) => {
      places[label] = insns.length;
    },
    mark: () => ({ pieces: insns.length, labels: places.length }),
    remove: ({ pieces }) => {
      insns.splice(pieces, 1);
      for (let label = 0; label < places.length; label++) {
        if (places[label] > pieces) places[label]--;
      }
      for (const piece of open) if (piece.at > pieces) piece.at--;
    },
    rewind: ({ pieces, labels }) => {
      insns.length = pieces;
      places.length = labels;
      while (open.length > 0 && open[open.length - 1].at >= pieces) open.pop();
    },
  };
}

/**
 * One prog of the functions given, the first one at its head: those that are called, directly or not,
 * follow in the order of their numbers.
 */
export function link(functions: readonly (Assembler | undefined)[]): Insn[] {
  const called = reachable(functions);
  const starts = new Map<number, number>();
  let slot = 0;
  for (const number of called) {
    starts.set(number, slot);
    slot += lengthSlots(functions[number]!.insns);
  }
  const linked: Insn[] = [];
  for (const number of called) resolve(functions[number]!, starts.get(number)!, starts, linked);
  return linked;
}

const CALL = formNamed('call.local');
const ADDRESS = formNamed('lddw.code_addr');

const distanceField = (form: FormOf<'jump' | 'goto' | 'may_goto'>): 'off' | 'imm' =>
  form.kind === 'goto' && form.offBits === 32 ? 'imm' : 'off';

function reachable(functions: readonly (Assembler | undefined)[]): readonly number[] {
  const seen = [0];
  for (const number of seen) {
    for (const { to } of functions[number]!.open) {
      if (to.kind === 'function' && !seen.includes(to.callee)) seen.push(to.callee);
    }
  }
  return seen.sort((a, b) => a - b);
}

/** Appends the insns of a function that begins at the slot `start`. */
function resolve(
  { insns, open, places }: Assembler,
  start: number,
  starts: ReadonlyMap<number, number>,
  linked: Insn[],
): void {
  const first = linked.length;
  for (const insn of insns) linked.push(insn);
  if (open.length === 0) return;
  const slots = [start];
  for (const insn of insns) slots.push(slots[slots.length - 1] + slotsOf(insn));
  for (const { at, to } of open) {
    const insn = insns[at];
    if (to.kind === 'label') {
      const distance = slots[places[to.label]] - slots[at + 1];
      linked[first + at] =
        to.field === 'imm' ? { ...insn, imm: distance } : { ...insn, off: distance };
    } else {
      // Both count from the slot behind the insn's first one.
      linked[first + at] = { ...insn, imm: starts.get(to.callee)! - slots[at] - 1 };
    }
  }
}

function lengthSlots(insns: readonly Insn[]): number {
  let slots = 0;
  for (const insn of insns) slots += slotsOf(insn);
  return slots;
}
