import { describe, expect, it } from 'vitest';
import { MAPS } from '../../../generators/near-miss/maps.ts';
import { RULES } from '../../../generators/near-miss/rules.ts';
import { snippetOf, withSnippet } from '../../../generators/near-miss/snippet.ts';
import { type Case, PLAIN_RUN } from '../../../src/case/case.ts';
import { parseCaseText } from '../../../src/case/parse-case.ts';
import { printCase } from '../../../src/case/print-case.ts';
import { assemble } from '../../../src/isa/assemble.ts';
import { disassemble } from '../../../src/isa/disassemble.ts';
import { validateProg } from '../../../src/isa/validate.ts';

const PROG: Case = {
  progType: 'xdp',
  expectedAttachType: 0,
  progFlags: 0,
  maps: [
    {
      name: 'own',
      type: 'array',
      keyBytes: 4,
      valueBytes: 8,
      maxEntries: 1,
      flags: 0,
      entries: [],
    },
  ],
  ksyms: ['bpf_strlen'],
  progs: [{ insns: assemble('r2 = r1\nif r2 == 0 goto +1\nr0 = 1\nr0 = 2\nexit') }],
  runs: [PLAIN_RUN],
};

describe('snippets', () => {
  it('stand around the prog, name what is theirs, and jump across it', () => {
    const { maps, ksyms, progs } = withSnippet(
      PROG,
      snippetOf('r1 = map:hash; call kfunc:bpf_throw; call f; goto end; --- ; f: r0 = 3; exit'),
    );
    expect(maps.map(({ name, type }) => [name, type])).toEqual([
      ['own', 'array'],
      ['near_hash', 'hash'],
    ]);
    expect(ksyms).toEqual(['bpf_strlen', 'bpf_throw']);
    expect(disassemble(progs[0].insns).split('\n')).toEqual([
      'r6 = r1',
      'r1 = map_by_fd(1) ll',
      'call kfunc#1',
      'call pc+7',
      'goto +0',
      'r1 = r6',
      'r2 = r1',
      'if r2 == 0 goto +1',
      'r0 = 1',
      'r0 = 2',
      'exit',
      'r0 = 3',
      'exit',
    ]);
  });

  it('have insns with fields set and bits of the opcode flipped', () => {
    const { insns } = snippetOf('r2 = 1 {src=3, op^=0xb}');
    expect(insns[1]).toMatchObject({ opcode: 0xbc, src: 3, imm: 1 });
  });
});

describe('rules', () => {
  const variants = RULES.flatMap(({ name, kept = [], broken }) =>
    [...kept, ...broken].map((text) => ({ name, text })),
  );

  it('have names of their own', () => {
    expect(new Set(RULES.map(({ name }) => name)).size).toBe(RULES.length);
  });

  it('are written so that every variant can be read, and names known maps', () => {
    for (const { text } of variants) {
      for (const name of snippetOf(text).maps) expect(Object.keys(MAPS)).toContain(name);
    }
  });

  it('make cases whose text says all', () => {
    for (const { text } of variants) {
      const testCase = withSnippet(PROG, snippetOf(text));
      expect(parseCaseText(printCase(testCase, { claim: text }), 'here').testCase).toEqual(
        testCase,
      );
    }
  });

  it('are kept by progs that are sound', () => {
    const wrong = RULES.flatMap(({ kept = [] }) => kept).filter(
      (text) => validateProg(withSnippet(PROG, snippetOf(text)).progs[0].insns).length > 0,
    );
    expect(wrong).toEqual([]);
  });
});
