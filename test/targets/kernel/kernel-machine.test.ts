import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../../src/case/case.ts';
import type { KernelMachine } from '../../../src/targets/kernel/kernel-machine.ts';
import { kernelTarget, openKernelTarget } from '../../../src/targets/kernel/kernel-target.ts';
import { LinkError } from '../../../src/targets/kernel/link.ts';
import { insn, RETURN_0, tinyCase } from '../../../src/targets/kernel/tiny-case.ts';
import { type TargetEvent, TargetUnavailableError } from '../../../src/targets/target.ts';
import { kernelNamed } from './kernels.ts';
import { childrenOf, untilNone } from './machines.ts';

const host = await kernelNamed('host');
const uml = await kernelNamed('uml');
const debian12 = await kernelNamed('debian12');
const settings = { engine: 'jit', log: 'none' } as const;

/** Each takes about 20 ms: long enough for the whole batch to be interrupted. */
const slow: Case = tinyCase({
  progType: 'xdp',
  runs: [{ ...PLAIN_RUN, data: new Uint8Array(64), repeat: 1_000_000 }],
});

const open: KernelMachine[] = [];
afterEach(async () => {
  for (const machine of open.splice(0)) await machine.close();
});
async function start(...args: Parameters<typeof host.open>): Promise<KernelMachine> {
  const machine = await host.open(...args);
  open.push(machine);
  return machine;
}

/** The agent that was started last, and its worker. */
async function agentPid(): Promise<number> {
  return (await childrenOf(process.pid)).at(-1)!;
}

describe(`a machine whose parts die (missing: ${host.missing ?? 'nothing'})`, () => {
  it.skipIf(host.missing)('answers all cases although its agent is killed once', async () => {
    const machine = await start();
    const outcomes = machine.run(Array(40).fill(slow), settings);
    await sleep(100);
    process.kill(await agentPid(), 'SIGKILL');
    expect(new Set((await outcomes).map(({ kind }) => kind))).toEqual(new Set(['completed']));
    expect(machine.stats().restarts).toBe(1);
    const why = expect.stringContaining('SIGKILL');
    const trouble = { kind: 'agent', title: why };
    expect(host.events).toContainEqual({ kind: 'restarted', why, trouble, console: '' });
  });

  it.skipIf(host.missing)('tells which case its worker died of, and runs all others', async () => {
    const machine = await start();
    const outcomes = machine.run(Array(40).fill(slow), settings);
    await sleep(100);
    const [worker] = await childrenOf(await agentPid());
    process.kill(worker, 'SIGKILL');
    const kinds = (await outcomes).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'crashed')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'completed')).toHaveLength(39);
    expect((await outcomes)[kinds.indexOf('crashed')]).toMatchObject({
      trouble: { kind: 'worker', title: 'the worker was killed by signal 9' },
      console: 'bpfdiff: the worker was killed by signal 9\n',
    });
    expect(machine.stats().restarts).toBe(0);
  });

  it.skipIf(host.missing)('replaces a worker that dies between two batches', async () => {
    const machine = await start();
    await machine.run([slow], settings);
    const [worker] = await childrenOf(await agentPid());
    process.kill(worker, 'SIGKILL');
    await sleep(20);
    expect((await machine.run([slow], settings))[0].kind).toBe('completed');
  });

  it.skipIf(host.missing)('leaves no worker behind when its agent is killed', async () => {
    const machine = await start();
    const agent = await agentPid();
    const outcomes = machine.run(Array(40).fill(slow), settings).catch((error: Error) => error);
    await sleep(100);
    const workers = await childrenOf(agent);
    await machine.close();
    expect(await outcomes).toMatchObject({ code: 'TARGET_FAILED' });
    const living = async () => (await Promise.all(workers.map(isAlive))).flat();
    expect(workers.length).toBe(1);
    expect(await untilNone(living)).toEqual([]);
  });

  it.skipIf(host.missing)('gives up where it can not be started any more', async () => {
    let launches = 0;
    const opening = start({
      launch: async () => {
        launches++;
        throw new LinkError('LINK_DIED', 'ended with exit status 1');
      },
      limits: { startsMax: 3 },
    });
    await expect(opening).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: 'host: does not start: ended with exit status 1',
    });
    expect(launches).toBe(3);
  });

  it.skipIf(host.missing)('is started anew behind the calls before it', async () => {
    const machine = await start();
    const before = await agentPid();
    const outcomes = machine.run([slow, slow], settings);
    const renewed = machine.renew();
    expect((await outcomes).map(({ kind }) => kind)).toEqual(['completed', 'completed']);
    await renewed;
    expect(await agentPid()).not.toBe(before);
    expect((await machine.run([slow], settings))[0].kind).toBe('completed');
    expect(machine.stats().restarts).toBe(0);
  });

  it.skipIf(host.missing)('is not started anew once it is closed', async () => {
    const machine = await start();
    await machine.close();
    await expect(machine.renew()).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  });

  it.skipIf(host.missing)('ends with its signal', async () => {
    const giveUp = new AbortController();
    const events: TargetEvent[] = [];
    const machine = await start({ signal: giveUp.signal, onEvent: (event) => events.push(event) });
    const outcomes = machine.run(Array(40).fill(slow), settings);
    setTimeout(() => giveUp.abort(), 50);
    await expect(outcomes).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    await machine.close();
    expect(events.map(({ kind }) => kind)).toEqual(['booting', 'ready', 'closed']);
  });

  it.skipIf(host.missing)('serves several callers one after the other', async () => {
    const machine = await start();
    const batches = await Promise.all(
      [1, 2, 3].map((length) => machine.run(Array(length).fill(slow), settings)),
    );
    expect(batches.map(({ length }) => length)).toEqual([1, 2, 3]);
  });

  it.skipIf(host.missing)('keeps the settings of a machine that others use', async () => {
    const sysctls = () =>
      Promise.all(
        ['bpf_jit_enable', 'bpf_jit_harden'].map((name) =>
          readFile(`/proc/sys/net/core/${name}`, 'utf8'),
        ),
      );
    const before = await sysctls();
    const machine = await start();
    for (const engine of ['interp', 'hardened', 'jit'] as const) {
      await machine.run([tinyCase()], { engine, log: 'none' });
    }
    const [enable] = before;
    const wrong = enable === '0\n' ? 'jit' : 'interp';
    const opening = kernelTarget(machine, { name: `host:${wrong}`, engine: wrong });
    await expect(opening).rejects.toThrow(TargetUnavailableError);
    expect(await sysctls()).toEqual(before);
  });
});

