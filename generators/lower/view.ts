/**
 * What the verifier knows of registers and stack at one point of a function, as far as valid progs need
 * it: cautious, so that what is usable here is usable there. `none` is a register that isn't set, that
 * holds different things on different ways, or whose value isn't to be compared.
 */
export type RegState =
  | { readonly kind: 'none' }
  | { readonly kind: 'scalar' }
  | { readonly kind: 'ctx' }
  | Region;

/** Memory behind a register: offsets from `low` up to, without, `high` may be touched. */
export interface Region {
  readonly kind: 'value' | 'packet' | 'slot' | 'object';
  readonly low: number;
  readonly high: number;
  /** Of a value: its map, counted as in the plan. */
  readonly map?: number;
  /** Of a value: its byte that the register points at, 0 where absent; alignment counts from byte 0. */
  readonly at?: number;
}

export const NONE: RegState = { kind: 'none' };
export const SCALAR: RegState = { kind: 'scalar' };
export const CTX: RegState = { kind: 'ctx' };

/** A byte of the stack: bits of the first byte of a slot, those of byte n lie n bits above. */
export const Byte = {
  UNSET: 0,
  SET: 0x001,
  /**
   * Set, and maybe known to be zero. Up to 6.7 the verifier refuses reads that meet such bytes in a
   * slot whose head holds a spilled register (`check_stack_read_fixed_off`, 6.1).
   */
  MAYBE_ZERO: 0x101,
} as const;

/** Bytes of the stack that progs use freely; byte n is that of fp - size + n. */
export const STACK_WINDOW_BYTES = 64;
export const SLOT_BYTES = 8;
/** A slot of which every byte is set. */
const ALL_SET = 0xff;
/** Registers that a prog writes. */
export const REGS_USABLE = 10;

export interface View {
  readonly regs: RegState[];
  /**
   * The slots of the window. Bit n of one says that its byte n is set, bit 8 + n that it may be zero:
   *
   *   15       8 7        0
   *   +---------+---------+
   *   | maybe 0 |   set   |
   *   +---------+---------+
   */
  readonly stack: number[];
  /** Whether the next insn can be reached at all. */
  live: boolean;
}

const EMPTY_REGS: readonly RegState[] = Array(REGS_USABLE).fill(NONE);
const EMPTY_STACK: readonly number[] = Array(STACK_WINDOW_BYTES / SLOT_BYTES).fill(Byte.UNSET);

export const emptyView = (): View => ({
  regs: EMPTY_REGS.slice(),
  stack: EMPTY_STACK.slice(),
  live: true,
});

export const copyView = ({ regs, stack, live }: View): View => ({
  regs: regs.slice(),
  stack: stack.slice(),
  live,
});

/** Overwrites `view` by `from`. */
export function restoreView(view: View, from: View): void {
  for (let reg = 0; reg < REGS_USABLE; reg++) view.regs[reg] = from.regs[reg];
  for (let slot = 0; slot < view.stack.length; slot++) view.stack[slot] = from.stack[slot];
  view.live = from.live;
}

/** Whether two views say the same; what memory a register leads to may be said by other objects. */
export function sameView(a: View, b: View): boolean {
  if (a.live !== b.live) return false;
  for (let reg = 0; reg < REGS_USABLE; reg++) if (!sameState(a, b, reg)) return false;
  for (let slot = 0; slot < a.stack.length; slot++) {
    if (a.stack[slot] !== b.stack[slot]) return false;
  }
  return true;
}

/** Where ways meet, memory is the same by its object: so in both views the same registers must share one. */
function sameState({ regs: a }: View, { regs: b }: View, reg: number): boolean {
  const [x, y] = [a[reg], b[reg]];
  if (x === y) return true;
  return (
    'low' in x &&
    'low' in y &&
    x.kind === y.kind &&
    x.low === y.low &&
    x.high === y.high &&
    x.map === y.map &&
    x.at === y.at &&
    a.indexOf(x) === b.indexOf(y)
  );
}

/** Narrows `view` to what holds on the way of `other` too. Returns whether that changed it. */
export function meet(view: View, other: View): boolean {
  if (!other.live) return false;
  if (!view.live) {
    restoreView(view, other);
    return true;
  }
  let changed = false;
  for (let reg = 0; reg < REGS_USABLE; reg++) {
    if (view.regs[reg] === other.regs[reg] || view.regs[reg] === NONE) continue;
    view.regs[reg] = NONE;
    changed = true;
  }
  for (let slot = 0; slot < view.stack.length; slot++) {
    const both = meetSlots(view.stack[slot], other.stack[slot]);
    if (both === view.stack[slot]) continue;
    view.stack[slot] = both;
    changed = true;
  }
  return changed;
}

/** A byte is set where both ways set it, and may be zero where one of them leaves that open. */
function meetSlots(a: number, b: number): number {
  const set = a & b & ALL_SET;
  return set | ((a | b) & (set << SLOT_BYTES));
}

/** Whether all of the bytes can be read. */
export function readable(stack: readonly number[], at: number, bytes: number): boolean {
  for (let slot = at >> 3; slot * SLOT_BYTES < at + bytes; slot++) {
    if ((~stack[slot] & bytesOf(slot, at, at + bytes)) !== 0) return false;
  }
  return true;
}

/** Gives the bytes from `from` up to, without, `to` a state of `Byte`. */
export function setBytes(stack: number[], state: number, from: number, to: number): void {
  for (let slot = from >> 3; slot * SLOT_BYTES < to; slot++) {
    const bytes = bytesOf(slot, from, to);
    stack[slot] = (stack[slot] & ~(bytes * Byte.MAYBE_ZERO)) | (bytes * state);
  }
}

/** Which bytes of a slot lie within those, bit n for byte n. */
function bytesOf(slot: number, from: number, to: number): number {
  const first = Math.max(0, from - slot * SLOT_BYTES);
  const beyond = Math.max(0, (slot + 1) * SLOT_BYTES - to);
  return (ALL_SET << first) & (ALL_SET >> beyond);
}

/** Notes a store. The bytes of a slot lie at a multiple of 8. */
export function noteStore(stack: number[], at: number, bytes: number, state: number): void {
  if (at % SLOT_BYTES === 0 && bytes < SLOT_BYTES) {
    const slot = at >> 3;
    const doubtful = (stack[slot] >> SLOT_BYTES) & (ALL_SET << bytes);
    stack[slot] &= ~(doubtful * Byte.MAYBE_ZERO);
  }
  setBytes(stack, state, at, at + bytes);
}
