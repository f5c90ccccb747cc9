import { type FormOf, formNamed } from '../../src/isa/forms.ts';
import type { DynptrOp } from '../dynptr-op.ts';
import type { Body, Fragment } from '../plan.ts';
import { shrinkList } from './list.ts';
import { shrinkBigInt, shrinkNumber } from './number.ts';

/** Smaller bodies: fragments dropped, replaced by what is in them, or made simpler. */
export function* shrinkBody(body: Body): Generator<Body> {
  yield* shrinkList(body, () => []);
  for (const [index, fragment] of body.entries()) {
    const around = (inside: Body): Body => body.toSpliced(index, 1, ...inside);
    if ('bodies' in fragment) {
      yield around(fragment.bodies.flat());
      for (const inside of fragment.bodies) yield around(inside);
    }
  }
  for (const [index, { kind }] of body.entries()) {
    if (kind !== SIMPLEST.kind) yield body.with(index, SIMPLEST);
  }
  for (const [index, fragment] of body.entries()) {
    for (const smaller of shrinkBodies(fragment)) yield body.with(index, smaller);
  }
  for (const [index, fragment] of body.entries()) {
    for (const smaller of shrinkOperands(fragment)) yield body.with(index, smaller);
  }
}

/** Takes the place of what can't be dropped, because something must stand there. */
const SIMPLEST: Fragment = {
  kind: 'alu',
  form: formNamed('mov64.k') as FormOf<'alu'>,
  dst: 0,
  src: 0,
  imm: 0,
};

function* shrinkBodies(fragment: Fragment): Generator<Fragment> {
  if (!('bodies' in fragment)) return;
  for (const [index, inside] of fragment.bodies.entries()) {
    for (const smaller of shrinkBody(inside)) {
      const bodies = (fragment.bodies as readonly Body[]).with(index, smaller);
      yield { ...fragment, bodies } as unknown as Fragment;
    }
  }
}

/** Every number of a fragment is simplest at 0, and every list of numbers at its shortest. */
function* shrinkOperands(fragment: Fragment): Generator<Fragment> {
  for (const [name, operand] of Object.entries(fragment)) {
    for (const smaller of shrinkOperand(name, operand)) yield { ...fragment, [name]: smaller };
  }
}

function* shrinkOperand(name: string, operand: unknown): Generator<unknown> {
  if (typeof operand === 'number') yield* shrinkNumber(operand);
  else if (typeof operand === 'bigint') yield* shrinkBigInt(operand);
  else if (name === 'args') yield* shrinkList(operand as readonly number[], shrinkNumber);
  else if (name === 'ops') yield* shrinkList(operand as readonly DynptrOp[], shrinkOp, 1);
  else if (name === 'content') yield* shrinkList(operand as readonly Content[], shrinkContent, 1);
}

/** Every number of it is simplest at 0. */
function* shrinkOp(op: DynptrOp): Generator<DynptrOp> {
  for (const [name, operand] of Object.entries(op)) {
    for (const smaller of shrinkOperand(name, operand)) yield { ...op, [name]: smaller };
  }
}

interface Content {
  readonly src: number;
  readonly imm: number;
}

function* shrinkContent({ src, imm }: Content): Generator<Content> {
  for (const smaller of shrinkNumber(imm)) yield { src, imm: smaller };
  for (const smaller of shrinkNumber(src)) yield { src: smaller, imm };
}
