import { find, type Rule, UNKNOWN } from './rule.ts';

/** bpf_loop over the function given. */
const loop = (callback: string, args = 'r1 = 3; r3 = 0; r4 = 0;'): string =>
  `${args} r2 = code_addr(f) ll; call loop; goto end; --- ; f: ${callback}`;
const walk = (callback: string, map = 'array', rest = 'r3 = 0; r4 = 0;'): string =>
  `r1 = map:${map}; r2 = code_addr(f) ll; ${rest} call for_each_map_elem; goto end; --- ; f: ${callback}`;
const timer = (map: string, offset: number): string =>
  `${find(map)}; r1 = r0; r1 += ${offset}; r2 = map:${map};`;

/** Functions that the kernel calls. */
export const CALLBACKS: readonly Rule[] = [
  {
    name: 'loop-callback',
    kept: [loop('r0 = 0; exit'), loop('r0 = 1; exit'), loop(`${UNKNOWN}; r0 &= 1; exit`)],
    broken: [
      loop('r0 = 2; exit'),
      loop('r0 = -1; exit'),
      loop(`${UNKNOWN}; exit`),
      loop('exit'),
      loop('r0 = r1; exit'),
      loop('r0 = r10; exit'),
      loop('r0 = r3; exit'),
      loop('r0 = r6; exit'),
      loop('r2 = *(u64 *)(r2 +0); r0 = 0; exit'),
      loop('r0 = 0; exit', 'r1 = 3; r3 = r10; r4 = r10;'),
      loop('r0 = 0; exit', 'r1 = r10; r3 = 0; r4 = 0;'),
      loop('r0 = 0; exit', 'r1 = 3; r3 = 5; r4 = 0;'),
      loop('r0 = 0; exit', 'r1 = 3; r3 = r6; r4 = 0;'),
      loop('r0 = 0; exit', 'r1 = 3; r3 = r10; r3 += -8; r4 = 1;'),
      'r1 = 3; r2 = 0; r3 = 0; r4 = 0; call loop',
      'r1 = 3; r2 = r10; r3 = 0; r4 = 0; call loop',
      'r1 = 3; r2 = code_addr(m) ll; r3 = 0; r4 = 0; m: call loop',
      loop('r1 = 0; call f; r0 = 0; exit'),
      loop(
        '*(u64 *)(r2 +0) = r10; r0 = 0; exit',
        '*(u64 *)(r10 -8) = 0; r1 = 3; r3 = r10; r3 += -8; r4 = 0;',
      ),
      loop('r1 = map:ring; r2 = 8; r3 = 0; call ringbuf_reserve; r0 = 0; exit'),
      loop('call kfunc:bpf_rcu_read_lock; r0 = 0; exit'),
      loop(
        'r1 = *(u64 *)(r2 +0); r2 = map:progs; r3 = 9; call tail_call; r0 = 0; exit',
        '*(u64 *)(r10 -8) = r6; r1 = 3; r3 = r10; r3 += -8; r4 = 0;',
      ),
      loop('r0 = 0; l: goto l'),
      loop(`r6 = r1; r2 = map:progs; r3 = 9; call tail_call; r0 = 0; exit`),
      loop(`${UNKNOWN}; r0 = 0`),
      loop('r0 = *(u8 *)skb[0]; r0 = 0; exit'),
      'call pc+0 {src=0}; r2 = code_addr(pc+0) ll; r1 = 1; r3 = 0; r4 = 0; call loop',
    ],
  },
  {
    name: 'map-callback',
    kept: [
      walk('r0 = 0; exit'),
      walk('r0 = *(u32 *)(r2 +0); r0 = 0; exit'),
      walk('r0 = *(u64 *)(r3 +8); r0 = 0; exit'),
    ],
    broken: [
      walk('r0 = 2; exit'),
      walk('r0 = 0; exit', 'queue'),
      walk('r0 = 0; exit', 'ring'),
      walk('r0 = 0; exit', 'progs'),
      walk('r0 = 0; exit', 'trie'),
      walk('r0 = 0; exit', 'array', 'r3 = 0; r4 = 1;'),
      walk('*(u32 *)(r2 +0) = 1; r0 = 0; exit'),
      walk('r0 = *(u64 *)(r2 +0); r0 = 0; exit'),
      walk('r0 = *(u64 *)(r3 +16); r0 = 0; exit'),
      walk('r0 = *(u64 *)(r1 +0); *(u64 *)(r1 +0) = r0; r0 = 0; exit'),
      walk('r0 = *(u32 *)(r2 -1); r0 = 0; exit'),
      walk(`r7 = r2; ${UNKNOWN}; r7 += r0; r0 = *(u8 *)(r7 +0); r0 = 0; exit`, 'hash'),
      walk('r1 = r2; r2 = r1; r3 = r2; r4 = 0; call map_update_elem; r0 = 0; exit'),
      walk('r0 = 0; exit', 'array', 'r3 = 9; r4 = 0;'),
      walk('r0 = 1; lock *(u32 *)(r2 +0) += r0; r0 = 0; exit'),
      'r1 = 3; r2 = code_addr(f) ll; r3 = 0; r4 = 0; call for_each_map_elem; goto end; --- ; f: r0 = 0; exit',
    ],
  },
  {
    name: 'timer',
    broken: [
      `${timer('array', 0)} r3 = 1; call timer_init`,
      `${timer('hash', 0)} r3 = 1; call timer_init`,
      `${timer('objects', 0)} r3 = 1; call timer_init`,
      `${timer('locked', 4)} r3 = 1; call timer_init`,
      'r1 = r10; r2 = map:array; r3 = 1; call timer_init',
      `${find('array')}; r1 = r0; r2 = code_addr(f) ll; call timer_set_callback; goto end; --- ; f: r0 = 0; exit`,
      `${find('array')}; r1 = r0; r2 = 0; r3 = 0; call timer_start`,
      `${find('objects')}; r1 = r0; call timer_cancel`,
      `${UNKNOWN}; r8 = r0; r8 &= 8; ${find('objects')}; r1 = r0; r1 += r8; call timer_cancel`,
      'r1 = 0; call timer_cancel',
    ],
  },
  {
    name: 'other-callbacks',
    broken: [
      'r1 = map:ring; r2 = code_addr(f) ll; r3 = 0; r4 = 0; call user_ringbuf_drain; goto end; --- ; f: r0 = 0; exit',
      'r1 = r6; r2 = 0; r3 = code_addr(f) ll; r4 = 0; r5 = 0; call find_vma; goto end; --- ; f: r0 = 0; exit',
      'r2 = code_addr(f) ll; r0 = *(u64 *)(r2 +0); goto end; --- ; f: r0 = 0; exit',
      'r2 = code_addr(f) ll; *(u64 *)(r2 +0) = 1; goto end; --- ; f: r0 = 0; exit',
      'r2 = code_addr(f) ll {off=1}; goto end; --- ; f: r0 = 0; exit',
    ],
  },
];
