import { expect, it } from 'vitest';
import type { Case } from '../../../src/case/case.ts';
import { coreInsns } from '../../../src/cli/bench/mutants/core-insns.ts';
import { assemble } from '../../../src/isa/assemble.ts';

const caseOf = (lines: readonly string[]): Case => ({
  progType: 'xdp',
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: [],
  progs: [{ insns: assemble(lines.join('\n')) }],
  runs: [],
});

it.each([
  ['the result of a prog', 1, ['r0 s>>= r0', 'exit']],
  ['a result that is moved', 2, ['r1 = 1', 'r1 = be32 r1', 'r0 = r1', 'exit']],
  [
    'what is kept in a map',
    2,
    [
      'r1 = -1',
      'w1 += w1',
      'r6 = map_val(map_by_fd(0)) +0 ll',
      '*(u64 *)(r6 +8) = r1',
      'r0 = 0',
      'exit',
    ],
  ],
  [
    'what is kept of the stack',
    1,
    [
      '*(u8 *)(r10 -8) = r1',
      'r6 = map_val(map_by_fd(0)) +0 ll',
      'r1 = *(u64 *)(r10 -8)',
      '*(u64 *)(r6 +0) = r1',
      'exit',
    ],
  ],
  [
    'a store of fewer bytes',
    2,
    ['r0 = map_val(map_by_fd(0)) +0 ll', '*(u8 *)(r0 +0) = r0', 'exit'],
  ],
])('%s: %i insns show something', (_what, count, lines) => {
  expect(coreInsns(caseOf(lines))).toBe(count);
});
