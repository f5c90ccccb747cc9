import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaseSource } from '../../../generators/index.ts';
import { common } from '../../../src/campaign/common-features.ts';
import { observedBy } from '../../../src/campaign/observed-by.ts';
import type { Case } from '../../../src/case/case.ts';
import { causesFor } from '../../../src/causes/causes.ts';
import { steadyOn } from '../../../src/cli/steady.ts';
import { compareOutcomes } from '../../../src/compare/compare.ts';
import { type Outcome, type Target, TargetUnavailableError } from '../../../src/targets/target.ts';
import { openKernels, type TestKernels } from '../../kernels.ts';

/** The big-endian one: whoever forgets the byte order anywhere is found here. */
const KERNEL = 'sid-s390x:interp';
const CASES = 512;

let opened: TestKernels | undefined;
let missing: string | undefined;
beforeAll(async () => {
  try {
    opened = await openKernels(['emulator', KERNEL]);
  } catch (error) {
    if (!(error instanceof TargetUnavailableError)) throw error;
    missing = error.message;
  }
});
afterAll(() => opened?.close());

describe(`a kernel of another architecture (${KERNEL})`, () => {
  it('says what it is', (context) => {
    if (opened === undefined) return context.skip(missing);
    const { linux } = opened.kernels[0].info;
    expect(linux).toMatchObject({ arch: 's390x', endianness: 'big', pageBytes: 4096 });
  });

  it('answers as the emulator that is told its byte order', async (context) => {
    if (opened === undefined) return context.skip(missing);
    const [emulator, kernel] = opened.targets as [Target, Target];
    const source = createCaseSource({
      seed: 'big-endian',
      profile: 'default',
      capabilities: [common([emulator.features, kernel.features])],
    });
    const drawn = Array.from({ length: CASES }, () => source.next().testCase);
    const steady = await steadyOn(kernel.info.linux)(drawn);
    const cases: readonly Case[] = drawn.filter((_, i) => steady[i]);
    const [ours, theirs] = [await emulator.execute(cases), await kernel.execute(cases)];
    const comparisons = cases.map((testCase, i) =>
      compareOutcomes(testCase, observedBy(emulator, ours[i]), observedBy(kernel, theirs[i])),
    );
    const isExplained = async (testCase: Case, outcome: Outcome) => {
      for (const { experiment } of causesFor([{ info: kernel.info, outcome }], testCase)) {
        const without = experiment.without(testCase);
        const [[a], [b]] = [await emulator.execute([without]), await kernel.execute([without])];
        const { kind } = compareOutcomes(without, observedBy(emulator, a!), observedBy(kernel, b!));
        if (kind === 'agree') return true;
      }
      return false;
    };
    const unexplained: unknown[] = [];
    for (const [i, comparison] of comparisons.entries()) {
      if (comparison.kind !== 'diverge' || (await isExplained(cases[i]!, theirs[i]!))) continue;
      unexplained.push(comparison);
    }
    expect(unexplained).toEqual([]);
    const agreed = comparisons.filter(({ kind }) => kind === 'agree').length;
    expect(agreed).toBeGreaterThan(0.8 * CASES);
  });
});
