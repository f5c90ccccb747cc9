import { describe, expect, it } from 'vitest';
import { parseAnswerLine } from '../../../src/targets/own/answer.ts';
import { CASE } from '../../compare/observed.ts';

const accepted = (over: object = {}): string =>
  JSON.stringify({ id: 7, kind: 'accepted', runs: [{}, {}], maps: [[], []], ...over });

describe('an answer of a runtime', () => {
  it.each<[line: string, problem: RegExp]>([
    ['', /Expected a line of JSON/],
    ['[]', /^answer: /],
    ['{"id":7}', /^kind: /],
    [accepted({ id: 8 }), /id: Expected 7, got 8/],
    [accepted({ runs: [{}] }), /runs: Expected 2, got 1/],
    [accepted({ maps: [] }), /maps: Expected 2, got 0/],
    [accepted({ runs: [{ retval: -1 }, {}] }), /^runs\.0\.retval: /],
    [accepted({ runs: [{ errno: 5000 }, {}] }), /^runs\.0\.errno: /],
    [accepted({ runs: [{ dataOut: 'abc' }, {}] }), /^runs\.0\.dataOut: Expected bytes in hex/],
    [accepted({ runs: [{ commands: [{}] }, {}] }), /runs\.0\.commands: Expected 0, got 1/],
    [accepted({ more: 1 }), /more/],
    ['{"id":7,"kind":"rejected","errno":0}', /^errno: /],
  ])('%s is wrong', (line, problem) => {
    const parsed = parseAnswerLine(line, 7, CASE);
    expect(parsed.kind).toBe('wrong');
    expect(parsed).toHaveProperty('problem', expect.stringMatching(problem));
  });

  it('has its maps sorted by key, and what it leaves out is 0', () => {
    const maps = [['02', '01'].map((key) => ({ key, values: ['aa'] })), []];
    const parsed = parseAnswerLine(accepted({ maps }), 7, CASE);
    expect(parsed).toMatchObject({
      outcome: {
        runs: [{ errno: 0, retval: 0, dataOut: new Uint8Array() }, {}],
        maps: [[{ key: Uint8Array.of(1) }, { key: Uint8Array.of(2) }], []],
      },
    });
  });
});
