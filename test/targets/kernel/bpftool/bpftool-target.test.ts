import { mkdir, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../../../src/case/case.ts';
import { parseCaseText } from '../../../../src/case/text.ts';
import { readCaseFolder } from '../../../../src/corpus/case-folder.ts';
import { createEmulator } from '../../../../src/targets/emulator/emulator.ts';
import { bpftoolMachine } from '../../../../src/targets/kernel/bpftool/bpftool-machine.ts';
import { openBpftoolTarget } from '../../../../src/targets/kernel/bpftool/bpftool-target.ts';
import { readHostInfo } from '../../../../src/targets/kernel/bpftool/host-info.ts';
import { openWorkspace } from '../../../../src/targets/kernel/bpftool/workspace.ts';
import { findProgram } from '../../../../src/targets/kernel/find-program.ts';
import type { Completed, Outcome, Target } from '../../../../src/targets/target.ts';

const missing = (await findProgram('bpftool')) === undefined || process.getuid?.() !== 0;

const caseOf = (rest: string): Case =>
  parseCaseText(`case x\nprog_type xdp\n\n${rest}`, 'x.case').testCase;
const RUN = `run\n  data ${'00'.repeat(14)}\n  data_out 64\n`;
const returning = (retval: number) => caseOf(`prog\n  r0 = ${retval}\n  exit\n\n${RUN}`);
const UNINITIALISED = caseOf(`prog\n  r0 = r3\n  exit\n\n${RUN}`);

/** What the emulator tells beside what a kernel does is left out. */
function observed(outcome: Outcome): Outcome {
  if (outcome.kind !== 'completed') return outcome;
  const { execution: _, ...rest } = outcome;
  return rest;
}

const leftBehind = async () => [
  ...(await readdir(tmpdir())).filter((name) => name.startsWith(`bpfdiff-bpftool-${process.pid}-`)),
  ...(await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .filter((line) => line.includes(`bpfdiff-bpftool-${process.pid}-`)),
];

const open = (signal = new AbortController().signal) =>
  openBpftoolTarget({
    name: 'host:bpftool',
    signal,
    onEvent: () => {},
    now: () => performance.now(),
  });

describe.skipIf(missing)('the real bpftool', () => {
  let target: Target;
  beforeAll(async () => {
    await mkdir(join(tmpdir(), 'bpfdiff-bpftool-4194305-gone', 'bpf'), { recursive: true });
    target = await open();
  }, 180_000);
  afterAll(async () => {
    await target?.close();
    expect(await leftBehind()).toEqual([]);
  });

  const completed = async (testCase: Case): Promise<Completed> => {
    const [outcome] = await target.execute([testCase]);
    if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome));
    return outcome;
  };

  it('gives the outcomes of the emulator for seeds that it can express', async () => {
    const folder = join(import.meta.dirname, '../../../../corpus/seeds');
    const cases = readCaseFolder(folder).cases.map(({ testCase }) => testCase);
    const emulator = createEmulator({ linux: target.info.linux, name: 'emulator' });
    const expected = (await emulator.execute(cases)).map(observed);
    const outcomes = await target.execute(cases);
    const compared = outcomes.flatMap((outcome, i) => (outcome.kind === 'completed' ? [i] : []));
    expect(compared.length).toBeGreaterThanOrEqual(10);
    for (const i of compared) expect(outcomes[i]).toEqual(expected[i]);
  });

  it('reads and fills maps by fd and by value, from the main prog and a subprog', async () => {
    const { runs, maps } = await completed(
      caseOf(
        [
          'map a array key 4 value 16 max_entries 1',
          `  00000000 = ${'11'.repeat(16)}`,
          'map h hash key 2 value 1 max_entries 4',
          '  0102 = 2a',
          '',
          'prog',
          '  r1 = map_val(map_by_fd(0)) +8 ll',
          '  *(u64 *)(r1 +0) = 7',
          '  call L4',
          '  exit',
          '  L4:',
          '  *(u16 *)(r10 -2) = 0x201',
          '  r1 = map_by_fd(1) ll',
          '  r2 = r10',
          '  r2 += -2',
          '  call map_lookup_elem#1',
          '  if r0 == 0 goto L12',
          '  r0 = *(u8 *)(r0 +0)',
          '  L12:',
          '  exit',
          '',
          RUN,
        ].join('\n'),
      ),
    );
    expect(runs[0].retval).toBe(0x2a);
    const hex = maps.map((content) =>
      content.map(({ key, values }) => [key, ...values].map((b) => Buffer.from(b).toString('hex'))),
    );
    expect(hex).toEqual([[['00000000', `${'11'.repeat(8)}0700000000000000`]], [['0102', '2a']]]);
  });

  it('puts progs into prog arrays', async () => {
    const text = [
      'map progs prog_array key 4 value 4 max_entries 2',
      '  01000000 = 01000000',
      '',
      'prog',
      '  r2 = map_by_fd(0) ll',
      '  r3 = 1',
      '  call tail_call#12',
      '  r0 = 0',
      '  exit',
      '',
      'prog',
      '  r0 = 5',
      '  exit',
      '',
      RUN,
    ];
    const { runs } = await completed(caseOf(text.join('\n')));
    expect(runs[0].retval).toBe(5);
  });

  it('tells the errno of a refused prog, of a map and of a run, and goes on', async () => {
    const noMap = caseOf(`map m hash key 0 value 4 max_entries 1\n\nprog\n  r0 = 0\n  exit\n`);
    const twice = returning(2);
    const shortFirst = { ...twice, runs: [{ ...PLAIN_RUN }, ...twice.runs] };
    const outcomes = await target.execute([UNINITIALISED, noMap, shortFirst, returning(3)]);
    expect(outcomes).toMatchObject([
      { kind: 'completed', load: { verdict: 'rejected', errno: 13 }, runs: [] },
      { load: { verdict: 'rejected', errno: 22, log: 'map m could not be created\n' } },
      { load: { verdict: 'accepted' }, runs: [{ errno: 22 }, { errno: 0, retval: 2 }] },
      { load: { verdict: 'accepted' }, runs: [{ errno: 0, retval: 3 }] },
    ]);
  });

  it('keeps what a prog wrote from run to run', async () => {
    const text = [
      'map m array key 4 value 4 max_entries 1',
      '',
      'prog',
      '  r1 = map_val(map_by_fd(0)) +0 ll',
      '  r0 = *(u32 *)(r1 +0)',
      '  r0 += 1',
      '  *(u32 *)(r1 +0) = r0',
      '  exit',
      '',
      RUN,
      RUN,
    ];
    const { runs } = await completed(caseOf(text.join('\n')));
    expect(runs.map(({ retval }) => retval)).toEqual([1, 2]);
  });

  it('does not tell what was written before ENOSPC', async () => {
    const { runs } = returning(2);
    const tooShort = { ...returning(2), runs: [{ ...runs[0], dataOutBytes: 1 }] };
    expect(await target.execute([tooShort])).toEqual([
      { kind: 'unsupported', missing: ['bpftool: what was written before ENOSPC'] },
    ]);
  });

  it('names what it has no words for, and does not try it', async () => {
    const byIndex = caseOf(
      'map m array key 4 value 4 max_entries 1\n\nprog\n  r0 = map_by_idx(0) ll\n  r0 = 0\n  exit\n',
    );
    expect(await target.execute([byIndex])).toEqual([
      { kind: 'unsupported', missing: ['insn lddw.map_by_idx'] },
    ]);
  });

  it('removes what an earlier process left behind', async () => {
    expect(await readdir(tmpdir())).not.toContain('bpfdiff-bpftool-4194305-gone');
  });

  it('has nothing left behind when its opening is interrupted', async () => {
    const before = await leftBehind();
    const controller = new AbortController();
    const opening = open(controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 200);
    await expect(opening).rejects.toThrow('enough');
    expect(await leftBehind()).toEqual(before);
  });
});

