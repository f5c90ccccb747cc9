import { formNamed } from '../../src/isa/forms.ts';
import type { Insn } from '../../src/isa/insn.ts';
import { type Named, namedBy } from '../../src/isa/named-by.ts';
import { R10, STACK_BYTES } from '../../src/isa/opcode.ts';
import type { ArgKind, Body, CasePlan, ProgPlan } from '../plan.ts';
import { createAssembler, link, reachable } from './assembler.ts';
import { lowerBody, lowerFragment } from './body.ts';
import { emitExit, setResult } from './control.ts';
import { lowerSample } from './drain.ts';
import {
  type Effects,
  F,
  type Frame,
  LOAD,
  type StackRules,
  scalar,
  stackRulesOf,
} from './frame.ts';
import { savedMapNumber } from './saved-map.ts';
import {
  type Checkpoint,
  checkpointOf,
  finishFrom,
  hasEmittedTheSame,
  isAlike,
  type LoweredFunctions,
  resumeAt,
  sharedEnds,
  standsAt,
  type Trace,
} from './trace.ts';
import {
  Byte,
  CTX,
  emptyView,
  meet,
  NONE,
  REGS_USABLE,
  type RegState,
  readable,
  SCALAR,
  SLOT_BYTES,
  STACK_WINDOW_BYTES,
  type View,
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
}

/**
 * The insns of one of a plan's progs: always the same for the same plan. Where a prog that is much like it was
 * lowered for the same maps and attach type, `before` shortens that.
 */
export function lowerProg(plan: CasePlan, prog: ProgPlan, before?: Trace): LoweredProg {
  if (before === undefined || !isAlike(prog, before.prog)) {
    const lowered: LoweredFunctions = { assemblers: [], effects: [] };
    lowerWith(plan, prog, lowered, lowerWhole);
    return linked(lowered);
  }
  const { assemblers, effects } = before.lowered;
  const callees = {
    assemblers: assemblers.with(0, undefined),
    effects: effects.with(0, undefined),
  };
  let isSame = false;
  lowerWith(plan, prog, callees, (frame) => {
    isSame = lowerRest(frame, before);
  });
  return isSame ? before.made : linked(callees);
}

/** How a prog is lowered, of which `made` comes. */
export function traceProg(plan: CasePlan, prog: ProgPlan, made: LoweredProg): Trace {
  const lowered: LoweredFunctions = { assemblers: [], effects: [] };
  const checkpoints: Checkpoint[] = [];
  const frame = lowerWith(plan, prog, lowered, (frame) => {
    begin(frame);
    for (const fragment of prog.body) {
      checkpoints.push(checkpointOf(frame));
      lowerFragment(frame, fragment);
    }
    checkpoints.push(checkpointOf(frame));
    end(frame);
  });
  return { prog, frame, checkpoints, lowered, made };
}

/** Lowers the first function in the way given, and those that it needs, which are added to the ones known. */
function lowerWith(
  plan: CasePlan,
  prog: ProgPlan,
  { assemblers, effects }: LoweredFunctions,
  lowerFirst: (frame: Frame) => void,
): Frame {
  const stack = stackRulesOf(plan, prog);
  const lower = (number: number, how: (frame: Frame) => void): Frame => {
    const frame = createFrame(plan, prog, stack, number, effectsOf);
    how(frame);
    const isFirstNeeded = frame.ctxReg < 0 || frame.ctxKept;
    const assembler = isFirstNeeded ? frame.asm : frame.asm.withoutFirst();
    frame.effects.weight += assembler.insns.length;
    assemblers[number] = assembler;
    effects[number] = frame.effects;
    return frame;
  };
  const effectsOf = (number: number): Effects =>
    effects[number] ?? lower(number, lowerWhole).effects;
  return lower(0, lowerFirst);
}

function linked({ assemblers, effects }: LoweredFunctions): LoweredProg {
  const called = reachable(assemblers);
  const insns = link(assemblers, called);
  const unaligned = called.some((number) => effects[number]!.unaligned);
  return { insns, named: namesIn(insns), unaligned };
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
    effects: {
      packet: false,
      maps: [],
      weight: 0,
      forks: 0,
      tailCalls: false,
      throws: false,
      unaligned: false,
    },
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
  end(frame);
}

