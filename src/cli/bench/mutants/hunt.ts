import { createCaseSource } from '../../../../generators/index.ts';
import { runCampaign } from '../../../campaign/campaign.ts';
import { common } from '../../../campaign/common-features.ts';
import type { RecordFinding, ShrunkDivergence } from '../../../campaign/investigate.ts';
import { createEmulator } from '../../../targets/emulator/emulator.ts';
import type { Target } from '../../../targets/target.ts';
import { changeFinder } from '../../change-finder.ts';
import { steadyOn } from '../../steady.ts';
import type { Mutant } from './mutants.ts';

/** What a campaign found against a mutant. */
export interface Found {
  readonly cases: number;
  readonly divergence: ShrunkDivergence;
}

/** The first finding against the mutant, and how many cases it took. */
export async function hunt(
  { rules }: Mutant,
  kernel: Target,
  cases: number,
  record: RecordFinding = () => 'found',
): Promise<Found | undefined> {
  const { linux } = kernel.info;
  const mutant = createEmulator({ linux, rules });
  const source = createCaseSource({
    seed: 20261121n,
    profile: 'default',
    capabilities: [common([kernel.features, mutant.features])],
  });
  const found: ShrunkDivergence[] = [];
  const summary = await runCampaign({
    seed: '20261121',
    profile: 'default',
    limit: { kind: 'cases', cases },
    next: source.next,
    targets: [mutant, kernel],
    isSteady: steadyOn(linux),
    findChange: changeFinder(),
    record: (divergence) => {
      found.push(divergence);
      return record(divergence);
    },
    findingsMax: 1,
    onEvent: () => {},
    signal: new AbortController().signal,
    now: () => performance.now(),
  });
  return found[0] && { cases: summary.cases, divergence: found[0] };
}