describe.skipIf(missing)('a machine behind bpftool', () => {
  const machineOf = async (timeoutMs: number) => {
    const { info, cpu } = await readHostInfo('');
    return bpftoolMachine({
      name: 'host:bpftool',
      command: 'bpftool',
      cpu,
      info,
      workspace: await openWorkspace('host:bpftool'),
      onEvent: () => {},
      limits: { timeoutMs, batchCases: 8, lanes: 2 },
    });
  };
  /** Much longer than any limit here. */
  const endless: Case = {
    ...returning(2),
    runs: [{ ...returning(2).runs[0], repeat: 0xffff_ffff }],
  };

  it('isolates a case that takes too long', async () => {
    const machine = await machineOf(1000);
    try {
      const outcomes = await machine.run([returning(1), endless, returning(3)], 'run');
      expect(outcomes).toMatchObject([
        { runs: [{ retval: 1 }] },
        { kind: 'hung' },
        { runs: [{ retval: 3 }] },
      ]);
      expect(machine.restarts()).toBeGreaterThan(0);
    } finally {
      await machine.close();
    }
  });

  it('that is closed at work ends at once, and leaves nothing behind', async () => {
    const machine = await machineOf(60_000);
    const before = await leftBehind();
    expect(before.length).toBeGreaterThan(0);
    const running = machine.run([endless], 'run');
    setTimeout(machine.close, 200);
    await expect(running).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    await machine.close();
    expect(await leftBehind()).toEqual([]);
  });
});
