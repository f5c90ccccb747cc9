import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Corpus, openCorpus } from '../../src/corpus/corpus.ts';
import { completed, run, uml } from '../compare/observed.ts';
import { caseNumber, findingNumber } from './new-finding.ts';
import { scratchFolder } from './scratch.ts';

function newCorpus(): Corpus {
  const corpus = openCorpus(join(scratchFolder(), 'a corpus.db'));
  onTestFinished(() => corpus.close());
  return corpus;
}

const answer = (retval: number) => uml(completed({ runs: [run({ retval }), run()] }));
const recorded = (number: number, retval = 2) => ({
  testCase: caseNumber(number),
  claim: `case ${number}`,
  answers: [answer(retval)],
});

describe('a known finding', () => {
  it.each([
    ['', '6.1', true],
    ['6.1..', '6.1', true],
    ['6.1..6.12', '6.12', true],
    ['..6.9', '6.12', false],
    ['6.7..', '6.1', false],
    ['6.12..', '6.7', false],
  ])('of kernels %j makes one of the same signature on %s a duplicate: %s', (kernels, release, is) => {
    const corpus = newCorpus();
    const { id } = corpus.recordFinding(findingNumber(1));
    corpus.decide(id, { status: 'known', rule: 'lost-bit', kernels });
    const { signature } = findingNumber(1);
    const standing = is ? { id, rule: 'lost-bit' } : undefined;
    expect(corpus.standing(signature, [release, release])).toEqual(standing);
    expect(corpus.standing('another signature', [release])).toBeUndefined();
  });

  it('found on kernels of which it is not known is recorded', () => {
    const corpus = newCorpus();
    const { signature } = findingNumber(1);
    const { id } = corpus.recordFinding(findingNumber(1));
    corpus.decide(id, { status: 'known', rule: 'lost-bit', kernels: '6.7..' });
    expect(corpus.recordFinding(findingNumber(2, { signature })).kind).toBe('new');
    corpus.decide(id, { status: 'known', kernels: '..6.7' });
    const third = corpus.recordFinding(findingNumber(3, { signature }));
    expect(third).toEqual({ kind: 'known', id, rule: 'lost-bit' });
  });
});

describe('removing', () => {
  it('a finding takes its cases along', () => {
    const corpus = newCorpus();
    const { id } = corpus.recordFinding(findingNumber(1));
    const removed = corpus.remove(id);
    expect(removed).toMatchObject({ id, kind: 'finding', stayed: [] });
    expect(removed.cases).toHaveLength(2);
    expect(corpus.stats()).toMatchObject({ findings: 0, cases: 0, outcomes: 0 });
  });

  it('leaves cases that another finding is about, or that were added', () => {
    const corpus = newCorpus();
    const [one, two] = [findingNumber(1), findingNumber(2)];
    const first = corpus.recordFinding(one);
    corpus.recordFinding({ ...two, original: one.shrunk });
    corpus.addCases([recorded(1_000_001)]);
    const removed = corpus.remove(first.id);
    expect(removed.cases).toEqual([]);
    expect(removed.stayed).toHaveLength(2);
    expect(corpus.findings()).toHaveLength(1);
    expect(corpus.stats().cases).toBe(3);
  });

  it('a case forgets what it reached; one that a finding is about stays for that', () => {
    const corpus = newCorpus();
    corpus.keepReaching([{ testCase: caseNumber(1), answers: [answer(2)], names: ['forms a'] }]);
    const [{ name }] = corpus.keptCases();
    corpus.recordFinding(findingNumber(1));
    expect(corpus.remove(name.slice(0, 12))).toMatchObject({ kind: 'case', stayed: [name] });
    expect([...corpus.reached()]).toEqual([]);
    expect([...corpus.keptCases()]).toEqual([]);
    expect(corpus.findings()).toHaveLength(1);
  });

  it.each(['', 'zz'])('%j is told to be nobody', (prefix) => {
    expect(() => newCorpus().remove(prefix)).toThrow(/id begins with/);
  });
});

