import type { Case, MapSpec, Prog, Run } from '../case/case.ts';
import { CASE_LIMITS } from '../case/limits.ts';
import { rewriteInsns } from '../isa/rewrite.ts';
import type { Completed, Outcome } from '../targets/target.ts';
import { flowOf } from './flow.ts';
import type { InsnPlace } from './located.ts';
import { type Point, pointsOf } from './points.ts';
import {
  COUNTS_BYTES,
  cutting,
  type Detail,
  endingWhereCut,
  LOG_BYTES,
  type OwnMaps,
  recording,
} from './recorder.ts';

/** A case that can be looked at: where its progs can be, and where what they write down goes. */
export interface Subject {
  readonly testCase: Case;
  /** By prog, then by insn. */
  readonly points: readonly (readonly (Point | undefined)[])[];
  readonly maps: OwnMaps;
}

/** What is looked at, and how. */
export interface Look {
  readonly detail: Detail;
  /** The number of the first entry that is kept, of all runs together. */
  readonly first: number;
  /** The only point; absent for all. */
  readonly only?: InsnPlace;
}

/** Undefined where the case has no room for two more maps. */
export function subjectOf(testCase: Case): Subject | undefined {
  const count = testCase.maps.length;
  if (count + 2 > CASE_LIMITS.maps) return undefined;
  const points = testCase.progs.map(({ insns }) => {
    const at: (Point | undefined)[] = insns.map(() => undefined);
    for (const point of pointsOf(insns)) at[point.insn] = point;
    return at;
  });
  return { testCase, points, maps: { counts: count, log: count + 1 } };
}

/** Ids of entries: of an insn, or, as index -1, of a prog that begins. */
const PROG_STRIDE = CASE_LIMITS.insnsPerProg + 1;
const idOf = ({ prog, insn }: InsnPlace): number => prog * PROG_STRIDE + insn + 1;
/** The place that an id is of. */
export const placeOf = (id: number): InsnPlace => ({
  prog: Math.floor(id / PROG_STRIDE),
  insn: (id % PROG_STRIDE) - 1,
});

/** r1 is the ctx, and nothing else is set where a prog begins. */
const BEGINNING: Omit<Point, 'insn'> = { regs: [], pieces: [], scratch: [2, 3] };

/** The case with its progs writing down what they hold; they do what they did. */
export function lookedAt({ testCase, points, maps }: Subject, look: Look): Case {
  const { detail, first, only } = look;
  const recorded = (prog: number, insn: number): boolean =>
    only === undefined || (only.prog === prog && only.insn === insn);
  return withOwnMaps(
    testCase,
    testCase.progs.map(({ insns }, prog): Prog => {
      const begins =
        only === undefined
          ? recording(BEGINNING, idOf({ prog, insn: -1 }), maps, detail, first)
          : [];
      const rewritten = rewriteInsns(insns, (insn, i) => {
        const point = points[prog][i];
        if (point === undefined || !recorded(prog, i)) return [insn];
        return [...recording(point, idOf({ prog, insn: i }), maps, detail, first), insn];
      });
      return { insns: [...begins, ...rewritten] };
    }),
    testCase.runs.map((run) => countedAfter(run, maps)),
    LOG_BYTES,
  );
}

/** An execution of an insn: the `time`th of all runs, which lies in that run. */
export interface Moment extends InsnPlace {
  readonly time: number;
  readonly run: number;
}

/**
 * The case with its prog ended right before that moment, and no run behind it. Undefined where there is no
 * point.
 */
export function cutShort({ testCase, points, maps }: Subject, moment: Moment): Case | undefined {
  const at = points[moment.prog][moment.insn];
  if (at === undefined) return undefined;
  const runs = testCase.runs.slice(0, moment.run + 1);
  const { commands: _, ...last } = runs[moment.run];
  return withOwnMaps(
    testCase,
    testCase.progs.map(({ insns }, prog): Prog => {
      const { forms, callbacks } = flowOf(insns);
      const ended = endingWhereCut(2, maps);
      const rewritten = rewriteInsns(insns, (insn, i) => {
        const form = forms[i];
        const calls = form?.kind === 'call' && (form.callee === 'local' || callbacks.size > 0);
        return [
          ...(callbacks.has(i) ? endingWhereCut(6, maps) : []),
          ...(moment.prog === prog && moment.insn === i ? cutting(at, maps, moment.time) : []),
          insn,
          // No register of these is kept over a call.
          ...(calls ? endingWhereCut(1, maps) : []),
        ];
      });
      return { insns: [...ended, ...rewritten] };
    }),
    [...runs.slice(0, -1), last],
    UNUSED_BYTES,
  );
}

/** Of a log that nothing is written down in. */
const UNUSED_BYTES = 8;

const key = new Uint8Array(4);

function withOwnMaps(
  testCase: Case,
  progs: readonly Prog[],
  runs: readonly Run[],
  logBytes: number,
): Case {
  const own = { type: 'array', keyBytes: 4, maxEntries: 1, flags: 0, entries: [] } as const;
  const counts: MapSpec = { ...own, name: 'bpfdiff_counts', valueBytes: COUNTS_BYTES };
  const log: MapSpec = { ...own, name: 'bpfdiff_log', valueBytes: logBytes };
  return { ...testCase, maps: [...testCase.maps, counts, log], progs, runs };
}

/** Says after the run how many entries there are. */
const countedAfter = (run: Run, { counts }: OwnMaps): Run => ({
  ...run,
  commands: [
    ...(run.commands ?? []),
    { kind: 'lookup', map: counts, key, value: null, flags: 0n, count: 0 },
  ],
});

/** What was observed of the case itself, where it was cut short. */
export const withoutOwnMaps = (outcome: Outcome): Outcome =>
  outcome.kind === 'completed' ? { ...outcome, maps: outcome.maps.slice(0, -2) } : outcome;

/** What was observed of the case itself, where it was looked at. */
export function withoutOwn(outcome: Outcome): Outcome {
  const without = withoutOwnMaps(outcome);
  if (without.kind !== 'completed') return without;
  return { ...without, runs: without.runs.map(withoutOwnCommand) };
}

function withoutOwnCommand(run: Completed['runs'][number]): Completed['runs'][number] {
  const { commands = [], ...rest } = run;
  return commands.length > 1 ? { ...rest, commands: commands.slice(0, -1) } : rest;
}
