import type { Case } from '../case/case.ts';
import { withoutDeadInsns } from '../isa/dead-insns.ts';
import { effectsOf } from '../isa/effects.ts';
import { formNamed, formOf, insnOf } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import { keepInsns, reorderInsns, targetIndexes } from '../isa/rewrite.ts';
import { withProgs } from './with-progs.ts';

/**
 * Cases in which one observation is left and what it depends on: the prog's result, or what one store, call
 * or atomic does. First without any jump, then with all of them.
 */
export const withSlices = (testCase: Case): Iterable<Case> =>
  withProgs(testCase, function* (insns) {
    const end = functionStarts(insns)[0] ?? insns.length;
    for (let sink = end - 1; sink >= 0; sink--) {
      if (!isSink(insns[sink])) continue;
      for (const jumps of ['dropped', 'kept'] as const) {
        const keep = slice(insns, sink, end, jumps);
        if (keep.includes(false)) yield withoutDeadInsns(keepInsns(insns, keep));
      }
    }
  });

/** Cases in which a conditional jump is always taken, and what only the other way led to is gone. */
export const withStraightBranches = (testCase: Case): Iterable<Case> =>
  withProgs(testCase, function* (insns) {
    for (const [i, { off }] of insns.entries()) {
      if (formOf(insns[i])?.kind !== 'jump') continue;
      yield withoutDeadInsns(insns.with(i, insnOf(formNamed('ja'), { off })));
    }
  });

/** Cases in which a function that is called once stands where it was called. */
export const withInlinedCalls = (testCase: Case): Iterable<Case> =>
  withProgs(testCase, function* (insns) {
    const starts = functionStarts(insns);
    const targets = targetIndexes(insns);
    for (const [n, start] of starts.entries()) {
      const callers = [...insns.keys()].filter((i) => targets[i] === start && isCall(insns[i]));
      const last = (starts[n + 1] ?? insns.length) - 1;
      if (callers.length === 1 && formOf(insns[last])?.kind === 'exit') {
        yield inlined(insns, callers[0], start, last);
      }
    }
  });

/** The body of the function, but for its last exit, in place of the call. */
function inlined(
  insns: readonly Insn[],
  caller: number,
  start: number,
  last: number,
): readonly Insn[] {
  const all = [...insns.keys()];
  const others = all.filter((i) => i !== caller && (i < start || i > last));
  const at = others.findIndex((i) => i > caller);
  const order = others.toSpliced(at < 0 ? others.length : at, 0, ...all.slice(start, last));
  const instead = new Map([
    [caller, start === last ? caller + 1 : start],
    [last, caller + 1],
  ]);
  return withoutDeadInsns(reorderInsns(insns, order, instead));
}

const isCall = (insn: Insn): boolean => formOf(insn)?.name === 'call.local';

/** Where the functions begin that are called or whose address is taken, in order. */
function functionStarts(insns: readonly Insn[]): readonly number[] {
  const targets = targetIndexes(insns);
  const isFunction = (insn: Insn): boolean =>
    isCall(insn) || formOf(insn)?.name === 'lddw.code_addr';
  const starts = insns.flatMap((insn, i) => (isFunction(insn) ? (targets[i] ?? []) : []));
  return [...new Set(starts)].sort((a, b) => a - b);
}

function isSink(insn: Insn): boolean {
  const kind = formOf(insn)?.kind;
  return effectsOf(insn).beside === 'other' && (kind === 'exit' || !isFlow(kind));
}

const isFlow = (kind: string | undefined): boolean =>
  kind === 'jump' || kind === 'goto' || kind === 'may_goto' || kind === 'exit';

/**
 * What the insn at `sink` and the result depend on, in the order that they are written in. Memory is taken
 * as one: who reads any depends on all that was written before.
 */
function slice(
  insns: readonly Insn[],
  sink: number,
  end: number,
  jumps: 'dropped' | 'kept',
): readonly boolean[] {
  const keep = insns.map((_, i) => i >= end);
  let needed = 0;
  let memory = false;
  for (let i = end - 1; i >= 0; i--) {
    const kind = formOf(insns[i])?.kind;
    const { reads, writes, beside } = effectsOf(insns[i]);
    const isNeeded =
      i === sink ||
      i === end - 1 ||
      (writes & needed) !== 0 ||
      (isFlow(kind) ? jumps === 'kept' : memory && i < sink && beside === 'other');
    if (!isNeeded) continue;
    keep[i] = true;
    needed = (needed & ~writes) | reads;
    memory ||= kind === 'load' || kind === 'load_acq' || kind === 'atomic' || kind === 'call';
  }
  return keep;
}
