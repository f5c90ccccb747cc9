import { describe, expect, it } from 'vitest';
import type { Case } from '../../src/case/case.ts';
import { compareOutcomes, type Observed } from '../../src/compare/compare.ts';
import { EXCUSES } from '../../src/compare/excuses.ts';
import { assemble } from '../../src/isa/assemble.ts';
import type { Outcome } from '../../src/targets/target.ts';
import {
  CASE,
  completed,
  emulator,
  entry,
  hex,
  interp,
  jit,
  LAZY_CASE,
  PER_CPU_CASE,
  rejected,
  uml,
} from './observed.ts';

const ZERO_SEED = 0x40;

/** The usual case with a command that follows the order of its first map, a hash map of those flags. */
function walked(flags: number): Case {
  const [first, ...others] = CASE.maps;
  const command = {
    kind: 'next_key',
    map: 0,
    key: null,
    value: null,
    flags: 0n,
    count: 0,
  } as const;
  return {
    ...CASE,
    maps: [{ ...first, type: 'hash', flags, maxEntries: 2 }, ...others],
    runs: [{ ...CASE.runs[0], commands: [command] }, ...CASE.runs.slice(1)],
  };
}

function withCommand(key: string, errno = 0): Outcome {
  const [first, ...others] = completed().runs;
  const commands = [{ errno, count: 0, output: hex(key) }];
  return completed({ runs: [{ ...first, commands }, ...others] });
}

/** `otherwise` differs in the one thing that the rule is about, and is not excused. */
const ROWS: readonly {
  readonly rule: string;
  readonly pair: readonly [Observed, Observed];
  readonly otherwise: readonly [Observed, Observed];
  readonly testCase?: Case;
  readonly otherCase?: Case;
}[] = [
  {
    rule: 'unsupported',
    pair: [emulator(completed()), uml({ kind: 'unsupported', missing: ['load_acq.dw'] })],
    otherwise: [emulator(completed()), uml({ kind: 'hung', console: '' })],
  },
  {
    rule: 'no-verifier',
    pair: [emulator(completed()), uml(rejected(13))],
    otherwise: [emulator(rejected(13)), uml(completed())],
  },
  {
    rule: 'byte-order',
    pair: [
      uml(completed()),
      interp(completed({ maps: [[], []] }), { linux: { endianness: 'big' } }),
    ],
    otherwise: [uml(completed()), interp(completed({ maps: [[], []] }))],
  },
  {
    rule: 'cpu-count',
    testCase: PER_CPU_CASE,
    pair: [
      uml(completed({ maps: [[entry('0000', '00')], []] })),
      jit(completed({ maps: [[entry('0000', '00', '00')], []] }), { linux: { cpus: 2 } }),
    ],
    otherwise: [
      uml(completed({ maps: [[entry('0000', '00')], []] })),
      jit(completed({ maps: [[entry('0000', '01')], []] }), { linux: { cpus: 2 } }),
    ],
    otherCase: CASE,
  },
  {
    rule: 'late-refill',
    testCase: LAZY_CASE,
    pair: [
      emulator(completed()),
      uml(completed({ maps: [[], []] }), { linux: { userMode: true } }),
    ],
    otherwise: [emulator(completed()), interp(completed({ maps: [[], []] }))],
    otherCase: LAZY_CASE,
  },
  {
    rule: 'hash-order',
    testCase: walked(0),
    pair: [emulator(withCommand('01')), uml(withCommand('02'))],
    otherwise: [emulator(withCommand('01')), uml(withCommand('02'))],
    otherCase: walked(ZERO_SEED),
  },
  {
    rule: 'other-verifier',
    pair: [uml(completed()), uml(rejected(13), { kernel: '5.10.262' })],
    otherwise: [uml(completed()), uml(rejected(13))],
  },
  {
    rule: 'interpreter-lacks',
    pair: [interp(rejected(22)), jit(completed())],
    otherwise: [interp(completed()), jit(rejected(22))],
  },
  {
    rule: 'endless',
    pair: [emulator(gaveUp()), jit({ kind: 'hung', console: '' })],
    otherwise: [emulator(completed()), jit({ kind: 'hung', console: '' })],
  },
  {
    rule: 'may-goto-limit',
    testCase: mayGoto(),
    pair: [emulator(gaveUp()), jit(completed())],
    otherwise: [emulator(gaveUp()), jit(completed())],
    otherCase: CASE,
  },
];

function mayGoto(): Case {
  const insns = assemble('r0 = 0\nmay_goto +1\ngoto -2\nexit');
  return { ...CASE, progs: [{ insns }] };
}

function gaveUp(): Outcome {
  const [first, ...others] = completed().runs;
  const fault = { reason: 'steps', prog: 0, slot: 0, detail: 'the limit' } as const;
  return completed({ runs: [{ ...first, fault }, ...others] });
}

describe('the excuses', () => {
  it.each(ROWS)('$rule excuses what it is about', ({ rule, pair: [a, b], testCase = CASE }) => {
    expect(compareOutcomes(testCase, a, b)).toEqual({ kind: 'incomparable', rule });
    expect(compareOutcomes(testCase, b, a)).toEqual({ kind: 'incomparable', rule });
  });

  it.each(ROWS)('$rule excuses nothing else', ({ otherwise: [a, b], otherCase = CASE }) => {
    expect(compareOutcomes(otherCase, a, b).kind).toBe('diverge');
    expect(compareOutcomes(otherCase, b, a).kind).toBe('diverge');
  });

  it('have a row in this table each', () => {
    expect(ROWS.map(({ rule }) => rule)).toEqual(EXCUSES.map(({ name }) => name));
  });

  it('do not hide that verifiers of two releases refuse with one errno', () => {
    const other = uml(rejected(13), { kernel: '5.10.262' });
    expect(compareOutcomes(CASE, uml(rejected(13)), other)).toEqual({ kind: 'agree' });
  });

  it('do not hide how two releases run what both accept', () => {
    const other = uml(completed({ maps: [[], []] }), { kernel: '5.10.262' });
    expect(compareOutcomes(CASE, uml(completed()), other)).toMatchObject({ class: 'map' });
  });
});
