import {
  type CasePlan,
  createPlanSource,
  PROFILES,
  type Profile,
  type ProfileName,
  type Shrinkable,
  seededRandom,
  shrinkableOf,
  simplerOf,
} from '../../../generators/index.ts';
import { encodeCase } from '../../case/bytes.ts';
import type { Case } from '../../case/case.ts';
import { createEmulator } from '../../targets/emulator/emulator.ts';
import { DEFAULT_LINUX } from '../../targets/target.ts';
import { type Measurement, median } from './measurement.ts';

/** The case that limits are given for: 32 insns on the average, and 4 runs. */
const LIMITED: Profile = {
  ...PROFILES.default,
  fragments: { min: 2, usual: 11, max: 22 },
  runs: { min: 4, max: 4 },
};
const CASE_MAX_US = 30;
const CANDIDATE_MAX_US = 2;

/** How much is measured. */
export interface GeneratorsBench {
  /** Cases before the first that is measured, each time: V8 is done with optimizing only after so many. */
  readonly warmUp: { readonly first: number; readonly profile: number };
  /** Of each profile, in each of `ROUNDS`. */
  readonly cases: number;
}

const USUAL: GeneratorsBench = { warmUp: { first: 20_000, profile: 1_000 }, cases: 250 };
const ROUNDS = 9;
/** One case in so many is shrunk: its first candidates. */
const CASES_A_SHRINK = 20;
const CANDIDATES = 100;

/**
 * What cases and what they shrink to cost of the processor: what else the machine does doesn't count. A
 * figure is the mean of a round of cases, what is spent on collecting garbage included, and the median of
 * a few rounds.
 */
export function benchGenerators({
  warmUp,
  cases,
}: GeneratorsBench = USUAL): readonly Measurement[] {
  return [
    ...limitedRows(measure(LIMITED, warmUp.first, cases)),
    ...(Object.keys(PROFILES) as ProfileName[]).flatMap((name) =>
      profileRows(name, measure(PROFILES[name], warmUp.profile, cases)),
    ),
  ];
}

function limitedRows({
  caseUs,
  drawUs,
  lowerUs,
  candidateUs,
  insns,
  runs,
}: Costs): readonly Measurement[] {
  const limit = (maxUs: number) => `the limit (${maxUs} us)`;
  return [
    {
      what: `with limits: a case of ${insns.toFixed(1)} insns, ${runs.toFixed(1)} runs`,
      value: caseUs,
      unit: 'us',
      ratio: caseUs / CASE_MAX_US,
      against: limit(CASE_MAX_US),
    },
    { what: 'with limits: drawing the plan of a case', value: drawUs, unit: 'us' },
    { what: 'with limits: making the case of a plan', value: lowerUs, unit: 'us' },
    {
      what: 'with limits: a shrink candidate',
      value: candidateUs,
      unit: 'us',
      ratio: candidateUs / CANDIDATE_MAX_US,
      against: limit(CANDIDATE_MAX_US),
    },
  ];
}

const profileRows = (
  name: ProfileName,
  { caseUs, bytesUs, candidateUs, insns, runs }: Costs,
): readonly Measurement[] => [
  {
    what: `${name}: a case of ${insns.toFixed(1)} insns, ${runs.toFixed(1)} runs`,
    value: caseUs,
    unit: 'us',
    ratio: caseUs / bytesUs,
    against: 'the bytes of the case',
  },
  { what: `${name}: an insn`, value: caseUs / insns, unit: 'us' },
  {
    what: `${name}: a shrink candidate`,
    value: candidateUs,
    unit: 'us',
    ratio: candidateUs / caseUs,
    against: 'a case',
  },
];

/** Means of a round. */
interface Costs {
  readonly caseUs: number;
  /** The parts of it: a plan, and what is made from it. */
  readonly drawUs: number;
  readonly lowerUs: number;
  readonly bytesUs: number;
  readonly candidateUs: number;
  readonly insns: number;
  readonly runs: number;
}

function measure(profile: Profile, warmUp: number, cases: number): Costs {
  const random = seededRandom('1');
  const drawPlan = createPlanSource({ profile, capabilities: [features] });
  const round = (): Costs => measureRound(() => drawPlan(random), cases);
  for (let before = 0; before < warmUp; before += cases) round();
  const rounds = Array.from({ length: ROUNDS }, round);
  const medianOf = (name: keyof Costs): number => median(rounds.map((round) => round[name]));
  return {
    caseUs: medianOf('caseUs'),
    drawUs: medianOf('drawUs'),
    lowerUs: medianOf('lowerUs'),
    bytesUs: medianOf('bytesUs'),
    candidateUs: medianOf('candidateUs'),
    insns: mean(rounds.map(({ insns }) => insns)),
    runs: mean(rounds.map(({ runs }) => runs)),
  };
}

function measureRound(drawPlan: () => CasePlan, cases: number): Costs {
  const startedUs = cpuUs();
  const plans = Array.from({ length: cases }, drawPlan);
  const drawnUs = cpuUs();
  const made = plans.map(shrinkableOf);
  const madeUs = cpuUs();
  for (const { testCase } of made) encodeCase(testCase);
  const encodedUs = cpuUs();
  const candidates = made
    .filter((_, n) => n % CASES_A_SHRINK === 0)
    .reduce((sum, start) => sum + countCandidates(start), 0);
  const shrunkUs = cpuUs();
  return {
    caseUs: (madeUs - startedUs) / cases,
    drawUs: (drawnUs - startedUs) / cases,
    lowerUs: (madeUs - drawnUs) / cases,
    bytesUs: (encodedUs - madeUs) / cases,
    candidateUs: (shrunkUs - encodedUs) / candidates,
    insns: mean(made.map(({ testCase }) => insnsOf(testCase))),
    runs: mean(made.map(({ testCase }) => testCase.runs.length)),
  };
}

/** Makes the first candidates: with their cases, and with those in between that were no simpler. */
function countCandidates(start: Shrinkable): number {
  let count = 0;
  for (const { testCase } of simplerOf(start)) {
    insnsOf(testCase);
    if (++count === CANDIDATES) break;
  }
  return count;
}

const { features } = createEmulator({ linux: DEFAULT_LINUX });

/** What this process has used of the processor. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const insnsOf = ({ progs }: Case): number =>
  progs.reduce((sum, { insns }) => sum + insns.length, 0);

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
