import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaseBytesError } from '../../src/case/bytes.ts';
import { decodeOutcome, encodeOutcome } from '../../src/corpus/outcome-bytes.ts';
import { someCase } from '../case/arbitrary-case.ts';
import { CASE, completed, hex } from '../compare/observed.ts';
import { someOutcome } from './arbitrary-outcome.ts';

const someRecorded = someCase.chain((testCase) =>
  fc.record({ testCase: fc.constant(testCase), outcome: someOutcome(testCase) }),
);

describe('the bytes of an outcome', () => {
  it('give back every outcome', () => {
    fc.assert(
      fc.property(someRecorded, ({ testCase, outcome }) => {
        expect(decodeOutcome(encodeOutcome(outcome), testCase)).toEqual(outcome);
      }),
    );
  });

  it('leave out what the emulator executed', () => {
    const bytes = encodeOutcome(
      completed({ execution: { executed: [hex('01')], operands: [], calls: [] } }),
    );
    expect(decodeOutcome(bytes, CASE)).toEqual(completed());
  });

  it('are refused wherever they end too early or too late', () => {
    const bytes = encodeOutcome(completed());
    for (let lenBytes = 0; lenBytes < bytes.length; lenBytes++) {
      expect(() => decodeOutcome(bytes.subarray(0, lenBytes), CASE)).toThrow(CaseBytesError);
    }
    expect(() => decodeOutcome(Buffer.concat([bytes, hex('00')]), CASE)).toThrow(CaseBytesError);
  });

  it('are refused or read, but never anything else, with any byte changed', () => {
    fc.assert(
      fc.property(someRecorded, fc.nat(), fc.nat(255), ({ testCase, outcome }, at, byte) => {
        const bytes = encodeOutcome(outcome);
        bytes[at % bytes.length] = byte;
        try {
          decodeOutcome(bytes, testCase);
        } catch (error) {
          expect(error).toBeInstanceOf(CaseBytesError);
        }
      }),
    );
  });

  it('are refused where the case has other runs or maps', () => {
    const bytes = encodeOutcome(completed());
    const fewerRuns = { ...CASE, runs: CASE.runs.slice(1) };
    const moreMaps = { ...CASE, maps: [...CASE.maps, ...CASE.maps] };
    expect(() => decodeOutcome(bytes, fewerRuns)).toThrow('Expected runs of at most 1, got 2');
    expect(() => decodeOutcome(bytes, moreMaps)).toThrow(
      'Expected an outcome for each run and map',
    );
  });
});
