import { type Agreement, agreementOf } from '../compare/agreement.ts';
import type { Observed } from '../compare/compare.ts';
import type { Corpus } from '../corpus/corpus.ts';
import type { Campaign, Finding, FindingHead, FindingStatus } from '../corpus/records.ts';
import type { CoveragePage } from './coverage/page.ts';

/** What a corpus holds, for people and for CI. Plain data, printed by `html/`, `markdown/`, `junit.ts` and `json.ts`. */
export interface Report {
  /** As a person has named it. */
  readonly corpus: string;
  /** Of bpfdiff. */
  readonly version: string;
  readonly writtenAtMs: number;
  readonly campaigns: readonly Campaign[];
  /** All of them, in the order of `inOrder`. */
  readonly heads: readonly FindingHead[];
  /** Those of the first heads that are told in full. */
  readonly findings: readonly ReportedFinding[];
  /** What campaigns reached; absent where that was not counted. */
  readonly coverage?: CoveragePage;
}

/** A finding in full. */
export interface ReportedFinding extends Finding {
  /** Command lines that show it again. */
  readonly commands: readonly string[];
}

/** What a report is told beside what the corpus holds. */
export interface ReportOptions
  extends Pick<Report, 'corpus' | 'version' | 'writtenAtMs' | 'coverage'> {
  readonly commandsOf: (finding: Finding) => readonly string[];
}

/** Reads what a report tells out of a corpus. Throws as the corpus does. */
export function reportOf(
  corpus: Pick<Corpus, 'campaigns' | 'findings' | 'finding'>,
  { commandsOf, ...options }: ReportOptions,
): Report {
  const heads = inOrder(corpus.findings());
  const findings = heads.slice(0, FINDINGS_MAX).map(({ id }) => {
    const finding = corpus.finding(id);
    return { ...finding, commands: commandsOf(finding) };
  });
  return { ...options, campaigns: corpus.campaigns(), heads, findings };
}

/** More are listed and not told in full. */
const FINDINGS_MAX = 200;

/** What nobody has decided about comes first, then the newest. */
const inOrder = <T extends FindingHead>(findings: readonly T[]): readonly T[] =>
  findings.toSorted(
    (a, b) =>
      RANKS[a.status] - RANKS[b.status] || b.foundAtMs - a.foundAtMs || (a.id < b.id ? -1 : 1),
  );

const RANKS: Readonly<Record<FindingStatus, number>> = {
  new: 0,
  known: 1,
  'kernel-change': 2,
  'wont-fix': 3,
  fixed: 4,
};

/** Whether it says that something is wrong: nobody has decided otherwise. */
export const isUndecided = ({ status }: Pick<FindingHead, 'status'>): boolean => status === 'new';

/** Everyone who was asked about a finding, the two that disagree first. */
export const everyone = ({
  observed,
  others,
}: Pick<Finding, 'observed' | 'others'>): readonly Observed[] => [...observed, ...others];

/** Who agrees with whom about a finding. */
export const agreementAbout = (finding: Finding): Agreement =>
  agreementOf(finding.shrunk, everyone(finding));

/** Sums over all campaigns that have ended. */
export function totalsOf({ campaigns }: Pick<Report, 'campaigns'>) {
  const ended = campaigns.flatMap(({ end }) => (end === null ? [] : [end]));
  const sum = (of: (end: (typeof ended)[number]) => number): number =>
    ended.reduce((total, end) => total + of(end), 0);
  return {
    campaigns: campaigns.length,
    cases: sum(({ cases }) => cases),
    runs: sum(({ runs }) => runs),
    divergences: sum(({ divergences }) => divergences),
  };
}

/** One line: what a person wants to know first. */
export function verdictOf({ heads, campaigns }: Pick<Report, 'heads' | 'campaigns'>): string {
  const open = heads.filter(isUndecided).length;
  if (open > 0)
    return `${open} ${open === 1 ? 'finding' : 'findings'} that nobody has decided about`;
  if (heads.length > 0) return `No new finding; ${heads.length} decided about`;
  return campaigns.length > 0 ? 'No divergence' : 'Nothing yet: no campaign, no finding';
}
