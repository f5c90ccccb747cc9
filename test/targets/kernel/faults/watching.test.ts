import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../../../src/case/case.ts';
import type { KernelMachine } from '../../../../src/targets/kernel/kernel-machine.ts';
import { insn, tinyCase } from '../../../../src/targets/kernel/tiny-case.ts';
import type { Outcome, TargetEvent, TroubleKind } from '../../../../src/targets/target.ts';
import { childrenOf } from '../machines.ts';
import { faulty, faultyKernels, harmless } from './faulty-kernel.ts';

const { uml, debian12, close } = await faultyKernels();
afterAll(close);

const settings = { engine: 'interp', log: 'none' } as const;

/** Kinds of outcomes, and of the trouble in them. */
const fates = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) =>
    outcome.kind === 'unsupported' || outcome.trouble === undefined
      ? outcome.kind
      : `${outcome.kind}: ${outcome.trouble.kind}`,
  );

const troublesIn = (events: readonly TargetEvent[]): readonly (TroubleKind | undefined)[] =>
  events.flatMap((event) => (event.kind === 'restarted' ? [event.trouble?.kind] : []));

/** Each takes about 20 ms: long enough for the whole batch to be interrupted. */
const slow: Case = {
  ...harmless(),
  runs: [{ ...harmless().runs[0], repeat: 500_000 }],
};

/** The process that was started last; its id is that of its group. */
const groupOf = async (_: KernelMachine): Promise<number> =>
  (await childrenOf(process.pid)).at(-1)!;

const FAULTS: readonly [fault: string, fate: string, restarts: number][] = [
  ['chat', 'completed', 0],
  ['warn', 'completed: warning', 0],
  ['exit', 'crashed: worker', 0],
  ['hang', 'hung: time-limit', 0],
  ['spin', 'hung: time-limit', 0],
  ['kasan', 'completed: kasan', 1],
  ['lockdep', 'completed: lockdep', 1],
  ['stall', 'completed: rcu-stall', 1],
];

describe(`a watched uml (missing: ${uml.missing ?? 'nothing'})`, () => {
  it.skipIf(uml.missing).each(FAULTS)('in a batch with %s', async (fault, fate, restarts) => {
    const { machine } = await uml.open();
    const cases = [harmless(1), harmless(2), faulty(fault), harmless(3), harmless(4)];
    const outcomes = await machine.run(cases, settings);
    expect(fates(outcomes)).toEqual(['completed', 'completed', fate, 'completed', 'completed']);
    expect(machine.stats().restarts).toBe(restarts);
    await machine.close();
  });

  it.skipIf(uml.missing)('tells each warning by the case that it is of', async () => {
    const { machine } = await uml.open();
    const cases = [faulty('warn'), harmless(), faulty('warn'), harmless()];
    const warned = 'completed: warning';
    const outcomes = await machine.run(cases, settings);
    expect(fates(outcomes)).toEqual([warned, 'completed', warned, 'completed']);
    expect(outcomes[0]).toMatchObject({
      trouble: { title: 'WARNING in skb_warn_bad_offload (net/core/dev.c)' },
      console: expect.stringMatching(/^WARNING: CPU: 0 PID: 1 at net\/core\/dev.c:3218/),
    });
    await machine.close();
  });

  it.skipIf(uml.missing)('finds the cases that kill it among many', async () => {
    const { machine, events } = await uml.open();
    const cases = Array.from({ length: 100 }, (_, i) =>
      i === 13 || i === 77 ? faulty('panic') : harmless(i),
    );
    const outcomes = await machine.run(cases, settings);
    const killed = 'crashed: panic';
    expect(fates(outcomes)).toEqual(
      cases.map((_, i) => (i === 13 || i === 77 ? killed : 'completed')),
    );
    expect(outcomes[13]).toMatchObject({ console: expect.stringContaining('sysrq triggered') });
    expect(new Set(troublesIn(events))).toEqual(new Set(['panic']));
    expect(machine.stats().restarts).toBeLessThanOrEqual(20);
    await machine.close();
  });

  it.skipIf(uml.missing)('blames no case for memory that all cases took together', async () => {
    const { machine, events } = await uml.open({
      memoryMb: 160,
      limits: { caseTimeoutMs: 30_000, batchBudgetMs: 30_000 },
    });
    const cases = Array.from({ length: 2 }, () => faulty('leak 80'));
    const outcomes = await machine.run(cases, settings);
    expect(new Set(fates(outcomes))).toEqual(new Set(['completed']));
    expect(new Set(troublesIn(events))).toEqual(new Set(['out-of-memory']));
    await machine.close();
  });

  it.skipIf(uml.missing)('says that a case needs more memory than there is', async () => {
    const { machine } = await uml.open({ memoryMb: 96, limits: { caseTimeoutMs: 20_000 } });
    const outcomes = await machine.run([harmless(), faulty('eat'), harmless()], settings);
    expect(fates(outcomes)).toEqual(['completed', 'unsupported', 'completed']);
    expect(outcomes[1]).toMatchObject({ missing: [expect.stringMatching(/^memory/)] });
    await machine.close();
  });
});

