import { describe, expect, it } from 'vitest';
import type { ProgType } from '../../../src/case/prog-type.ts';
import { helperId } from '../../../src/isa/helpers.ts';
import { offeredSince, offeredTo } from '../../../src/targets/emulator/helpers/offered.ts';
import { helperSupport } from '../../../src/targets/emulator/helpers/support.ts';

/** `1-3 5` is 1, 2, 3, 5. */
const ids = (text: string): number[] =>
  text.split(' ').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });

/** Probed id by id on 6.18 (docs/corrections.md names the reference, its section 7.1). */
const BASE = ids(
  '1-3 5-8 12 14-17 22 35 37 42 55 80 87-89 93 94 105 106 109 112-115 117 118 120 123 125 130-134 ' +
    '141 148 149 153 154 156-158 164 165 169-172 175-177 180-182 191 194 195 197-203 208-211',
);
const SOCKETS = ids('136-140 160 178 196');
const LWT_OUT = ids('24-26 28 33 34 39');
const SCHED = ids(
  '9-11 13 18-21 23-26 28-34 38-41 43 46-48 50 66 68 69 79 83-86 95-100 107 108 110 122 124 135 ' +
    '151 152 155 163 192 204-207',
);
const OFFERED: readonly [ProgType, readonly number[]][] = [
  ['socket_filter', [...SOCKETS, ...ids('25 26 46 47 68 122')]],
  ['sched_cls', [...SOCKETS, ...SCHED]],
  ['sched_act', [...SOCKETS, ...SCHED]],
  ['xdp', [...SOCKETS, ...ids('23 25 28 44 51 54 65 69 84-86 99 100 110 163 188-190 204-207')]],
  ['cgroup_skb', [...SOCKETS, ...ids('25 26 46 47 68 79 81 83-86 95-99 107 108 122 128 129')]],
  ['lwt_out', [...SOCKETS, ...LWT_OUT]],
  ['lwt_in', [...SOCKETS, ...LWT_OUT, 73]],
  ['lwt_xmit', [...SOCKETS, ...LWT_OUT, ...ids('9-11 13 20 21 23 29 30 38 40 41 43 73 135')]],
  ['flow_dissector', [...SOCKETS, 26]],
  ['sk_lookup', [...SOCKETS, ...ids('25 86 124')]],
  ['netfilter', []],
  ['raw_tracepoint', ids('4 25 27 45 67 173 174')],
];

describe('the helpers of a prog type', () => {
  it.each(OFFERED)('are those that Linux 6.18 gives %s', (type, more) => {
    const offered = [...offeredSince(type).keys()].map((name) => helperId(name)!);
    const sorted = (list: readonly number[]) => [...new Set(list)].sort((a, b) => a - b);
    expect(sorted(offered)).toEqual(sorted([...BASE, ...more]));
  });

  it.each([
    ['5.10', 29],
    ['6.1', 53],
    ['6.12', 59],
    ['6.18', 74],
  ] as const)('were so many for all types in %s', (release, count) => {
    const order = ['5.10', '6.1', '6.12', '6.18'];
    const since = [...offeredSince('netfilter').values()];
    const known = since.filter((from) => order.indexOf(from) <= order.indexOf(release));
    expect(known).toHaveLength(count);
  });

  it('are callable here where they are emulated', () => {
    const absent = helperSupport().filter(({ exactness }) => exactness === 'absent');
    const callable = offeredTo('sched_cls');
    expect(absent.filter(({ id }) => callable.has(id))).toEqual([]);
    expect(callable).toContain(helperId('tail_call'));
  });
});

describe('the support of helpers', () => {
  it('is told for every id', () => {
    expect(helperSupport().map(({ id }) => id)).toEqual(ids('1-211'));
  });

  it.each([
    ['skb_store_bytes', 'exact'],
    ['sk_lookup_tcp', 'bare'],
    ['ktime_get_ns', 'varies'],
    ['sys_bpf', 'absent'],
  ] as const)('of %s is %s', (name, exactness) => {
    expect(helperSupport()[helperId(name)! - 1]).toMatchObject({ name, exactness });
  });

  it('tells since when a type has a helper', () => {
    const { types } = helperSupport()[helperId('check_mtu')! - 1];
    expect(types).toEqual(
      new Map([
        ['sched_cls', '6.1'],
        ['sched_act', '6.1'],
        ['xdp', '6.1'],
      ]),
    );
  });
});
