import { type FormOf, formNamed } from '../../src/isa/forms.ts';
import { resultMask } from '../attach-types.ts';
import type { Body, FragmentOf, FunctionPlan, Reach } from '../plan.ts';
import type { Label } from './assembler.ts';
import { F, type Frame, scalar } from './frame.ts';
import { copyView, meet, restoreView, SCALAR } from './view.ts';

export type LowerBody = (frame: Frame, body: Body) => void;

/** The two ways behind a jump: the body that it falls into, and the one that it jumps to. */
export function lowerFork(
  frame: Frame,
  ways: { readonly fallen: () => void; readonly taken: () => void; readonly reach: Reach },
  jumpTo: (label: Label) => void,
): void {
  const { asm, view, effects } = frame;
  const taken = asm.label();
  jumpTo(taken);
  effects.forks++;
  const before = copyView(view);
  ways.fallen();
  const afterFallen = copyView(view);
  const fallenEnd = asm.mark();
  const end = asm.label();
  if (afterFallen.live) asm.jump(GOTO[ways.reach], end);
  const gotoEnd = asm.mark();
  asm.place(taken);
  restoreView(view, before);
  ways.taken();
  if (asm.mark().pieces === gotoEnd.pieces) {
    // Nothing to jump over.
    asm.rewind({ pieces: fallenEnd.pieces, labels: asm.mark().labels });
    asm.place(taken);
  }
  asm.place(end);
  meet(view, afterFallen);
}

export function lowerBranch(
  frame: Frame,
  { form, reach, dst, src, imm, bodies }: FragmentOf<'branch'>,
  lowerBody: LowerBody,
): void {
  const left = scalar(frame, dst);
  const right = form.operand === 'x' ? scalar(frame, src) : 0;
  lowerFork(
    frame,
    {
      reach,
      fallen: () => lowerBody(frame, bodies[0]),
      taken: () => lowerBody(frame, bodies[1]),
    },
    (label) => frame.asm.jump(form, label, { dst: left, src: right, imm }),
  );
}

export function lowerLeave(frame: Frame, { how, result }: FragmentOf<'leave'>): void {
  const { asm, view } = frame;
  if (how === 'exit') {
    setResult(frame, result);
    emitExit(frame);
  } else {
    frame.arrivals.push(copyView(view));
    asm.jump(GOTO[how], frame.end);
  }
  view.live = false;
}

/** r0 becomes a scalar. */
export function setResult(frame: Frame, result: number): void {
  const from = scalar(frame, result);
  if (from !== 0) frame.asm.emit(F.movX, { dst: 0, src: from });
  frame.view.regs[0] = SCALAR;
}

/** The end of a function: r0 is made what the verifier lets it return. */
export function emitExit(frame: Frame): void {
  const mask = maskOf(frame);
  if (mask !== undefined) frame.asm.emit(F.andK, { dst: 0, imm: mask });
  frame.asm.emit(F.exit);
}

/** Callbacks return 0 or 1, and progs what their type may; other functions anything. */
function maskOf(frame: Frame): number | undefined {
  const { number, plan } = frame;
  if (number === 0) return resultMask(plan.progType, plan.attachType);
  return roleOf(frame) === 'subprog' ? undefined : 1;
}

/** What the function at hand is there for; that of the prog itself is a subprog's. */
export const roleOf = ({ number, plan }: Frame): FunctionPlan['role'] =>
  number === 0 ? 'subprog' : plan.prog.functions[number - 1].role;

const GOTO: Record<Reach, FormOf<'goto'>> = {
  ja: formNamed('ja') as FormOf<'goto'>,
  jal: formNamed('jal') as FormOf<'goto'>,
};
