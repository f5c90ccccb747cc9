import { type Form, type FormOf, formNamed, insnOf, type Operands } from '../../src/isa/forms.ts';
import { type Insn, slotsOf } from '../../src/isa/insn.ts';

/** A place to jump to; where it is becomes known by `place`. */
export type Label = number;

export const UNPLACED = -1;

/** The insns of one function; jumps and calls stay open until `link`. */
export interface Code {
  readonly insns: readonly Insn[];
  /** In the order of their places. */
  readonly open: readonly Open[];
  /** Of each label: before which insn it stands, or `UNPLACED`. */
  readonly places: readonly number[];
  /** How many insns at its beginning are left out: no label stands before them, and none of them is open. */
  readonly leftOut: number;
}

/** Collects the code of one function. */
export interface Assembler extends Code {
  emit(form: Form, operands?: Operands): void;
  /** Writes over the insn behind a mark, which is not open. */
  amend(mark: Mark, form: Form, operands: Operands): void;
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
  /** The insns behind a mark. */
  since(mark: Mark): readonly Insn[];
  /** Closes the jumps behind a mark that lead to labels behind it, and forgets these. */
  settle(mark: Mark): void;
  leftOut: number;
}

export type Mark = { readonly pieces: number; readonly labels: number };

/** An insn that lacks where it leads to. */
export interface Open {
  /** Which insn of the function it is. */
  readonly at: number;
  /** What `to` counts: labels, for the distance to one in a field of the insn, or functions. */
  readonly leads: 'off' | 'imm' | 'function';
  readonly to: number;
}

export const createAssembler = (): Assembler => new FunctionAssembler(0, []);

/**
 * An assembler that goes on behind a mark of some code: it counts as if it had collected all before, and
 * has only what comes behind. Where the labels before the mark stand isn't known any more.
 */
export const resumedAt = ({ pieces, labels }: Mark): Assembler =>
  new FunctionAssembler(pieces, Array<number>(labels).fill(UNPLACED));

class FunctionAssembler implements Assembler {
  readonly insns: Insn[] = [];
  readonly open: Open[] = [];
  readonly places: number[];
  leftOut = 0;
  /** How many insns came before its first. */
  readonly before: number;

  constructor(before: number, places: number[]) {
    this.before = before;
    this.places = places;
  }

  emit(form: Form, operands?: Operands): void {
    this.insns.push(insnOf(form, operands));
  }

  amend({ pieces }: Mark, form: Form, operands: Operands): void {
    this.insns[pieces - this.before] = insnOf(form, operands);
  }

  jump(form: FormOf<'jump' | 'goto' | 'may_goto'>, label: Label, operands?: Operands): void {
    this.leave(distanceField(form), label);
    this.insns.push(insnOf(form, operands));
  }

  call(callee: number): void {
    this.leave('function', callee);
    this.insns.push(insnOf(CALL));
  }

  address(dst: number, callee: number): void {
    this.leave('function', callee);
    this.insns.push(insnOf(ADDRESS, { dst }));
  }

  label(): Label {
    return this.places.push(UNPLACED) - 1;
  }

  place(label: Label): void {
    this.places[label] = this.before + this.insns.length;
  }

  mark(): Mark {
    return { pieces: this.before + this.insns.length, labels: this.places.length };
  }

  rewind({ pieces, labels }: Mark): void {
    const { insns, places, open } = this;
    insns.length = pieces - this.before;
    places.length = labels;
    while (open.length > 0 && open[open.length - 1].at >= pieces) open.pop();
  }

  since({ pieces }: Mark): readonly Insn[] {
    return this.insns.slice(pieces - this.before);
  }

  settle(mark: Mark): void {
    const { insns, open, places } = this;
    const first = firstOpen(this, mark);
    let kept = first;
    for (let n = first; n < open.length; n++) {
      const { at, leads, to } = open[n];
      if (leads === 'function' || to < mark.labels) open[kept++] = open[n];
      else {
        const own = at - this.before;
        const distance = slotsBetween(insns, own + 1, places[to] - this.before);
        insns[own] = withDistance(insns[own], leads, distance);
      }
    }
    open.length = kept;
    places.length = mark.labels;
  }

  /** The next insn is open. */
  leave(leads: Open['leads'], to: number): void {
    this.open.push({ at: this.before + this.insns.length, leads, to });
  }
}

/** Which of the open insns is the first behind a mark. */
export function firstOpen({ open }: Pick<Code, 'open'>, { pieces }: Mark): number {
  let first = open.length;
  while (first > 0 && open[first - 1].at >= pieces) first--;
  return first;
}

/** How many slots an insn stands behind another one; below 0 where it stands before it. */
function slotsBetween(insns: readonly Insn[], from: number, to: number): number {
  if (to < from) return -slotsBetween(insns, to, from);
  let slots = 0;
  for (let at = from; at < to; at++) slots += slotsOf(insns[at]);
  return slots;
}

/** One prog of those of the functions given that are called (`reachable`), in the order of their numbers. */
export function link(
  functions: readonly (Code | undefined)[],
  called: readonly number[] = reachable(functions),
): Insn[] {
  const starts: number[] = [];
  let slot = 0;
  for (const number of called) {
    starts[number] = slot;
    slot += lengthSlots(functions[number]!);
  }
  const [first, ...others] = called.map((number) =>
    resolved(functions[number]!, starts, starts[number]),
  );
  return others.length === 0 ? first : first.concat(...others);
}

const CALL = formNamed('call.local');
const ADDRESS = formNamed('lddw.code_addr');

const distanceField = (form: FormOf<'jump' | 'goto' | 'may_goto'>): 'off' | 'imm' =>
  form.kind === 'goto' && form.offBits === 32 ? 'imm' : 'off';

/** The first function, and those that it calls, directly or not: in the order of their numbers. */
export function reachable(functions: readonly (Code | undefined)[]): readonly number[] {
  const seen = [0];
  for (const number of seen) {
    for (const { leads, to } of functions[number]!.open) {
      if (leads === 'function' && !seen.includes(to)) seen.push(to);
    }
  }
  return seen.length === 1 ? seen : seen.sort((a, b) => a - b);
}

/** The insns of a function that begins at the slot `start`. */
function resolved(
  { insns, open, places, leftOut }: Code,
  starts: readonly number[],
  start: number,
): Insn[] {
  const linked = insns.slice(leftOut);
  if (open.length === 0) return linked;
  let slot = start;
  for (let at = leftOut; at < insns.length; at++) {
    SLOTS[at] = slot;
    slot += slotsOf(insns[at]);
  }
  SLOTS[insns.length] = slot;
  for (const { at, leads, to } of open) {
    const insn = insns[at];
    if (leads === 'function') {
      // Both count from the slot behind the insn's first one.
      linked[at - leftOut] = withImm(insn, starts[to] - SLOTS[at] - 1);
    } else {
      const distance = SLOTS[places[to]] - SLOTS[at + 1];
      linked[at - leftOut] = withDistance(insn, leads, distance);
    }
  }
  return linked;
}

const withDistance = (insn: Insn, field: 'off' | 'imm', distance: number): Insn =>
  field === 'imm' ? withImm(insn, distance) : withOff(insn, distance);

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

function lengthSlots({ insns, leftOut }: Code): number {
  let slots = 0;
  for (let at = leftOut; at < insns.length; at++) slots += slotsOf(insns[at]);
  return slots;
}
