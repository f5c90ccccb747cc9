import type { Campaign, FindingHead } from '../../corpus/records.ts';
import { findingText } from '../finding.ts';
import { isUndecided, type Report } from '../report.ts';
import { PLAIN_TEXT } from '../text-options.ts';
import { junitXml, type Result, type Test } from './junit.ts';

/**
 * A report for CI: a suite for each two targets, in which every finding is a test. One that nobody has
 * decided about fails, one that is known or meant is skipped, a mended one passes. Campaigns are a suite of
 * their own, so that a corpus without findings has tests that pass.
 */
export function findingsJunit(report: Report): string {
  const pairs = [...new Set(report.heads.map(pairOf))];
  return junitXml([
    { name: 'campaigns', tests: report.campaigns.map(campaignTest) },
    ...pairs.map((name) => ({
      name,
      tests: report.heads
        .filter((head) => pairOf(head) === name)
        .map((head) => findingTest(head, report)),
    })),
  ]);
}

const pairOf = ({ targets }: FindingHead): string => targets.join(' / ');

const findingTest = (head: FindingHead, report: Report): Test => ({
  suite: pairOf(head),
  name: `${head.id} ${head.divergence.class}: ${head.divergence.description}`,
  result: resultOf(head, report),
});

function resultOf(head: FindingHead, { findings }: Report): Result {
  if (head.status === 'fixed') return { kind: 'passed' };
  if (!isUndecided(head)) {
    const why = [head.status, head.rule, head.notes].filter((part) => part !== '').join(': ');
    return { kind: 'skipped', message: why };
  }
  const full = findings.find(({ id }) => id === head.id);
  return {
    kind: 'failure',
    type: head.divergence.class,
    message: head.divergence.description,
    text: full ? findingText({ ...full, testCase: full.shrunk }, PLAIN_TEXT) : '',
  };
}

function campaignTest({ id, seed, profile, startedAtMs, end }: Campaign): Test {
  const test = { suite: 'campaigns', name: `campaign ${id}, ${profile}, seed ${seed}` };
  if (end !== null) {
    const seconds = Math.max(0, end.endedAtMs - startedAtMs) / 1000;
    return { ...test, seconds, result: { kind: 'passed' } };
  }
  return { ...test, result: { kind: 'skipped', message: 'it has not ended, or was killed' } };
}
