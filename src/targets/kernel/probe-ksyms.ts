import type { Case, MapSpec } from '../../case/case.ts';
import { ctxField, SK_BUFF } from '../../case/ctx.ts';
import {
  DYNPTR_KFUNCS,
  DYNPTR_SOURCES,
  type DynptrArg,
  type DynptrKfunc,
  ITERATORS,
  type IteratorKfuncs,
  KFUNC_MEMORY_BYTES,
  KFUNC_PAIRS,
  KFUNCS,
  type Kfunc,
  type KfuncArg,
  type KfuncPair,
  OBJECT_KFUNCS,
  OBJECT_TYPE,
  PER_CPU_VARIABLES,
  THROW,
} from '../../case/ksyms.ts';
import type { ProgType } from '../../case/prog-type.ts';
import { helperId } from '../../isa/helpers.ts';
import type { Insn } from '../../isa/insn.ts';
import { R10 } from '../../isa/opcode.ts';
import { insn, RETURN_0, TINY_MAP, tinyCase } from './tiny-case.ts';

/** Progs of a type that use the kernel symbols of `src/case/ksyms.ts`, one or two each. */
export const ksymProbes = (progType: ProgType): readonly Case[] =>
  PROGS.map(({ ksyms, insns, maps = [] }) =>
    tinyCase({ progType, ksyms, maps, insns: [...PROLOGUE, ...insns, ...RETURN_0] }),
  );

const SOCKET_AT = ctxField(SK_BUFF, 'sk')!.offset;

/** r6 holds the ctx, and the topmost bytes of the stack are initialised. */
const PROLOGUE: readonly Insn[] = [
  insn('mov64.x', { dst: 6, src: 1 }),
  ...Array.from({ length: KFUNC_MEMORY_BYTES / 8 }, (_, i) =>
    insn('stdw', { dst: R10, off: -8 * (i + 1) }),
  ),
];

/** `if r<reg> == 0 return 0` */
const returnWithout = (reg: number): readonly Insn[] => [
  insn('jne64.k', { dst: reg, off: RETURN_0.length }),
  ...RETURN_0,
];

/** An argument in register `dst`. */
const ARGUMENTS: { readonly [Kind in KfuncArg]: (dst: number) => readonly Insn[] } = {
  scalar: (dst) => [insn('mov64.k', { dst, imm: 1 })],
  ctx: (dst) => [insn('mov64.x', { dst, src: 6 })],
  socket: (dst) => [
    insn('ldxdw', { dst: 1, src: 6, off: SOCKET_AT }),
    ...returnWithout(1),
    insn('call.helper', { imm: helperId('sk_fullsock') }),
    ...returnWithout(0),
    insn('mov64.x', { dst, src: 0 }),
  ],
  memory: (dst) => [
    insn('mov64.x', { dst, src: R10 }),
    insn('add64.k', { dst, imm: -KFUNC_MEMORY_BYTES }),
  ],
  string: (dst) => ARGUMENTS.memory(dst),
  pattern: (dst) => ARGUMENTS.memory(dst),
  character: (dst) => ARGUMENTS.scalar(dst),
  count: (dst) => ARGUMENTS.scalar(dst),
  pulled: (dst) => ARGUMENTS.scalar(dst),
  zero: (dst) => [insn('mov64.k', { dst })],
  length: (dst) => [insn('mov64.k', { dst, imm: KFUNC_MEMORY_BYTES })],
};

/** Where an object lies on the stack: below what is initialised. */
const OBJECT_AT = -KFUNC_MEMORY_BYTES - 16;
const object = (dst: number, at = OBJECT_AT): readonly Insn[] => [
  insn('mov64.x', { dst, src: R10 }),
  insn('add64.k', { dst, imm: at }),
];

/** What an iterator is begun over: r2 and r3. */
const OVER: { readonly [Over in IteratorKfuncs['over']]: readonly Insn[] } = {
  range: [...ARGUMENTS.scalar(2), ...ARGUMENTS.scalar(3)],
  words: [...ARGUMENTS.memory(2), ...ARGUMENTS.scalar(3)],
};

