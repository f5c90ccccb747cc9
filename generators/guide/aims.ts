import type { Random } from 'fast-check';
import { type Form, type FormOf, formNamed } from '../../src/isa/forms.ts';
import { type OperandsKey, type OperandsSeen, operandsOfKey } from '../../src/isa/operands.ts';
import type { AccessForm, Body, Fragment } from '../plan.ts';
import { drawOfClass } from './value-of-class.ts';

/**
 * Fragments that execute a form with values of the classes that a key names, where registers are what their
 * hints say: mostly. Undefined for a form that has no such fragments.
 */
export function aimAt(random: Random, key: OperandsKey): Body | undefined {
  const seen = operandsOfKey(key);
  const { form } = seen;
  const dst = random.nextInt(0, 9);
  const at = { dst, src: (dst + 3) % 10, off: random.nextInt(0, 15) };
  switch (form.kind) {
    case 'alu':
    case 'movsx':
    case 'end':
      return aimAtAlu(random, seen, form, at);
    case 'jump':
      return aimAtJump(random, seen, form, at);
    case 'atomic':
    case 'load':
    case 'load_acq':
    case 'store':
    case 'store_rel':
      return aimAtAccess(random, seen, form, at);
    default:
      return undefined;
  }
}

/** Whether there may be fragments for a form. */
export const isAimable = ({ kind }: Form): boolean => AIMABLE.has(kind);

const AIMABLE: ReadonlySet<Form['kind']> = new Set<Form['kind']>([
  ...(['alu', 'movsx', 'end', 'jump', 'atomic', 'load', 'load_acq', 'store', 'store_rel'] as const),
]);

/** Hints for two registers and a place on the stack. */
interface Places {
  readonly dst: number;
  readonly src: number;
  readonly off: number;
}

function aimAtAlu(
  random: Random,
  { first, second }: OperandsSeen,
  form: FormOf<'alu'> | FormOf<'movsx'> | FormOf<'end'>,
  { dst, src }: Places,
): Body {
  const before = constant(dst, drawOfClass(random, first));
  if (form.kind === 'end') return [before, { kind: 'alu', form, dst, src: 0, imm: 0 }];
  if (form.kind === 'movsx') {
    return [constant(src, drawOfClass(random, second)), { kind: 'alu', form, dst, src, imm: 0 }];
  }
  const value = drawOfClass(random, second);
  const step: Fragment = { kind: 'alu', form, dst, src, imm: immOf(value) };
  return form.operand === 'x' ? [before, constant(src, value), step] : [before, step];
}

/** Values that send the jump where the key says, of some that are drawn, or the last. */
function aimAtJump(
  random: Random,
  { first, second, taken }: OperandsSeen,
  form: FormOf<'jump'>,
  { dst, src, off }: Places,
): Body {
  let a = 0n;
  let b = 0n;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    a = drawOfClass(random, first);
    b = first === second && tries % 2 === 1 ? a : drawOfClass(random, second);
    if (goes(form, a, b) === taken) break;
  }
  return [
    constant(dst, a),
    ...(form.operand === 'x' ? [constant(src, b)] : []),
    ...hidden(dst, off),
    {
      kind: 'branch',
      form,
      reach: 'ja',
      dst,
      src,
      imm: immOf(b),
      bodies: [[{ kind: 'alu', form: NEG, dst, src: 0, imm: 0 }], []],
    },
  ];
}

const TRIES_MAX = 8;

function goes({ op, bits }: FormOf<'jump'>, dst: bigint, src: bigint): boolean {
  return op.meaning(BigInt.asUintN(bits, dst), BigInt.asUintN(bits, src), bits);
}

/** What is read lies on the stack first. */
function aimAtAccess(
  random: Random,
  { first, second }: OperandsSeen,
  form: AccessForm,
  { dst, src, off }: Places,
): Body {
  const access = { kind: 'access', form, base: 0, off, via: 0 } as const;
  const there = form.kind === 'atomic' ? first : second;
  const given = drawOfClass(random, second);
  if (form.kind === 'store' && form.operand === 'k') {
    return [{ ...access, reg: 0, imm: immOf(given) }];
  }
  const put = constant(src, given);
  if (form.kind === 'store' || form.kind === 'store_rel') {
    return [put, { ...access, reg: src, imm: 0 }];
  }
  const before: Body = [
    constant(dst, drawOfClass(random, there)),
    { ...access, form: STORES[form.size], reg: dst, imm: 0 },
  ];
  return form.kind === 'atomic'
    ? [...before, put, { ...access, reg: src, imm: 0 }]
    : [...before, { ...access, reg: 0, imm: dst }];
}

const constant = (dst: number, value: bigint): Fragment => ({ kind: 'const', dst, value });

/** The verifier does not know what an atomic leaves on the stack; else it would leave out a jump. */
function hidden(reg: number, off: number): Body {
  const access = { kind: 'access', base: 0, off, via: 0 } as const;
  return [
    { ...access, form: STORE_ZERO, reg: 0, imm: 0 },
    { ...access, form: ADD_THERE, reg, imm: 0 },
    { ...access, form: LOAD, reg: 0, imm: reg },
  ];
}

const immOf = (value: bigint): number => Number(BigInt.asIntN(32, value));

const STORE_ZERO = formNamed('stdw') as FormOf<'store'>;
const ADD_THERE = formNamed('add.dw') as FormOf<'atomic'>;
const LOAD = formNamed('ldxdw') as FormOf<'load'>;
const NEG = formNamed('neg64') as FormOf<'alu'>;
const STORES: Readonly<Record<number, FormOf<'store'>>> = {
  1: formNamed('stxb') as FormOf<'store'>,
  2: formNamed('stxh') as FormOf<'store'>,
  4: formNamed('stxw') as FormOf<'store'>,
  8: formNamed('stxdw') as FormOf<'store'>,
};