/**
 * bpf_lwt_push_encap with BPF_LWT_ENCAP_SEG6 takes the route of the packet, and BPF_PROG_RUN gives it
 * none but for lwt_xmit: `dev_net(skb_dst(skb)->dev)` in seg6_do_srh_encap, net/ipv6/seg6_iptunnel.c,
 * 5.10 to 7.2. A kernel without the bug makes this test fail: then another one has to be found.
 */
const oopsing: Case = tinyCase({
  progType: 'lwt_in',
  insns: [
    // An ipv6_sr_hdr of one segment: hdrlen 2, type 4.
    insn('mov64.k', { dst: 2, imm: 0x40200 }),
    insn('stxdw', { dst: 10, src: 2, off: -24 }),
    insn('mov64.k', { dst: 2, imm: 0 }),
    insn('stxdw', { dst: 10, src: 2, off: -16 }),
    insn('stxdw', { dst: 10, src: 2, off: -8 }),
    insn('mov64.x', { dst: 3, src: 10 }),
    insn('add64.k', { dst: 3, imm: -24 }),
    insn('mov64.k', { dst: 4, imm: 24 }),
    insn('call.helper', { imm: 73 }),
    insn('mov64.k'),
    insn('exit'),
  ],
  runs: [{ ...PLAIN_RUN, data: Buffer.from(`${'00'.repeat(12)}86dd${'00'.repeat(46)}`, 'hex') }],
});

describe(`a watched debian12 (missing: ${debian12.missing ?? 'nothing'})`, () => {
  it.skipIf(debian12.missing)(
    'is replaced after an oops, and the case at fault is told',
    async () => {
      const { machine, events } = await debian12.open();
      const outcomes = await machine.run([harmless(), oopsing, harmless()], settings);
      expect(fates(outcomes)).toEqual(['completed', 'crashed: oops', 'completed']);
      expect(outcomes[1]).toMatchObject({
        trouble: {
          title: expect.stringMatching(/^NULL pointer dereference in \w*seg6_do_srh_encap$/),
        },
        console: expect.stringMatching(/^BUG: kernel NULL pointer dereference.*bpf_test_run/s),
      });
      expect(troublesIn(events)).toEqual(['oops']);
      await machine.close();
    },
  );

  it.skipIf(debian12.missing)('answers all cases although QEMU is killed and stopped', async () => {
    const { machine, events } = await debian12.open();
    const killed = machine.run(Array(40).fill(slow), settings);
    await sleep(200);
    process.kill(await groupOf(machine), 'SIGKILL');
    expect(new Set(fates(await killed))).toEqual(new Set(['completed']));
    const stopped = machine.run(Array(40).fill(slow), settings);
    await sleep(200);
    process.kill(-(await groupOf(machine)), 'SIGSTOP');
    expect(new Set(fates(await stopped))).toEqual(new Set(['completed']));
    expect(troublesIn(events)).toEqual(['vanished', 'silent']);
    await machine.close();
  });

  it.skipIf(debian12.missing)('is out of memory, told as such, and goes on', async () => {
    const { machine, events } = await debian12.open({
      memoryMb: 192,
      limits: { caseTimeoutMs: 30_000 },
    });
    const outcomes = await machine.run([harmless(), faulty('eat'), harmless()], settings);
    expect(fates(outcomes)).toEqual(['completed', 'unsupported', 'completed']);
    expect(new Set(troublesIn(events))).toEqual(new Set(['out-of-memory']));
    await machine.close();
  });

  it.skipIf(debian12.missing)('panics of a case, and says so', async () => {
    const { machine } = await debian12.open();
    const [outcome] = await machine.run([faulty('panic')], settings);
    expect(fates([outcome])).toEqual(['crashed: panic']);
    expect(outcome).toMatchObject({ trouble: { title: 'panic: sysrq triggered crash' } });
    await machine.close();
  });
});
