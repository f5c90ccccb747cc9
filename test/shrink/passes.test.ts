import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Case, type MapCommand, type MapSpec, PLAIN_RUN } from '../../src/case/case.ts';
import { caseHash } from '../../src/case/hash.ts';
import { isSimpler } from '../../src/case/simplicity.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { disassemble } from '../../src/isa/disassemble.ts';
import { withFewerKsyms, withFewerMaps } from '../../src/shrink/map-passes.ts';
import { PASSES } from '../../src/shrink/passes.ts';
import { someCase } from '../case/arbitrary-case.ts';

const firstOf = <T>(items: Iterable<T>, max: number): readonly T[] => {
  const first: T[] = [];
  for (const item of items) {
    if (first.length === max) break;
    first.push(item);
  }
  return first;
};

const WITH_FUNCTION: Case = {
  progType: 'xdp',
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: [],
  progs: [{ insns: assemble('call f\nexit\nf: r0 = 1\nexit') }],
  runs: [],
};

describe('every candidate of', () => {
  it.each(PASSES)('"$name" is a case that can be encoded', ({ smaller }) => {
    fc.assert(
      fc.property(someCase, (testCase) => {
        for (const candidate of firstOf(smaller(testCase), 20)) {
          expect(caseHash(candidate)).toHaveLength(64);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('every pass', () => {
  it('has a name of its own', () => {
    expect(new Set(PASSES.map(({ name }) => name)).size).toBe(PASSES.length);
  });

  it.each(PASSES)('"$name" makes something simpler of some case', ({ smaller }) => {
    const cases = [WITH_FUNCTION, ...fc.sample(someCase, { numRuns: 300, seed: 1 })];
    const helps = cases.some((testCase) =>
      firstOf(smaller(testCase), 20).some((candidate) => isSimpler(candidate, testCase)),
    );
    expect(helps).toBe(true);
  });
});

it('"drop maps" keeps what commands name, and renumbers it', () => {
  const map = (name: string): MapSpec => ({
    name,
    type: 'array',
    keyBytes: 4,
    valueBytes: 4,
    maxEntries: 1,
    flags: 0,
    entries: [],
  });
  const outer: MapSpec = { ...map('outer'), type: 'array_of_maps', inner: 1 };
  const index = (number: number) => Uint8Array.of(number, 0, 0, 0);
  const commands: readonly MapCommand[] = [
    { kind: 'update', map: 3, key: index(0), value: index(2), flags: 0n, count: 0 },
  ];
  const testCase: Case = {
    progType: 'xdp',
    expectedAttachType: 0,
    progFlags: 0,
    ksyms: [],
    maps: [map('a'), map('b'), map('c'), outer],
    progs: [{ insns: assemble('exit') }],
    runs: [{ ...PLAIN_RUN, commands }],
  };
  const [smaller, ...others] = [...withFewerMaps(testCase)];
  expect(others).toEqual([]);
  expect(smaller.maps.map(({ name }) => name)).toEqual(['b', 'c', 'outer']);
  expect(smaller.runs[0].commands).toEqual([{ ...commands[0], map: 2, value: index(1) }]);
});

it('"drop kernel symbols" drops what no insn names, and the others keep their insns', () => {
  const insns = assemble('r1 = map_by_fd(2) ll\nr1 = var_addr(2) ll\ncall kfunc#1\nexit');
  const [sample] = fc.sample(someCase, { numRuns: 1, seed: 1 });
  const testCase = { ...sample, ksyms: ['a', 'b', 'c', 'd'], progs: [{ insns }] };
  const smaller = [...withFewerKsyms(testCase)];
  expect(smaller.map(({ ksyms }) => ksyms.join(' '))).toEqual(['b c d', 'a b c']);
  expect(smaller.map(({ progs }) => disassemble(progs[0].insns).split('\n').slice(0, 3))).toEqual([
    ['r1 = map_by_fd(2) ll', 'r1 = var_addr(1) ll', 'call kfunc#0'],
    ['r1 = map_by_fd(2) ll', 'r1 = var_addr(2) ll', 'call kfunc#1'],
  ]);
});
