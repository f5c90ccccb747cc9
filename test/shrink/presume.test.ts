import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Case } from '../../src/case/case.ts';
import { caseHash } from '../../src/case/hash.ts';
import { bareShrinkable, type Holds, shrink } from '../../src/shrink/shrink.ts';
import { someCase } from '../case/arbitrary-case.ts';

/** Holds for one case in `share`, by what it is. */
const byHash =
  (share: number, salt = 0) =>
  (testCase: Case): boolean =>
    (caseHash(testCase).charCodeAt(0) + salt) % share === 0;

/** The predicate, and how often and for how many cases it was asked. */
function counted(holds: (testCase: Case) => boolean) {
  const asked: Case[] = [];
  let batches = 0;
  const ask: Holds = async (candidates) => {
    batches++;
    asked.push(...candidates);
    return candidates.map(holds);
  };
  return { ask, asked, batches: () => batches };
}

const someShare = fc.integer({ min: 2, max: 5 });

describe('shrinking on the way that stand-ins presume', () => {
  it('ends where trying one by one ends if they are right, and asks less often', async () => {
    let [serially, presuming] = [0, 0];
    await fc.assert(
      fc.asyncProperty(someCase, someShare, async (start, share) => {
        const holds = byHash(share);
        const [serial, quick] = [counted(holds), counted(holds)];
        const one = await shrink(bareShrinkable(start), serial.ask, { batchSize: 1 });
        const other = await shrink(bareShrinkable(start), quick.ask, {
          presumed: async (candidate) => holds(candidate),
        });
        expect(caseHash(other.shrunk.testCase)).toBe(caseHash(one.shrunk.testCase));
        expect(other.steps).toBe(one.steps);
        serially += serial.batches();
        presuming += quick.batches();
      }),
      { numRuns: 40 },
    );
    expect(presuming).toBeLessThan(serially / 4);
  });

  it('ends with what holds, and of which nothing smaller does, however wrong they are', async () => {
    await fc.assert(
      fc.asyncProperty(someCase, someShare, someShare, async (start, share, theirs) => {
        const holds = byHash(share);
        const { shrunk } = await shrink(bareShrinkable(start), counted(holds).ask, {
          presumed: async (candidate) => byHash(theirs, 1)(candidate),
        });
        expect(shrunk.testCase === start || holds(shrunk.testCase)).toBe(true);
        const again = await shrink(bareShrinkable(shrunk.testCase), counted(holds).ask);
        expect(again.steps).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('asks for no more than it may, and ends with what holds', async () => {
    await fc.assert(
      fc.asyncProperty(someCase, someShare, fc.nat(12), async (start, share, candidatesMax) => {
        const holds = byHash(share);
        const { ask, asked } = counted(holds);
        const { shrunk, tried } = await shrink(bareShrinkable(start), ask, {
          candidatesMax,
          batchSize: 3,
          presumed: async () => true,
        });
        expect(tried).toBe(asked.length);
        expect(tried).toBeLessThanOrEqual(candidatesMax);
        expect(shrunk.testCase === start || holds(shrunk.testCase)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('tells how far it is on the way', async () => {
    const [start] = fc.sample(someCase, { numRuns: 1, seed: 4 });
    const { ask, batches } = counted(() => true);
    const told: number[] = [];
    await shrink(bareShrinkable(start), ask, {
      presumed: async () => true,
      onProgress: ({ tried }) => {
        told.push(tried);
        // Of the first way alone.
        if (told.length === 1) expect(batches()).toBe(1);
      },
    });
    expect(told[0]).toBeGreaterThan(0);
  });

  it('presumes no more when it is interrupted', async () => {
    const [start] = fc.sample(someCase, { numRuns: 1, seed: 4 });
    let presumed = 0;
    const { ask, asked } = counted(() => true);
    await shrink(bareShrinkable(start), ask, {
      isOver: () => presumed >= 3,
      presumed: async () => ++presumed > 0,
    });
    expect(presumed).toBe(3);
    expect(asked).toEqual([]);
  });
});
