import type { Random } from 'fast-check';
import { type FormOf, formNamed } from '../../src/isa/forms.ts';
import type { Body, Fragment } from '../plan.ts';
import { oneIn } from '../random.ts';
import { repeated } from '../repeated.ts';
import { drawImm, drawU64 } from '../values.ts';
import type { FragmentEnv } from './fragment.ts';

/** Values in a few registers and on the stack, for what comes behind to work with. */
export function drawBeginning(random: Random, { pool }: FragmentEnv): Body {
  const registers = repeated(
    random.nextInt(0, 6),
    (): Fragment =>
      oneIn(random, 2)
        ? { kind: 'const', dst: reg(random), value: drawU64(random, pool) }
        : { kind: 'alu', form: MOV, dst: reg(random), src: 0, imm: drawImm(random, pool) },
  );
  const slots = repeated(
    random.nextInt(0, 3),
    (): Fragment => ({
      kind: 'access',
      form: STORE,
      base: 0,
      off: byte(random),
      reg: reg(random),
      imm: 0,
      via: 0,
    }),
  );
  return [...registers, ...slots];
}

const MOV = formNamed('mov64.k') as FormOf<'alu'>;
const STORE = formNamed('stxdw') as FormOf<'store'>;

const reg = (random: Random): number => random.nextInt(0, 9);
const byte = (random: Random): number => random.nextInt(0, 255);
