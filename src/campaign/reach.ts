import type { Case } from '../case/case.ts';
import { errnoName } from '../case/errno-names.ts';
import type { Execution } from '../case/execution.ts';
import { type NamesExecuted, namesExecuted } from '../case/names-executed.ts';
import { addOperands, createOperandCounter } from '../case/operand-counts.ts';
import type { Outcome, RunOutcome } from '../targets/target.ts';
import type { NamedReach, Reach } from './events.ts';
import { normaliseMessage, statisticsName } from './verifier-message.ts';

/** What one case reached, or a part of it: names, which count as often as they come. */
export type Reached = { readonly [K in keyof NamedReach]?: Iterable<string> } & {
  readonly operands?: Execution['operands'];
};

/** Counts of what cases reached. Its size is bounded, however many cases there are. */
export interface ReachCounter {
  /** Comes back with how many names and keys of operands are new: 0 where all was reached before. */
  add(reached: Reached): number;
  counts(): Reach;
}

/** One that has counted nothing. */
export function createReachCounter(): ReachCounter {
  const counts = forKinds(() => new Map<string, number>());
  const operands = createOperandCounter();
  return {
    add: (reached) => {
      let fresh = operands.add(reached.operands ?? []);
      for (const kind of KINDS) {
        for (const name of reached[kind] ?? []) fresh += count(counts[kind], name);
      }
      return fresh;
    },
    counts: () => ({ ...forKinds((kind) => byName(counts[kind])), operands: operands.counts() }),
  };
}

/** What progs do and what commands answer. */
export const DONE_KINDS = [
  'forms',
  'progTypes',
  'helpers',
  'ksyms',
  'mapTypes',
  'errnos',
  'branches',
  'results',
  'mapOps',
] as const satisfies readonly (keyof NamedReach)[];

const KINDS = [
  ...DONE_KINDS,
  'messages',
  'statistics',
] as const satisfies readonly (keyof NamedReach)[];

/** Names of one kind that are kept; only words of a kernel that says something else each time reach it. */
const NAMES_MAX = 8192;

/** 1 where the name is new. */
function count(counts: Map<string, number>, name: string): 0 | 1 {
  const before = counts.get(name);
  if (before === undefined && counts.size >= NAMES_MAX) return 0;
  counts.set(name, (before ?? 0) + 1);
  return before === undefined ? 1 : 0;
}

const forKinds = <T>(make: (kind: keyof NamedReach) => T): Record<keyof NamedReach, T> =>
  Object.fromEntries(KINDS.map((kind) => [kind, make(kind)])) as Record<keyof NamedReach, T>;

const byName = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));

/** What two campaigns reached together. */
export const addReach = (a: Reach, b: Reach): Reach => ({
  ...forKinds((kind) => {
    const counts = new Map(Object.entries(a[kind]));
    for (const [name, count] of Object.entries(b[kind])) {
      if (counts.has(name) || counts.size < NAMES_MAX) {
        counts.set(name, (counts.get(name) ?? 0) + count);
      }
    }
    return byName(counts);
  }),
  operands: addOperands(a.operands, b.operands),
});

/** What was executed, as an emulator saw it: a kernel doesn't tell, so it holds for all that agree. */
export type ReachedByProgs = NamesExecuted & Pick<Execution, 'operands'>;

/** What the progs of a case reached in an emulator; undefined where the outcome is not one's. */
export function reachedByProgs(testCase: Case, outcome: Outcome): ReachedByProgs | undefined {
  if (outcome.kind !== 'completed' || outcome.execution === undefined) return undefined;
  const { execution } = outcome;
  return { ...namesExecuted(testCase, execution), operands: execution.operands };
}

/** What a target answered: what the case is, errnos of runs, and what map commands came to. */
export function reachedByAnswer(testCase: Case, outcome: Outcome): Reached {
  const { progType, maps } = testCase;
  const common = { progTypes: [progType], mapTypes: new Set(maps.map(({ type }) => type)) };
  if (outcome.kind !== 'completed') return common;
  const { load, runs } = outcome;
  const errnos = new Set<string>();
  if (load.verdict === 'rejected') errnos.add(`load ${load.errno}`);
  for (const { errno } of runs) if (errno > 0) errnos.add(`${progType} ${errno}`);
  return { ...common, errnos, mapOps: commandNames(testCase, runs) };
}

/**
 * All that a case reached in a target, as far as its outcome tells, but for what the verifier said. What
 * its progs reached need not be found out twice.
 */
export function reachedBy(
  testCase: Case,
  outcome: Outcome,
  byProgs = reachedByProgs(testCase, outcome),
): Reached {
  const byAnswer = reachedByAnswer(testCase, outcome);
  const mapOps = [...(byAnswer.mapOps ?? []), ...(byProgs?.mapOps ?? [])];
  return { ...byAnswer, ...byProgs, mapOps };
}

/** Map commands of user space: map type, command, and what it gave, such as `hash update EEXIST`. */
function commandNames({ runs, maps }: Case, outcomes: readonly RunOutcome[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [run, { commands = [] }] of runs.entries()) {
    for (const [i, { kind, map }] of commands.entries()) {
      const errno = outcomes[run]?.commands?.[i]?.errno;
      if (errno === undefined) continue;
      names.add(`${maps[map].type} ${kind} ${errno === 0 ? '0' : errnoName(errno)}`);
    }
  }
  return names;
}

/** What the verifier said of a case, compared or not. */
export function reachedByVerifier(outcome: Outcome): Reached {
  if (outcome.kind !== 'completed') return {};
  const { load } = outcome;
  const statistics = statisticsName(load.log ?? '');
  return {
    ...(load.verdict === 'rejected' && {
      messages: [normaliseMessage(load.log) || `${errnoName(load.errno)} without a message`],
    }),
    ...(statistics !== undefined && { statistics: [statistics] }),
  };
}
