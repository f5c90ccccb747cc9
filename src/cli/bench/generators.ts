import { createCaseSource, PROFILES, type ProfileName } from '../../../generators/index.ts';
import { encodeCase } from '../../case/bytes.ts';
import type { Case } from '../../case/case.ts';
import { createEmulator } from '../../targets/emulator/emulator.ts';
import { DEFAULT_LINUX } from '../../targets/target.ts';
import type { Measurement } from './measurement.ts';

/** Cases of each profile; as many come before them and aren't measured. */
const CASES = 1500;
/** One case in so many is shrunk: its first candidates. */
const CASES_A_SHRINK = 10;
const CANDIDATES = 100;

/** The case that limits are given for: so many insns, more or less, and runs. */
const USUAL = { insns: 32, within: 6, runs: 4 } as const;
const CASE_MAX_US = 30;
const CANDIDATE_MAX_US = 2;

/**
 * What cases and what they shrink to cost of the processor, in each profile: what else the machine does
 * doesn't count. Medians, because a collection of garbage is many times what a case takes; a case's bytes
 * are made right behind the case.
 */
export const benchGenerators = (cases = CASES): readonly Measurement[] =>
  (Object.keys(PROFILES) as ProfileName[]).flatMap((profile) => benchProfile(profile, cases));

function benchProfile(profile: ProfileName, cases: number): readonly Measurement[] {
  const { features } = createEmulator({ linux: DEFAULT_LINUX });
  const source = createCaseSource({ seed: '1', profile, capabilities: [features] });
  const samples: Sample[] = [];
  const candidates: number[] = [];
  for (let number = 0; number < 2 * cases; number++) {
    const startedUs = cpuUs();
    const { testCase, shrink } = source.next();
    const madeUs = cpuUs();
    encodeCase(testCase);
    const encodedUs = cpuUs();
    if (number < cases) continue;
    samples.push({
      caseUs: madeUs - startedUs,
      bytesUs: encodedUs - madeUs,
      insns: insnsOf(testCase),
      runs: testCase.runs.length,
    });
    if (number % CASES_A_SHRINK === 0) candidates.push(...candidatesUs(shrink()));
  }
  const usual = samples.filter(
    ({ insns, runs }) => runs === USUAL.runs && Math.abs(insns - USUAL.insns) <= USUAL.within,
  );
  const all = measured(samples);
  const shrinkUs = median(candidates);
  return [
    {
      what: `${profile}: a case of ${all.insns} insns, ${all.runs} runs`,
      value: all.caseUs,
      unit: 'us',
      ratio: all.caseUs / all.bytesUs,
      against: 'the bytes of the case',
    },
    {
      what: `${profile}: an insn`,
      value: median(samples.map(({ caseUs, insns }) => caseUs / insns)),
      unit: 'us',
    },
    ...(usual.length === 0 ? [] : [usualCase(profile, measured(usual).caseUs)]),
    {
      what: `${profile}: a shrink candidate`,
      value: shrinkUs,
      unit: 'us',
      ratio: shrinkUs / CANDIDATE_MAX_US,
      against: `the limit (${CANDIDATE_MAX_US} us)`,
    },
  ];
}

interface Sample {
  readonly caseUs: number;
  readonly bytesUs: number;
  readonly insns: number;
  readonly runs: number;
}

const measured = (samples: readonly Sample[]): Sample => ({
  caseUs: median(samples.map(({ caseUs }) => caseUs)),
  bytesUs: median(samples.map(({ bytesUs }) => bytesUs)),
  insns: median(samples.map(({ insns }) => insns)),
  runs: median(samples.map(({ runs }) => runs)),
});

const usualCase = (profile: ProfileName, caseUs: number): Measurement => ({
  what: `${profile}: a case of about ${USUAL.insns} insns, ${USUAL.runs} runs`,
  value: caseUs,
  unit: 'us',
  ratio: caseUs / CASE_MAX_US,
  against: `the limit (${CASE_MAX_US} us)`,
});

/** What each of the first candidates costs: made, lowered and found simpler, with those before it that were not. */
function candidatesUs(candidates: Iterable<unknown>): readonly number[] {
  const times: number[] = [];
  let beforeUs = cpuUs();
  for (const _candidate of candidates) {
    const nowUs = cpuUs();
    if (times.push(nowUs - beforeUs) === CANDIDATES) break;
    beforeUs = nowUs;
  }
  return times;
}

/** What this process has used of the processor. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

const insnsOf = ({ progs }: Case): number =>
  progs.reduce((sum, { insns }) => sum + insns.length, 0);

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1];