/** A dynptr of the whole map. */
const DYNPTR: readonly Insn[] = [
  insn('lddw.map_val_by_fd', { dst: 1 }),
  insn('mov64.k', { dst: 2, imm: TINY_MAP.valueBytes }),
  insn('mov64.k', { dst: 3, imm: 0 }),
  ...object(4),
  insn('call.helper', { imm: helperId('dynptr_from_mem') }),
];

/** As `ARGUMENTS`. */
const DYNPTR_ARGUMENTS: { readonly [Kind in DynptrArg]: (dst: number) => readonly Insn[] } = {
  ...ARGUMENTS,
  scalar: (dst) => [insn('mov64.k', { dst, imm: 0 })],
  dynptr: (dst) => object(dst),
  'new-dynptr': (dst) => object(dst, OBJECT_AT - 16),
  buffer: ARGUMENTS.memory,
};

interface Probe {
  readonly ksyms: readonly string[];
  readonly insns: readonly Insn[];
  readonly maps?: readonly MapSpec[];
}

const PROGS: readonly Probe[] = [
  ...(KFUNCS as readonly Kfunc[]).map(({ name, args }) => ({
    ksyms: [name],
    insns: [...args.flatMap((arg, i) => ARGUMENTS[arg](i + 1)), insn('call.kfunc')],
  })),
  ...(KFUNC_PAIRS as readonly KfuncPair[]).map(({ begin, end, args }) => {
    const set = args.flatMap(() => object(1));
    return {
      ksyms: [begin, end],
      insns: [...set, insn('call.kfunc'), ...set, insn('call.kfunc', { imm: 1 })],
    };
  }),
  {
    ksyms: Object.values(OBJECT_KFUNCS),
    insns: [
      ...[insn('mov64.k', { dst: 1, imm: OBJECT_TYPE }), insn('mov64.k', { dst: 2 })],
      ...[insn('call.kfunc'), ...returnWithout(0), insn('mov64.x', { dst: 7, src: 0 })],
      ...[insn('mov64.x', { dst: 1, src: 7 }), insn('mov64.k', { dst: 2 })],
      ...[insn('call.kfunc', { imm: 2 }), insn('mov64.x', { dst: 8, src: 0 })],
      ...[insn('mov64.x', { dst: 1, src: 7 }), insn('mov64.k', { dst: 2 })],
      ...[insn('call.kfunc', { imm: 1 }), insn('mov64.x', { dst: 1, src: 8 })],
      ...[...returnWithout(1), insn('mov64.k', { dst: 2 }), insn('call.kfunc', { imm: 1 })],
    ],
  },
  {
    ksyms: [THROW],
    insns: [insn('mov64.k', { dst: 1 }), insn('call.kfunc')],
  },
  ...ITERATORS.map(({ begin, next, end, over }) => ({
    ksyms: [begin, next, end],
    insns: [
      ...[...object(1), ...OVER[over], insn('call.kfunc')],
      ...[...object(1), insn('call.kfunc', { imm: 1 })],
      ...[...object(1), insn('call.kfunc', { imm: 2 })],
    ],
  })),
  ...[...DYNPTR_SOURCES, ...DYNPTR_KFUNCS].map(({ name, args }: DynptrKfunc) => ({
    ksyms: [name],
    maps: [TINY_MAP],
    insns: [
      ...DYNPTR,
      ...args.flatMap((arg, i) => DYNPTR_ARGUMENTS[arg](i + 1)),
      insn('call.kfunc'),
    ],
  })),
  ...PER_CPU_VARIABLES.map(({ name }) => ({
    ksyms: [name],
    insns: [
      insn('lddw.var_addr', { dst: 1 }),
      insn('call.helper', { imm: helperId('this_cpu_ptr') }),
      insn('ldxw', { dst: 0, src: 0 }),
    ],
  })),
];
