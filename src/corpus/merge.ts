import { addCase } from './add-case.ts';
import type { Corpus } from './corpus.ts';
import type { Added, FindingStatus, Merged } from './records.ts';
import type { Tables } from './tables.ts';

/**
 * Takes over all that another corpus holds: cases with answers, campaigns, findings with what was decided
 * about them. What is here already stays as it is, but that a decision is taken over where there is none.
 */
export function mergeInto(tables: Tables, other: Corpus): Merged {
  const { cases, findings } = tables;
  const counts = { new: 0, more: 0, same: 0 };
  const conflicts: string[] = [];
  const note = ({ name, conflicts: targets }: Added): void => {
    conflicts.push(...targets.map((target) => `${name} ${target}`));
  };
  for (const recorded of other.keptCases()) {
    const added = addCase(tables, recorded);
    counts[added.kind]++;
    note(added);
    tables.reached.add(cases.byHash(added.name)!.id, recorded.reached);
  }
  const campaigns = mergeCampaigns(tables, other);
  const found = { new: 0, same: 0, decided: 0 };
  for (const head of other.findings()) {
    const finding = { ...other.finding(head.id), campaign: campaigns.idOf(head.campaign) };
    const claim = finding.divergence.description;
    const shrunk = cases.add(finding.shrunk, claim);
    const originalId = cases.add(finding.original, `before shrinking: ${claim}`).id;
    const [a, b] = finding.observed.map((observed) => tables.outcomes.ensure(shrunk.id, observed));
    for (const observed of finding.others) tables.outcomes.ensure(shrunk.id, observed);
    const parts = { shrunk, originalId, targetIds: [a, b] as const, id: finding.id };
    const same = findings.same(finding, parts);
    found[same === undefined ? 'new' : 'same']++;
    const id = same?.id ?? findings.add(finding, parts);
    if (isDecided(finding.status) && !isDecided(same?.status ?? 'new')) {
      findings.decide(id, finding);
      found.decided++;
    }
  }
  return { cases: counts, findings: found, campaigns: campaigns.added, conflicts };
}

const isDecided = (status: FindingStatus): boolean => status !== 'new';

/** Campaigns are the same where they began at the same moment with the same seed. */
function mergeCampaigns({ campaigns }: Tables, other: Corpus) {
  const keyOf = ({ seed, startedAtMs }: { seed: string; startedAtMs: number }): string =>
    `${seed} ${startedAtMs}`;
  const known = new Map(campaigns.all().map((campaign) => [keyOf(campaign), campaign.id]));
  const ids = new Map<number, number>();
  let added = 0;
  for (const campaign of other.campaigns()) {
    const here = known.get(keyOf(campaign));
    ids.set(campaign.id, here ?? campaigns.add(campaign));
    if (here !== undefined) continue;
    added++;
    if (campaign.end !== null) campaigns.end(ids.get(campaign.id)!, campaign.end);
  }
  return { added, idOf: (id: number | null) => (id === null ? null : (ids.get(id) ?? null)) };
}
