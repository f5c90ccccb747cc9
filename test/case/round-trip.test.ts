import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CaseBytesError, decodeCase, encodeCase } from '../../src/case/bytes.ts';
import { caseHash } from '../../src/case/hash.ts';
import { CaseTextError, parseCaseText, printCase } from '../../src/case/text.ts';
import { someCase } from './arbitrary-case.ts';

const check = (property: fc.IProperty<unknown[]>) => fc.assert(property, { numRuns: 300 });
const claim = fc.string().map((text) => text.replace(/\s+/g, ' ').trim());

describe('a case', () => {
  it('every one comes back from its text, with its claim', () => {
    check(
      fc.property(someCase, claim, (testCase, said) => {
        const text = printCase(testCase, { claim: said });
        expect(parseCaseText(text, 'some.case')).toEqual({ claim: said, testCase, rest: [] });
      }),
    );
  });

  it('every text is printed the same after it was read', () => {
    check(
      fc.property(someCase, (testCase) => {
        const text = printCase(testCase, { claim: '' });
        expect(printCase(parseCaseText(text, 'some.case').testCase, { claim: '' })).toBe(text);
      }),
    );
  });

  it('every one comes back from its bytes, but for ctx fields that are 0', () => {
    check(
      fc.property(someCase, (testCase) => {
        const decoded = decodeCase(encodeCase(testCase));
        expect(caseHash(decoded)).toBe(caseHash(testCase));
        const runs = testCase.runs.map((run) => ({
          ...run,
          ctx: run.ctx && {
            ...run.ctx,
            fields: Object.fromEntries(
              Object.entries(run.ctx.fields).filter(([, value]) => value !== 0n),
            ),
          },
        }));
        expect(decoded).toEqual({ ...testCase, runs });
      }),
    );
  });

  it('every change of a byte gives another case or is refused', () => {
    check(
      fc.property(someCase, fc.nat(), fc.integer({ min: 1, max: 255 }), (testCase, at, flip) => {
        const bytes = encodeCase(testCase);
        const changed = bytes.slice();
        changed[at % bytes.length] ^= flip;
        expect(bytesIfDecoded(changed)).not.toEqual(bytes);
      }),
    );
  });

  it('every cut of its bytes is refused', () => {
    check(
      fc.property(someCase, fc.nat(), (testCase, at) => {
        const bytes = encodeCase(testCase);
        expect(() => decodeCase(bytes.subarray(0, at % bytes.length))).toThrow(CaseBytesError);
      }),
    );
  });

  it('every cut of its text is read or refused with a place in it', () => {
    check(
      fc.property(someCase, fc.nat(), (testCase, at) => {
        const text = printCase(testCase, { claim: 'cut' });
        const cut = text.slice(0, at % text.length);
        try {
          parseCaseText(cut, 'cut.case');
        } catch (error) {
          expect(error).toBeInstanceOf(CaseTextError);
          expect((error as CaseTextError).place.line).toBeLessThanOrEqual(cut.split('\n').length);
        }
      }),
    );
  });
});

/** Canonical: what can be decoded gives the same bytes again. */
function bytesIfDecoded(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return encodeCase(decodeCase(bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(CaseBytesError);
    return undefined;
  }
}
