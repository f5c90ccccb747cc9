import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import type { Observed } from '../../src/compare/compare.ts';
import { assemble } from '../../src/isa/assemble.ts';
import type { Completed, MapContent, Outcome, RunOutcome } from '../../src/targets/target.ts';
import { DEFAULT_LINUX } from '../../src/targets/target.ts';

export const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** A prog with a jump, a map with an entry, and a run with a packet and a ctx. */
export const CASE: Case = {
  progType: 'sched_cls',
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: [
    {
      name: 'out',
      type: 'array',
      keyBytes: 4,
      valueBytes: 8,
      maxEntries: 1,
      flags: 0,
      entries: [{ key: bytes(0, 0, 0, 0), value: bytes(1, 2, 3, 4, 5, 6, 7, 8) }],
    },
  ],
  progs: [
    {
      insns: assemble(
        ['r0 = 0x100000000 ll', 'if r0 == 0 goto end', 'w0 += 1', 'end:', 'exit'].join('\n'),
      ),
    },
  ],
  runs: [
    {
      ...PLAIN_RUN,
      data: Uint8Array.from({ length: 20 }, (_, i) => i),
      ctx: { sizeBytes: 192, fields: { mark: 0xabcdn } },
      dataOutBytes: 20,
    },
  ],
};

export const run = (over: Partial<RunOutcome> = {}): RunOutcome => ({
  errno: 0,
  retval: 1,
  dataOut: Uint8Array.from({ length: 20 }, (_, i) => i),
  dataSizeOut: 20,
  ctxOut: bytes(),
  ctxSizeOut: 0,
  ...over,
});

export const completed = (over: Partial<Completed> = {}): Completed => ({
  kind: 'completed',
  load: { verdict: 'accepted' },
  runs: [run()],
  maps: [content(1, 2, 3, 4, 5, 6, 7, 8)],
  console: '',
  ...over,
});

export const content = (...value: readonly number[]): MapContent => [
  { key: bytes(0, 0, 0, 0), values: [bytes(...value)] },
];

export const emulator = (outcome: Outcome): Observed => ({
  name: 'emulator',
  info: { kernel: '6.1', engine: 'emulator', linux: DEFAULT_LINUX, build: 'bpfdiff 0.1.0' },
  outcome,
});

export const uml = (outcome: Outcome): Observed => ({
  name: 'uml',
  info: {
    kernel: '6.1.176',
    engine: 'interp',
    linux: { ...DEFAULT_LINUX, arch: 'um' },
    build: '#1 Debian 6.1um4',
  },
  outcome,
});
