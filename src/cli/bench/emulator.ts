import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Case } from '../../case/case.ts';
import { parseCaseText } from '../../case/text.ts';
import { createEmulator } from '../../targets/emulator/emulator.ts';
import { DEFAULT_LINUX } from '../../targets/target.ts';
import { PACKAGE_ROOT } from '../version.ts';
import type { Measurement } from './measurement.ts';

/** A `bigint` interpreter of a prototype, prepare and run, without BPF_PROG_RUN around it. */
const PROTOTYPE_US = 2;
const SMALL_REPEATS = 20_000;
const HOT_REPEATS = 20;

/** What a short case and what an insn of a long one cost. */
export async function benchEmulator(): Promise<readonly Measurement[]> {
  const emulator = createEmulator({ linux: DEFAULT_LINUX });
  const timeMs = async (cases: readonly Case[]): Promise<number> => {
    await emulator.execute(cases);
    const startedMs = performance.now();
    await emulator.execute(cases);
    return performance.now() - startedMs;
  };
  const [small, hot] = ['small', 'hot'].map(readBenchCase);
  const smallUs = ((await timeMs(Array(SMALL_REPEATS).fill(small))) * 1000) / SMALL_REPEATS;
  const hotMs = (await timeMs(Array(HOT_REPEATS).fill(hot))) / HOT_REPEATS;
  return [
    {
      what: 'a case of 33 insns, prepared and run once',
      value: smallUs,
      unit: 'us',
      ratio: smallUs / PROTOTYPE_US,
      against: `a prototype without BPF_PROG_RUN (${PROTOTYPE_US} us)`,
    },
    {
      what: 'insns in a hot loop',
      value: HOT_INSNS / hotMs / 1000,
      unit: 'M/s',
      ratio: hotMs / HOT_INSNS / (smallUs / 1000 / SMALL_INSNS),
      against: 'the time of an insn of the small case',
    },
  ];
}

/** Insns that the cases in bench/ execute. */
const SMALL_INSNS = 33;
const HOT_INSNS = 3 + 6 * 50_000;

const readBenchCase = (name: string): Case => {
  const file = fileURLToPath(new URL(`bench/${name}.case`, PACKAGE_ROOT));
  return parseCaseText(readFileSync(file, 'utf8'), file).testCase;
};
