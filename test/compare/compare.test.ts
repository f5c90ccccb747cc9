import { describe, expect, it } from 'vitest';
import type { Case } from '../../src/case/case.ts';
import { compareOutcomes, type Divergence } from '../../src/compare/compare.ts';
import type { CommandOutcome, Outcome } from '../../src/targets/target.ts';
import {
  CASE,
  completed,
  emulator,
  entry,
  hex,
  jit,
  PER_CPU_CASE,
  rejected,
  run,
  uml,
} from './observed.ts';

/** What differs from `completed()` on uml, and what is said of it. */
const DIVERGENCES: readonly {
  readonly claim: string;
  readonly outcome: Outcome;
  readonly class: Divergence['class'];
  readonly where: Divergence['where'];
  readonly description: string;
  readonly testCase?: Case;
}[] = [
  {
    claim: 'a crash of the kernel',
    outcome: { kind: 'crashed', console: 'Kernel panic' },
    class: 'crash',
    where: {},
    description: 'completed on emulator, crashed on uml',
  },
  {
    claim: 'a crash of the kernel, by what it complained of',
    outcome: {
      kind: 'crashed',
      trouble: { kind: 'oops', title: 'page fault in f' },
      console: 'BUG: unable to handle page fault for address: 00007f\nOops',
    },
    class: 'crash',
    where: {},
    description: 'completed on emulator, crashed: page fault in f on uml',
  },
  {
    claim: 'a hang',
    outcome: { kind: 'hung', console: '' },
    class: 'hang',
    where: {},
    description: 'completed on emulator, hung on uml',
  },
  {
    claim: 'a warning of the kernel, by its first line',
    outcome: completed({ console: 'WARNING: at verifier.c:1\nCPU: 0' }),
    class: 'complaint',
    where: { field: 'console' },
    description: 'console: nothing on emulator, WARNING: at verifier.c:1 on uml',
  },
  {
    claim: 'a warning of a kernel that rejected',
    outcome: {
      ...rejected(22),
      trouble: { kind: 'warning', title: 'WARNING in check (verifier.c)' },
      console: 'WARNING: CPU: 3 PID: 77 at verifier.c:1 check+0x1/0x2',
    },
    class: 'complaint',
    where: { field: 'console' },
    description: 'console: nothing on emulator, WARNING in check (verifier.c) on uml',
  },
  {
    claim: 'a load that ends with EFAULT, which is a mistake of the verifier',
    outcome: rejected(14, 'verifier bug: No program to jit at insn 7\nprocessed 9 insns'),
    class: 'complaint',
    where: { field: 'load' },
    description:
      'load: nothing on emulator, ended with EFAULT: verifier bug: No program to jit at insn 7 on uml',
  },
  {
    claim: 'a load that ends with EFAULT, and no word of why',
    outcome: rejected(14),
    class: 'complaint',
    where: { field: 'load' },
    description: 'load: nothing on emulator, ended with EFAULT on uml',
  },
  {
    claim: 'the errno of a run',
    outcome: completed({ runs: [run(), run({ errno: 28 })] }),
    class: 'errno',
    where: { run: 1, field: 'errno' },
    description: 'run 1, errno: 0 on emulator, 28 on uml',
  },
  {
    claim: 'the retval of a run',
    outcome: completed({ runs: [run(), run({ retval: 0xffffffff })] }),
    class: 'retval',
    where: { run: 1, field: 'retval' },
    description: 'run 1, retval: 0x2 on emulator, 0xffffffff on uml',
  },
  {
    claim: 'the size of the packet',
    outcome: completed({ runs: [run({ dataSizeOut: 60 }), run()] }),
    class: 'data',
    where: { run: 0, field: 'data_size_out' },
    description: 'run 0, data_size_out: 4 on emulator, 60 on uml',
  },
  {
    claim: 'a byte of the packet',
    outcome: completed({ runs: [run({ dataOut: hex('0001ff03') }), run()] }),
    class: 'data',
    where: { run: 0, field: 'data_out', offset: 2 },
    description: 'run 0, data_out, byte 2: 0203 on emulator, ff03 on uml',
  },
  {
    claim: 'a frame that left',
    outcome: completed({
      runs: [run({ frames: [{ way: 'sent', ifindex: 10, times: 2, bytes: hex('0001') }] }), run()],
    }),
    class: 'data',
    where: { run: 0, field: 'frame 0' },
    description: 'run 0, frame 0: none on emulator, 2 of 2 bytes sent, ifindex 10 on uml',
  },
  {
    claim: 'the end of the packet',
    outcome: completed({ runs: [run({ dataOut: hex('0001') }), run()] }),
    class: 'data',
    where: { run: 0, field: 'data_out', offset: 2 },
    description: 'run 0, data_out, byte 2: 0203 on emulator, the end on uml',
  },
  {
    claim: 'the size of the ctx',
    outcome: completed({ runs: [run({ ctxSizeOut: 0 }), run()] }),
    class: 'ctx',
    where: { run: 0, field: 'ctx_size_out' },
    description: 'run 0, ctx_size_out: 24 on emulator, 0 on uml',
  },
  {
    claim: 'a byte of the ctx, by its field',
    outcome: completed({ runs: [run(), run({ ctxOut: new Uint8Array(24).fill(1, 13, 14) })] }),
    class: 'ctx',
    where: { run: 1, field: 'ctx_out ingress_ifindex', offset: 13 },
    description:
      'run 1, ctx_out ingress_ifindex, byte 13: 0000000000000000 on emulator, ' +
      '0100000000000000 on uml',
  },
  {
    claim: 'a byte of a map value',
    outcome: completed({ maps: [[entry('0001', '00000000'), entry('0002', '00000080')], []] }),
    class: 'map',
    where: { map: 'out', key: '0002', offset: 3 },
    description: 'map out, key 0002, byte 3: 00 on emulator, 80 on uml',
  },
  {
    claim: 'an entry that only the second has',
    outcome: completed({
      maps: [[entry('0000', '00000000'), entry('0001', '00000000'), entry('0002', '00000000')], []],
    }),
    class: 'map',
    where: { map: 'out', key: '0000' },
    description: 'map out, key 0000: none on emulator, an entry on uml',
  },
  {
    claim: 'an entry that only the first has',
    outcome: completed({ maps: [[entry('0001', '00000000')], []] }),
    class: 'map',
    where: { map: 'out', key: '0002' },
    description: 'map out, key 0002: an entry on emulator, none on uml',
  },
  {
    claim: 'an entry of the second map',
    outcome: completed({ maps: [completed().maps[0], [entry('0300', '00000000')]] }),
    class: 'map',
    where: { map: 'seen', key: '0300' },
    description: 'map seen, key 0300: none on emulator, an entry on uml',
  },
];

