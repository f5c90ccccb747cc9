import type { Assembler } from '../lower/assembler.ts';
import { form } from './sheet.ts';

/** Operations, one after the other, that leave the verifier knowing a part of a value. */
export type Narrowing = readonly (readonly [name: string, imm: number])[];

/** Ranges and known bits of all kinds: unsigned, signed, of 32 bits, low bits, high bits, around 0. */
export const NARROWINGS: readonly Narrowing[] = [
  [],
  [['and64.k', 0xff]],
  [['and64.k', 0x7fffffff]],
  [['and64.k', -0x100]],
  [['and64.k', 0x10]],
  [['and32.k', -1]],
  [['or64.k', 1]],
  [['rsh64.k', 32]],
  [['rsh64.k', 63]],
  [['arsh64.k', 32]],
  [['arsh32.k', 24]],
  [['lsh64.k', 32]],
  [
    ['and64.k', 0xf],
    ['add64.k', -8],
  ],
  [
    ['and64.k', 0xf],
    ['add32.k', -8],
  ],
];

export function narrow(asm: Assembler, dst: number, narrowing: Narrowing): void {
  for (const [name, imm] of narrowing) asm.emit(form(name, 'alu'), { dst, imm });
}

/** Comparisons that find a range out wherever it ends. */
const COMPARED = ['jgt64.k', 'jsgt64.k', 'jgt32.k', 'jsgt32.k', 'jeq64.k'] as const;
const LIMITS = [0, 0x7f, 0xff, -1, 0x7fffffff, -0x80000000] as const;

/** A comparison with an immediate. */
export interface Probe {
  readonly jump: ReturnType<typeof form<'jump'>>;
  readonly imm: number;
}

const PROBES: readonly Probe[] = COMPARED.flatMap((name) =>
  LIMITS.map((imm) => ({ jump: form(name, 'jump'), imm })),
);

/** So many of them, others for each number. */
export const probesOf = (number: number, count: number): readonly Probe[] =>
  Array.from({ length: count }, (_, i) => PROBES[(number * count + 7 * i) % PROBES.length]);
