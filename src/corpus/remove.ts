import type { StoredCase } from './case-rows.ts';
import type { StoredFinding } from './finding-rows.ts';
import type { Removed } from './records.ts';
import type { Tables } from './tables.ts';

/** Removes a finding, and of its two cases those that nothing else needs. */
export function removeFinding(tables: Tables, finding: StoredFinding): Removed {
  const { cases, findings } = tables;
  findings.remove(finding.id);
  const mine = [...new Set([finding.shrunkId, finding.originalId])].map(cases.byId);
  const [stayed, gone] = halves(mine, ({ id, isKept }) => isKept || cases.isFindings(id));
  for (const { id } of gone) cases.remove(id);
  return { id: finding.id, kind: 'finding', cases: hashes(gone), stayed: hashes(stayed) };
}

/** Removes a case that was kept in its own right; one that a finding is about stays for that. */
export function removeCase({ cases, reached }: Tables, stored: StoredCase): Removed {
  const { id, hash } = stored;
  reached.removeOf(id);
  if (cases.isFindings(id)) {
    cases.release(id);
    return { id: hash, kind: 'case', cases: [], stayed: [hash] };
  }
  cases.remove(id);
  return { id: hash, kind: 'case', cases: [hash], stayed: [] };
}

const hashes = (cases: readonly StoredCase[]): readonly string[] => cases.map(({ hash }) => hash);

function halves<T>(items: readonly T[], is: (item: T) => boolean): readonly [T[], T[]] {
  return [items.filter(is), items.filter((item) => !is(item))];
}
