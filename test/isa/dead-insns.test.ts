import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/isa/assemble.ts';
import { withoutDeadInsns } from '../../src/isa/dead-insns.ts';
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
