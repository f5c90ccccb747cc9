import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { caseHash } from '../../src/case/hash.ts';
import { type Corpus, openCorpus } from '../../src/corpus/corpus.ts';
import type { Answer } from '../../src/corpus/records.ts';
import type { Located } from '../../src/localise/located.ts';
import { completed, emulator, rejected, run, uml } from '../compare/observed.ts';
import { caseNumber, findingNumber } from './new-finding.ts';
import { scratchFolder } from './scratch.ts';

function newCorpus(path = join(scratchFolder(), 'a corpus.db')): Corpus {
  const corpus = openCorpus(path);
  onTestFinished(() => corpus.close());
  return corpus;
}

/** What is there when it is closed and opened once more. */
function reopened(corpus: Corpus): Corpus {
  corpus.close();
  const again = openCorpus(corpus.path, { mode: 'read' });
  onTestFinished(() => again.close());
  return again;
}

const LOCATED: Located = {
  kind: 'insn',
  form: 'add32.x',
  prog: 0,
  insn: 2,
  by: 'trace',
  run: 1,
  iteration: 3,
  next: [{ prog: 0, insn: 3 }, null],
  values: [
    { name: 'r0', before: [1n, 1n], after: [2n, 2n ** 64n - 1n], differs: true },
    { name: '*(u32 *)(r10 -8)', before: [0n, 0n], after: [0n, null], differs: false },
  ],
  differs: '',
};

describe('a finding', () => {
  it('comes back with its cases and outcomes', () => {
    const corpus = newCorpus();
    const finding = findingNumber(1, { located: LOCATED });
    const { id, kind } = corpus.recordFinding(finding);
    expect(kind).toBe('new');
    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(reopened(corpus).finding(id)).toEqual({
      ...finding,
      id,
      targets: ['emulator', 'uml'],
      status: 'new',
      notes: '',
      rule: '',
      kernels: '',
      others: [],
      caseHash: caseHash(finding.shrunk),
    });
  });

  it('that is made smaller later keeps its id, and the case that it was found with', () => {
    const corpus = newCorpus();
    const found = findingNumber(9);
    const { id } = corpus.recordFinding(found);
    const { shrunk, divergence, observed, signature, located } = findingNumber(1);
    corpus.replaceShrunk(id, { shrunk, divergence, observed, signature, located });
    expect(reopened(corpus).finding(id)).toMatchObject({
      ...{ id, shrunk, divergence, observed, signature, located, original: found.original },
      caseHash: caseHash(shrunk),
    });
  });

  it('is listed without its cases, the oldest first', () => {
    const corpus = newCorpus();
    const ids = [3, 1, 2].map((number) => corpus.recordFinding(findingNumber(number)).id);
    const listed = reopened(corpus).findings();
    expect(listed.map(({ id }) => id)).toEqual([ids[1], ids[2], ids[0]]);
    expect(listed[0]).not.toHaveProperty('shrunk');
  });

  it('of a known signature is not recorded again', () => {
    const corpus = newCorpus();
    const first = corpus.recordFinding(findingNumber(1));
    const { signature } = findingNumber(1);
    const second = corpus.recordFinding(findingNumber(2, { signature }));
    expect(second).toEqual({ kind: 'known', id: first.id });
    expect(corpus.stats()).toMatchObject({ findings: 1, cases: 2, outcomes: 2 });
  });

  it('that is said to be fixed is recorded when it comes back', () => {
    const corpus = newCorpus();
    const { id } = corpus.recordFinding(findingNumber(1));
    corpus.decide(id, { status: 'fixed', notes: 'since 1.2' });
    expect(corpus.finding(id)).toMatchObject({ status: 'fixed', notes: 'since 1.2' });
    expect(corpus.recordFinding(findingNumber(1))).toEqual({ kind: 'new', id });
    expect(corpus.finding(id).status).toBe('new');
    const { signature } = findingNumber(1);
    expect(corpus.recordFinding(findingNumber(2, { signature }))).toEqual({ kind: 'known', id });
  });

  it('is found by how its id begins', () => {
    const corpus = newCorpus();
    const { id } = corpus.recordFinding(findingNumber(1));
    expect(corpus.finding(id.slice(0, 3)).id).toBe(id);
    expect(() => corpus.finding('nothing')).toThrow('no finding\'s id begins with "nothing"');
    expect(() => corpus.finding('%')).toThrow('no finding\'s id begins with "%"');
  });

  it('is not found by what several ids begin with', () => {
    const corpus = newCorpus();
    for (let number = 0; number < 17; number++) corpus.recordFinding(findingNumber(number));
    const digits = corpus.findings().map(({ id }) => id[0]);
    const twice = digits.find((digit, i) => digits.indexOf(digit) < i)!;
    expect(() => corpus.finding(twice)).toThrow(
      expect.objectContaining({ code: 'CORPUS_NO_FINDING' }),
    );
    expect(() => corpus.finding('')).toThrow('begin with ""');
  });
});