describe('cases that reached something', () => {
  it('are kept while they reach what none had', () => {
    const corpus = newCorpus();
    const reaching = (number: number, ...names: readonly string[]) => ({
      testCase: caseNumber(number),
      answers: [answer(2)],
      names,
    });
    const first = [
      reaching(1, 'forms a', 'forms b'),
      reaching(2, 'forms b'),
      reaching(3, 'forms c'),
    ];
    expect(corpus.keepReaching(first)).toBe(2);
    expect(corpus.keepReaching([reaching(4, 'forms a', 'forms d')])).toBe(1);
    expect([...corpus.keptCases()].map(({ reached }) => reached)).toEqual([
      ['forms a', 'forms b'],
      ['forms c'],
      ['forms d'],
    ]);
    expect(corpus.reached()).toEqual(new Set(['forms a', 'forms b', 'forms c', 'forms d']));
  });
});

describe('adding', () => {
  it('tells what is new, and lets no answer be replaced', () => {
    const corpus = newCorpus();
    const other = { ...answer(2), name: 'another' };
    expect(corpus.addCases([recorded(1)])[0]).toMatchObject({ kind: 'new', conflicts: [] });
    expect(corpus.addCases([recorded(1)])[0]).toMatchObject({ kind: 'same', conflicts: [] });
    const [more] = corpus.addCases([{ ...recorded(1, 7), answers: [answer(7), other] }]);
    expect(more).toMatchObject({ kind: 'more', conflicts: ['uml'] });
    expect([...corpus.recordedCases()][0].answers).toEqual([other, answer(2)]);
  });

  it('keeps the mistake of an answer', () => {
    const corpus = newCorpus();
    const wrong = { ...answer(2), mistake: 'lost-bit' };
    corpus.addCases([{ ...recorded(1), answers: [wrong] }]);
    expect([...corpus.recordedCases()][0].answers).toEqual([wrong]);
  });
});

describe('merging', () => {
  it('takes over cases, findings, decisions and campaigns, once', () => {
    const [from, into] = [newCorpus(), newCorpus()];
    const campaign = { seed: '1', profile: 'default', versions: {}, startedAtMs: 5 };
    const id = from.addCampaign(campaign);
    const end = { endedAtMs: 6, cases: 7, runs: 8, divergences: 1, stopped: 'limit' };
    from.endCampaign(id, end);
    const third = { ...answer(9), name: 'third' };
    const found = from.recordFinding(findingNumber(1, { campaign: id, others: [third] }));
    from.decide(found.id, { status: 'known', rule: 'lost-bit', kernels: '6.1..', notes: 'ours' });
    from.addCases([recorded(2)]);
    from.keepReaching([{ testCase: caseNumber(3), answers: [answer(2)], names: ['forms a'] }]);
    into.addCampaign({ ...campaign, seed: '2' });
    into.addCases([recorded(2)]);

    expect(into.merge(from)).toEqual({
      cases: { new: 1, more: 0, same: 1 },
      findings: { new: 1, same: 0, decided: 1 },
      campaigns: 1,
      conflicts: [],
    });
    expect(into.finding(found.id)).toEqual({ ...from.finding(found.id), campaign: 2 });
    expect(into.campaigns()[1]).toEqual({ ...from.campaigns()[0], id: 2 });
    expect(into.reached()).toEqual(new Set(['forms a']));

    const before = into.stats();
    expect(into.merge(from)).toMatchObject({
      cases: { new: 0, more: 0, same: 2 },
      findings: { new: 0, same: 1, decided: 0 },
      campaigns: 0,
    });
    expect(into.stats()).toEqual(before);
  });

  it('leaves what was decided and answered here', () => {
    const [from, into] = [newCorpus(), newCorpus()];
    for (const [corpus, status] of [
      [from, 'fixed'],
      [into, 'wont-fix'],
    ] as const) {
      const { id } = corpus.recordFinding(findingNumber(1));
      corpus.decide(id, { status });
    }
    from.addCases([recorded(2, 8)]);
    into.addCases([recorded(2, 9)]);
    const { conflicts } = into.merge(from);
    expect(conflicts).toEqual([expect.stringMatching(/^[0-9a-f]{64} uml$/)]);
    expect(into.findings()[0].status).toBe('wont-fix');
    const [kept] = into.keptCases();
    expect(kept.answers).toEqual([answer(9)]);
  });
});
