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
}

export const NONE: RegState = { kind: 'none' };
export const SCALAR: RegState = { kind: 'scalar' };
export const CTX: RegState = { kind: 'ctx' };

/** A byte of the stack. */
export const Byte = {
  UNSET: 0,
  SET: 1,
  /**
   * Set, and maybe known to be zero. Up to 6.7 the verifier refuses reads that meet such bytes in a
   * slot whose head holds a spilled register (`check_stack_read_fixed_off`, 6.1).
   */
  MAYBE_ZERO: 2,
} as const;

/** Bytes of the stack that progs use freely; the state of byte n is that of fp - size + n. */
export const STACK_WINDOW_BYTES = 64;
/** Registers that a prog writes. */
export const REGS_USABLE = 10;

export interface View {
  readonly regs: RegState[];
  /** States of bytes (`Byte`): a plain list, which is copied sooner than a typed one. */
  readonly stack: number[];
  /** Whether the next insn can be reached at all. */
  live: boolean;
}

const EMPTY_REGS: readonly RegState[] = Array(REGS_USABLE).fill(NONE);
const EMPTY_STACK: readonly number[] = Array(STACK_WINDOW_BYTES).fill(Byte.UNSET);

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
  for (let at = 0; at < STACK_WINDOW_BYTES; at++) view.stack[at] = from.stack[at];
  view.live = from.live;
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
  for (let at = 0; at < view.stack.length; at++) {
    const a = view.stack[at];
    const b = other.stack[at];
    if (a === b) continue;
    const both = a === Byte.UNSET || b === Byte.UNSET ? Byte.UNSET : Math.max(a, b);
    if (both === a) continue;
    view.stack[at] = both;
    changed = true;
  }
  return changed;
}

/** Whether all of the bytes can be read. */
export function readable(stack: readonly number[], at: number, bytes: number): boolean {
  for (let i = at; i < at + bytes; i++) if (stack[i] === Byte.UNSET) return false;
  return true;
}

/** Notes a store. The bytes of a slot lie at a multiple of 8. */
export function noteStore(stack: number[], at: number, bytes: number, state: number): void {
  const slot = at & ~7;
  if (at === slot && bytes < 8) {
    for (let i = at + bytes; i < slot + 8; i++) {
      if (stack[i] === Byte.MAYBE_ZERO) stack[i] = Byte.UNSET;
    }
  }
  stack.fill(state, at, at + bytes);
}
