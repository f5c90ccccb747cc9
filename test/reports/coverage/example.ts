import type { Reach } from '../../../src/campaign/events.ts';
import { createReachCounter } from '../../../src/campaign/reach.ts';
import { type CoveragePage, coveragePage } from '../../../src/reports/coverage/page.ts';

const counter = createReachCounter();

/** What a small campaign reached, to be overridden. */
const REACH: Reach = {
  ...counter.counts(),
  forms: { 'add64.x': 1200, 'jeq32.k': 3, exit: 7 },
  branches: { 'jeq32.k both': 1, 'jeq32.k taken': 2 },
  operands: {
    'add64.x': {
      first: [5, ...Array(15).fill(0)],
      second: [0, 5, ...Array(14).fill(0)],
      pairs: '2'.padStart(64, '0'),
    },
  },
  progTypes: { xdp: 20 },
  helpers: { 'xdp map_lookup_elem': 12 },
  results: { 'xdp map_lookup_elem null': 9, 'xdp map_lookup_elem pointer': 3 },
  mapTypes: { hash: 12 },
  mapOps: { 'hash map_lookup_elem null': 9, 'hash update EEXIST': 2 },
  errnos: { 'xdp 22': 4, 'load 13': 1 },
  messages: { 'R! !read_ok': 2, '<b>&': 5 },
  statistics: { 'insns 8 states 0 peak 0 read 0': 9 },
};

export const page = (reach: Partial<Reach> = {}): CoveragePage => {
  const together = { ...REACH, ...reach };
  return coveragePage({
    campaigns: [{ cases: 100, divergences: 1 }],
    targets: [
      {
        name: 'uml',
        kernel: '6.1.176',
        arch: 'um',
        engine: 'interp',
        accepted: 99,
        rejected: 1,
        compared: 98,
        reach: together,
      },
    ],
    known: {
      progTypes: ['xdp', 'sk_lookup'],
      mapTypes: ['hash', 'queue'],
      offered: (type, release) =>
        release === '6.1' && type === 'xdp' ? ['map_lookup_elem', 'redirect'] : ['map_lookup_elem'],
    },
    together,
  });
};
