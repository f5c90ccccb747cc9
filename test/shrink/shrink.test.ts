import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import { caseHash } from '../../src/case/hash.ts';
import { isSimpler } from '../../src/case/simplicity.ts';
import { formNamed, insnOf } from '../../src/isa/forms.ts';
import { OPCODE_CALL } from '../../src/isa/opcode.ts';
import { bareShrinkable, type Holds, shrink } from '../../src/shrink/shrink.ts';
import type { Shrinkable } from '../../src/shrink/shrinkable.ts';
import { someCase } from '../case/arbitrary-case.ts';

/** A case that no other number gives, the simpler the lower; no pass makes another number of it. */
const caseNumber = (number: number): Case => ({
  progType: 'xdp',
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: [],
  progs: [{ insns: [insnOf(formNamed('call.helper'), { imm: number })] }],
  runs: [],
});
const numberOf = ({ progs: [prog] }: Case): number | undefined =>
  prog?.insns.find(({ opcode }) => opcode === OPCODE_CALL)?.imm;

interface Tree {
  readonly number: number;
  readonly holds: boolean;
  readonly smaller: readonly Tree[];
}

const shrinkable = ({ number, smaller }: Tree): Shrinkable => ({
  testCase: caseNumber(number),
  shrink: () => smaller.map(shrinkable),
});

interface Node {
  readonly holds: boolean;
  readonly smaller: readonly Node[];
}

const someNode = (depthMax: number): fc.Arbitrary<Node> =>
  fc.record({
    holds: fc.boolean(),
    smaller: depthMax === 0 ? fc.constant([]) : fc.array(someNode(depthMax - 1), { maxLength: 12 }),
  });

const countOf = ({ smaller }: Node): number =>
  smaller.reduce((count, each) => count + countOf(each), 1);

/** Trees whose nodes have a number each, lower than those above. */
const someTree: fc.Arbitrary<Tree> = someNode(4).map((root) => {
  let next = countOf(root);
  const numbered = ({ holds, smaller }: Node): Tree => ({
    number: --next,
    holds,
    smaller: smaller.map(numbered),
  });
  return numbered(root);
});

const nodesOf = (tree: Tree): readonly Tree[] => [tree, ...tree.smaller.flatMap(nodesOf)];

/** Only cases of the tree can hold, so that the passes change nothing. */
function holdsIn(tree: Tree): Holds {
  const holding = new Set(nodesOf(tree).flatMap(({ number, holds }) => (holds ? [number] : [])));
  return async (candidates) => candidates.map((testCase) => holding.has(numberOf(testCase) ?? -1));
}

/** One candidate after another; where one held, the next list begins at its place. */
function serially({ smaller, number }: Tree, first = 0): number {
  const places = [...smaller.keys()];
  const order = [...places.slice(first), ...places.slice(0, first)];
  const next = order.find((place) => smaller[place].holds);
  return next === undefined ? number : serially(smaller[next], next);
}

