import {
  type CaseSource,
  createCaseSource,
  createGuidedSource,
  type GuidedSource,
} from '../../../generators/index.ts';
import type { NamedReach } from '../../campaign/events.ts';
import { pipeline } from '../../campaign/pipeline.ts';
import { createReachCounter, type Reached, reachedBy } from '../../campaign/reach.ts';
import type { Case } from '../../case/case.ts';
import { createEmulator } from '../../targets/emulator/emulator.ts';
import { DEFAULT_LINUX } from '../../targets/target.ts';
import type { Measurement } from './measurement.ts';

const SEEDS = ['1', '2', '3'];
const STEPS = 8;
/** What guidance is for: the same in half the cases. */
const LIMIT = 0.5;

/** What is counted of an emulator's outcomes; forms, prog types and map types are all reached soon. */
const KINDS = {
  operands: 'operands of forms',
  results: 'results of calls',
  helpers: 'helpers by prog type',
  mapOps: 'map operations',
  errnos: 'errnos of runs',
  branches: 'ways of jumps',
  ksyms: 'ksyms',
} as const satisfies Partial<Record<keyof NamedReach | 'operands', string>>;
type Kind = keyof typeof KINDS;
const NAMES = Object.keys(KINDS) as readonly Kind[];

/**
 * How many cases reach with guidance what `cases` reach without. Only the emulator runs, a case waits for its
 * turn as in a campaign, and all is the mean over a few seeds.
 */
export async function benchGuidance(
  cases: number,
  signal: AbortSignal,
): Promise<readonly Measurement[]> {
  const { features } = createEmulator({ linux: DEFAULT_LINUX });
  const pairs: Pair[] = [];
  for (const seed of SEEDS) {
    const options = { seed, profile: 'default', capabilities: [features] } as const;
    pairs.push({
      without: await follow(createCaseSource(options), cases, signal),
      guided: await follow(createGuidedSource(options), cases, signal),
    });
  }
  const needed = pairs.map(({ without, guided }) =>
    casesFor(guided, 'all', without.reached.all[cases - 1]),
  );
  const spent = (unit: 'insns' | 'ms') =>
    mean(pairs.map(({ guided }, i) => guided[unit][needed[i] - 1])) /
    mean(pairs.map(({ without }) => without[unit][cases - 1]));
  return [
    ...(['all', ...NAMES] as const).map((kind) => needs(pairs, kind, cases)),
    {
      what: 'insns of these cases with guidance',
      value: mean(pairs.map(({ guided }, i) => guided.insns[needed[i] - 1])) / mean(needed),
      unit: 'a case',
      ratio: spent('insns'),
      against: `all insns of the ${cases} cases`,
    },
    {
      what: 'time to draw and emulate them',
      value: mean(pairs.map(({ guided }, i) => guided.ms[needed[i] - 1])) / 1000,
      unit: 's',
      ratio: spent('ms'),
      against: `the time of the ${cases} cases`,
    },
    ...Array.from({ length: STEPS }, (_, step) =>
      reachAfter(pairs, Math.floor((cases * (step + 1)) / STEPS)),
    ),
  ];
}

/** Sums after each case. */
interface Curve {
  readonly reached: Readonly<Record<Kind | 'all', readonly number[]>>;
  readonly insns: readonly number[];
  readonly ms: readonly number[];
}

interface Pair {
  readonly without: Curve;
  readonly guided: Curve;
}

async function follow(
  source: CaseSource & Partial<Pick<GuidedSource, 'learn'>>,
  cases: number,
  signal: AbortSignal,
): Promise<Curve> {
  const targets = [createEmulator({ linux: DEFAULT_LINUX })];
  const counter = createReachCounter();
  const names = ['all', ...NAMES] as const;
  const reached = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
    Kind | 'all',
    number[]
  >;
  const insns: number[] = [];
  const ms: number[] = [];
  const startedMs = performance.now();
  let drawn = 0;
  const next = () => (drawn++ < cases ? source.next() : undefined);
  for await (const batch of pipeline({ targets, next })) {
    signal.throwIfAborted();
    for (const [i, made] of batch.cases.entries()) {
      const { testCase } = made;
      const seen = reachedBy(testCase, batch.outcomes[0][i]);
      source.learn?.(made, seen);
      let sum = 0;
      for (const kind of NAMES) {
        const fresh = counter.add({ [kind]: seen[kind] ?? [] } as Reached);
        reached[kind].push((reached[kind].at(-1) ?? 0) + fresh);
        sum += fresh;
      }
      reached.all.push((reached.all.at(-1) ?? 0) + sum);
      insns.push((insns.at(-1) ?? 0) + insnsOf(testCase));
      ms.push(performance.now() - startedMs);
    }
  }
  return { reached, insns, ms };
}

/** After how many cases there were as many; the number of all cases where there never were. */
function casesFor({ reached }: Curve, kind: Kind | 'all', count: number): number {
  const found = reached[kind].findIndex((sum) => sum >= count);
  return found < 0 ? reached[kind].length : found + 1;
}

function needs(pairs: readonly Pair[], kind: Kind | 'all', cases: number): Measurement {
  const goals = pairs.map(({ without }) => without.reached[kind][cases - 1]);
  const value = mean(pairs.map(({ guided }, i) => casesFor(guided, kind, goals[i])));
  const missed = pairs.filter(({ guided }, i) => guided.reached[kind][cases - 1] < goals[i]).length;
  return {
    what: `guided cases for ${Math.round(mean(goals))} ${kind === 'all' ? 'counters' : KINDS[kind]}`,
    value,
    unit: 'cases',
    ratio: value / cases,
    against:
      missed > 0
        ? `${cases} without; ${missed} of ${pairs.length} never did`
        : `${cases} without${kind === 'all' ? ` (limit ${LIMIT}x)` : ''}`,
  };
}

function reachAfter(pairs: readonly Pair[], cases: number): Measurement {
  const [without, guided] = (['without', 'guided'] as const).map((how) =>
    mean(pairs.map((pair) => pair[how].reached.all[cases - 1])),
  );
  return {
    what: `counters reached in ${cases} cases with guidance`,
    value: guided,
    unit: 'counters',
    ratio: guided / without,
    against: `${Math.round(without)} without`,
  };
}

const insnsOf = ({ progs }: Case): number =>
  progs.reduce((sum, { insns }) => sum + insns.length, 0);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
