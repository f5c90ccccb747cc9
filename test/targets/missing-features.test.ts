import { describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import { formNamed, insnOf } from '../../src/isa/forms.ts';
import { missingFeatures } from '../../src/targets/missing-features.ts';
import type { Features } from '../../src/targets/target.ts';

const features: Features = {
  progTypes: new Set(['xdp', 'cgroup_skb']),
  mapTypes: new Set(['hash']),
  forms: new Set(['mov64.k', 'exit', 'call.helper']),
  helpers: new Map([['xdp', new Set([1, 5])]]),
  ksyms: new Map([['xdp', new Set(['bpf_prog_active'])]]),
};

const insn = (name: string, imm = 0) => insnOf(formNamed(name), { imm });
const testCase: Case = {
  progType: 'xdp',
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: [],
  progs: [{ insns: [insn('mov64.k'), insn('exit')] }],
  runs: [PLAIN_RUN],
};
const map = { name: 'm', keyBytes: 4, valueBytes: 4, maxEntries: 1, flags: 0, entries: [] };
const calls = (id: number): Partial<Case> => ({ progs: [{ insns: [insn('call.helper', id)] }] });

describe('missingFeatures', () => {
  it.each<[string, Partial<Case>, readonly string[]]>([
    ['nothing of a case that needs what is there', {}, []],
    ['a prog type', { progType: 'sched_cls' }, ['prog type sched_cls']],
    [
      'a map type once, however many maps are of it',
      { maps: [map, map].map((each) => ({ ...each, type: 'ringbuf' })) },
      ['map type ringbuf'],
    ],
    ['a form', { progs: [{ insns: [insn('bswap16')] }] }, ['insn bswap16']],
    [
      'what a prog for tail calls needs',
      { progs: [...testCase.progs, { insns: [insn('movsx64.8')] }] },
      ['insn movsx64.8'],
    ],
    ['no helper that is there', calls(5), []],
    ['a helper', calls(7), ['helper 7 get_prandom_u32']],
    ['no helper that no Linux has', calls(9999), []],
    ['no helper of a type that was not probed', { ...calls(7), progType: 'cgroup_skb' }, []],
    ['no kernel symbol that is there', { ksyms: ['bpf_prog_active'] }, []],
    ['a kernel symbol', { ksyms: ['nr_of_wonders'] }, ['kernel symbol nr_of_wonders']],
    [
      'no kernel symbol of a type that was not probed',
      { ksyms: ['nr_of_wonders'], progType: 'cgroup_skb' },
      [],
    ],
    [
      'no insn that is of no form',
      { progs: [{ insns: [{ opcode: 0xff, dst: 0, src: 0, off: 0, imm: 0 }] }] },
      [],
    ],
  ])('names %s', (_, rest, expected) => {
    expect(missingFeatures(features, { ...testCase, ...rest })).toEqual(expected);
  });
});
