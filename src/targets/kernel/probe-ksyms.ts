import type { Case } from '../../case/case.ts';
import { ctxField, SK_BUFF } from '../../case/ctx.ts';
import {
  KFUNC_MEMORY_BYTES,
  KFUNC_PAIRS,
  KFUNCS,
  type Kfunc,
  type KfuncArg,
  PER_CPU_VARIABLES,
} from '../../case/ksyms.ts';
import type { ProgType } from '../../case/prog-type.ts';
import { helperId } from '../../isa/helpers.ts';
import type { Insn } from '../../isa/insn.ts';
import { R10 } from '../../isa/opcode.ts';
import { insn, RETURN_0, tinyCase } from './tiny-case.ts';

/** Progs of a type that use the kernel symbols of `src/case/ksyms.ts`, one or two each. */
export const ksymProbes = (progType: ProgType): readonly Case[] =>
  PROGS.map(({ ksyms, insns }) =>
    tinyCase({ progType, ksyms, insns: [...PROLOGUE, ...insns, ...RETURN_0] }),
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
  length: (dst) => [insn('mov64.k', { dst, imm: KFUNC_MEMORY_BYTES })],
};

const PROGS: readonly { readonly ksyms: readonly string[]; readonly insns: readonly Insn[] }[] = [
  ...(KFUNCS as readonly Kfunc[]).map(({ name, args }) => ({
    ksyms: [name],
    insns: [...args.flatMap((arg, i) => ARGUMENTS[arg](i + 1)), insn('call.kfunc')],
  })),
  ...KFUNC_PAIRS.map(({ begin, end }) => ({
    ksyms: [begin, end],
    insns: [insn('call.kfunc'), insn('call.kfunc', { imm: 1 })],
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
