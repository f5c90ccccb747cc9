import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCorpus } from '../../src/corpus/corpus.ts';
import { scratchFolder } from './scratch.ts';

const CAMPAIGN = join(import.meta.dirname, 'wrong-campaign.mjs');
/** The test of 50 moments is `BPFDIFF_KILLS=50 npx vitest run test/corpus/killed.test.ts`; `BPFDIFF_AGAINST=uml`. */
const KILLS = Number(process.env.BPFDIFF_KILLS ?? 3);
const AGAINST = process.env.BPFDIFF_AGAINST ?? 'emulator';

interface Campaign {
  /** Ids of the findings that were told of so far. */
  readonly reported: readonly string[];
  /** When it has told of so many. */
  reports(count: number): Promise<void>;
  kill(): Promise<void>;
}

/** A real process. */
function startCampaign(path: string, seed: number): Campaign {
  const child = execa(process.execPath, [CAMPAIGN, path, `${seed}`, AGAINST], {
    reject: false,
    stdin: 'ignore',
    buffer: false,
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const reported: string[] = [];
  let heard = (): void => {};
  let text = '';
  child.stdout.on('data', (bytes: Buffer) => {
    const lines = `${text}${bytes}`.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line);
      if (event.kind === 'recorded') reported.push(event.finding);
    }
    heard();
  });
  child.stdout.on('end', () => heard());
  return {
    reported,
    reports: (count) =>
      new Promise((resolve, reject) => {
        heard = () => {
          if (reported.length >= count) resolve();
          else if (child.stdout.readableEnded) reject(new Error('the campaign ended'));
        };
        heard();
      }),
    async kill() {
      child.kill('SIGKILL');
      await child;
    },
  };
}

/** Opens it as the next command would, and reads everything. */
function expectIntact(path: string, reported: readonly string[]): void {
  using corpus = openCorpus(path);
  const ids = corpus.findings().map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining([...reported]));
  for (const id of ids) expect(corpus.finding(id).observed).toHaveLength(2);
  for (const { answers } of corpus.keptCases()) expect(answers).not.toEqual([]);
}

describe('a campaign that is killed at any moment', () => {
  it(
    `leaves a corpus with all that it told of, ${KILLS} times in the same file and in a new one`,
    async () => {
      const folder = scratchFolder();
      let findings = 0;
      for (let kill = 0; kill < KILLS; kill++) {
        // Some go on with what the one before has left.
        const path = join(folder, kill % 2 === 0 ? 'same.db' : `${kill}.db`);
        const campaign = startCampaign(path, kill + 1);
        await campaign.reports(1);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 2000));
        await campaign.kill();
        findings += campaign.reported.length;
        expectIntact(path, campaign.reported);
        console.log(`kill ${kill + 1}: ${campaign.reported.length} findings told of, none lost`);
      }
      expect(findings).toBeGreaterThanOrEqual(KILLS);
    },
    KILLS * 120_000,
  );
});

describe('two campaigns that write one corpus at once', () => {
  it('lose nothing of what either told of', async () => {
    const path = join(scratchFolder(), 'shared.db');
    const campaigns = [startCampaign(path, 101), startCampaign(path, 202)];
    await Promise.all(campaigns.map((campaign) => campaign.reports(4)));
    await Promise.all(campaigns.map((campaign) => campaign.kill()));
    const reported = campaigns.flatMap((campaign) => campaign.reported);
    expect(new Set(reported).size).toBe(reported.length);
    expectIntact(path, reported);
    using corpus = openCorpus(path, { mode: 'read' });
    expect(corpus.campaigns()).toHaveLength(2);
  }, 600_000);
});