/** Lowers what differs from how it was before; the rest is taken from there. Returns whether all is the same. */
function lowerRest(frame: Frame, before: Trace): boolean {
  const { prog } = frame;
  const { head, tail } = sharedEnds(prog.body, before.prog.body);
  const shift = before.prog.body.length - prog.body.length;
  const isSameEnd = sameEnd(prog, before.prog);
  resumeAt(frame, before, head);
  for (let at = head; at <= prog.body.length; at++) {
    const isInTail = at >= prog.body.length - tail;
    if (isSameEnd && isInTail && standsAt(frame, before, at + shift)) {
      if (hasEmittedTheSame(frame, before, head, at + shift)) return true;
      finishFrom(frame, before, at + shift);
      return false;
    }
    if (at < prog.body.length) lowerFragment(frame, prog.body[at]);
  }
  end(frame);
  return false;
}

const sameEnd = (a: ProgPlan, b: ProgPlan): boolean =>
  a.savedRegs === b.savedRegs &&
  a.addedRegs === b.addedRegs &&
  a.savedSlots === b.savedSlots &&
  a.result === b.result;

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

function end(frame: Frame): void {
  const { asm, view, number, prog } = frame;
  for (const arrival of frame.arrivals) meet(view, arrival);
  asm.place(frame.end);
  if (view.live) {
    if (number === 0) saveAndExit(frame);
    else foldAndExit(frame, prog.functions[number - 1]);
  }
}

const ADD = formNamed('add.dw');
const SAVED_VALUE = formNamed('lddw.map_val_by_fd');

/** Stores or adds what is set into the map, so that a wrong value anywhere is seen. */
function saveAndExit(frame: Frame): void {
  const { asm, view, plan, prog } = frame;
  const { savedRegs, addedRegs, savedSlots, result } = prog;
  const saved = scalarsOf(view, savedRegs);
  const chunks = savedChunks(view.stack, savedSlots);
  if (saved.length + chunks.length === 0) {
    setResult(frame, result);
    emitExit(frame);
    return;
  }
  const from = scalar(frame, result);
  // The register of the ctx is never a scalar in this frame, and not needed any more.
  const base = frame.ctxReg;
  asm.emit(SAVED_VALUE, { dst: base, imm: savedMapNumber(plan), nextImm: 0 });
  for (const reg of saved) {
    const form = (addedRegs & (1 << reg)) === 0 ? F.stxdw : ADD;
    asm.emit(form, { dst: base, src: reg, off: 8 * reg });
  }
  if (from !== 0) asm.emit(F.movX, { dst: 0, src: from });
  for (const { at, bytes } of chunks) {
    asm.emit(LOAD[bytes], { dst: 1, src: R10, off: frame.stackBase + at });
    asm.emit(STORE[bytes], { dst: base, src: 1, off: 8 * REGS_USABLE + at });
  }
  emitExit(frame);
}

type Chunk = 1 | 2 | 4 | 8;
const STORE = {
  1: formNamed('stxb'),
  2: formNamed('stxh'),
  4: formNamed('stxw'),
  8: formNamed('stxdw'),
};

/** The bytes of the slots named that are set, in the largest aligned pieces. */
function savedChunks(stack: readonly number[], slots: number) {
  const chunks: { at: number; bytes: Chunk }[] = [];
  for (let slot = 0; slot < stack.length; slot++) {
    if ((slots & (1 << slot)) === 0 || stack[slot] === Byte.UNSET) continue;
    for (let at = SLOT_BYTES * slot; at < SLOT_BYTES * (slot + 1); ) {
      const bytes = readableChunk(stack, at);
      if (bytes !== undefined) chunks.push({ at, bytes });
      at += bytes ?? 1;
    }
  }
  return chunks;
}

/** The largest aligned piece there that can be read. */
function readableChunk(stack: readonly number[], at: number): Chunk | undefined {
  if (!readable(stack, at, 1)) return undefined;
  if (at % 8 === 0 && readable(stack, at, 8)) return 8;
  if (at % 4 === 0 && readable(stack, at, 4)) return 4;
  return at % 2 === 0 && readable(stack, at, 2) ? 2 : 1;
}

/** The registers of the mask that hold scalars. */
function scalarsOf({ regs }: View, mask: number): readonly number[] {
  const found: number[] = [];
  for (let reg = 0; reg < REGS_USABLE; reg++) {
    if (regs[reg] === SCALAR && (mask & (1 << reg)) !== 0) found.push(reg);
  }
  return found;
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
