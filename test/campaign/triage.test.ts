import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createCaseSource } from '../../generators/index.ts';
import { runCampaign } from '../../src/campaign/campaign.ts';
import { common } from '../../src/campaign/common-features.ts';
import type { Summary } from '../../src/campaign/events.ts';
import { createFirstReached } from '../../src/campaign/first-reached.ts';
import { caseKeeper } from '../../src/cli/case-keeper.ts';
import { changeFinder } from '../../src/cli/change-finder.ts';
import { locator } from '../../src/cli/locator.ts';
import { findingRecorder, knownIn } from '../../src/cli/record-finding.ts';
import { steadyOn } from '../../src/cli/steady.ts';
import { agreementOf } from '../../src/compare/agreement.ts';
import { type Corpus, openCorpus } from '../../src/corpus/corpus.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { defaultRules } from '../../src/targets/emulator/rules.ts';
import { DEFAULT_LINUX, type Target } from '../../src/targets/target.ts';
import { scratchFolder } from '../corpus/scratch.ts';

const { alu } = defaultRules;
const WRONG = createEmulator({
  linux: DEFAULT_LINUX,
  rules: { alu: { ...alu, 'mov32.x': (_d, s) => s } },
});

/** The right emulator in the clothes of a kernel. */
function kernel(name: string): Target {
  const right = createEmulator({ linux: DEFAULT_LINUX });
  return { ...right, name, info: { ...right.info, engine: 'interp' } };
}

function newCorpus(): Corpus {
  const corpus = openCorpus(join(scratchFolder(), 'a corpus.db'));
  onTestFinished(() => corpus.close());
  return corpus;
}

function campaign(corpus: Corpus, targets: readonly Target[]): Promise<Summary> {
  const id = corpus.addCampaign({ seed: '7', profile: 'alu', versions: {}, startedAtMs: 0 });
  const capabilities = [common(targets.map(({ features }) => features))];
  return runCampaign({
    seed: '7',
    profile: 'alu',
    limit: { kind: 'cases', cases: 600 },
    next: createCaseSource({ seed: 7n, profile: 'alu', capabilities }).next,
    targets,
    isSteady: steadyOn(DEFAULT_LINUX),
    findChange: changeFinder(),
    locate: locator(),
    ruleFor: knownIn(corpus),
    keep: caseKeeper(corpus, 100),
    record: findingRecorder(corpus, id, () => 0),
    onEvent: () => {},
    signal: new AbortController().signal,
    findingsMax: 1,
    now: () => performance.now(),
  });
}

describe('a finding of a campaign of three targets', () => {
  it('has what each made of it, with the odd one out', async () => {
    const corpus = newCorpus();
    const { findings } = await campaign(corpus, [WRONG, kernel('one'), kernel('two')]);
    const { shrunk, observed, others } = corpus.finding(findings[0]);
    expect(others.map(({ name }) => name)).toEqual(['two']);
    const { groups, oddOneOut } = agreementOf(shrunk, [...observed, ...others]);
    expect(groups.map((group) => group.map(({ name }) => name))).toEqual([
      ['one', 'two'],
      ['emulator'],
    ]);
    expect(oddOneOut?.name).toBe('emulator');
  });
});

describe('a known divergence', () => {
  it('is counted by its rule, and stops no campaign', async () => {
    const corpus = newCorpus();
    const targets = [WRONG, kernel('one')];
    const first = await campaign(corpus, targets);
    expect(first).toMatchObject({ stopped: 'max-findings', known: {} });
    // Each ends at what is not known yet.
    let last = first;
    for (let round = 0; round < 8 && last.stopped === 'max-findings'; round++) {
      for (const id of last.findings) corpus.decide(id, { status: 'known', rule: 'wide-mov' });
      last = await campaign(corpus, targets);
    }
    expect(last).toMatchObject({ stopped: 'limit', cases: 600, findings: [], divergences: 0 });
    expect(last.known['wide-mov']).toBeGreaterThan(1);
  });

  it('of other kernels is a finding', async () => {
    const corpus = newCorpus();
    const targets = [WRONG, kernel('one')];
    const { findings } = await campaign(corpus, targets);
    corpus.decide(findings[0], { status: 'known', rule: 'wide-mov', kernels: '6.7..' });
    const again = await campaign(corpus, targets);
    expect(again).toMatchObject({ stopped: 'max-findings', known: {} });
  });
});

describe('cases that agree', () => {
  it('are kept while they reach something first, up to the limit, with the answers of kernels', async () => {
    const corpus = newCorpus();
    const targets = [createEmulator({ linux: DEFAULT_LINUX }), kernel('one')];
    await campaign(corpus, targets);
    const kept = [...corpus.keptCases()];
    expect(kept).toHaveLength(100);
    for (const { answers, reached } of kept) {
      expect(answers.map(({ name }) => name)).toEqual(['one']);
      expect(reached).not.toEqual([]);
    }
  });

  it('are the first for what is new alone', () => {
    const firsts = createFirstReached(new Set(['forms b']));
    expect(firsts.of({ forms: ['a', 'b', 'c'], messages: ['no'] })).toEqual(['forms a', 'forms c']);
    expect(firsts.of({ forms: ['a'], errnos: ['xdp 22'], operands: [0] })).toEqual([
      'errnos xdp 22',
      expect.stringMatching(/^first .+ 0$/),
      expect.stringMatching(/^second .+ 0$/),
    ]);
    expect(firsts.of({ forms: ['a', 'b'], operands: [0] })).toEqual([]);
  });
});
