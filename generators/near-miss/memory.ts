import type { ProgType } from '../../src/case/prog-type.ts';
import { find, lookUp, type Rule, SCHED, UNKNOWN } from './rule.ts';

/** r7: an unknown number, cut by the insns given; r0: the value of an array, of 16 bytes. */
const indexed = (cut: string): string => `${UNKNOWN}; r7 = r0; ${cut} ${find('array')}; r0 += r7`;

/** Memory that is none, ctx, and values of maps. */
export const MEMORY: readonly Rule[] = [
  {
    name: 'no-memory',
    broken: [
      'r2 = 8; r3 = *(u64 *)(r2 +0)',
      '*(u8 *)(r1 +0) = r1; r2 = 0 ll; *(u32 *)(r2 +0) = 1',
      `${UNKNOWN}; r3 = *(u8 *)(r0 +0)`,
      'r2 = r10; r2 -= r1; r3 = *(u8 *)(r2 +0)',
      `${lookUp('array')}; r3 = *(u8 *)(r0 +0)`,
      `${lookUp('hash')}; *(u8 *)(r0 +0) = 1`,
      `${lookUp('array')}; if r0 != 0 goto end; r3 = *(u8 *)(r0 +0)`,
      'r2 = 0; *(u64 *)(r2 +0) = r10',
      'r2 = 8; lock *(u64 *)(r2 +0) += r2',
      `${lookUp('array')}; r3 = 1; lock *(u64 *)(r0 +0) += r3`,
      'call f; --- ; f: r0 = *(u8 *)(r10 -8); r0 = *(u8 *)(r0 +0); exit',
    ],
  },
  {
    name: 'ctx-range',
    broken: [
      'r2 = *(u32 *)(r6 +4000)',
      'r2 = *(u64 *)(r6 -8)',
      'r2 = *(u8 *)(r6 +32767)',
      '*(u32 *)(r6 +4000) = 1',
      'r2 = *(u64 *)(r6 +3)',
      '*(u64 *)(r6 +1) = r10',
      'r2 = *(u32 *)(r6 +2)',
      'r2 = r6; r2 += -4; r3 = *(u32 *)(r2 +0)',
      '*(u8 *)(r6 +0) = 1',
      '*(u64 *)(r6 +0) = r6',
    ],
  },
  {
    name: 'ctx-offset',
    kept: ['r2 = r6; r2 += 0'],
    broken: [
      `${UNKNOWN}; r2 = r6; r0 &= 4; r2 += r0; r3 = *(u32 *)(r2 +0)`,
      `${UNKNOWN}; r2 = r6; r2 += r0; r3 = *(u32 *)(r2 +0)`,
      'r0 = *(u64 *)(r10 -8); r2 = r6; r2 += r0',
      'r2 = r6; r2 += 0x1fffffff; r3 = *(u32 *)(r2 +0)',
      'r2 = r6; r2 += -0x1fffffff; r3 = *(u8 *)(r2 +0)',
      'r2 = 1; lock *(u32 *)(r6 +0) += r2',
      'r2 = load_acquire((u32 *)(r6 +0))',
      'r2 = 1; store_release((u32 *)(r6 +0), r2)',
      'r2 = 1; r2 = atomic64_xchg((u64 *)(r6 +0), r2)',
    ],
  },
  {
    name: 'value-range',
    kept: [
      `${find('array')}; r2 = *(u64 *)(r0 +8)`,
      `${find('array')}; *(u8 *)(r0 +15) = 1`,
      'r1 = value:single; *(u64 *)(r1 +8) = 1',
      'r1 = value:single {next=15}; r2 = *(u8 *)(r1 +0)',
    ],
    broken: [
      `${find('array')}; r2 = *(u64 *)(r0 +9)`,
      `${find('array')}; *(u8 *)(r0 +16) = 1`,
      `${find('hash')}; r2 = *(u32 *)(r0 -1)`,
      'r1 = value:single; *(u64 *)(r1 +16) = 1',
      'r1 = value:single; r1 += 17; r2 = *(u8 *)(r1 +0)',
      'r1 = value:single {next=16}',
      'r1 = value:single {next=-1}',
      'r1 = value:single {next=0x20000000}',
      'r1 = value:single {off=1}',
      'r1 = value:single; r1 += -1; *(u8 *)(r1 +0) = 1',
      `${find('percpu')}; r2 = *(u64 *)(r0 +16)`,
    ],
  },
  {
    name: 'value-by-address',
    kept: ['r1 = value:single; r2 = *(u8 *)(r1 +0)'],
    broken: [
      'r1 = value:array',
      'r1 = value:hash',
      'r1 = value:queue',
      'r1 = value:percpu',
      'r1 = value:ring',
      'r1 = value:progs',
      'r1 = value:events',
    ],
  },
  {
    name: 'variable-value-offset',
    kept: [
      `${indexed('r7 &= 15;')}; r2 = *(u8 *)(r0 +0)`,
      `${indexed('r7 &= 8;')}; *(u64 *)(r0 +0) = 1`,
      `${UNKNOWN}; r7 = r0; if r7 > 15 goto end; ${find('array')}; r0 += r7; r2 = *(u8 *)(r0 +0)`,
    ],
    broken: [
      `${indexed('r7 &= 15;')}; r2 = *(u8 *)(r0 +1)`,
      `${indexed('r7 &= 8;')}; *(u64 *)(r0 +1) = 1`,
      `${indexed('r7 &= 31;')}; r2 = *(u8 *)(r0 +0)`,
      `${indexed('')}; r2 = *(u8 *)(r0 +0)`,
      `${indexed('r7 &= 15;')}; r2 = *(u8 *)(r0 -1)`,
      `${indexed('r7 = -r7;')}; r2 = *(u8 *)(r0 +0)`,
      `${indexed('r7 <<= 48; r7 s>>= 48;')}; r2 = *(u8 *)(r0 +0)`,
      `${indexed('if r7 s> 15 goto end;')}; r2 = *(u8 *)(r0 +0)`,
      `r7 = *(u64 *)(r10 -16); ${find('array')}; r0 += r7; r2 = *(u8 *)(r0 +0)`,
      `r7 = *(u64 *)(r10 -16); if r7 s> 15 goto end; ${find('array')}; r0 += r7; *(u8 *)(r0 +0) = 1`,
      `${indexed('r7 &= 15; r7 += -1;')}; r2 = *(u8 *)(r0 +0)`,
      `r7 = *(u64 *)(r10 -16); r7 >>= 20; ${find('array')}; r0 += r7; *(u8 *)(r0 +0) = 1`,
    ],
  },
  {
    name: 'map-access',
    kept: [
      `${find('readonly')}; r2 = *(u64 *)(r0 +8)`,
      `${find('writeonly')}; *(u64 *)(r0 +8) = 1`,
      'r1 = value:readonly; r2 = *(u8 *)(r1 +3)',
    ],
    broken: [
      `${find('readonly')}; *(u64 *)(r0 +8) = 1`,
      `${find('writeonly')}; r2 = *(u64 *)(r0 +8)`,
      'r1 = value:readonly; *(u8 *)(r1 +3) = 1',
      'r1 = value:writeonly; r2 = *(u8 *)(r1 +3)',
      `${find('readonly')}; r2 = 1; lock *(u64 *)(r0 +8) += r2`,
      ...(['readonly', 'readonlyhash'] as const).map(
        (map) =>
          `*(u64 *)(r10 -8) = 0; *(u64 *)(r10 -16) = 0; *(u64 *)(r10 -24) = 0; r1 = map:${map}; r2 = r10; r2 += -8; r3 = r10; r3 += -24; r4 = 0; call map_update_elem`,
      ),
      '*(u64 *)(r10 -8) = 0; r1 = map:readonlyhash; r2 = r10; r2 += -8; call map_delete_elem',
      `${find('readonly')}; r1 = map:array; r3 = r0; *(u64 *)(r10 -8) = 0; r2 = r10; r2 += -8; r4 = 0; call map_update_elem; ${find('writeonly')}; r1 = map:array; r3 = r0; r2 = r10; r2 += -8; r4 = 0; call map_update_elem`,
    ],
  },
  {
    name: 'map-itself',
    broken: [
      'r2 = map:array; r3 = *(u64 *)(r2 +0x4000)',
      'r2 = map:array; *(u64 *)(r2 +0) = 1',
      'r2 = map:array; r3 = *(u64 *)(r2 -8)',

      'r2 = map:hash; r3 = 1; lock *(u64 *)(r2 +8) += r3',

      'r2 = map:array; r3 = *(u64 *)(r2 +0); *(u64 *)(r3 +0) = 1',
      'r2 = map:array; r3 = *(u64 *)(r2 +0); r3 = *(u64 *)(r3 -8)',
    ],
  },
];

