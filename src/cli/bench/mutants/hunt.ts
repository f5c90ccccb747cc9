import { createGuidedSource } from '../../../../generators/index.ts';
import { runCampaign } from '../../../campaign/campaign.ts';
import { common } from '../../../campaign/common-features.ts';
import type { RecordFinding, ShrunkDivergence } from '../../../campaign/investigate.ts';
import { observedBy } from '../../../campaign/observed-by.ts';
import { printCase } from '../../../case/text.ts';
import { compareOutcomes } from '../../../compare/compare.ts';
import { createEmulator } from '../../../targets/emulator/emulator.ts';
import type { KernelTarget } from '../../../targets/kernel/kernel-target.ts';
import type { LinuxSetting } from '../../../targets/target.ts';
import { changeFinder } from '../../change-finder.ts';
import { locator } from '../../locator.ts';
import { steadyOn } from '../../steady.ts';
import type { Mutant } from './mutants.ts';

export interface HuntOptions {
  /** After so many it is given up. */
  readonly casesMax: number;
  readonly record?: RecordFinding;
  readonly signal?: AbortSignal;
}

/** What a campaign found against a mutant. */
export interface Found {
  /** Generated until it was found. */
  readonly cases: number;
  readonly divergence: ShrunkDivergence;
  readonly shrinking: {
    readonly ms: number;
    /** Candidates that were tried. */
    readonly tried: number;
    /** Requests to the kernel. */
    readonly roundTrips: number;
  };
}

const SEED = 20261121n;

/** The first finding against the mutant, in a campaign as `bpfdiff run` does it; undefined for none. */
export async function hunt(
  { rules }: Mutant,
  kernel: KernelTarget,
  { casesMax, record = () => 'found', signal = new AbortController().signal }: HuntOptions,
): Promise<Found | undefined> {
  const { linux } = kernel.info;
  const mutant = createEmulator({ linux, rules });
  const source = createGuidedSource({
    seed: SEED,
    profile: 'default',
    capabilities: [common([kernel.features, mutant.features])],
  });
  const now = (): Moment => ({ ms: performance.now(), roundTrips: kernel.stats().requests });
  let began = now();
  let tried = 0;
  const found: Omit<Found, 'cases'>[] = [];
  const summary = await runCampaign({
    seed: SEED.toString(),
    profile: 'default',
    limit: { kind: 'cases', cases: casesMax },
    next: source.next,
    learn: source.learn,
    targets: [mutant, kernel],
    isSteady: steadyOn(linux),
    // Nothing stands in for a kernel where it is the emulator that is wrong.
    findChange: changeFinder(),
    locate: locator(),
    record: (divergence) => {
      found.push({ divergence, shrinking: { tried, ...since(began, now()) } });
      return record(divergence);
    },
    findingsMax: 1,
    onEvent: (event) => {
      if (event.kind === 'divergence') [began, tried] = [now(), 0];
      if (event.kind === 'shrinking') tried = event.tried;
    },
    signal,
    now: () => performance.now(),
  });
  if (found[0] === undefined) return undefined;
  await expectTheMutants(found[0].divergence, linux);
  return { cases: summary.cases, ...found[0] };
}

/** Throws where an emulator that nothing is wrong with diverges as well: then that is what was found. */
async function expectTheMutants(
  { shrunk, observed: [, ofKernel] }: ShrunkDivergence,
  linux: LinuxSetting,
): Promise<void> {
  const right = createEmulator({ linux });
  const [outcome] = await right.execute([shrunk]);
  const { kind } = compareOutcomes(shrunk, observedBy(right, outcome), ofKernel);
  if (kind !== 'diverge') return;
  const text = printCase(shrunk, { claim: 'the emulator diverges without a wrong rule' });
  throw new Error(`Expected a divergence of the mutant, found one of the emulator's own:\n${text}`);
}

interface Moment {
  readonly ms: number;
  readonly roundTrips: number;
}

const since = (began: Moment, ended: Moment): Moment => ({
  ms: ended.ms - began.ms,
  roundTrips: ended.roundTrips - began.roundTrips,
});
