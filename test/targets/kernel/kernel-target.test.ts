import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Case, type MapSpec, PLAIN_RUN, type Run } from '../../../src/case/case.ts';
import type { Insn } from '../../../src/isa/insn.ts';
import type { KernelMachine } from '../../../src/targets/kernel/kernel-machine.ts';
import { type KernelTarget, kernelTarget } from '../../../src/targets/kernel/kernel-target.ts';
import { insn, RETURN_0, tinyCase } from '../../../src/targets/kernel/tiny-case.ts';
import type { Completed, Outcome } from '../../../src/targets/target.ts';
import { kernelNamed } from './kernels.ts';

const kernels = await Promise.all((['host', 'uml', 'debian12'] as const).map(kernelNamed));

/** Errnos of Linux. */
const EBADF = 9;
const EACCES = 13;
const EINVAL = 22;
const ENOSPC = 28;

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const hexOf = (value: Uint8Array): string => Buffer.from(value).toString('hex');

const FRAME: Uint8Array = bytes(`${'02'.repeat(12)}88b5${'11'.repeat(20)}`);
const xdp = (insns: readonly Insn[], rest: Partial<Case> = {}): Case =>
  tinyCase({ progType: 'xdp', insns, runs: [{ ...PLAIN_RUN, data: FRAME }], ...rest });
const returns = (imm: number): readonly Insn[] => [insn('mov64.k', { imm }), insn('exit')];

const mapOf = (type: MapSpec['type'], rest: Partial<MapSpec> = {}): MapSpec => ({
  name: 'm',
  type,
  keyBytes: 4,
  valueBytes: 6,
  maxEntries: 3,
  flags: 0,
  entries: [
    { key: bytes('02000000'), value: bytes('0a0b0c0d0e0f') },
    { key: bytes('00000000'), value: bytes('010203040506') },
  ],
  ...rest,
});

function completed(outcome: Outcome): Completed {
  expect(outcome.kind, JSON.stringify(outcome)).toBe('completed');
  return outcome as Completed;
}

