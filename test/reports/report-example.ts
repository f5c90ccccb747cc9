import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Divergence } from '../../src/compare/compare.ts';
import { type Corpus, openCorpus } from '../../src/corpus/corpus.ts';
import type { CampaignEnd, CampaignStart, NewFinding } from '../../src/corpus/records.ts';
import { type Report, type ReportOptions, reportOf } from '../../src/reports/report.ts';
import { completed, emulator, run, uml } from '../compare/observed.ts';
import { findingNumber } from '../corpus/new-finding.ts';

/** The report of a corpus that `fill` has filled. */
export function reportOn(
  fill: (corpus: Corpus) => void,
  options: Partial<ReportOptions> = {},
): Report {
  const folder = mkdtempSync(join(tmpdir(), 'bpfdiff report '));
  try {
    using corpus = openCorpus(join(folder, 'corpus.db'));
    fill(corpus);
    return reportOf(corpus, {
      corpus: 'some corpus.db',
      version: '0.1.0',
      writtenAtMs: Date.UTC(2026, 10, 22),
      commandsOf: ({ id }) => [`bpfdiff corpus show ${id}`],
      ...options,
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const START: CampaignStart = {
  seed: '7',
  profile: 'default',
  versions: { bpfdiff: '0.1.0' },
  startedAtMs: Date.UTC(2026, 10, 21),
};

/** Of a campaign of four seconds that has found something. */
export const END: CampaignEnd = {
  endedAtMs: START.startedAtMs + 4000,
  cases: 4000,
  runs: 9000,
  divergences: 2,
  stopped: 'limit',
  targets: {
    uml: {
      kernel: '6.1.176',
      arch: 'x86_64',
      engine: 'interp',
      accepted: 3990,
      rejected: 10,
      compared: 4000,
      incomparable: 3,
      unsupported: 0,
      crashed: 0,
      hung: 0,
      restarted: 0,
    },
  },
  series: [1, 2, 3, 4].map((second) => ({
    elapsedMs: second * 1000,
    cases: second * 900 + 100 * (second % 2),
    runs: second * 2000,
    divergences: second > 2 ? 2 : 0,
  })),
};

/** A corpus with a campaign and so many findings. */
export const reportWith = (findings: number): Report =>
  reportOn((corpus) => {
    const campaign = corpus.addCampaign(START);
    for (let i = 0; i < findings; i++) corpus.recordFinding(findingNumber(i, { campaign }));
    corpus.endCampaign(campaign, END);
  });

export const EMPTY = reportOn(() => {});

/** Ends an element, a script, a comment, a fence, a cell and a line; mentions, links, turns text around. */
export const HOSTILE = [
  `</pre></script><script>document.title='owned'</script>`,
  `<img src=x onerror="document.title='owned'">`,
  '`````\n| a | b |\n# heading @user #1 https://evil.example :+1:',
  `&amp; ]]> <!-- "quoted" 'too' \u202eturned\u0007\u001b[31m red`,
].join('\n');

/** The worst that the name of a target can be. */
const HOSTILE_NAME = `</pre><img/src=x/onerror="document.title='owned'">|\`\`\`&amp;@user`;

/** All that a stranger may have written into a corpus. */
export const HOSTILE_REPORT = reportOn((corpus) => {
  const campaign = corpus.addCampaign({ ...START, seed: HOSTILE, profile: HOSTILE });
  const found = corpus.recordFinding(hostileFinding(campaign));
  const decided = corpus.recordFinding(hostileFinding(campaign, 1));
  corpus.decide(decided.id, { status: 'known', rule: HOSTILE, notes: HOSTILE, kernels: '6.1..' });
  corpus.decide(found.id, { status: 'new', notes: HOSTILE });
  corpus.endCampaign(campaign, { ...END, stopped: HOSTILE });
});

function hostileFinding(campaign: number, number = 0): NewFinding {
  const finding = findingNumber(number);
  const said = { console: HOSTILE };
  const observed = [
    { ...emulator(completed(said)), name: HOSTILE_NAME },
    {
      ...uml(completed({ ...said, runs: [run({ retval: 9 }), run()] })),
      name: `uml${HOSTILE_NAME}`,
    },
  ] as const;
  const divergence: Divergence = {
    ...finding.divergence,
    where: { run: 0, map: HOSTILE, field: HOSTILE },
    values: [HOSTILE, HOSTILE],
    description: HOSTILE,
  };
  const others = [{ ...uml({ kind: 'crashed', console: HOSTILE }), name: `other${HOSTILE_NAME}` }];
  return { ...finding, campaign, observed, others, divergence, cause: HOSTILE };
}
