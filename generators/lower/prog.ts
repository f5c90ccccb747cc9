import type { Insn } from '../../src/isa/insn.ts';
import { type Named, namedBy } from '../../src/isa/named-by.ts';
import { R10, STACK_BYTES } from '../../src/isa/opcode.ts';
import type { ArgKind, Body, CasePlan, Fragment, ProgPlan } from '../plan.ts';
import { createAssembler, link, reachable } from './assembler.ts';
import { lowerBody, lowerFragment } from './body.ts';
import { emitExit, setResult } from './control.ts';
import { lowerSample } from './drain.ts';
import { type Effects, F, type Frame, noEffects, type StackRules, stackRulesOf } from './frame.ts';
import { saveAndExit, savesTheSame, scalarsOf } from './save.ts';
import { isSameStretch, spliced } from './splice.ts';
import {
  type Checkpoint,
  checkpointOf,
  isAlike,
  isSameFor,
  type LoweredFunctions,
  resumedFrame,
  sharedEnds,
  standsAt,
  type Trace,
} from './trace.ts';
import {
  CTX,
  copyView,
  emptyView,
  meet,
  NONE,
  type RegState,
  SCALAR,
  STACK_WINDOW_BYTES,
} from './view.ts';

export interface LoweredProg {
  /**
   * A map is named by its number in the plan; the one for registers and stack comes behind. A kernel
   * symbol is named by its number in `KSYM_NAMES`.
   */
  readonly insns: readonly Insn[];
  /** The insns that name one. */
  readonly named: readonly { readonly at: number; readonly what: Named }[];
  readonly unaligned: boolean;
  /** The functions that are in it: 0 for the first one, then as the plan numbers them from 1 on. */
  readonly called: readonly number[];
}

/**
 * The insns of one of a plan's progs: always the same for the same plan. Where a prog that is much like it was
 * lowered for the same maps and attach type, `before` shortens that.
 */
export function lowerProg(plan: CasePlan, prog: ProgPlan, before?: Trace): LoweredProg {
  if (before !== undefined && isSameFor(prog, before)) return before.made;
  if (before !== undefined && isAlike(prog, before.prog)) return lowerAlike(plan, prog, before);
  const lowered: LoweredFunctions = { codes: [], effects: [] };
  lowerWith(plan, prog, lowered, lowerWhole);
  return linked(lowered);
}

/** How a prog is lowered, of which `made` comes. */
export function traceProg(plan: CasePlan, prog: ProgPlan, made: LoweredProg): Trace {
  const lowered: LoweredFunctions = { codes: [], effects: [] };
  const checkpoints: Checkpoint[] = [];
  let atEnd = emptyView();
  const frame = lowerWith(plan, prog, lowered, (frame) => {
    begin(frame);
    for (const fragment of prog.body) {
      checkpoints.push(checkpointOf(frame));
      lowerSettled(frame, fragment);
    }
    checkpoints.push(checkpointOf(frame));
    arrive(frame);
    atEnd = copyView(frame.view);
    leave(frame);
  });
  return { prog, frame, checkpoints, atEnd, lowered, made };
}

/** Lowers what differs from how it was before; the rest is taken from there. */
function lowerAlike(plan: CasePlan, prog: ProgPlan, before: Trace): LoweredProg {
  const { checkpoints, lowered, made } = before;
  const { asm: code } = before.frame;
  const { head, tail } = sharedEnds(prog.body, before.prog.body);
  const frame = resumedFrame(before, head, { plan, prog });
  const met = lowerFrom(frame, before, { head, tail });
  const isWhole = met === undefined;
  const stretch = {
    code,
    since: checkpoints[head].mark,
    until: isWhole ? code.mark() : checkpoints[met].mark,
  };
  const leftOut = isWhole ? leftOutOf(frame) : code.leftOut;
  const { unaligned } = (isWhole ? frame : before.frame).effects;
  if (
    isSameStretch(frame.asm, stretch) &&
    leftOut === code.leftOut &&
    unaligned === before.frame.effects.unaligned
  ) {
    return made;
  }
  return linked({
    codes: lowered.codes.with(0, spliced(frame.asm, stretch, leftOut)),
    effects: lowered.effects.with(0, { ...frame.effects, unaligned }),
  });
}

/**
 * Lowers fragments until the frame stands as it did before, and all behind is the same: at which checkpoint that is.
 * Undefined where it comes to the end.
 */
function lowerFrom(
  frame: Frame,
  before: Trace,
  { head, tail }: { readonly head: number; readonly tail: number },
): number | undefined {
  const { prog } = frame;
  const shift = before.prog.body.length - prog.body.length;
  const isSameEnd =
    prog.result === before.prog.result && savesTheSame(prog, before.prog, before.atEnd);
  for (let at = head; at <= prog.body.length; at++) {
    const isInTail = at >= prog.body.length - tail;
    if (isSameEnd && isInTail && standsAt(frame, before, at + shift)) return at + shift;
    if (at < prog.body.length) lowerSettled(frame, prog.body[at]);
  }
  arrive(frame);
  leave(frame);
  return undefined;
}

/** What it is lowered to is the same wherever it stands, but for jumps to the end and calls. */
function lowerSettled(frame: Frame, fragment: Fragment): void {
  const start = frame.asm.mark();
  lowerFragment(frame, fragment);
  frame.asm.settle(start);
}