describe.each(kernels)('$name as a target (missing: $missing)', (kernel) => {
  const { name, missing } = kernel;
  const engine = name === 'uml' ? 'interp' : 'jit';
  let machine: KernelMachine;
  let target: KernelTarget;

  beforeAll(async () => {
    if (missing) return;
    machine = await kernel.open();
    target = await kernelTarget(machine, { name, engine });
  });
  afterAll(() => machine?.close());

  const one = async (testCase: Case): Promise<Completed> =>
    completed((await target.execute([testCase]))[0]);
  const mapHex = ({ maps }: Completed, index = 0) =>
    maps[index].map(({ key, values }) => [hexOf(key), ...values.map(hexOf)]);

  it.skipIf(missing)(
    'has the same features when its answers to probes are remembered',
    async () => {
      const path = join(await mkdtemp(join(tmpdir(), 'bpfdiff-probes-')), 'probes');
      const open = () => kernelTarget(machine, { name, engine, probes: { path, image: name } });
      const asked = await open();
      const { requests } = machine.stats();
      const remembered = await open();
      expect(remembered.features).toEqual(asked.features);
      expect(asked.features).toEqual(target.features);
      expect(machine.stats().requests).toBe(requests);
    },
  );

  it.skipIf(missing)('says what it is', () => {
    expect(target.info).toMatchObject({
      engine,
      linux: { arch: 'x86_64', endianness: 'little', pageBytes: 4096 },
    });
    expect(target.info.kernel).toContain(target.info.linux.release);
  });

  it.skipIf(missing)('has the features that every kernel has since 5.10, and none by guess', () => {
    const { features } = target;
    for (const form of ['add64.x', 'arsh32.k', 'stxdw', 'cmpxchg.dw', 'jslt32.x', 'ldabs.h']) {
      expect(features.forms, form).toContain(form);
    }
    for (const form of ['call.local', 'call.helper', 'lddw.map_by_idx', 'lddw.map_val_by_fd']) {
      expect(features.forms, form).toContain(form);
    }
    for (const type of ['xdp', 'sched_cls', 'socket_filter', 'syscall', 'sk_lookup'] as const) {
      expect(features.progTypes, type).toContain(type);
    }
    expect(features.progTypes).not.toContain('unspec');
    for (const type of ['hash', 'array', 'percpu_array', 'lpm_trie', 'ringbuf', 'queue'] as const) {
      expect(features.mapTypes, type).toContain(type);
    }
    expect(features.mapTypes).not.toContain('unspec');
    expect(features.helpers.get('xdp')).toContain(44);
    expect(features.helpers.get('sched_cls')).not.toContain(44);
    expect(features.helpers.get('socket_filter')).toContain(26);
    expect(features.helpers.get('socket_filter')).not.toContain(9);
  });

  it.skipIf(missing)('has the kernel symbols that its BTF names and its verifier takes', () => {
    const { ksyms, forms } = target.features;
    const names = [...new Set([...ksyms.values()].flatMap((each) => [...each]))];
    expect(forms.has('lddw.var_addr')).toBe(names.includes('bpf_prog_active'));
    expect(forms.has('call.kfunc')).toBe(names.some((ksym) => ksym !== 'bpf_prog_active'));
    if (name === 'uml') expect(names).toEqual([]);
    if (name !== 'debian12') return;
    expect(ksyms.get('xdp')).toEqual(new Set(['bpf_prog_active']));
    expect(ksyms.get('sched_cls')).toContain('bpf_kfunc_call_test1');
    expect(ksyms.get('sched_cls')).not.toContain('bpf_rcu_read_lock');
  });

  it.skipIf(missing)(
    'rejects a kernel symbol that is not there, or of the other kind',
    async () => {
      const call = [insn('call.kfunc'), ...RETURN_0];
      const load = [insn('lddw.var_addr'), ...RETURN_0];
      const cases = [
        tinyCase({ ksyms: ['no_such_symbol'], insns: call }),
        tinyCase({ ksyms: ['no_such_symbol'], insns: load }),
        tinyCase({ ksyms: ['bpf_prog_active'], insns: call }),
        tinyCase({ ksyms: ['bpf_rcu_read_lock'], insns: load }),
        tinyCase({ ksyms: [], insns: call }),
        tinyCase({ ksyms: [], insns: load }),
      ];
      for (const outcome of await machine.run(cases, { engine, log: 'none' })) {
        expect(completed(outcome).load).toMatchObject({ verdict: 'rejected' });
      }
    },
  );

  it.skipIf(missing)('calls kfuncs, whatever their ids are', async () => {
    const pair = { ksyms: ['bpf_rcu_read_unlock', 'bpf_rcu_read_lock'] };
    const held = [insn('call.kfunc', { imm: 1 }), insn('call.kfunc'), ...returns(5)];
    const passCtx = { ksyms: ['bpf_kfunc_call_test_pass_ctx'], progType: 'sched_cls' } as const;
    const cases = [xdp(held, pair), xdp([insn('call.kfunc'), ...returns(5)], passCtx)];
    for (const outcome of await target.execute(cases)) {
      if (outcome.kind === 'unsupported') continue;
      expect(completed(outcome).runs).toMatchObject([{ errno: 0, retval: 5 }]);
    }
  });

  it.skipIf(missing)('gives what a run writes, and only that', async () => {
    const out: Run = { ...PLAIN_RUN, data: FRAME, dataOutBytes: 64 };
    const { runs, load, console } = await one(
      xdp(returns(7), {
        runs: [
          out,
          { ...out, dataOutBytes: 16 },
          { ...out, dataOutBytes: 0 },
          { ...out, dataOutBytes: null },
          { ...out, data: bytes('00') },
        ],
      }),
    );
    expect({ load, console }).toMatchObject({ load: { verdict: 'accepted' }, console: '' });
    const size = FRAME.length;
    const rest = { ctxOut: new Uint8Array(), ctxSizeOut: 0 };
    expect(runs).toEqual([
      { ...rest, errno: 0, retval: 7, dataOut: FRAME, dataSizeOut: size },
      { ...rest, errno: ENOSPC, retval: 7, dataOut: FRAME.slice(0, 16), dataSizeOut: size },
      { ...rest, errno: 0, retval: 7, dataOut: new Uint8Array(), dataSizeOut: size },
      { ...rest, errno: 0, retval: 7, dataOut: new Uint8Array(), dataSizeOut: size },
      { ...rest, errno: EINVAL, retval: 0, dataOut: new Uint8Array(), dataSizeOut: 64 },
    ]);
  });

  it.skipIf(missing)('gives the ctx that comes out, cut where the buffer is short', async () => {
    const markPlus1 = [
      insn('ldxw', { dst: 0, src: 1, off: 8 }),
      insn('add32.k', { dst: 0, imm: 1 }),
      insn('stxw', { dst: 1, src: 0, off: 8 }),
      insn('exit'),
    ];
    const ctx = { sizeBytes: 192, fields: { mark: 0x01020304n, cb4: 9n } };
    const run: Run = { ...PLAIN_RUN, data: FRAME, ctx, ctxOutBytes: 192 };
    const { runs } = await one(
      tinyCase({
        progType: 'sched_cls',
        insns: markPlus1,
        runs: [run, { ...run, ctxOutBytes: 12 }],
      }),
    );
    expect(runs[0]).toMatchObject({ errno: 0, retval: 0x01020305, ctxSizeOut: 192 });
    expect(hexOf(runs[0].ctxOut.slice(0, 12))).toBe('0000000000000000' + '05030201');
    expect(hexOf(runs[0].ctxOut.slice(64, 68))).toBe('09000000');
    expect(runs[1]).toMatchObject({ errno: ENOSPC, retval: 0x01020305, ctxSizeOut: 192 });
    expect(hexOf(runs[1].ctxOut)).toBe('0000000000000000' + '05030201');
  });

  it.skipIf(missing)('repeats a run', async () => {
    const { runs } = await one(
      tinyCase({
        progType: 'sched_cls',
        insns: [
          insn('ldxw', { dst: 0, src: 1, off: 48 }),
          insn('add32.k', { dst: 0, imm: 1 }),
          insn('stxw', { dst: 1, src: 0, off: 48 }),
          insn('exit'),
        ],
        runs: [{ ...PLAIN_RUN, data: FRAME, repeat: 5 }],
      }),
    );
    expect(runs[0].retval).toBe(5);
  });

  it.skipIf(missing)('fills maps and lists their content by key', async () => {
    const hash = [
      ['00000000', '010203040506'],
      ['02000000', '0a0b0c0d0e0f'],
    ];
    const array = [hash[0], ['01000000', '000000000000'], hash[1]];
    const outcome = await one(
      xdp(RETURN_0, { maps: [mapOf('hash'), mapOf('array', { name: 'a' }), mapOf('lru_hash')] }),
    );
    expect([0, 1, 2].map((index) => mapHex(outcome, index))).toEqual([hash, array, hash]);
    const onEveryCpu = (rows: readonly string[][]) =>
      rows.map(([key, value]) => [key, ...Array(target.info.linux.cpus).fill(value)]);
    const perCpu = await one(
      xdp(RETURN_0, { maps: [mapOf('percpu_hash'), mapOf('percpu_array', { name: 'a' })] }),
    );
    expect([0, 1].map((index) => mapHex(perCpu, index))).toEqual([hash, array].map(onEveryCpu));
  });

  it.skipIf(missing)('lists a large map, an empty one, and none of a queue', async () => {
    const maps = [
      mapOf('hash', { maxEntries: 5000, entries: numbered(3000) }),
      mapOf('hash', { name: 'empty', entries: [] }),
      mapOf('queue', { name: 'queue', keyBytes: 0, entries: [] }),
    ];
    const outcome = await one(xdp(RETURN_0, { maps }));
    const keys = mapHex(outcome).map(([key]) => key);
    expect(keys).toHaveLength(3000);
    expect(keys).toEqual([...keys].sort());
    expect([mapHex(outcome, 1), mapHex(outcome, 2)]).toEqual([[], []]);
  });

  it.skipIf(missing).each(['lddw.map_val_by_fd', 'lddw.map_val_by_idx'])(
    'gives a prog the map of an index by %s',
    async (form) => {
      const store = [
        insn(form, { dst: 1, imm: 1, nextImm: 2 }),
        insn('sth', { dst: 1, off: 0, imm: 0x2211 }),
      ];
      const maps = [
        mapOf('array', { name: 'other', entries: [] }),
        mapOf('array', { maxEntries: 1, entries: [] }),
      ];
      const outcome = await one(xdp([...store, ...RETURN_0], { maps }));
      expect(mapHex(outcome, 1)).toEqual([['00000000', '000011220000']]);
      expect(mapHex(outcome, 0).every(([, value]) => value === '000000000000')).toBe(true);
    },
  );

  it.skipIf(missing).each(['lddw.map_by_fd', 'lddw.map_by_idx'])(
    'rejects an index without a map in %s, whatever else it has open',
    async (form) => {
      for (const imm of [1, 2, 5, 64, -1, 0x7fff_ffff]) {
        const insns = [insn(form, { dst: 1, imm }), ...RETURN_0];
        const { load } = await one(xdp(insns, { maps: [mapOf('array')] }));
        expect(load).toMatchObject({ verdict: 'rejected', errno: EBADF });
      }
    },
  );

  it.skipIf(missing)('fills prog arrays with progs by index', async () => {
    const maps = [
      mapOf('prog_array', {
        valueBytes: 4,
        entries: [{ key: bytes('01000000'), value: bytes('01000000') }],
      }),
    ];
    const jump = [
      insn('lddw.map_by_fd', { dst: 2 }),
      insn('mov64.k', { dst: 3, imm: 1 }),
      insn('call.helper', { imm: 12 }),
      ...returns(1),
    ];
    const { runs } = await one(xdp([], { maps, progs: [{ insns: jump }, { insns: returns(42) }] }));
    expect(runs[0].retval).toBe(42);
  });

  it.skipIf(missing)('tells errno and reason of a rejection, and no runs and maps', async () => {
    const outcome = await one(xdp([insn('exit')], { maps: [mapOf('array')] }));
    expect(outcome).toEqual({
      kind: 'completed',
      load: {
        verdict: 'rejected',
        errno: EACCES,
        log: expect.stringMatching(/^R0 !read_ok\n(stack depth .*\n)?processed 1 insns .*\n$/),
      },
      runs: [],
      maps: [],
      console: '',
    });
  });

  it.skipIf(missing)("gives the end of the verifier's log where it is asked for", async () => {
    const [outcome] = await machine.run([xdp([insn('exit')])], { engine, log: 'tail' });
    expect(completed(outcome).load).toMatchObject({ log: expect.stringMatching(/R0 !read_ok/) });
  });

  it.skipIf(missing)('rejects a map that the kernel refuses, and says which', async () => {
    const { load } = await one(
      xdp(RETURN_0, { maps: [mapOf('array', { keyBytes: 8, entries: [] })] }),
    );
    const log = 'map m could not be created\n';
    expect(load).toEqual({ verdict: 'rejected', errno: EINVAL, log });
  });

  it.skipIf(missing)('does not try what the kernel lacks or what no frame holds', async () => {
    const outcomes = await target.execute([
      tinyCase({ progType: 'unspec' }),
      xdp([insn('call.helper', { imm: 9 }), ...RETURN_0]),
      xdp(returns(3)),
      xdp(RETURN_0, { maps: [mapOf('hash', { maxEntries: 10_000_000 })] }),
      xdp(RETURN_0, { runs: Array(17).fill({ ...PLAIN_RUN, data: new Uint8Array(1_000_000) }) }),
      xdp(returns(4)),
    ]);
    expect(outcomes[0]).toEqual({ kind: 'unsupported', missing: ['prog type unspec'] });
    expect(outcomes[1]).toEqual({ kind: 'unsupported', missing: ['helper 9 skb_store_bytes'] });
    expect(completed(outcomes[2]).runs[0].retval).toBe(3);
    for (const tooLong of [outcomes[3], outcomes[4]]) expect(tooLong.kind).toBe('unsupported');
    expect(completed(outcomes[5]).runs[0].retval).toBe(4);
  });

  it.skipIf(missing)('answers in order where the answers need several frames', async () => {
    const out: Run = { ...PLAIN_RUN, data: FRAME, dataOutBytes: 64 };
    const cases = Array.from({ length: 40 }, (_, i) =>
      xdp(returns(i), {
        runs: [out],
        maps: [mapOf('array', { valueBytes: 1000, maxEntries: 1000, entries: [] })],
      }),
    );
    const outcomes = await target.execute(cases);
    expect(outcomes.map((outcome) => completed(outcome).runs[0].retval)).toEqual(
      cases.map((_, i) => i),
    );
  });

  it.skipIf(missing)('tells a case that hangs, and goes on with the next', async () => {
    const limits = { caseTimeoutMs: 300, batchBudgetMs: 60_000 };
    const impatient = await kernel.open({ limits });
    try {
      const forever = xdp(returns(1), {
        runs: [{ ...PLAIN_RUN, data: FRAME, repeat: 0xffff_ffff }],
      });
      const cases = [xdp(returns(5)), forever, xdp(returns(6)), forever];
      const outcomes = await impatient.run(cases, { engine, log: 'none' });
      expect(outcomes.map(({ kind }) => kind)).toEqual(['completed', 'hung', 'completed', 'hung']);
      expect(impatient.stats().restarts).toBe(0);
    } finally {
      await impatient.close();
    }
  });

  it.skipIf(missing)('is closed for good', async () => {
    const other = await kernelTarget(machine, { name: 'other', engine });
    await other.close();
    await other.close();
    await expect(other.execute([xdp(RETURN_0)])).rejects.toMatchObject({ code: 'TARGET_FAILED' });
    expect((await target.execute([xdp(RETURN_0)]))[0].kind).toBe('completed');
  });
});

const numbered = (count: number): MapSpec['entries'] =>
  Array.from({ length: count }, (_, i) => {
    const key = Buffer.alloc(4);
    key.writeUInt32LE((i * 2654435761) % 0x1_0000_0000);
    return { key, value: new Uint8Array(6) };
  });
