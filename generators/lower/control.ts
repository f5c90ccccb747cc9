import { type FormOf, formNamed, type Operands } from '../../src/isa/forms.ts';
import { resultMask } from '../attach-types.ts';
import type { Body, FragmentOf, Reach } from '../plan.ts';
import type { Label, Mark } from './assembler.ts';
import { F, type Frame, scalar } from './frame.ts';
import { copyView, meet, restoreView, SCALAR, type View } from './view.ts';

export type LowerBody = (frame: Frame, body: Body) => void;

/** The two ways behind a jump, which `beginFork` emits: what it falls into is lowered behind that. */
export interface Fork {
  readonly taken: Label;
  readonly atJump: View;
}

export function beginFork(frame: Frame, form: FormOf<'jump'>, operands: Operands): Fork {
  const { asm, view, effects } = frame;
  const taken = asm.label();
  asm.jump(form, taken, operands);
  effects.forks++;
  return { taken, atJump: copyView(view) };
}

/** A fork, and how it was where what it falls into ends. */
interface TurnedFork {
  readonly taken: Label;
  readonly end: Label;
  readonly atEnd: View;
  readonly fallen: Mark;
  readonly skipped: Mark;
}

/** What the jump leads to is lowered behind this. */
export function turnFork(frame: Frame, fork: Fork, reach: Reach = 'ja'): TurnedFork {
  const { asm, view } = frame;
  const atEnd = copyView(view);
  const fallen = asm.mark();
  const end = asm.label();
  if (atEnd.live) asm.jump(GOTO[reach], end);
  asm.place(fork.taken);
  restoreView(view, fork.atJump);
  return { taken: fork.taken, end, atEnd, fallen, skipped: asm.mark() };
}

/** Both ways come together. */
export function endFork({ asm, view }: Frame, fork: TurnedFork): void {
  if (asm.mark().pieces === fork.skipped.pieces) {
    // Nothing to jump over.
    asm.rewind({ pieces: fork.fallen.pieces, labels: asm.mark().labels });
    asm.place(fork.taken);
  }
  asm.place(fork.end);
  meet(view, fork.atEnd);
}

export function lowerBranch(
  frame: Frame,
  { form, reach, dst, src, imm, bodies }: FragmentOf<'branch'>,
  lowerBody: LowerBody,
): void {
  const left = scalar(frame, dst);
  const right = form.operand === 'x' ? scalar(frame, src) : 0;
  const fork = beginFork(frame, form, { dst: left, src: right, imm });
  lowerBody(frame, bodies[0]);
  const turned = turnFork(frame, fork, reach);
  lowerBody(frame, bodies[1]);
  endFork(frame, turned);
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
function maskOf({ number, plan, role }: Frame): number | undefined {
  if (number === 0) return resultMask(plan.progType, plan.attachType);
  return role === 'subprog' ? undefined : 1;
}

const GOTO: Record<Reach, FormOf<'goto'>> = {
  ja: formNamed('ja') as FormOf<'goto'>,
  jal: formNamed('jal') as FormOf<'goto'>,
};