/** Lowers the first function in the way given, and those that it needs, which are added to the ones known. */
function lowerWith(
  plan: CasePlan,
  prog: ProgPlan,
  { codes, effects }: LoweredFunctions,
  lowerFirst: (frame: Frame) => void,
): Frame {
  const stack = stackRulesOf(plan, prog);
  const lower = (number: number, how: (frame: Frame) => void): Frame => {
    const frame = createFrame(plan, prog, stack, number, effectsOf);
    how(frame);
    frame.asm.leftOut = leftOutOf(frame);
    frame.effects.weight += frame.asm.insns.length - frame.asm.leftOut;
    codes[number] = frame.asm;
    effects[number] = frame.effects;
    return frame;
  };
  const effectsOf = (number: number): Effects =>
    effects[number] ?? lower(number, lowerWhole).effects;
  return lower(0, lowerFirst);
}

/** The first insn keeps the ctx, which nobody may have asked for. */
const leftOutOf = ({ ctxReg, ctxKept }: Frame): number => (ctxReg < 0 || ctxKept ? 0 : 1);

function linked({ codes, effects }: LoweredFunctions): LoweredProg {
  const called = reachable(codes);
  const insns = link(codes, called);
  const unaligned = called.some((number) => effects[number]!.unaligned);
  return { insns, named: namesIn(insns), unaligned, called };
}

function namesIn(insns: readonly Insn[]): LoweredProg['named'] {
  const named: { at: number; what: Named }[] = [];
  for (let at = 0; at < insns.length; at++) {
    const what = namedBy(insns[at]);
    if (what !== undefined) named.push({ at, what });
  }
  return named;
}

function createFrame(
  plan: CasePlan,
  prog: ProgPlan,
  stack: StackRules,
  number: number,
  functionEffects: (number: number) => Effects,
): Frame {
  const args = number === 0 ? MAIN_ARGS : prog.functions[number - 1].args;
  const asm = createAssembler();
  const ctxReg = args.includes('ctx') ? 6 + (number === 0 ? prog.ctxReg % 4 : 0) : -1;
  const view = emptyView();
  for (let i = 0; i < args.length; i++) view.regs[i + 1] = ARG_STATES[args[i]];
  // Functions share the stack: only a prog without any goes to its far end.
  const isAlone = number === 0 && prog.functions.length === 0 && !stack.isShared;
  const spare = isAlone ? STACK_BYTES - stack.frameBytes : 0;
  const shift = 8 * (prog.stackShift % (spare / 8 + 1));
  return {
    plan,
    prog,
    number,
    role: number === 0 ? 'subprog' : prog.functions[number - 1].role,
    stack,
    asm,
    view,
    effects: noEffects(),
    pinned: ctxReg < 0 ? 0 : 1 << ctxReg,
    end: asm.label(),
    arrivals: [],
    stackBase: -STACK_WINDOW_BYTES - shift,
    ctxReg,
    ctxKept: false,
    held: false,
    repeated: number !== 0,
    locked: false,
    objects: 0,
    functionEffects,
  };
}

const MAIN_ARGS: readonly ArgKind[] = ['ctx'];

const ARG_STATES: Record<ArgKind, RegState> = {
  scalar: SCALAR,
  ctx: CTX,
  slot: { kind: 'slot', low: 0, high: 8 },
  sample: NONE,
  opaque: NONE,
};

function lowerWhole(frame: Frame): void {
  begin(frame);
  lowerBody(frame, bodyOf(frame));
  arrive(frame);
  leave(frame);
}

const bodyOf = ({ number, prog }: Frame): Body =>
  number === 0 ? prog.body : prog.functions[number - 1].body;

/** Everything before the body. The ctx is kept by the first insn, which isn't needed where nobody asks for it. */
function begin(frame: Frame): void {
  const { asm, view, ctxReg, number, stack } = frame;
  if (ctxReg >= 0) {
    const arg = view.regs.indexOf(CTX);
    asm.emit(F.movX, { dst: ctxReg, src: arg });
    view.regs[ctxReg] = CTX;
  }
  if (number === 0 && stack.isShared) asm.emit(F.stdw, { dst: R10, off: -stack.frameBytes });
  if (frame.role === 'drainer') lowerSample(frame);
}

/** The end of the body, where all ways come together. */
function arrive({ asm, view, arrivals, end }: Frame): void {
  for (const arrival of arrivals) meet(view, arrival);
  asm.place(end);
}

/** Everything behind the body. */
function leave(frame: Frame): void {
  if (!frame.view.live) return;
  if (frame.number === 0) saveAndExit(frame);
  else foldAndExit(frame, frame.prog.functions[frame.number - 1]);
}

/** Makes every register named count in the result. */
function foldAndExit(
  frame: Frame,
  { folded, result }: { readonly folded: number; readonly result: number },
): void {
  const { asm, view } = frame;
  const regs = scalarsOf(view, folded & ~1);
  setResult(frame, result);
  for (const reg of regs) {
    asm.emit(F.mulK, { dst: 0, imm: 31 });
    asm.emit(F.addX, { dst: 0, src: reg });
  }
  emitExit(frame);
}
