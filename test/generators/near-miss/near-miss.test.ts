import { describe, expect, it } from 'vitest';
import { createCaseSource } from '../../../generators/index.ts';
import { ALTERATIONS } from '../../../generators/near-miss/alterations.ts';
import { breached, type LoadName } from '../../../generators/near-miss/breach.ts';
import { encodeCase } from '../../../src/case/bytes.ts';
import type { Case } from '../../../src/case/case.ts';
import { caseHash } from '../../../src/case/hash.ts';
import { assemble } from '../../../src/isa/assemble.ts';
import { disassemble } from '../../../src/isa/disassemble.ts';
import type { Insn } from '../../../src/isa/insn.ts';
import { NEWEST } from '../capabilities.ts';

const source = (seed: string) =>
  createCaseSource({ seed, profile: 'near-miss', capabilities: [NEWEST] });
const take = (count: number, seed: string): readonly Case[] => {
  const cases = source(seed);
  return Array.from({ length: count }, () => cases.next().testCase);
};

describe('the profile near-miss', () => {
  it('gives the same cases for the same seed', () => {
    expect(take(100, 'a').map(caseHash)).toEqual(take(100, 'a').map(caseHash));
  });

  it('makes cases that a corpus can hold', () => {
    for (const testCase of take(2000, 'b')) expect(() => encodeCase(testCase)).not.toThrow();
  });

  it('shrinks to cases that a corpus can hold', () => {
    const cases = source('c');
    for (let i = 0; i < 50; i++) {
      let left = 40;
      for (const { testCase } of cases.next().shrink()) {
        expect(() => encodeCase(testCase)).not.toThrow();
        if (--left === 0) break;
      }
    }
  });

  it('keeps what is wrong while the case around it shrinks', () => {
    const cases = source('d');
    let kept = 0;
    for (let i = 0; i < 200; i++) {
      const { testCase, shrink } = cases.next();
      const isNear = ({ maps }: Case) => maps.some(({ name }) => name.startsWith('near_'));
      if (!isNear(testCase)) continue;
      const smaller = [...take1(shrink())];
      if (smaller.length < 2) continue;
      expect(smaller.filter(({ testCase }) => !isNear(testCase))).toHaveLength(1);
      kept++;
    }
    expect(kept).toBeGreaterThan(20);
  });
});

function* take1<T>(all: Iterable<T>): Generator<T> {
  let left = 30;
  for (const each of all) {
    yield each;
    if (--left === 0) return;
  }
}

const BEFORE = 'r2 = 1\nif r2 == 5 goto +1\n*(u32 *)(r10 -8) = 3\nr0 = r2\nexit';

describe('alterations', () => {
  it.each([
    ['dst', 0, 4, 'r7 = 1'],
    ['src', 0, 0, 'r0 = r3'],
    ['off', 0, 3, '*(u32 *)(r10 -4) = 3'],
    ['imm', 1, 1, 'if r2 == 4 goto +1'],
    ['edge', 0, 6, 'r2 = 64'],
    ['opcode', 0, 0, 'if w2 <= 1 goto +0'],
    ['target', 0, 0, 'if r2 == 5 goto +2'],
  ] as const)('change %s of one insn', (how, at, by, line) => {
    const insns = assemble(BEFORE);
    const altered = ALTERATIONS[how](insns, at, by);
    expect(disassemble(altered)).toContain(line);
    expect(altered.filter((insn, i) => insn !== insns[i])).toHaveLength(1);
  });

  it.each([
    ['dropped', 3, 4],
    ['twice', 3, 6],
    ['cut', 2, 3],
    ['swapped', 2, 5],
  ] as const)('%s leaves %i insns or more', (how, at, count) => {
    const alter: (insns: readonly Insn[], at: number, by: number) => readonly Insn[] =
      ALTERATIONS[how];
    expect(alter(assemble(BEFORE), at, 0)).toHaveLength(count);
  });
});

describe('loads', () => {
  const testCase = { ...take(1, 'e')[0], maps: [], attachBtf: 'bpf_fentry_test1' };

  it.each([
    ['attachType', 5, { expectedAttachType: 5 }],
    ['progFlags', 0, { progFlags: testCase.progFlags ^ 1 }],
    ['attachBtf', 3, { attachBtf: 'task_struct' }],
    ['mapFlags', 0, {}],
    ['valueBytes', 0, {}],
  ] as const satisfies readonly (readonly [
    LoadName,
    number,
    Partial<Case>,
  ])[])('%s by %i changes that alone', (how, by, changed) => {
    expect(breached(testCase, { kind: 'load', how, by })).toEqual({ ...testCase, ...changed });
  });
});
