import { describe, expect, it } from 'vitest';
import { parseCaseText } from '../../src/case/text.ts';
import { asJson } from '../../src/cli/json.ts';
import { reportData } from '../../src/reports/report-data.ts';
import { findingNumber } from '../corpus/new-finding.ts';
import { EMPTY, END, reportOn, reportWith, START } from './report-example.ts';

const dataOf = (report: Parameters<typeof reportData>[0]) => JSON.parse(asJson(reportData(report)));

describe('a report as data', () => {
  it('of an empty corpus has no campaign and no finding', () => {
    expect(dataOf(EMPTY)).toEqual({
      kind: 'report',
      shape: 1,
      bpfdiff: '0.1.0',
      corpus: 'some corpus.db',
      writtenAt: '2026-11-22T00:00:00.000Z',
      verdict: 'Nothing yet: no campaign, no finding',
      totals: { campaigns: 0, cases: 0, runs: 0, divergences: 0, findings: 0, undecided: 0 },
      campaigns: [],
      findings: [],
    });
  });

  it('names what a campaign came to as its summary does', () => {
    const report = reportWith(1);
    expect(dataOf(report).campaigns).toEqual([
      {
        id: 1,
        seed: '7',
        profile: 'default',
        versions: START.versions,
        startedAt: '2026-11-21T00:00:00.000Z',
        findings: [report.heads[0].id],
        stopped: 'limit',
        cases: 4000,
        runs: 9000,
        durationMs: 4000,
        casesPerSecond: 1000,
        divergences: 2,
        targets: END.targets,
        series: {
          elapsedMs: [1000, 2000, 3000, 4000],
          cases: [1000, 1800, 2800, 3600],
          runs: [2000, 4000, 6000, 8000],
          divergences: [0, 0, 2, 2],
        },
      },
    ]);
  });

  it('has who agrees with whom, and the case as it can be read back', () => {
    const [finding] = dataOf(reportWith(1)).findings;
    expect(finding).toMatchObject({
      status: 'new',
      class: 'retval',
      targets: ['emulator', 'uml'],
      agreement: { groups: [['emulator'], ['uml']], incomparable: [] },
    });
    expect(parseCaseText(finding.case, 'a.case').testCase).toEqual(findingNumber(0).shrunk);
  });

  it('lists what nobody has decided about first', () => {
    const report = reportOn((corpus) => {
      const ids = [0, 1, 2].map((i) => corpus.recordFinding(findingNumber(i)).id);
      corpus.decide(ids[2], { status: 'fixed' });
    });
    expect(report.heads.map(({ status, foundAtMs }) => [status, foundAtMs % 10])).toEqual([
      ['new', 1],
      ['new', 0],
      ['fixed', 2],
    ]);
  });
});