describe('shrinking', () => {
  it('in batches of every size gives what trying one candidate after another gives', async () => {
    const size = fc.integer({ min: 1, max: 20 });
    await fc.assert(
      fc.asyncProperty(someTree, size, async (tree, batchSize) => {
        const { shrunk } = await shrink(shrinkable(tree), holdsIn(tree), { batchSize });
        expect(numberOf(shrunk.testCase)).toBe(serially(tree));
      }),
    );
  });

  it('by passes in batches of every size gives what batches of one give', async () => {
    const start = bareShrinkable(RICH);
    const holds: Holds = async (candidates) =>
      candidates.map((testCase) => caseHash(testCase).charCodeAt(0) % 3 === 0);
    const results = await Promise.all(
      [1, 2, 7, 64].map((batchSize) => shrink(start, holds, { batchSize })),
    );
    expect(new Set(results.map(({ shrunk }) => caseHash(shrunk.testCase))).size).toBe(1);
    expect(results[0].steps).toBeGreaterThan(0);
  });

  it('tries only what is strictly simpler than the smallest so far, whatever the case', async () => {
    await fc.assert(
      fc.asyncProperty(someCase, fc.integer({ min: 2, max: 5 }), async (start, share) => {
        let smallest = start;
        await shrink(
          bareShrinkable(start),
          async (candidates) => {
            for (const candidate of candidates) expect(isSimpler(candidate, smallest)).toBe(true);
            return candidates.map((each) => caseHash(each).charCodeAt(0) % share === 0);
          },
          {
            candidatesMax: 400,
            onProgress: (progress) => {
              smallest = progress.smallest;
            },
          },
        );
      }),
      { numRuns: 40 },
    );
  });

  it('tries no case again that has failed', async () => {
    const seen: string[] = [];
    await shrink(bareShrinkable(RICH), async (candidates) => {
      seen.push(...candidates.map(caseHash));
      return candidates.map((testCase) => testCase.runs.length === 1);
    });
    const failed = new Set<string>();
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.filter((hash) => failed.has(hash) || !failed.add(hash))).toEqual([]);
  });

  it('tries at once what is likely to follow, whatever the answers are', async () => {
    const tree = { number: 200, holds: true, smaller: [] as Tree[] };
    tree.smaller = Array.from({ length: 200 }, (_, i) => ({
      number: i,
      holds: false,
      smaller: [],
    }));
    const sizes: number[] = [];
    await shrink(shrinkable(tree), async (candidates) => {
      sizes.push(candidates.length);
      return candidates.map(() => false);
    });
    expect(sizes[0]).toBeGreaterThan(1);
    // The more that fail, the more others are expected to.
    expect(sizes[4]).toBeGreaterThan(sizes[0]);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64);
  });

  it('ends with the smallest so far when it has tried enough', async () => {
    const everything: Holds = async (candidates) => candidates.map(() => true);
    const { tried, shrunk, steps } = await shrink(endless(MANY), everything, { candidatesMax: 20 });
    expect(tried).toBe(20);
    expect(numberOf(shrunk.testCase)).toBe(MANY - steps);
  });

  it('ends with the smallest so far when it is interrupted', async () => {
    const controller = new AbortController();
    const { shrunk, steps } = await shrink(
      endless(MANY),
      async (candidates) => {
        if (numberOf(candidates[0]) === MANY - 5) controller.abort();
        return candidates.map(() => true);
      },
      { signal: controller.signal, batchSize: 1 },
    );
    expect(steps).toBe(5);
    expect(numberOf(shrunk.testCase)).toBe(MANY - 5);
  });

  it('tells how far it is after every batch', async () => {
    const progress: (number | undefined)[][] = [];
    await shrink(endless(MANY), async (candidates) => candidates.map(() => true), {
      batchSize: 1,
      candidatesMax: 3,
      onProgress: ({ tried, smallest }) => progress.push([tried, numberOf(smallest)]),
    });
    expect(progress).toEqual([
      [1, MANY - 1],
      [2, MANY - 2],
      [3, MANY - 3],
    ]);
  });

  it('rejects with what the predicate rejects with', async () => {
    const lost = new Error('the target is lost');
    await expect(shrink(endless(MANY), () => Promise.reject(lost))).rejects.toBe(lost);
  });
});

const MANY = 1000;

/** Always one more candidate, for as long as a test takes. */
const endless = (number: number): Shrinkable => ({
  testCase: caseNumber(number),
  shrink: () => [endless(number - 1)],
});

/** Something for every pass. */
const RICH: Case = {
  ...caseNumber(1),
  progFlags: 4,
  ksyms: ['bpf_prog_active'],
  maps: [
    {
      name: 'a',
      type: 'hash',
      keyBytes: 1,
      valueBytes: 2,
      maxEntries: 9,
      flags: 1,
      entries: [{ key: Uint8Array.of(1), value: Uint8Array.of(1, 2) }],
    },
  ],
  progs: [
    {
      insns: [
        insnOf(formNamed('mov64.k'), { imm: 77 }),
        insnOf(formNamed('jeq64.k'), { imm: 5, off: 1 }),
        insnOf(formNamed('add64.k'), { imm: -9 }),
        insnOf(formNamed('exit')),
      ],
    },
  ],
  runs: [
    { ...PLAIN_RUN, data: Uint8Array.of(1, 2, 3, 4), repeat: 5, flags: 1 },
    { ...PLAIN_RUN, ctx: { sizeBytes: 24, fields: { data_end: 4n, rx_queue_index: 3n } } },
  ],
};
