import { printCase } from '../case/text.ts';
import type { Agreement } from '../compare/agreement.ts';
import type { Campaign, FindingHead, Sample } from '../corpus/records.ts';
import type { Report, ReportedFinding } from './report.ts';
import { agreementAbout, isUndecided, totalsOf, verdictOf } from './report.ts';

/** Of the shape below; a number that goes up when what is there changes its meaning. */
const SHAPE = 1;

/**
 * A report as data for programs, as docs/reports.md describes it. Names are those of the summary of
 * `run --json`; times are ISO 8601 in UTC. It may hold bigints.
 */
export function reportData(report: Report) {
  const { corpus, version, writtenAtMs, campaigns, heads, findings, coverage } = report;
  const full = new Map(findings.map((finding) => [finding.id, finding]));
  return {
    kind: 'report',
    shape: SHAPE,
    bpfdiff: version,
    corpus,
    writtenAt: isoTime(writtenAtMs),
    verdict: verdictOf(report),
    totals: {
      ...totalsOf(report),
      findings: heads.length,
      undecided: heads.filter(isUndecided).length,
    },
    campaigns: campaigns.map((campaign) => campaignData(campaign, heads)),
    findings: heads.map((head) => ({ ...headData(head), ...detailData(full.get(head.id)) })),
    ...(coverage && {
      coverage: Object.fromEntries(coverage.targets.map(({ name, shares }) => [name, shares])),
    }),
  };
}

function campaignData(
  { id, seed, profile, versions, startedAtMs, end }: Campaign,
  heads: readonly FindingHead[],
) {
  const findings = heads.filter(({ campaign }) => campaign === id).map((head) => head.id);
  const start = { id, seed, profile, versions, startedAt: isoTime(startedAtMs), findings };
  if (end === null) return { ...start, stopped: null };
  const { endedAtMs, cases, runs, divergences, stopped, targets, series } = end;
  const durationMs = Math.max(0, endedAtMs - startedAtMs);
  return {
    ...start,
    stopped,
    cases,
    runs,
    durationMs,
    casesPerSecond: durationMs === 0 ? 0 : Math.round((cases * 1000) / durationMs),
    divergences,
    ...(targets && { targets }),
    ...(series && { series: columnsOf(series) }),
  };
}

/** A list for each number of the samples. */
const columnsOf = (series: readonly Sample[]) => ({
  elapsedMs: series.map(({ elapsedMs }) => elapsedMs),
  cases: series.map(({ cases }) => cases),
  runs: series.map(({ runs }) => runs),
  divergences: series.map(({ divergences }) => divergences),
});

const headData = ({ divergence, foundAtMs, ...head }: FindingHead) => ({
  id: head.id,
  status: head.status,
  class: divergence.class,
  targets: head.targets,
  where: divergence.where,
  values: divergence.values,
  description: divergence.description,
  signature: head.signature,
  cause: head.cause,
  rule: head.rule,
  kernels: head.kernels,
  notes: head.notes,
  located: head.located,
  campaign: head.campaign,
  foundAt: isoTime(foundAtMs),
  caseHash: head.caseHash,
});

/** What is told of those that are told in full. */
function detailData(finding: ReportedFinding | undefined) {
  if (finding === undefined) return {};
  const { shrunk, divergence, commands } = finding;
  return {
    agreement: namesOf(agreementAbout(finding)),
    case: printCase(shrunk, { claim: divergence.description }),
    commands,
  };
}

const namesOf = ({ groups, incomparable, oddOneOut }: Agreement) => ({
  groups: groups.map((group) => group.map(({ name }) => name)),
  incomparable: incomparable.map(({ name }) => name),
  ...(oddOneOut && { oddOneOut: oddOneOut.name }),
});

function isoTime(ms: number): string | null {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