const isAlive = async (pid: number): Promise<readonly number[]> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return /\) [^ZX]/.test(stat) ? [pid] : [];
};

describe(`uml (missing: ${uml.missing ?? 'nothing'})`, () => {
  it.skipIf(uml.missing)('has no JIT, and says so', async () => {
    const machine = await uml.open();
    open.push(machine);
    const opening = kernelTarget(machine, { name: 'uml:jit', engine: 'jit' });
    await expect(opening).rejects.toMatchObject({
      code: 'TARGET_UNAVAILABLE',
      message: 'uml: its kernel has no engine jit',
    });
  });

  it.skipIf(uml.missing)('is started anew when it dies in the middle of a batch', async () => {
    const machine = await uml.open();
    open.push(machine);
    const outcomes = machine.run(Array(60).fill(slow), { engine: 'interp', log: 'none' });
    await sleep(150);
    process.kill(await agentPid(), 'SIGKILL');
    expect(new Set((await outcomes).map(({ kind }) => kind))).toEqual(new Set(['completed']));
    expect(machine.stats().restarts).toBe(1);
  });
});

describe(`the engines of debian12 (missing: ${debian12.missing ?? 'nothing'})`, () => {
  it.skipIf(debian12.missing)('share one machine, which is switched between them', async () => {
    const machine = await debian12.open();
    open.push(machine);
    const [jit, interp, hardened] = [
      await kernelTarget(machine, { name: 'debian12:jit', engine: 'jit' }),
      await kernelTarget(machine, { name: 'debian12:interp', engine: 'interp' }),
      await kernelTarget(machine, { name: 'debian12:hardened', engine: 'hardened' }),
    ];
    const add = [insn('mov64.k', { imm: 40 }), insn('add64.k', { imm: 2 }), insn('exit')];
    const testCase = { ...slow, progs: [{ insns: add }] };
    for (const target of [jit, interp, hardened, jit]) {
      const [outcome] = await target.execute([testCase]);
      expect(outcome).toMatchObject({ kind: 'completed', runs: [{ retval: 42 }] });
    }
    expect(jit.info.build).toBe(interp.info.build);
    expect(interp.info.engine).toBe('interp');
    // add_kfunc_call, kernel/bpf/verifier.c, 6.1: it asks for a JIT before it looks for the kfunc.
    const callsKfunc = tinyCase({ insns: [insn('call.kfunc', { imm: 1 }), ...RETURN_0] });
    const log = async (engine: 'jit' | 'interp' | 'hardened') => {
      const [outcome] = await machine.run([callsKfunc], { engine, log: 'tail' });
      return outcome.kind === 'completed' && 'log' in outcome.load && outcome.load.log;
    };
    const needsJit = 'JIT is required for calling kernel function';
    expect(await log('interp')).toContain(needsJit);
    for (const engine of ['jit', 'hardened'] as const) {
      expect(await log(engine), engine).not.toContain(needsJit);
    }
  });
});

describe('openKernelTarget', () => {
  it.skipIf(uml.missing)('has a machine of its own, which ends with it', async () => {
    const before = await childrenOf(process.pid);
    const events: TargetEvent[] = [];
    const target = await openKernelTarget({
      ...(await uml.options()),
      name: 'uml',
      engine: 'interp',
      onEvent: (event) => events.push(event),
    });
    expect(target.stats().cases).toBeGreaterThan(0);
    await target.close();
    expect(events.map(({ kind }) => kind)).toEqual(['booting', 'ready', 'closed']);
    const left = async () => (await childrenOf(process.pid)).filter((pid) => !before.includes(pid));
    expect(await untilNone(left)).toEqual([]);
  });
});

it.skipIf(host.missing)(
  'a machine that is given up between its hello and its first answer leaves no process',
  async () => {
    const given = new AbortController();
    const before = new Set(await childrenOf(process.pid));
    const { launch } = await host.options();
    const opening = host.open({
      signal: given.signal,
      launch: async (signal) => {
        const link = await launch(signal);
        const request: typeof link.request = (body, timeoutMs) => {
          given.abort();
          return link.request(body, timeoutMs);
        };
        return { ...link, request };
      },
    });
    await expect(opening).rejects.toThrow('was closed');
    const left = async () => (await childrenOf(process.pid)).filter((pid) => !before.has(pid));
    expect(await untilNone(left)).toEqual([]);
  },
);
