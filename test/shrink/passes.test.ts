import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Case, type MapCommand, type MapSpec, PLAIN_RUN } from '../../src/case/case.ts';
import { caseHash } from '../../src/case/hash.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { disassemble } from '../../src/isa/disassemble.ts';
import { distanceOf } from '../../src/isa/distance.ts';
import type { Insn } from '../../src/isa/insn.ts';
import { withFewerKsyms, withFewerMaps } from '../../src/shrink/map-passes.ts';
import { PASSES } from '../../src/shrink/passes.ts';
import { someCase } from '../case/arbitrary-case.ts';

/** Candidates that a property looks at; the first are the ones that are mostly taken. */
const CANDIDATES_MAX = 300;

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
const NONE = new Uint8Array();
const nonZero = (bytes: Uint8Array): number => bytes.filter((byte) => byte !== 0).length;
const immediates = ({ imm, nextImm = 0 }: Insn): number => Math.abs(imm) + Math.abs(nextImm);

/** All that a pass may make smaller. */
const MEASURES: Readonly<Record<string, (testCase: Case) => number | bigint>> = {
  'load attributes': ({ progFlags, expectedAttachType }) =>
    Number(progFlags !== 0) + Number(expectedAttachType !== 0),
  runs: ({ runs }) => runs.length,
  insns: ({ progs }) => sum(progs.map(({ insns }) => insns.length)),
  distances: ({ progs }) =>
    sum(progs.flatMap(({ insns }) => insns.map((insn) => Math.abs(distanceOf(insn) ?? 0)))),
  immediates: ({ progs }) => sum(progs.flatMap(({ insns }) => insns.map(immediates))),
  'kernel symbols': ({ ksyms }) => ksyms.length,
  maps: ({ maps }) => maps.length,
  'room in maps': ({ maps }) => sum(maps.map(({ maxEntries }) => Math.max(maxEntries, 1))),
  'flags of maps': ({ maps }) => maps.filter(({ flags }) => flags !== 0).length,
  'entries of maps': ({ maps }) => sum(maps.map(({ entries }) => entries.length)),
  'bytes in maps': ({ maps }) =>
    sum(
      maps
        // What names maps is renumbered.
        .filter(({ inner }) => inner === undefined)
        .flatMap(({ entries }) => entries.map(({ value }) => nonZero(value))),
    ),
  overrides: ({ runs }) => sum(runs.map(({ attr = {} }) => Object.keys(attr).length)),
  commands: ({ runs }) => sum(runs.map(({ commands = [] }) => commands.length)),
  'flags of commands': ({ runs }) =>
    sum(runs.map(({ commands = [] }) => commands.filter(({ flags }) => flags !== 0n).length)),
  'bytes in commands': ({ runs, maps }) =>
    sum(
      runs.flatMap(({ commands = [] }) =>
        commands.map(({ map, key, value }) => {
          // What names maps is renumbered.
          const isPlain = !maps[map].type.endsWith('_of_maps');
          return nonZero(key ?? NONE) + (isPlain ? nonZero(value ?? NONE) : 0);
        }),
      ),
    ),
  packets: ({ runs }) => sum(runs.map(({ data }) => (data === null ? 0 : data.length + 1))),
  'bytes in packets': ({ runs }) =>
    sum(runs.map(({ data }) => (data === null ? 0 : nonZero(data)))),
  'fields of ctx': ({ runs }) =>
    sum(runs.map(({ ctx }) => (ctx === null ? 0 : Object.keys(ctx.fields).length + 1))),
  'values in ctx': ({ runs }) =>
    runs.flatMap(({ ctx }) => Object.values(ctx?.fields ?? {})).reduce((a, b) => a + b, 0n),
  repeats: ({ runs }) => sum(runs.map(({ repeat }) => (repeat === 0 ? 2 : repeat))),
  'run attributes': ({ runs }) =>
    sum(
      runs.map(
        ({ flags, cpu, batchSize, dataOutBytes, ctxOutBytes }) =>
          [flags, cpu, batchSize].filter((number) => number !== 0).length +
          [dataOutBytes, ctxOutBytes].filter((size) => size !== null).length,
      ),
    ),
};

const firstOf = <T>(items: Iterable<T>, max: number): readonly T[] => {
  const first: T[] = [];
  for (const item of items) {
    if (first.length === max) break;
    first.push(item);
  }
  return first;
};

describe('every candidate of', () => {
  it.each(PASSES)('"$name" is smaller in one measure and larger in none', ({ smaller }) => {
    fc.assert(
      fc.property(someCase, (testCase) => {
        for (const candidate of firstOf(smaller(testCase), CANDIDATES_MAX)) {
          const names = Object.keys(MEASURES);
          const larger = names.filter(
            (name) => MEASURES[name](candidate) > MEASURES[name](testCase),
          );
          expect(larger).toEqual([]);
          expect(names.some((name) => MEASURES[name](candidate) < MEASURES[name](testCase))).toBe(
            true,
          );
        }
      }),
      { numRuns: 50 },
    );
  });

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

  it.each(PASSES)('"$name" makes something of some case', ({ smaller }) => {
    const helps = fc.sample(someCase, { numRuns: 300, seed: 1 }).some((testCase) => {
      return firstOf(smaller(testCase), 1).length > 0;
    });
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
