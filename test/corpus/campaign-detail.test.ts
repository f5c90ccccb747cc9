import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openCorpus } from '../../src/corpus/corpus.ts';
import type { CampaignEnd, CampaignTarget } from '../../src/corpus/records.ts';
import { scratchFolder } from './scratch.ts';

const START = { seed: '1', profile: 'default', versions: {}, startedAtMs: 5 };
const UML: CampaignTarget = {
  kernel: '6.1.176',
  arch: 'um',
  engine: 'interp',
  accepted: 7,
  rejected: 2,
  compared: 8,
  incomparable: 1,
  unsupported: 0,
  crashed: 0,
  hung: 0,
  restarted: 0,
};
const END: CampaignEnd = {
  endedAtMs: 9000,
  cases: 9,
  runs: 30,
  divergences: 1,
  stopped: 'limit',
  targets: { uml: UML },
  series: [
    { elapsedMs: 250, cases: 4, runs: 12, divergences: 0 },
    { elapsedMs: 510, cases: 9, runs: 30, divergences: 1 },
  ],
};

function corpusWith(end: CampaignEnd): string {
  const path = `${scratchFolder()}/corpus.db`;
  using corpus = openCorpus(path);
  corpus.endCampaign(corpus.addCampaign(START), end);
  return path;
}

describe('a campaign in a corpus', () => {
  it('has its targets and how it went', () => {
    using corpus = openCorpus(corpusWith(END), { mode: 'read' });
    expect(corpus.campaigns()[0].end).toEqual(END);
  });

  it('is kept without what was reached, which is large', () => {
    const reaching = { ...UML, reach: { forms: { exit: 1 } } };
    using corpus = openCorpus(corpusWith({ ...END, targets: { uml: reaching } }));
    expect(corpus.campaigns()[0].end).toEqual(END);
  });

  it('goes with the corpus that it is merged into', () => {
    using from = openCorpus(corpusWith(END));
    using into = openCorpus(`${scratchFolder()}/into.db`);
    into.merge(from);
    expect(into.campaigns()[0].end).toEqual(END);
  });

  it.each([
    ['series', '{}'],
    ['series', '[[1,2,3]]'],
    ['series', `[${Array(2000).fill('[1,2,3,4]')}]`],
    ['series', 'no JSON'],
    ['targets', '{"uml":{}}'],
  ])('of which %s is %.20s is damage', (column, text) => {
    const path = corpusWith(END);
    const db = new Database(path);
    db.prepare(`UPDATE campaigns SET ${column} = ?`).run(text);
    db.close();
    using corpus = openCorpus(path, { mode: 'read' });
    expect(() => corpus.campaigns()).toThrow(
      expect.objectContaining({ code: 'CORPUS_CORRUPT' }) as Error,
    );
  });
});
