import { type Rule, UNKNOWN } from './rule.ts';

const FILLED = '*(u64 *)(r10 -8) = 1; *(u64 *)(r10 -16) = 2;';
/** r2: somewhere in the frame, by some of the bits of an unknown number. */
const somewhere = (mask: string): string => `${FILLED} ${UNKNOWN}; ${mask} r2 = r10; r2 += r0;`;

/** The frame, spilled registers in it, and its ends. */
export const STACK: readonly Rule[] = [
  {
    name: 'stack-range',
    kept: [
      '*(u64 *)(r10 -512) = 1',
      '*(u8 *)(r10 -1) = 1',
      'r2 = *(u64 *)(r10 -512)',
      'r2 = r10; r2 += -512; *(u8 *)(r2 +511) = 1',
    ],
    broken: [
      '*(u64 *)(r10 -520) = 1',
      '*(u8 *)(r10 +0) = 1',
      'r2 = *(u64 *)(r10 -520)',
      'r2 = *(u8 *)(r10 +0)',
      '*(u64 *)(r10 +8) = r1',
      'r2 = r10; r2 += 8; r3 = *(u64 *)(r2 +0)',
      'r2 = r10; r2 += -600; *(u32 *)(r2 +0) = 1',
      'r2 = *(u64 *)(r10 -32768)',
      'r2 = *(u64 *)(r10 +32767)',
    ],
  },
  {
    name: 'stack-alignment',
    kept: ['*(u32 *)(r10 -12) = 1', '*(u16 *)(r10 -6) = 1', '*(u8 *)(r10 -7) = 1'],
    broken: [
      '*(u64 *)(r10 -12) = 1',
      '*(u32 *)(r10 -7) = 1',
      '*(u16 *)(r10 -5) = 1',
      'r2 = *(u64 *)(r10 -15)',
      'r2 = *(u32 *)(r10 -6)',
    ],
  },
  {
    name: 'spill-size',
    kept: [
      '*(u64 *)(r10 -8) = r10',
      'r2 = 5; *(u32 *)(r10 -8) = r2',
      '*(u64 *)(r10 -8) = r6; r2 = *(u64 *)(r10 -8)',
    ],
    broken: [
      '*(u32 *)(r10 -8) = r10',
      '*(u8 *)(r10 -8) = r6',
      '*(u16 *)(r10 -4) = r1',
      '*(u32 *)(r10 -4) = r6',
    ],
  },
  {
    name: 'fill-size',
    kept: [
      '*(u64 *)(r10 -8) = r6; r2 = *(u64 *)(r10 -8); r3 = *(u8 *)(r10 -16)',
      'r2 = 5; *(u64 *)(r10 -8) = r2; r2 = *(u32 *)(r10 -8)',
    ],
    broken: [
      '*(u64 *)(r10 -8) = r6; r2 = *(u32 *)(r10 -8)',
      '*(u64 *)(r10 -8) = r10; r2 = *(u8 *)(r10 -3)',
      '*(u64 *)(r10 -8) = r6; r2 = *(s16 *)(r10 -8)',
      '*(u64 *)(r10 -8) = r10; lock *(u64 *)(r10 -8) += r6',
    ],
  },
  {
    name: 'lost-spill',
    kept: ['*(u64 *)(r10 -8) = r10; r2 = *(u64 *)(r10 -8); *(u64 *)(r2 -16) = 1'],
    broken: [
      '*(u64 *)(r10 -8) = r10; *(u8 *)(r10 -8) = 0; r2 = *(u64 *)(r10 -8); *(u64 *)(r2 -16) = 1',
      '*(u64 *)(r10 -8) = r6; *(u32 *)(r10 -4) = 1; r2 = *(u64 *)(r10 -8); r3 = *(u32 *)(r2 +0)',
      `*(u64 *)(r10 -8) = r10; ${UNKNOWN}; r0 &= 7; r2 = r10; r2 += r0; *(u8 *)(r2 -8) = 1; r3 = *(u64 *)(r10 -8); *(u64 *)(r3 -16) = 1`,
    ],
  },
  {
    name: 'variable-stack-offset',
    kept: [
      `${somewhere('r0 &= 7;')} r3 = *(u8 *)(r2 -16)`,
      `${somewhere('r0 &= 8;')} r3 = *(u64 *)(r2 -16)`,
      `${somewhere('r0 &= 7;')} *(u8 *)(r2 -16) = 1`,
    ],
    broken: [
      `${somewhere('')} r3 = *(u8 *)(r2 -16)`,
      `${somewhere('r0 &= 31;')} r3 = *(u8 *)(r2 -16)`,
      `${somewhere('r0 &= 1023;')} *(u8 *)(r2 -512) = 1`,
      `${somewhere('r0 &= 7;')} r3 = *(u64 *)(r2 -16)`,
      `${FILLED} r0 = *(u64 *)(r10 -24); r2 = r10; r2 += r0; *(u8 *)(r2 +0) = 1`,
      `${somewhere('r0 &= 15;')} *(u8 *)(r2 -8) = 1`,
      `${somewhere('r0 &= 7;')} r3 = 1; lock *(u64 *)(r2 -16) += r3`,
    ],
  },
  {
    name: 'stack-for-helpers',
    kept: [
      key('r2 = r10; r2 += -4;'),
      key('*(u64 *)(r10 -512) = 0; r2 = r10; r2 += -512;'),
      key(`${UNKNOWN}; r0 &= 3; r2 = r10; r2 += r0; r2 += -8;`),
    ],
    broken: [
      key('r2 = r10;'),
      key('r2 = r10; r2 += -3;'),
      key('r2 = r10; r2 += -516;'),
      key('r2 = r10; r2 += 4;'),
      key(`${UNKNOWN}; r0 &= 7; r2 = r10; r2 += r0; r2 += -8;`),
      key(`${UNKNOWN}; r2 = r10; r2 += r0;`),
      key('r0 = *(u64 *)(r10 -8); r2 = r10; r2 += r0;'),
      key('*(u64 *)(r10 -8) = r10; r2 = r10; r2 += -8;'),
      key('r2 = r10; r2 += -8192;'),
    ],
  },
];

function key(pointer: string): string {
  return `${FILLED} ${pointer} r1 = map:array; call map_lookup_elem`;
}
