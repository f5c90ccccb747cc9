import { addReach, createReachCounter } from '../campaign/reach.ts';
import type { ProgType } from '../case/prog-type.ts';
import { type CoveragePage, coveragePage, type Known } from '../reports/coverage/page.ts';
import { offeredAt } from '../targets/emulator/helpers/offered.ts';
import { defaultRules } from '../targets/emulator/rules.ts';
import { UsageError } from './exit-status.ts';
import { readExistingReachFile } from './reach-file.ts';

/** What `run --reach` wrote, set against what there is: of all its kernels, or of those with these names. */
export function coverageOfFile(file: string, names?: string): CoveragePage {
  const { campaigns, targets: all } = readExistingReachFile(file);
  const chosen = names?.split(',').map((name) => name.trim()) ?? Object.keys(all);
  const targets = chosen.map((name) => {
    if (all[name] !== undefined) return { name, ...all[name] };
    const found = Object.keys(all).join(', ') || 'none';
    throw new UsageError(`${file}: Expected a kernel of this file (${found}), got "${name}"`);
  });
  const nothing = createReachCounter().counts();
  return coveragePage({
    campaigns,
    targets,
    known: KNOWN,
    together: targets.map(({ reach }) => reach).reduce(addReach, nothing),
  });
}

const KNOWN: Known = {
  progTypes: Object.keys(defaultRules.run),
  mapTypes: Object.keys(defaultRules.maps),
  offered: (progType, release) => offeredAt(progType as ProgType, release),
};
