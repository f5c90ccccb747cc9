import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import type { Observed } from '../../src/compare/compare.ts';
import type {
  Completed,
  Engine,
  LinuxSetting,
  MapContentEntry,
  Outcome,
  RunOutcome,
} from '../../src/targets/target.ts';
import { DEFAULT_LINUX } from '../../src/targets/target.ts';

/** Bytes by their hex digits. */
export const hex = (digits: string): Uint8Array =>
  new Uint8Array(Buffer.from(digits.replaceAll(' ', ''), 'hex'));

/** Two runs of an xdp prog, and two maps. The prog itself is not looked at. */
export const CASE: Case = {
  progType: 'xdp',
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: ['out', 'seen'].map((name) => ({
    name,
    type: 'hash',
    keyBytes: 2,
    valueBytes: 4,
    maxEntries: 8,
    flags: 0,
    entries: [],
  })),
  progs: [{ insns: [] }],
  runs: [PLAIN_RUN, PLAIN_RUN],
};

export const PER_CPU_CASE: Case = {
  ...CASE,
  maps: CASE.maps.map((map) => ({ ...map, type: 'percpu_array' })),
};

/** CASE with maps of BPF_F_NO_PREALLOC. */
export const LAZY_CASE: Case = { ...CASE, maps: CASE.maps.map((map) => ({ ...map, flags: 1 })) };

export const run = (over: Partial<RunOutcome> = {}): RunOutcome => ({
  errno: 0,
  retval: 2,
  dataOut: hex('00010203'),
  dataSizeOut: 4,
  ctxOut: new Uint8Array(24),
  ctxSizeOut: 24,
  ...over,
});

export const entry = (key: string, ...values: readonly string[]): MapContentEntry => ({
  key: hex(key),
  values: values.map(hex),
});

export const completed = (over: Partial<Completed> = {}): Completed => ({
  kind: 'completed',
  load: { verdict: 'accepted' },
  runs: [run(), run()],
  maps: [[entry('0001', '00000000'), entry('0002', '00000000')], []],
  console: '',
  ...over,
});

export const rejected = (errno: number, log = ''): Completed =>
  completed({ load: { verdict: 'rejected', errno, log }, runs: [], maps: [] });

interface Setting {
  readonly kernel?: string;
  readonly linux?: Partial<LinuxSetting>;
}

const observedBy =
  (name: string, engine: Engine) =>
  (outcome: Outcome, { kernel = '6.1.176', linux = {} }: Setting = {}): Observed => ({
    name,
    info: {
      kernel,
      engine,
      linux: { ...DEFAULT_LINUX, ...linux },
      build: '#1 SMP of a test',
    },
    outcome,
  });

export const emulator = observedBy('emulator', 'emulator');
export const uml = observedBy('uml', 'interp');
export const interp = observedBy('debian12:interp', 'interp');
export const jit = observedBy('debian12:jit', 'jit');
