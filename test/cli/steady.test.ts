import { describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import type { ProgType } from '../../src/case/prog-type.ts';
import { steadyOn } from '../../src/cli/steady.ts';
import { assemble } from '../../src/isa/assemble.ts';

const isSteady = steadyOn({
  release: '6.1',
  arch: 'x86_64',
  endianness: 'little',
  pageBytes: 4096,
  cpus: 1,
  execution: 'jit',
});

/** Returns what `lines` leave in r6, `shift` bits of it cut off. */
function returning(lines: string, shift: number, progType: ProgType = 'sched_cls'): Case {
  const text = `${lines}\nr0 = r6\nr0 >>= ${shift}\nexit`;
  return {
    progType,
    expectedAttachType: 0,
    progFlags: 0,
    ksyms: ['bpf_prog_active', 'bpf_strlen', 'bpf_rdonly_cast'],
    maps: [
      {
        name: 'm',
        type: 'array',
        keyBytes: 4,
        valueBytes: 8,
        maxEntries: 1,
        flags: 0,
        entries: [],
      },
    ],
    progs: [{ insns: assemble(text) }],
    runs: [{ ...PLAIN_RUN, data: new Uint8Array(34) }],
  };
}

const UNSTEADY: readonly (readonly [what: string, lines: string, shift: number])[] = [
  ['what no insn has written to the stack', 'r6 = *(u64 *)(r10 -8)', 32],
  ['where the stack lies', 'r6 = r10', 0],
  ['where the value of a map lies', 'r6 = map_val(map_by_fd(0)) +0 ll', 0],
  [
    'the low byte of where the value of a map lies',
    'r6 = map_val(map_by_fd(0)) +0 ll\nr6 &= 255',
    0,
  ],
  ['the low byte of where the stack lies', 'r6 = r10\nr6 &= 255', 0],
  ['the low half of a map', 'r6 = map_by_fd(0) ll', 0],
  ['the high half of a map', 'r6 = map_by_fd(0) ll', 32],
  ['the low half of a function', 'r6 = code_addr(pc+0) ll', 0],
  ['the high half of a function', 'r6 = code_addr(pc+0) ll', 32],
  ['the low half of a socket', 'r6 = *(u64 *)(r1 +168)', 0],
  ['the low half of a per-CPU variable', 'r6 = var_addr(0) ll', 0],
  ['the clock', 'call ktime_get_ns#5\nr6 = r0', 0],
  ['a random number', 'call get_prandom_u32#7\nr6 = r0', 0],
  [
    'what an update with a key and a value that no insn has written stores',
    [
      'r1 = map_by_fd(0) ll\nr2 = r10\nr2 += -4\nr3 = r10\nr3 += -16\nr4 = 0\ncall map_update_elem#2',
      'r6 = map_val(map_by_fd(0)) +0 ll\nr6 = *(u8 *)(r6 +0)',
    ].join('\n'),
    0,
  ],
  [
    'whether a bit of two random numbers is set',
    'call get_prandom_u32#7\nr6 = r0\ncall get_prandom_u32#7\nr6 |= r0\nr6 &= 1',
    0,
  ],
  ['whether the stack lies far up', 'r6 = 0\nif r10 > 0x7fffffff goto +1\nr6 = 1', 0],
  [
    'whether a map lies in the lower half',
    'r1 = map_by_fd(0) ll\nr6 = 0\nif r1 s< -5 goto +1\nr6 = 1',
    0,
  ],
  ['a random bit', 'call get_prandom_u32#7\nr6 = r0\nr6 &= 1', 0],
  [
    'whether the packet lies behind the stack',
    'r6 = 0\nr2 = *(u32 *)(r1 +76)\nif r2 > r10 goto +1\nr6 = 1',
    0,
  ],
  ['of a map itself', 'r2 = map_by_fd(0) ll\nr6 = *(u64 *)(r2 +0)', 0],
  [
    'read from behind the stack',
    'r1 = r10\nr1 += -1\nr2 = 1\nr3 = r10\ncall probe_read_kernel#113\nr6 = r0',
    0,
  ],
  ['the length of a ctx', 'call kfunc#1\nr6 = r0', 0],
  [
    'read from behind the stack through a cast',
    'r1 = r10\nr2 = 0\ncall kfunc#2\nr6 = *(u8 *)(r0 +0)',
    0,
  ],
];

describe('a case is not steady', () => {
  it.each(UNSTEADY)('where its answer is %s', async (_what, lines, shift) => {
    expect(await isSteady([returning(lines, shift)])).toEqual([false]);
  });
});

describe('a case is steady', () => {
  it.each([
    ['where its answer is a number', 'r6 = 7'],
    [
      'where a helper is given a map',
      'r6 = 0\n*(u32 *)(r10 -4) = 0\nr1 = map_by_fd(0) ll\nr2 = r10\nr2 += -4\ncall map_delete_elem#3\nr6 = r0',
    ],
    ['where pointers cancel each other out', 'r6 = r10\nr7 = r10\nr7 += -8\nr6 -= r7'],
  ])('%s', async (_what, lines) => {
    expect(await isSteady([returning(lines, 0)])).toEqual([true]);
  });
});