describe('the oracle finds', () => {
  it.each(DIVERGENCES)('$claim', ({ outcome, class: of, where, description }) => {
    const found = compareOutcomes(CASE, emulator(completed()), uml(outcome));
    expect(found).toMatchObject({ kind: 'diverge', class: of, where, description });
    const swapped = compareOutcomes(CASE, uml(outcome), emulator(completed()));
    expect(swapped).toMatchObject({ kind: 'diverge', class: of, where });
  });

  it('a fault of the emulator before what the kernel returned', () => {
    const fault = { reason: 'access', prog: 0, slot: 4, detail: 'read at 0x0' } as const;
    const outcome = completed({ runs: [run({ fault, errno: 5 }), run()] });
    expect(compareOutcomes(CASE, emulator(outcome), uml(completed()))).toMatchObject({
      class: 'crash',
      where: { run: 0, field: 'fault' },
      values: ['access fault at slot 4 of prog 0: read at 0x0', 'no fault'],
    });
  });

  it.each([
    ['errno', { errno: 2 }, { field: 'lookup errno' }],
    ['map', { count: 1 }, { field: 'lookup count' }],
    ['map', { output: hex('01ff') }, { field: 'lookup output', offset: 1 }],
  ] as const)('the %s of a command, %j', (of, answer, where) => {
    const command = {
      kind: 'lookup',
      map: 0,
      key: hex('0000'),
      value: null,
      flags: 0n,
      count: 0,
    } as const;
    const testCase: Case = { ...CASE, runs: [{ ...CASE.runs[0], commands: [command] }] };
    const answered = (over: Partial<CommandOutcome>) =>
      completed({
        runs: [run({ commands: [{ errno: 0, count: 0, output: hex('0102'), ...over }] })],
      });
    const found = compareOutcomes(testCase, emulator(answered({})), uml(answered(answer)));
    expect(found).toMatchObject({ class: of, where: { run: 0, command: 0, map: 'out', ...where } });
  });

  it('the value of one CPU', () => {
    const ofCpus = (...values: readonly string[]) =>
      completed({ maps: [[entry('0000', ...values)], []] });
    const found = compareOutcomes(
      PER_CPU_CASE,
      uml(ofCpus('00000000', '00000000')),
      jit(ofCpus('00000000', '01000000')),
    );
    expect(found).toMatchObject({ class: 'map', where: { map: 'out', key: '0000', cpu: 1 } });
  });

  it('a verdict on which two engines of a kernel differ', () => {
    expect(compareOutcomes(CASE, uml(completed()), jit(rejected(13)))).toMatchObject({
      class: 'verdict',
      where: { field: 'load' },
      values: ['accepted', 'rejected with errno 13'],
    });
  });

  it('a prog that the emulator refuses and a kernel takes', () => {
    expect(compareOutcomes(CASE, emulator(rejected(22)), uml(completed()))).toMatchObject({
      class: 'verdict',
    });
  });

  it('the errno with which two engines of a kernel refuse a prog', () => {
    expect(compareOutcomes(CASE, uml(rejected(22)), jit(rejected(13)))).toMatchObject({
      class: 'verdict',
    });
  });

  it('what stands first: run 0 before run 1, errno before data, runs before maps', () => {
    const outcome = completed({
      runs: [run({ dataOut: hex('ff') }), run({ errno: 1 })],
      maps: [[], []],
    });
    const found = compareOutcomes(CASE, emulator(completed()), uml(outcome));
    expect(found).toMatchObject({ class: 'data', where: { run: 0 } });
  });

  it('a crash on a target whatever the other lacks', () => {
    const crashed = uml({ kind: 'crashed', console: '' });
    const unsupported = emulator({ kind: 'unsupported', missing: ['mov64.k'] });
    expect(compareOutcomes(CASE, unsupported, crashed)).toMatchObject({ class: 'crash' });
  });
});

describe('the oracle agrees', () => {
  it.each([
    ['on equal outcomes', completed(), completed()],
    [
      'whatever the emulator executed',
      completed({ execution: { executed: [hex('0100')], operands: [], calls: [] } }),
      completed(),
    ],
    ['whatever a prog printed on the emulator', completed({ console: 'hello' }), completed()],
    ['on an empty line on the console', completed(), completed({ console: '\n' })],
  ])('%s', (_, a, b) => {
    expect(compareOutcomes(CASE, emulator(a), uml(b))).toEqual({ kind: 'agree' });
  });

  it('on one refusal, whatever the log says', () => {
    const found = compareOutcomes(CASE, uml(rejected(13, 'R1 !read_ok')), jit(rejected(13)));
    expect(found).toEqual({ kind: 'agree' });
  });
});
