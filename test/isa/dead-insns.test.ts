import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/isa/assemble.ts';
import { mayReadUnwritten, withoutDeadInsns } from '../../src/isa/dead-insns.ts';
import { disassemble } from '../../src/isa/disassemble.ts';

/** Lines that begin with `-` are in vain. */
const ROWS: readonly { readonly claim: string; readonly prog: readonly string[] }[] = [
  { claim: 'a value that nobody reads is', prog: ['- r1 = 5', 'r0 = 0', 'exit'] },
  {
    claim: 'what only led to it is as well',
    prog: ['- r1 = 5', '- r2 = r1', '- r2 += r1', 'r0 = 0', 'exit'],
  },
  {
    claim: 'a value that is read on one of two ways is not',
    prog: ['r2 = 1', 'if r1 == 0 goto end', 'r0 = r2', 'exit', 'end: r0 = 0', 'exit'],
  },
  {
    claim: 'a value that is read in the next round is not',
    prog: ['r0 = 0', 'again: r0 += 1', 'if r0 < 5 goto again', 'exit'],
  },
  { claim: 'a call and its arguments are not', prog: ['r1 = 1', 'call f', 'exit', 'f: exit'] },
  { claim: 'a stack that nobody reads is', prog: ['- *(u64 *)(r10 -8) = 1', 'r0 = 0', 'exit'] },
  {
    claim: 'a stack that a pointer leads to is not',
    prog: ['*(u64 *)(r10 -8) = 1', 'r2 = r10', 'call tail_call#12', 'r0 = 0', 'exit'],
  },
  { claim: 'what nothing reaches is', prog: ['r0 = 0', 'exit', '- r0 = 1', '- exit'] },
];

describe('in vain', () => {
  it.each(ROWS)('$claim', ({ prog }) => {
    const insns = assemble(prog.map((line) => line.replace(/^- /, '')).join('\n'));
    const left = assemble(prog.filter((line) => !line.startsWith('- ')).join('\n'));
    expect(disassemble(withoutDeadInsns(insns))).toBe(disassemble(left));
  });
});

describe('reads of what nothing has written', () => {
  it.each([
    ['a register of before the prog', ['r0 = r6', 'exit'], true],
    ['a result that there is none of', ['exit'], true],
    ['on one of two ways', ['r0 = 0', 'if r1 == 0 goto +1', 'r6 = 1', 'r0 = r6', 'exit'], true],
    ['an argument after a call', ['r2 = 1', 'call ktime_get_ns#5', 'r0 = r2', 'exit'], true],
    ['the ctx and the frame', ['*(u64 *)(r10 -8) = r1', 'r0 = 0', 'exit'], false],
    ['what a call returns', ['call ktime_get_ns#5', 'exit'], false],
    ['in a loop', ['r0 = 0', 'r0 += 1', 'if r0 < 3 goto -2', 'exit'], false],
  ])('%s: %j is %s', (_, lines, expected) => {
    expect(mayReadUnwritten(assemble(lines.join('\n')))).toBe(expected);
  });
});
