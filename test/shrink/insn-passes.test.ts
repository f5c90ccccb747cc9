import { describe, expect, it } from 'vitest';
import type { Case } from '../../src/case/case.ts';
import { referenceValue } from '../../src/case/map-references.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { disassemble } from '../../src/isa/disassemble.ts';
import { PASSES } from '../../src/shrink/passes.ts';
import { withFewerProgs } from '../../src/shrink/tail-passes.ts';

const caseOf = (...progs: readonly string[]): Case => ({
  progType: 'xdp',
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: [],
  progs: progs.map((text) => ({ insns: assemble(text) })),
  runs: [],
});
const textOf = ({ progs }: Case): string => progs.map(({ insns }) => disassemble(insns)).join('\n');

/** One of the cases that the pass makes of another. */
const ROWS: readonly { pass: string; from: readonly string[]; to: readonly string[] }[] = [
  {
    pass: 'drop insns',
    from: ['r1 = 1', 'r2 = r1', '*(u64 *)(r6 +0) = r2', 'r0 = 0', 'exit'],
    to: ['r0 = 0', 'exit'],
  },
  {
    pass: 'slices',
    from: [
      'r6 = 1',
      'r1 = 2',
      'if r1 == 7 goto end',
      'r7 = 3',
      '*(u64 *)(r8 +0) = r6',
      '*(u64 *)(r9 +0) = r7',
      'end: r0 = 0',
      'exit',
    ],
    to: ['r6 = 1', '*(u64 *)(r8 +0) = r6', 'r0 = 0', 'exit'],
  },
  {
    pass: 'straighten branches',
    from: ['r0 = 1', 'if r1 == 0 goto end', 'r0 = 2', 'exit', 'end: r0 += 3', 'exit'],
    to: ['r0 = 1', 'goto +0', 'r0 += 3', 'exit'],
  },
  {
    pass: 'inline functions',
    from: [
      'r1 = 1',
      'call f',
      'r0 += 1',
      'exit',
      'f: r0 = r1',
      'if r1 == 0 goto e',
      'r0 = 2',
      'e: exit',
    ],
    to: ['r1 = 1', 'r0 = r1', 'if r1 == 0 goto e', 'r0 = 2', 'e: r0 += 1', 'exit'],
  },
  {
    pass: 'constants',
    from: ['r1 = 1', 'r2 = 0', 'call map_update_elem#2', 'r0 s>>= 3', 'exit'],
    to: ['r1 = 1', 'r2 = 0', 'call map_update_elem#2', 'r0 = -1', 'exit'],
  },
  {
    pass: 'constants',
    from: ['r1 = 0x1234', 'r1 += 1', 'r0 = r1', 'exit'],
    to: ['r1 = 0x1235', 'r0 = r1', 'exit'],
  },
  {
    pass: 'immediate operands',
    from: ['r1 = 77', 'r0 = 5', 'r0 -= r1', 'exit'],
    to: ['r0 = 5', 'r0 -= 77', 'exit'],
  },
  {
    pass: 'immediate operands',
    from: ['r1 = 77', '*(u8 *)(r6 +3) = r1', 'r0 = 0', 'exit'],
    to: ['*(u8 *)(r6 +3) = 77', 'r0 = 0', 'exit'],
  },
  {
    pass: 'forward moves',
    from: ['r2 = *(u8 *)(r1 +0)', 'r3 = r2', 'r0 = r3', 'exit'],
    to: ['r2 = *(u8 *)(r1 +0)', 'r0 = r2', 'exit'],
  },
  {
    pass: 'forward moves',
    from: ['r2 = *(u8 *)(r1 +0)', 'r2 += 5', 'r0 = r2', 'exit'],
    to: ['r0 = *(u8 *)(r1 +0)', 'r0 += 5', 'exit'],
  },
  {
    pass: 'lower registers',
    from: ['r7 = 1', 'r0 = r7', 'exit'],
    to: ['r1 = 1', 'r0 = r1', 'exit'],
  },
  {
    pass: 'smaller offsets',
    from: ['*(u64 *)(r10 -64) = 1', 'r0 = *(u64 *)(r10 -64)', 'exit'],
    to: ['*(u64 *)(r10 -8) = 1', 'r0 = *(u64 *)(r10 -8)', 'exit'],
  },
];

describe('a pass makes of a prog', () => {
  it.each(ROWS)('"$pass": $to.0 ...', ({ pass, from, to }) => {
    const { smaller } = PASSES.find(({ name }) => name === pass)!;
    const made = [...smaller(caseOf(from.join('\n')))].map(textOf);
    expect(made).toContain(textOf(caseOf(to.join('\n'))));
  });
});

it('"drop progs" drops a prog and what calls it, or all others', () => {
  const entries = [1, 2].map((index) => ({
    key: referenceValue(index),
    value: referenceValue(index),
  }));
  const calls = {
    name: 'calls',
    type: 'prog_array',
    keyBytes: 4,
    valueBytes: 4,
    flags: 0,
  } as const;
  const testCase: Case = {
    ...caseOf('r0 = 0\nexit', 'r0 = 1\nexit', 'r0 = 2\nexit'),
    maps: [{ ...calls, maxEntries: 3, entries }],
  };
  const made = [...withFewerProgs(testCase)].map(({ progs, maps }) => [
    progs.map(({ insns }) => insns[0].imm),
    maps[0].entries.map(({ key, value }) => [key[0], value[0]]),
  ]);
  expect(made).toEqual([
    [[2], []],
    [[0, 1], [[1, 1]]],
    [[1], []],
    [[0, 2], [[2, 1]]],
  ]);
});
