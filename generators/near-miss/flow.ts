import { find, type Rule, UNKNOWN } from './rule.ts';

/** A chain of functions, each calling the next one. */
const chain = (count: number, body = ''): string =>
  `call f1; --- ; ${Array.from(
    { length: count },
    (_, i) => `f${i + 1}: ${body} ${i + 1 < count ? `call f${i + 2};` : ''} r0 = 0; exit`,
  ).join('; ')}`;

/** So many functions side by side. */
const functions = (count: number): string => {
  const numbers = Array.from({ length: count }, (_, i) => i);
  const calls = numbers.map((i) => `call f${i}`).join('; ');
  return `${calls}; --- ; ${numbers.map((i) => `f${i}: r0 = 0; exit`).join('; ')}`;
};

const STACK = '*(u64 *)(r10 -8) = 0; r1 = r10; r1 += -8; r2 = 0;';
const MAYBE = `${UNKNOWN}; if r0 == 7 goto end;`;

/** Jumps, exits, functions and calls. */
export const FLOW: readonly Rule[] = [
  {
    name: 'jump-target',
    kept: ['if r1 == 0 goto end', 'goto +0', `${UNKNOWN}; if r0 > 5 goto end`],
    broken: [
      'goto +30000',
      'goto -300',
      'if r1 == 0 goto +32000',
      'gotol +100000',
      'if r1 == 0 goto -100',
      'may_goto +31000',
    ],
  },
  {
    name: 'middle-of-lddw',
    kept: ['if r1 == 0 goto +0; r2 = 1 ll', 'if r1 == 0 goto +2; r2 = 1 ll'],
    broken: [
      'if r1 == 0 goto +1; r2 = 1 ll',
      'goto +1; r2 = 1 ll',
      'r2 = 1 ll; if r1 == 0 goto -2',
    ],
  },
  {
    name: 'unreachable',
    kept: ['if r1 == 0 goto +1; r2 = 1'],
    broken: ['goto +1; r2 = 1', 'goto end; r3 = 1; r4 = 1', 'r0 = 0; exit'],
  },
  {
    name: 'endless',
    kept: ['r2 = 0; l: r2 += 1; if r2 < 4 goto l', 'r2 = 8; l: r2 += -1; if r2 != 0 goto l'],
    broken: [
      'l: goto l',
      'r2 = 0; l: r2 &= 1; if r2 == 0 goto l',
      `${UNKNOWN}; l: if r0 > 5 goto l`,
      `${UNKNOWN}; l: r2 = r0; if r0 != 5 goto l`,
      'l: may_goto end; r2 = 1; l2: goto l2',
    ],
  },
  {
    name: 'function-end',
    kept: ['call f; --- ; f: r0 = 0; exit', 'call f; --- ; f: r0 = 0; goto +0; exit'],
    broken: [
      'call f; --- ; f: r0 = 0',
      'call f; call g; --- ; f: r0 = 0; g: r0 = 1; exit',
      'call f; --- ; f: r0 = 0; if r1 == 0 goto end; exit',
      'call f; --- ; f: r0 = 0; goto end',
      'call f; --- ; f: r0 = 0; call get_prandom_u32',
    ],
  },
  {
    name: 'recursion',
    kept: [chain(2), chain(3)],
    broken: [
      'call f; --- ; f: call f; exit',
      'call f; --- ; f: call g; exit; g: call f; exit',
      'call f; --- ; f: if r1 == 0 goto e; call f; e: r0 = 0; exit',
    ],
  },
  {
    name: 'call-depth',
    kept: [chain(6), chain(7)],
    broken: [chain(8), chain(9), chain(17), chain(20)],
  },
  {
    name: 'combined-stack',
    kept: [
      '*(u64 *)(r10 -128) = 0; call f; --- ; f: *(u64 *)(r10 -128) = 0; r0 = 0; exit',
      chain(4, '*(u64 *)(r10 -64) = 0;'),
    ],
    broken: [
      '*(u64 *)(r10 -512) = 0; call f; --- ; f: *(u64 *)(r10 -256) = 0; r0 = 0; exit',
      chain(4, '*(u64 *)(r10 -200) = 0;'),
      chain(2, '*(u64 *)(r10 -512) = 0;'),
    ],
  },
  {
    name: 'call-target',
    kept: ['call f; --- ; f: r0 = 2; exit'],
    broken: ['call pc+30000', 'call pc-3000', 'call f {imm=-1}; --- ; f: r0 = 0; exit'],
  },
  {
    name: 'functions',
    kept: [functions(20)],
    broken: [functions(256), functions(257), functions(300)],
  },
  {
    name: 'callee-registers',
    kept: ['r1 = 1; call f; --- ; f: r0 = r1; exit', 'r2 = 5; call f; --- ; f: r0 = r2; exit'],
    broken: [
      'call f; --- ; f: r0 = r6; exit',
      'r5 = 0; call f; --- ; f: exit',
      `${UNKNOWN}; call f; --- ; f: r0 = r1; exit`,
      'r1 = 1; call f; r0 = r1; --- ; f: r0 = 0; exit',
      'call f; --- ; f: r0 = r9; exit',
    ],
  },
  {
    name: 'callee-stack',
    kept: [
      `${STACK} call f; --- ; f: *(u64 *)(r1 +0) = 7; r0 = 0; exit`,
      `${STACK} call f; --- ; f: r0 = *(u64 *)(r1 +0); exit`,
    ],
    broken: [
      `${STACK} call f; --- ; f: *(u64 *)(r1 +0) = r10; r0 = 0; exit`,
      `${STACK} call f; --- ; f: r0 = r10; exit`,
      `${STACK} call f; --- ; f: *(u64 *)(r10 -8) = r10; r1 = r10; r0 = r1; r0 += -8; exit`,
      `${STACK} call f; --- ; f: r0 = *(u64 *)(r1 +8); exit`,
    ],
  },
  {
    name: 'r0-at-exit',
    broken: [
      `${MAYBE} r0 = r9; exit`,
      `call get_prandom_u32; if r0 == 1 goto end; r1 = 0; r0 = r10; exit`,
      `${MAYBE} r0 = r6; exit`,
      'if r6 == 0 goto end; exit',
      `${find('array')}; exit`,
      'r0 = map:array; if r6 == 0 goto end; exit',
    ],
  },
  {
    name: 'same-insn-two-pointers',
    kept: [`${UNKNOWN}; r2 = r10; if r0 > 5 goto +1; r2 += -8; *(u8 *)(r2 -9) = 1`],
    broken: [
      `*(u64 *)(r10 -8) = 0; ${UNKNOWN}; r2 = r10; r2 += -8; if r0 > 5 goto +1; r2 = r6; r3 = *(u32 *)(r2 +0)`,
      `${find('array')}; r7 = r0; ${UNKNOWN}; r2 = r7; if r0 > 5 goto +1; r2 = r6; r3 = *(u32 *)(r2 +0)`,
      `${find('array')}; r7 = r0; ${UNKNOWN}; r2 = r7; if r0 > 5 goto +1; r2 = 1; r3 = *(u32 *)(r2 +0)`,
    ],
  },
  {
    name: 'result-range',
    types: [
      'cgroup_skb',
      'sk_lookup',
      'flow_dissector',
      'netfilter',
      'tracing',
      'raw_tracepoint',
      'cgroup_sock',
      'cgroup_sock_addr',
      'sock_ops',
      'cgroup_device',
      'cgroup_sysctl',
      'cgroup_sockopt',
      'struct_ops',
    ],
    kept: [`${MAYBE} r0 = 1; exit`, `${MAYBE} r0 = 0; exit`],
    broken: [
      `${MAYBE} r0 = 4; exit`,
      `${MAYBE} r0 = -1; exit`,
      `${MAYBE} r0 = 70000; exit`,
      `${MAYBE} exit`,
      `${MAYBE} r0 &= 3; exit`,
      `${MAYBE} r0 = *(u64 *)(r10 -8); exit`,
    ],
  },
];
