import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/isa/assemble.ts';
import { disassemble } from '../../src/isa/disassemble.ts';
import { keepInsns, withoutUnreachable } from '../../src/isa/rewrite.ts';

const lines = (...asm: readonly string[]) => assemble(asm.join('\n'));

/** Lines that begin with `-` are deleted. */
const KEPT: readonly { claim: string; from: readonly string[]; to: readonly string[] }[] = [
  {
    claim: 'a jump over it is shorter',
    from: ['if r1 == 0 goto end', '- r0 = 1', 'r0 = 2', 'end: exit'],
    to: ['if r1 == 0 goto +1', 'r0 = 2', 'exit'],
  },
  {
    claim: 'two slots count twice',
    from: ['goto end', '- r0 = 1 ll', 'end: exit'],
    to: ['goto +0', 'exit'],
  },
  {
    claim: 'a jump to it goes to what follows',
    from: ['if r1 == 0 goto to', 'r0 = 1', '- to: r0 = 2', 'r0 = 3', 'exit'],
    to: ['if r1 == 0 goto +1', 'r0 = 1', 'r0 = 3', 'exit'],
  },
  {
    claim: 'a jump back is shorter',
    from: ['back: r0 = 1', '- r0 = 2', 'if r1 != 0 goto back', 'exit'],
    to: ['r0 = 1', 'if r1 != 0 goto -2', 'exit'],
  },
  {
    claim: 'a jump elsewhere stays',
    from: ['- r0 = 1', 'if r1 == 0 goto +1', 'r0 = 2', 'exit'],
    to: ['if r1 == 0 goto +1', 'r0 = 2', 'exit'],
  },
  {
    claim: 'a long jump and a call follow as well',
    from: ['gotol end', '- r0 = 1', 'call f', 'end: exit', '- f: r0 = 2', 'r0 = 3', 'exit'],
    to: ['gotol +1', 'call pc+1', 'exit', 'r0 = 3', 'exit'],
  },
  {
    claim: 'the address of a function follows',
    from: ['r2 = code_addr(f) ll', '- r0 = 1', 'exit', 'f: r0 = 2', 'exit'],
    to: ['r2 = code_addr(pc+2) ll', 'exit', 'r0 = 2', 'exit'],
  },
  {
    claim: 'a jump that goes to no insn keeps its distance',
    from: ['goto +9', '- r0 = 1', 'exit'],
    to: ['goto +9', 'exit'],
  },
  {
    claim: 'a jump behind the last insn stays there',
    from: ['goto +2', '- r0 = 1', 'exit'],
    to: ['goto +1', 'exit'],
  },
];

describe('where an insn is deleted', () => {
  it.each(KEPT)('$claim', ({ from, to }) => {
    const insns = lines(...from.map((line) => line.replace(/^- /, '')));
    const keep = from.map((line) => !line.startsWith('- '));
    expect(disassemble(keepInsns(insns, keep), 'distances')).toBe(to.join('\n'));
  });
});

describe('without what is unreachable', () => {
  it.each([
    {
      claim: 'what follows an exit is gone',
      from: ['r0 = 1', 'exit', 'r0 = 2', 'exit'],
      to: ['r0 = 1', 'exit'],
    },
    {
      claim: 'what a jump skips is gone',
      from: ['goto end', 'r0 = 1', 'r0 = 2', 'end: exit'],
      to: ['goto +0', 'exit'],
    },
    {
      claim: 'both ways of a branch stay',
      from: ['if r1 == 0 goto end', 'exit', 'end: exit'],
      to: ['if r1 == 0 goto +1', 'exit', 'exit'],
    },
    {
      claim: 'functions that are called, or whose address is taken, stay',
      from: ['call f', 'exit', 'r0 = 9', 'f: r2 = code_addr(g) ll', 'exit', 'g: exit'],
      to: ['call pc+1', 'exit', 'r2 = code_addr(pc+2) ll', 'exit', 'exit'],
    },
  ])('$claim', ({ from, to }) => {
    expect(disassemble(withoutUnreachable(lines(...from)), 'distances')).toBe(to.join('\n'));
  });

  it('a prog of which all is reachable is the same', () => {
    const insns = lines('r0 = 1', 'exit');
    expect(withoutUnreachable(insns)).toBe(insns);
  });
});
