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
  /** The label stands before the next insn, or before the one of that number. */
  place(label: Label, at?: number): void;
  /** How far it is; `rewind` forgets all that came after. */
  mark(): Mark;
  rewind(mark: Mark): void;
  /** Goes on as another one did, from one mark to another: labels before the first are the same in both. */
  take(from: Assembler, since: Mark, until: Mark): void;
  /** All but its first insn, which no label may stand before, and which may not be open. */
  withoutFirst(): Assembler;
  readonly insns: readonly Insn[];
  /** In the order of their places. */
  readonly open: readonly Open[];
  readonly places: readonly number[];
}

export type Mark = { readonly pieces: number; readonly labels: number };

/** An insn that lacks where it leads to. */
interface Open {
  /** Which insn of the function it is. */
  readonly at: number;
  /** What `to` counts: labels, for the distance to one in a field of the insn, or functions. */
  readonly leads: 'off' | 'imm' | 'function';
  readonly to: number;
}

export const createAssembler = (): Assembler => new FunctionAssembler();

class FunctionAssembler implements Assembler {
  readonly insns: Insn[] = [];
  readonly open: Open[] = [];
  readonly places: number[] = [];

  emit(form: Form, operands?: Operands): void {
    this.insns.push(insnOf(form, operands));
  }

  jump(form: FormOf<'jump' | 'goto' | 'may_goto'>, label: Label, operands?: Operands): void {
    this.open.push({ at: this.insns.length, leads: distanceField(form), to: label });
    this.insns.push(insnOf(form, operands));
  }

  call(callee: number): void {
    this.open.push({ at: this.insns.length, leads: 'function', to: callee });
    this.insns.push(insnOf(CALL));
  }

  address(dst: number, callee: number): void {
    this.open.push({ at: this.insns.length, leads: 'function', to: callee });
    this.insns.push(insnOf(ADDRESS, { dst }));
  }

  label(): Label {
    return this.places.push(-1) - 1;
  }

  place(label: Label, at = this.insns.length): void {
    this.places[label] = at;
  }

  mark(): Mark {
    return { pieces: this.insns.length, labels: this.places.length };
  }

  take(from: Assembler, since: Mark, until: Mark): void {
    const { insns, places, open } = this;
    const shift = { pieces: insns.length - since.pieces, labels: places.length - since.labels };
    for (let at = since.pieces; at < until.pieces; at++) insns.push(from.insns[at]);
    for (let label = since.labels; label < until.labels; label++) {
      places.push(from.places[label] + shift.pieces);
    }
    for (const { at, leads, to } of from.open) {
      if (at < since.pieces || at >= until.pieces) continue;
      const isShared = leads === 'function' || to < since.labels;
      open.push({ at: at + shift.pieces, leads, to: isShared ? to : to + shift.labels });
    }
  }

  withoutFirst(): Assembler {
    const rest = new FunctionAssembler();
    rest.take(this, { pieces: 1, labels: 0 }, this.mark());
    return rest;
  }

  rewind({ pieces, labels }: Mark): void {
    const { insns, places, open } = this;
    insns.length = pieces;
    places.length = labels;
    while (open.length > 0 && open[open.length - 1].at >= pieces) open.pop();
  }
}

/** One prog of those of the functions given that are called (`reachable`), in the order of their numbers. */
export function link(
  functions: readonly (Assembler | undefined)[],
  called: readonly number[] = reachable(functions),
): Insn[] {
  const starts: number[] = [];
  let slot = 0;
  for (const number of called) {
    starts[number] = slot;
    slot += lengthSlots(functions[number]!.insns);
  }
  const linked: Insn[] = [];
  for (const number of called) resolve(functions[number]!, starts, starts[number], linked);
  return linked;
}

const CALL = formNamed('call.local');
const ADDRESS = formNamed('lddw.code_addr');

const distanceField = (form: FormOf<'jump' | 'goto' | 'may_goto'>): 'off' | 'imm' =>
  form.kind === 'goto' && form.offBits === 32 ? 'imm' : 'off';

/** The first function, and those that it calls, directly or not: in the order of their numbers. */
export function reachable(functions: readonly (Assembler | undefined)[]): readonly number[] {
  const seen = [0];
  for (const number of seen) {
    for (const { leads, to } of functions[number]!.open) {
      if (leads === 'function' && !seen.includes(to)) seen.push(to);
    }
  }
  return seen.length === 1 ? seen : seen.sort((a, b) => a - b);
}

/** Appends the insns of a function that begins at the slot `start`. */
function resolve(
  { insns, open, places }: Assembler,
  starts: readonly number[],
  start: number,
  linked: Insn[],
): void {
  const first = linked.length;
  let slot = start;
  for (let at = 0; at < insns.length; at++) {
    SLOTS[at] = slot;
    slot += slotsOf(insns[at]);
    linked.push(insns[at]);
  }
  SLOTS[insns.length] = slot;
  for (const { at, leads, to } of open) {
    const insn = insns[at];
    if (leads === 'function') {
      // Both count from the slot behind the insn's first one.
      linked[first + at] = withImm(insn, starts[to] - SLOTS[at] - 1);
    } else {
      const distance = SLOTS[places[to]] - SLOTS[at + 1];
      linked[first + at] = leads === 'imm' ? withImm(insn, distance) : withOff(insn, distance);
    }
  }
}

/** The insn with another immediate. */
export const withImm = ({ opcode, dst, src, off, nextImm }: Insn, imm: number): Insn =>
  nextImm === undefined ? { opcode, dst, src, off, imm } : { opcode, dst, src, off, imm, nextImm };

/** The jump with another distance. */
const withOff = ({ opcode, dst, src, imm }: Insn, off: number): Insn => ({
  opcode,
  dst,
  src,
  off,
  imm,
});

/** Room for the slots at which the insns of a function begin. */
const SLOTS: number[] = [];

function lengthSlots(insns: readonly Insn[]): number {
  let slots = 0;
  for (const insn of insns) slots += slotsOf(insn);
  return slots;
}
