import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/isa/assemble.ts';
import { effectsOf } from '../../src/isa/effects.ts';

const ROWS: readonly (readonly [line: string, reads: string, writes: string, beside: string])[] = [
  ['r1 = 5', '', '1', 'pure'],
  ['r1 = r2', '2', '1', 'pure'],
  ['r1 += r2', '1 2', '1', 'pure'],
  ['r1 += 5', '1', '1', 'pure'],
  ['r1 = -r1', '1', '1', 'pure'],
  ['r1 = (s8)r2', '2', '1', 'pure'],
  ['r1 = be16 r1', '1', '1', 'pure'],
  ['r1 = *(u8 *)(r2 +3)', '2', '1', 'pure'],
  ['r1 = 7 ll', '', '1', 'pure'],
  ['*(u8 *)(r2 +3) = r4', '2 4', '', 'other'],
  ['*(u8 *)(r2 +3) = 4', '2', '', 'other'],
  ['lock *(u64 *)(r2 +0) += r4', '2 4', '', 'other'],
  ['r4 = atomic64_fetch_add((u64 *)(r2 +0), r4)', '2 4', '4', 'other'],
  ['r0 = atomic64_cmpxchg((u64 *)(r2 +0), r0, r4)', '0 2 4', '0', 'other'],
  ['if r1 == r2 goto +0', '1 2', '', 'other'],
  ['if r1 == 2 goto +0', '1', '', 'other'],
  ['goto +0', '', '', 'other'],
  ['call ktime_get_ns#5', '1 2 3 4 5', '0 1 2 3 4 5', 'other'],
  ['exit', '0', '', 'other'],
];

const regsIn = (mask: number): string =>
  [...Array(11).keys()].filter((reg) => mask & (1 << reg)).join(' ');

describe('the registers that an insn reads and writes', () => {
  it.each(ROWS)('`%s`: %j and %j', (line, reads, writes, beside) => {
    const effects = effectsOf(assemble(line)[0]);
    expect([regsIn(effects.reads), regsIn(effects.writes), effects.beside]).toEqual([
      reads,
      writes,
      beside,
    ]);
  });
});
