import { helperName } from '../isa/helpers.ts';
import { STACK_BYTES } from '../isa/opcode.ts';
import type { Flow } from './flow.ts';
import { ARGUMENTS, effectOf, GENERAL, has, type RegSet } from './registers.ts';

/** What is known of a function's registers and stack before one of its insns, on all paths to it. */
export interface Contents {
  readonly regs: readonly Content[];
  /** The stack's bytes that hold something: bit i is the byte at r10 - 512 + i. */
  readonly stack: bigint;
}

/** What is known of a register. */
export type Content =
  /** Nothing was put into it on any path. */
  | { readonly kind: 'empty' }
  /** Something on some paths only. */
  | { readonly kind: 'unsure' }
  | { readonly kind: 'full' }
  /** The ctx, which r1 holds where a prog begins. */
  | { readonly kind: 'ctx' }
  | { readonly kind: 'constant'; readonly value: number }
  /** r10 + `offset`. */
  | { readonly kind: 'frame'; readonly offset: number };

/**
 * What registers and stack hold before each insn; undefined where no path leads. Follows constants and
 * addresses of the stack only as far as they tell which of its bytes are set.
 */
export function contentsBefore(flow: Flow): readonly (Contents | undefined)[] {
  const { insns, forms, successors, callees, callbacks } = flow;
  const before: (Contents | undefined)[] = insns.map(() => undefined);
  const toVisit: number[] = [];
  function reach(index: number, contents: Contents): void {
    const known = before[index];
    const joined = known === undefined ? contents : join(known, contents);
    if (known !== undefined && same(known, joined)) return;
    before[index] = joined;
    toVisit.push(index);
  }
  reach(0, BEGINNING);
  for (const callback of callbacks) reach(callback, entry(ARGUMENTS));
  for (let i = toVisit.pop(); i !== undefined; i = toVisit.pop()) {
    const contents = before[i]!;
    const callee = callees[i];
    if (callee !== undefined) reach(callee, calledWith(contents));
    const after = contentsAfter(contents, insns[i], forms[i]);
    for (const next of successors[i]) reach(next, after);
  }
  return before;
}

const EMPTY: Content = { kind: 'empty' };
const UNSURE: Content = { kind: 'unsure' };
const FULL: Content = { kind: 'full' };

/** A function's first state, with its given arguments. */
const entry = (given: RegSet): Contents => ({
  regs: [...GENERAL.map((reg) => (has(given, reg) ? FULL : EMPTY)), { kind: 'frame', offset: 0 }],
  stack: 0n,
});

const BEGINNING: Contents = {
  ...entry(0),
  regs: entry(0).regs.map((content, reg) => (reg === 1 ? { kind: 'ctx' } : content)),
};

/** What lies in the caller's stack isn't followed in a callee. */
const calledWith = ({ regs }: Contents): Contents => ({
  regs: entry(0).regs.map((content, reg) =>
    !has(ARGUMENTS, reg) ? content : regs[reg].kind === 'frame' ? FULL : regs[reg],
  ),
  stack: 0n,
});

type InsnOf = Flow['insns'][number];
type FormAt = Flow['forms'][number];

function contentsAfter({ regs, stack }: Contents, insn: InsnOf, form: FormAt): Contents {
  const { writes } = effectOf(insn, form);
  const clobbers = form?.kind === 'call' || form?.kind === 'packet';
  const written = clobbers ? EMPTY : resultOf(regs, insn, form);
  return {
    regs: regs.map((content, reg) =>
      !has(writes, reg) ? content : reg === 0 && clobbers ? FULL : written,
    ),
    stack: stack | writtenBytes(regs, insn, form),
  };
}

function resultOf(regs: readonly Content[], { dst, src, imm }: InsnOf, form: FormAt): Content {
  if (form?.kind !== 'alu' || form.bits !== 64) return FULL;
  const operand: Content = form.operand === 'k' ? { kind: 'constant', value: imm } : regs[src];
  if (form.op.name === 'mov' && form.src !== 0) return operand.kind === 'empty' ? FULL : operand;
  if (form.op.name === 'mov') return operand;
  const base = regs[dst];
  const sign = form.op.name === 'add' ? 1 : form.op.name === 'sub' ? -1 : 0;
  if (sign === 0 || base.kind !== 'frame' || operand.kind !== 'constant') return FULL;
  return { kind: 'frame', offset: base.offset + sign * operand.value };
}

/** The stack's bytes that an insn sets: a store does, and a helper that is given memory and its size. */
function writtenBytes(regs: readonly Content[], { dst, off, imm }: InsnOf, form: FormAt): bigint {
  switch (form?.kind) {
    case 'store':
    case 'store_rel':
    case 'atomic':
      return bytesAt(regs[dst], off, form.size);
    case 'call':
      // Of a map they take the sizes from the map, and flags behind the value.
      if (form.callee !== 'helper' || helperName(imm)?.startsWith('map_')) return 0n;
      return [1, 2, 3, 4].reduce((bytes, reg) => {
        const size = regs[reg + 1];
        return bytes | (size.kind === 'constant' ? bytesAt(regs[reg], 0, size.value) : 0n);
      }, 0n);
    default:
      return 0n;
  }
}

function bytesAt(base: Content, off: number, bytes: number): bigint {
  if (base.kind !== 'frame') return 0n;
  const first = STACK_BYTES + base.offset + off;
  const isInside = first >= 0 && bytes >= 0 && first + bytes <= STACK_BYTES;
  return isInside ? ((1n << BigInt(bytes)) - 1n) << BigInt(first) : 0n;
}

const join = (a: Contents, b: Contents): Contents => ({
  regs: a.regs.map((content, reg) => joinContent(content, b.regs[reg])),
  stack: a.stack & b.stack,
});

function joinContent(a: Content, b: Content): Content {
  if (sameContent(a, b)) return a;
  const isUnsure = [a, b].some(({ kind }) => kind === 'empty' || kind === 'unsure');
  return isUnsure ? UNSURE : FULL;
}

const same = (a: Contents, b: Contents): boolean =>
  a.stack === b.stack && a.regs.every((content, reg) => sameContent(content, b.regs[reg]));

const sameContent = (a: Content, b: Content): boolean =>
  a.kind === b.kind &&
  (a.kind !== 'constant' || a.value === (b as typeof a).value) &&
  (a.kind !== 'frame' || a.offset === (b as typeof a).offset);
