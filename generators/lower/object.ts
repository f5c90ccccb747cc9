import { formNamed } from '../../src/isa/forms.ts';
import { ctxObject } from '../ctx-access.ts';
import type { FragmentOf } from '../plan.ts';
import { ctxRegister, type Frame, writable } from './frame.ts';
import { SCALAR } from './view.ts';

const POINTER = formNamed('ldxdw');
const BYTE = formNamed('ldxb');

/** Loads the pointer: what it leads to is at hand then, or one byte of it. */
export function lowerObject(frame: Frame, { dst, off }: FragmentOf<'object'>): void {
  const { progType, attachType } = frame.plan;
  // The state of the first member may be NULL.
  const object = progType === 'struct_ops' && attachType === 0 ? undefined : ctxObject(progType);
  const ctx = object && ctxRegister(frame, dst);
  if (object === undefined || ctx === undefined) return;
  const to = writable(frame, dst);
  frame.asm.emit(POINTER, { dst: to, src: ctx, off: object.offset });
  if (object.access === 'memory') {
    frame.view.regs[to] = { kind: 'object', low: 0, high: object.lenBytes };
    return;
  }
  frame.asm.emit(BYTE, { dst: to, src: to, off: off % object.lenBytes });
  frame.view.regs[to] = SCALAR;
}
