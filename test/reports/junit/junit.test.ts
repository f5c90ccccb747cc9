import { describe, expect, it } from 'vitest';
import type { CaseReport } from '../../../src/corpus/case-report.ts';
import { findingsJunit } from '../../../src/reports/junit/findings.ts';
import { replayJunit } from '../../../src/reports/junit/replay.ts';
import { findingNumber } from '../../corpus/new-finding.ts';
import { type Element, elementsOf } from '../markup.ts';
import {
  EMPTY,
  END,
  HOSTILE,
  HOSTILE_REPORT,
  reportOn,
  reportWith,
  START,
} from '../report-example.ts';

/** Of junit-10.xsd: what may stand where, with which attributes; those with `!` must be there. */
const SCHEMA: Readonly<Record<string, readonly [around: string, attributes: string]>> = {
  testsuites: ['', 'tests failures errors'],
  testsuite: ['testsuites', 'name! tests! failures errors skipped time'],
  testcase: ['testsuites testsuite', 'name! classname time'],
  failure: ['testsuites testsuite testcase', 'type message'],
  skipped: ['testsuites testsuite testcase', 'message'],
};

/** The elements of what is valid by the schema, with sums that are right. */
function checked(xml: string): readonly Element[] {
  const elements = elementsOf(xml);
  for (const { name, attributes, around } of elements) {
    const [place, allowed] = SCHEMA[name];
    expect(around.join(' ')).toBe(place);
    const names = allowed.split(' ');
    expect(names.map((one) => one.replace('!', ''))).toEqual(
      expect.arrayContaining(Object.keys(attributes)),
    );
    const needed = names.filter((one) => one.endsWith('!')).map((one) => one.slice(0, -1));
    expect(Object.keys(attributes)).toEqual(expect.arrayContaining(needed));
  }
  const count = (name: string): string =>
    `${elements.filter((element) => element.name === name).length}`;
  expect(elements[0].attributes).toEqual({
    tests: count('testcase'),
    failures: count('failure'),
    errors: '0',
  });
  return elements;
}

const named = (elements: readonly Element[], name: string) =>
  elements.filter((element) => element.name === name).map(({ attributes }) => attributes);

describe('findings as JUnit XML', () => {
  it('of an empty corpus are no tests', () => {
    expect(checked(findingsJunit(EMPTY))).toHaveLength(1);
  });

  it('of campaigns that found nothing are tests that pass', () => {
    const report = reportOn((corpus) => corpus.endCampaign(corpus.addCampaign(START), END));
    const elements = checked(findingsJunit(report));
    expect(named(elements, 'testcase')).toEqual([
      { name: 'campaign 1, default, seed 7', classname: 'campaigns', time: '4.000' },
    ]);
  });

  it('fail, in a suite for each two targets', () => {
    const elements = checked(findingsJunit(reportWith(2)));
    expect(named(elements, 'testsuite').map(({ name, failures }) => [name, failures])).toEqual([
      ['campaigns', '0'],
      ['emulator / uml', '2'],
    ]);
    expect(named(elements, 'failure')[0].type).toBe('retval');
    expect(findingsJunit(reportWith(1))).toContain('disagree (retval)');
  });

  it('pass or are skipped where a person has decided so', () => {
    const report = reportOn((corpus) => {
      for (const [i, status] of (
        ['new', 'fixed', 'wont-fix', 'kernel-change'] as const
      ).entries()) {
        const { id } = corpus.recordFinding(findingNumber(i));
        corpus.decide(id, { status, notes: 'as agreed' });
      }
    });
    const elements = checked(findingsJunit(report));
    expect(named(elements, 'failure')).toHaveLength(1);
    expect(named(elements, 'skipped').map(({ message }) => message)).toEqual([
      'kernel-change: as agreed',
      'wont-fix: as agreed',
    ]);
    expect(named(elements, 'testcase')).toHaveLength(4);
  });

  it('hold hostile content as text alone', () => {
    const xml = findingsJunit(HOSTILE_REPORT);
    checked(xml);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML can't hold them
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u202e]/);
  });
});

describe('a replay as JUnit XML', () => {
  const caseReport = (over: Partial<CaseReport>): CaseReport => ({
    name: 'corpus/a.case',
    claim: 'a claim',
    compared: 1,
    divergences: [],
    mistakes: [],
    ...over,
  });

  it('has a test for each case', () => {
    const elements = checked(
      replayJunit('corpus', [
        caseReport({}),
        caseReport({ compared: 0, mistakes: ['lost-bit: sid:jit'] }),
        caseReport({ name: HOSTILE, claim: HOSTILE, divergences: [HOSTILE, 'retval: 1'] }),
        caseReport({ compared: 0 }),
      ]),
    );
    expect(named(elements, 'testcase')).toHaveLength(4);
    expect(named(elements, 'testcase')[0].name).toBe('corpus/a.case: a claim');
    expect(named(elements, 'failure')).toHaveLength(1);
    expect(named(elements, 'skipped')).toHaveLength(1);
  });
});
