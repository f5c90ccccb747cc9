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
  /** Takes out the insn after the mark; no label may stand right before it. */
  remove(mark: Mark): void;
  readonly code: readonly Piece[];
  readonly places: readonly number[];
}

export type Mark = { readonly pieces: number; readonly labels: number };

interface Piece {
  readonly insn: Insn;
  readonly form: Form;
  readonly to?: Label;
  readonly callee?: number;
}

export function createAssembler(): Assembler {
  const code: Piece[] = [];
  const places: number[] = [];
  return {
    code,
    places,
    emit: (form, operands) => void code.push({ form, insn: insnOf(form, operands) }),
    jump: (form, to, operands) => void code.push({ form, insn: insnOf(form, operands), to }),
    call: (callee) => void code.push({ form: CALL, insn: insnOf(CALL), callee }),
    address: (dst, callee) =>
      void code.push({ form: ADDRESS, insn: insnOf(ADDRESS, { dst }), callee }),
    label: () => places.push(-1) - 1,
    place: (label) => {
      places[label] = code.length;
    },
    mark: () => ({ pieces: code.length, labels: places.length }),
    remove: ({ pieces }) => {
      code.splice(pieces, 1);
      for (let label = 0; label < places.length; label++) {
        if (places[label] > pieces) places[label]--;
      }
    },
    rewind: ({ pieces, labels }) => {
      code.length = pieces;
      places.length = labels;
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
    slot += lengthSlots(functions[number]!.code);
  }
  return called.flatMap((number) => resolve(functions[number]!, starts.get(number)!, starts));
}

const CALL = formNamed('call.local');
const ADDRESS = formNamed('lddw.code_addr');

function reachable(functions: readonly (Assembler | undefined)[]): readonly number[] {
  const seen = new Set([0]);
  for (const number of seen) {
    for (const { callee } of functions[number]!.code) if (callee !== undefined) seen.add(callee);
  }
  return [...seen].sort((a, b) => a - b);
}

function resolve(
  { code, places }: Assembler,
  start: number,
  starts: ReadonlyMap<number, number>,
): Insn[] {
  const slots = [start];
  for (const { insn } of code) slots.push(slots[slots.length - 1] + slotsOf(insn));
  return code.map(({ insn, form, to, callee }, index) => {
    const next = slots[index + 1];
    if (to !== undefined) {
      const distance = slots[places[to]] - next;
      return form.kind === 'goto' && form.offBits === 32
        ? { ...insn, imm: distance }
        : { ...insn, off: distance };
    }
    // Both count from the slot behind the insn's first one.
    return callee === undefined ? insn : { ...insn, imm: starts.get(callee)! - slots[index] - 1 };
  });
}

const lengthSlots = (code: readonly Piece[]): number =>
  code.reduce((slots, { insn }) => slots + slotsOf(insn), 0);