interface Packets {
  readonly name: string;
  readonly types: readonly ProgType[];
  /** Loads `data` into r2 and `data_end` into r3. */
  readonly begin: string;
}

const PACKETS: readonly Packets[] = [
  { name: 'xdp', types: ['xdp'], begin: 'r2 = *(u32 *)(r6 +0); r3 = *(u32 *)(r6 +4)' },
  {
    name: 'skb',
    types: [...SCHED, 'cgroup_skb', 'lwt_xmit', 'lwt_in', 'sk_skb'],
    begin: 'r2 = *(u32 *)(r6 +76); r3 = *(u32 *)(r6 +80)',
  },
];

/** Packets by pointers. */
export const PACKET: readonly Rule[] = PACKETS.flatMap(({ name, types, begin }): Rule[] => {
  const checked = `${begin}; r4 = r2; r4 += 14; if r4 > r3 goto end`;
  return [
    {
      name: `${name}-packet-range`,
      types,
      kept: [
        `${checked}; r5 = *(u8 *)(r2 +13)`,
        `${checked}; r5 = *(u64 *)(r2 +6)`,
        `${begin}; r4 = r2; r4 += 14; if r3 >= r4 goto +1; goto end; r5 = *(u16 *)(r2 +12)`,
      ],
      broken: [
        `${checked}; r5 = *(u8 *)(r2 +14)`,
        `${checked}; r5 = *(u64 *)(r2 +7)`,
        `${begin}; r5 = *(u8 *)(r2 +0)`,
        `${checked}; r5 = *(u8 *)(r2 -1)`,
        `${begin}; r4 = r2; r4 += 14; if r4 > r3 goto +1; goto end; r5 = *(u8 *)(r2 +0)`,
        `${begin}; r4 = r2; r4 += 14; if r3 > r4 goto end; r5 = *(u8 *)(r2 +0)`,
        `${checked}; r5 = *(u8 *)(r4 +0)`,
        `${begin}; r2 += 70000; r4 = r2; r4 += 8; if r4 > r3 goto end; r5 = *(u64 *)(r2 +8)`,
        `${begin}; r4 = r2; r4 += 0x10000; if r4 > r3 goto end; r5 = *(u8 *)(r2 +0)`,
      ],
    },
    {
      name: `${name}-packet-end`,
      types,
      kept: [`${begin}; r5 = r3; r5 -= r2`],
      broken: [
        `${begin}; r3 += 1`,
        `${begin}; r3 += -4; r4 = *(u8 *)(r3 +0)`,
        `${begin}; r4 = *(u8 *)(r3 +0)`,
        `${begin}; *(u8 *)(r3 -1) = 1`,
        `${begin}; r3 &= 1`,
        `${begin}; r3 -= 1`,
        `${begin}; w3 += 1`,
      ],
    },
    {
      name: `${name}-packet-offset`,
      types,
      kept: [
        `${UNKNOWN}; r0 &= 255; ${begin}; r2 += r0; r4 = r2; r4 += 8; if r4 > r3 goto end; r5 = *(u64 *)(r2 +0)`,
        `${UNKNOWN}; r0 &= 0x7fff; ${begin}; r2 += r0; r4 = r2; r4 += 1; if r4 > r3 goto end; r5 = *(u8 *)(r2 +0)`,
      ],
      broken: [
        `${UNKNOWN}; ${begin}; r2 += r0; r4 = r2; r4 += 8; if r4 > r3 goto end; r5 = *(u64 *)(r2 +0)`,
        `${UNKNOWN}; r0 &= 0xffff; ${begin}; r2 += r0; r4 = r2; r4 += 8; if r4 > r3 goto end; r5 = *(u64 *)(r2 +0)`,
        `${UNKNOWN}; r0 &= 255; ${begin}; r4 = r2; r4 += 8; if r4 > r3 goto end; r2 += r0; r5 = *(u64 *)(r2 +0)`,
        `r0 = *(u64 *)(r10 -8); ${begin}; r2 += r0`,
        `${UNKNOWN}; r0 &= 255; r0 = -r0; ${begin}; r2 += r0; r4 = r2; r4 += 8; if r4 > r3 goto end; r5 = *(u64 *)(r2 +0)`,
        `${UNKNOWN}; r0 &= 255; ${begin}; r2 -= r0; r4 = r2; r4 += 8; if r4 > r3 goto end; r5 = *(u64 *)(r2 +0)`,
      ],
    },
    {
      name: `${name}-packet-write`,
      types,
      kept: [`${checked}; r5 = *(u8 *)(r2 +0); *(u8 *)(r2 +0) = r5`],
      broken: [
        `${checked}; r5 = 1; lock *(u64 *)(r2 +0) += r5`,
        `${checked}; *(u64 *)(r2 +0) = r10`,
        `${checked}; r5 = load_acquire((u32 *)(r2 +0))`,
        `${checked}; r5 = 1; store_release((u32 *)(r2 +0), r5)`,
        `${checked}; *(u64 *)(r3 +0) = r2`,
      ],
    },
    {
      name: `${name}-packet-alignment`,
      types,
      progFlags: 1,
      kept: [`${checked}; r5 = *(u16 *)(r2 +0)`, `${checked}; r5 = *(u32 *)(r2 +2)`],
      broken: [
        `${checked}; r5 = *(u32 *)(r2 +0)`,
        `${checked}; r5 = *(u16 *)(r2 +1)`,
        `${find('array')}; r2 = *(u32 *)(r0 +2)`,
        `${find('array')}; r2 = *(u64 *)(r0 +4)`,
        `${UNKNOWN}; r0 &= 7; r7 = r0; ${find('array')}; r0 += r7; r2 = *(u16 *)(r0 +0)`,
      ],
    },
    {
      name: `${name}-lost-packet`,
      types,
      kept: [`${checked}; r7 = r2; ${UNKNOWN}; r5 = *(u8 *)(r7 +0)`],
      broken: (name === 'xdp'
        ? [
            'r1 = r6; r2 = 0; call xdp_adjust_head',
            'r1 = r6; r2 = 0; call xdp_adjust_tail',
            'r1 = r6; r2 = 0; call xdp_adjust_meta',
          ]
        : [
            'r1 = r6; r2 = 0; call skb_pull_data',
            'r1 = r6; r2 = 64; r3 = 0; call skb_change_tail',
            'call f; --- ; f: r2 = 0; call skb_pull_data; r0 = 0; exit',
          ]
      ).map((moves) => {
        const [head, tail] = moves.split('; ---');
        const [before, uses] = [`${checked}; r7 = r2; r1 = r6`, 'r5 = *(u8 *)(r7 +0)'];
        return `${before}; ${head}; ${uses}${tail === undefined ? '' : `; ---${tail}`}`;
      }),
    },
  ];
});