describe('outcomes', () => {
  it('are kept by case and target, the last one of each', () => {
    const corpus = newCorpus();
    const testCase = caseNumber(1);
    const record = (...answers: Parameters<Corpus['recordOutcomes']>[0][0]['answers']) =>
      corpus.recordOutcomes([{ testCase, claim: 'a claim', answers }]);
    record(emulator(completed()), uml(rejected(13, 'log')));
    record(uml(rejected(22)));
    const again = reopened(corpus);
    const answers = [emulator(completed()), uml(rejected(22))];
    expect(again.outcomesOf(caseHash(testCase))).toEqual(answers);
    expect([...again.recordedCases()]).toEqual([
      { name: caseHash(testCase), claim: 'a claim', testCase, answers },
    ]);
  });

  it('of another build are of another target', () => {
    const corpus = newCorpus();
    const answers = [uml(completed()), uml(completed(), { kernel: '6.1.200' })];
    corpus.recordOutcomes([{ testCase: caseNumber(1), claim: '', answers }]);
    expect(corpus.outcomesOf(caseHash(caseNumber(1)))).toEqual(answers);
  });

  it('of an unknown case are none', () => {
    expect(newCorpus().outcomesOf(caseHash(caseNumber(1)))).toEqual([]);
  });

  it('of a finding with a known cause have that mistake, where the kernel may have it', () => {
    const corpus = newCorpus();
    const linux = { release: '7.2', endianness: 'big' } as const;
    const observed = [
      emulator(completed(), { linux }),
      uml(completed({ runs: [run({ retval: 9 }), run()] }), { linux }),
    ] as const;
    const cause = 'half-slot-keeps-low-bits';
    corpus.recordFinding(findingNumber(1, { cause, observed }));
    corpus.recordFinding(findingNumber(2));
    const recorded = [...corpus.recordedCases()].map(({ answers }) => answers.map(mistakeOf));
    expect(recorded).toEqual([
      [undefined, cause],
      [undefined, undefined],
    ]);
  });

  it('can be recorded while the recorded cases are read', () => {
    const corpus = newCorpus();
    for (const number of [1, 2]) corpus.recordFinding(findingNumber(number));
    for (const { testCase, claim } of corpus.recordedCases()) {
      corpus.recordOutcomes([{ testCase, claim, answers: [emulator(completed())] }]);
    }
    expect([...corpus.recordedCases()].map(({ testCase }) => testCase)).toEqual([
      caseNumber(1),
      caseNumber(2),
    ]);
  });
});

describe('a campaign', () => {
  const start = {
    seed: '18446744073709551615',
    profile: 'default',
    versions: { bpfdiff: '0.1.0' },
    startedAtMs: 1_700_000_000_000,
  };

  it('is recorded when it begins and when it ends', () => {
    const corpus = newCorpus();
    const id = corpus.addCampaign(start);
    expect(corpus.campaigns()).toEqual([{ id, ...start, end: null }]);
    const end = {
      endedAtMs: 1_700_000_009_000,
      cases: 9,
      runs: 30,
      divergences: 1,
      stopped: 'limit',
    };
    corpus.endCampaign(id, end);
    expect(reopened(corpus).campaigns()).toEqual([{ id, ...start, end }]);
  });

  it('is named by its findings', () => {
    const corpus = newCorpus();
    const campaign = corpus.addCampaign(start);
    corpus.recordFinding(findingNumber(1, { campaign }));
    expect(corpus.findings()[0].campaign).toBe(campaign);
  });
});

describe('a corpus', () => {
  it('is made with its folders', () => {
    const corpus = newCorpus(join(scratchFolder(), 'not there', 'nor this', 'a corpus.db'));
    corpus.recordFinding(findingNumber(1));
    expect(reopened(corpus).stats().findings).toBe(1);
  });

  it('may be closed twice', () => {
    const corpus = newCorpus();
    corpus.close();
    expect(() => corpus.close()).not.toThrow();
  });

  it('takes what two writers find', () => {
    const one = newCorpus();
    const other = newCorpus(one.path);
    for (const number of [1, 3, 5]) {
      one.recordFinding(findingNumber(number));
      other.recordFinding(findingNumber(number + 1));
    }
    one.close();
    other.recordFinding(findingNumber(7));
    expect(reopened(other).stats().findings).toBe(7);
  });

  it('tells one writer what the other has found', () => {
    const one = newCorpus();
    const other = newCorpus(one.path);
    const { id } = one.recordFinding(findingNumber(1));
    expect(other.recordFinding(findingNumber(1))).toEqual({ kind: 'known', id });
  });
});

const mistakeOf = ({ mistake }: Answer): string | undefined => mistake;
