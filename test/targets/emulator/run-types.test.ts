import { describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN, type Run } from '../../../src/case/case.ts';
import type { ProgType } from '../../../src/case/prog-type.ts';
import { createEmulator } from '../../../src/targets/emulator/emulator.ts';
import { bytes, caseOf, hex, LINUX, oneRun } from './driver.ts';

const EINVAL = 22;

interface Row {
  readonly shows: string;
  readonly prog: string;
  readonly run?: Partial<Run>;
  readonly release?: string;
  readonly over?: Partial<Case>;
  /** Errno, retval, and where they matter `data_out` and `ctx_out`. */
  readonly gives: readonly [errno: number, retval: number, dataOut?: string, ctxOut?: string];
}

const ctx = (sizeBytes: number, fields: Record<string, bigint> = {}) => ({ sizeBytes, fields });
const ETHERNET = bytes('000000000000000000000000' + '0800');
const LONG_FRAME = Uint8Array.from([...ETHERNET, ...new Uint8Array(40)]);
const OK = 'r0 = 0\nexit';
/** An argument of a raw tracepoint or a syscall prog. */
const READS_W1 = 'r0 = *(u64 *)(r1 +8)\nexit';

const ROWS: Partial<Record<ProgType, readonly Row[]>> = {
  raw_tracepoint: [
    { shows: 'reads its args', prog: READS_W1, run: { ctx: ctx(16, { w1: 7n }) }, gives: [0, 7] },
    {
      shows: 'reads the high byte of an arg',
      prog: 'r0 = *(u8 *)(r1 +7)\nexit',
      run: { ctx: ctx(8, { w0: 0xab00_0000_0000_0000n }) },
      gives: [0, 0xab],
    },
    {
      shows: 'wants a ctx as long as it reads',
      prog: READS_W1,
      run: { ctx: ctx(15) },
      gives: [22, 0],
    },
    { shows: 'takes no more than 12 args', prog: OK, run: { ctx: ctx(97) }, gives: [22, 0] },
    { shows: 'repeats nothing', prog: OK, run: { repeat: 1 }, gives: [22, 0] },
    { shows: 'takes a CPU with the flag only', prog: OK, run: { cpu: 1 }, gives: [22, 0] },
    { shows: 'looks at no other flag', prog: OK, run: { flags: 0x8000_0002 }, gives: [0, 0] },
    {
      shows: 'runs on no CPU that is not there',
      prog: OK,
      run: { flags: 1, cpu: 9 },
      gives: [6, 0],
    },
    {
      shows: 'asked for no CPU looks at the ctx first',
      prog: READS_W1,
      run: { flags: 1, cpu: 9 },
      gives: [22, 0],
    },
  ],
  syscall: [
    {
      shows: 'gives back what it made of its ctx',
      prog: 'r2 = 258\n*(u16 *)(r1 +2) = r2\nr0 = *(u8 *)(r1 +0)\nexit',
      run: { ctx: ctx(5, { w0: 0xff_ff_ff_ff_09n }) },
      gives: [0, 9, '', '09ff0201ff'],
    },
    { shows: 'ignores the CPU', prog: OK, run: { cpu: 77 }, gives: [0, 0] },
    { shows: 'takes no flags', prog: OK, run: { flags: 1 }, gives: [22, 0] },
    { shows: 'takes 64 KiB less one', prog: OK, run: { ctx: ctx(65_536) }, gives: [22, 0] },
  ],
  sk_lookup: [
    {
      shows: 'sees no addresses of the other family',
      prog: 'r0 = *(u32 *)(r1 +16)\nr1 = *(u32 *)(r1 +20)\nr0 += r1\nexit',
      run: { ctx: ctx(72, { family: 10n, remote_ip4: 5n, remote_ip6_0: 0n }) },
      gives: [0, 0],
    },
    {
      shows: 'passes whatever is not 0',
      prog: 'r0 = 1\nexit',
      run: { ctx: ctx(72, { family: 0x7_0002n }), ctxOutBytes: 8 },
      gives: [28, 1, '', '0000000000000000'],
    },
    {
      shows: 'reads a port of 16 bits as 32',
      prog: 'r0 = *(u32 *)(r1 +36)\nr0 >>= 8\nexit',
      run: { ctx: ctx(72, { family: 2n, remote_port: 0x1234n, remote_port_pad: 0xffn }) },
      gives: [0, 1],
    },
    {
      shows: 'refuses a pad up to 5.17',
      release: '5.10',
      prog: OK,
      run: { ctx: ctx(64, { family: 2n, remote_port_pad: 1n }) },
      gives: [34, 0],
    },
    { shows: 'needs a ctx', prog: OK, gives: [22, 0] },
    { shows: 'knows two families', prog: OK, run: { ctx: ctx(72) }, gives: [97, 0] },
    {
      shows: 'takes no data',
      prog: OK,
      run: { data: ETHERNET, ctx: ctx(72, { family: 2n }) },
      gives: [22, 0],
    },
  ],
  flow_dissector: [
    {
      shows: 'is given where the network header begins',
      prog: 'r1 = *(u64 *)(r1 +144)\nr0 = *(u16 *)(r1 +2)\nexit',
      run: { data: LONG_FRAME, dataOutBytes: 12 },
      gives: [28, 14, `0e000e00${'0000000000000800'.slice(0, 12)}0800`],
    },
    {
      shows: 'has offsets beyond the packet pulled in',
      prog: 'r1 = *(u64 *)(r1 +144)\nr2 = -1\n*(u32 *)(r1 +0) = r2\nr0 = 3\nexit',
      run: { data: LONG_FRAME, dataOutBytes: 4 },
      gives: [28, 3, '36003600'],
    },
    {
      shows: 'says whether it returned 0 up to 5.15',
      release: '5.10',
      prog: 'r0 = 3\nexit',
      run: { data: LONG_FRAME },
      gives: [0, 0],
    },
    {
      shows: 'takes flags alone of the keys',
      prog: OK,
      run: { data: LONG_FRAME, ctx: ctx(56, { nhoff: 1n }) },
      gives: [22, 0],
    },
    { shows: 'takes a page', prog: OK, run: { data: new Uint8Array(4097) }, gives: [22, 0] },
  ],
  netfilter: [
    {
      shows: 'reads hook and protocol family',
      prog: 'r1 = *(u64 *)(r1 +0)\nr0 = *(u8 *)(r1 +1)\nexit',
      run: { data: new Uint8Array(20) },
      gives: [0, 2],
    },
    {
      shows: 'wants another protocol than IP refused',
      prog: OK,
      run: { data: new Uint8Array(40), ctx: ctx(48, { pf: 2n, hook: 1n }) },
      gives: [71, 0],
    },
    {
      shows: 'wants the protocol family to fit',
      prog: OK,
      run: { data: LONG_FRAME, ctx: ctx(48, { pf: 10n, hook: 1n }) },
      gives: [22, 0],
    },
    { shows: 'wants a header', prog: OK, run: { data: new Uint8Array(19) }, gives: [22, 0] },
  ],
  tracing: [
    {
      shows: 'returns 0 to fentry',
      prog: OK,
      over: { expectedAttachType: 24, attachBtf: 'bpf_fentry_test1' },
      run: { repeat: 9 },
      gives: [0, 0],
    },
    {
      shows: 'counts the functions that fmod_ret let run',
      prog: OK,
      over: { expectedAttachType: 26, attachBtf: 'bpf_modify_return_test' },
      gives: [0, 0x1_0004],
    },
    {
      shows: 'replaces what a function returns, of which 64 bits count',
      prog: 'r0 = 1\nr0 <<= 32\nexit',
      release: '6.12',
      over: { expectedAttachType: 26, attachBtf: 'bpf_modify_return_test' },
      gives: [0, 0x1_001d],
    },
  ],
  struct_ops: [
    {
      shows: 'changes its state',
      prog: 'r2 = *(u64 *)(r1 +0)\nr0 = *(u32 *)(r2 +0)\nr1 = *(u64 *)(r1 +32)\n*(u32 *)(r2 +0) = r1\nexit',
      over: { expectedAttachType: 1, attachBtf: 'bpf_dummy_ops' },
      run: { ctx: ctx(40, { w0: 5n, w4: 6n }), flags: 1 },
      gives: [0, 5, '', '06000000'],
    },
    {
      shows: 'is not given NULL where it has no use for it, from 6.11',
      release: '6.12',
      prog: OK,
      over: { expectedAttachType: 1, attachBtf: 'bpf_dummy_ops' },
      run: { ctx: ctx(40) },
      gives: [22, 0],
    },
    {
      shows: 'wants a ctx of its arguments',
      prog: OK,
      over: { expectedAttachType: 0, attachBtf: 'bpf_dummy_ops' },
      run: { ctx: ctx(40, { w0: 1n }) },
      gives: [22, 0],
    },
  ],
  kprobe: [
    { shows: 'has no handler', prog: OK, run: { flags: 99 }, gives: [524, 0] },
    { shows: 'has checks in front of none', prog: OK, run: { ctx: ctx(0) }, gives: [22, 0] },
  ],
};

describe.each(Object.entries(ROWS))('a run of %s', (progType, rows) => {
  it.each(rows)('$shows', async ({ prog, run = {}, release = '6.1', over = {}, gives }) => {
    const [errno, retval, dataOut, ctxOut] = gives;
    const runs = [{ ...PLAIN_RUN, repeat: 0, ...run }];
    const testCase = caseOf(prog, { progType: progType as ProgType, ...over, runs });
    const outcome = await oneRun(testCase, { linux: { ...LINUX, release } });
    expect(outcome.fault).toBeUndefined();
    expect([outcome.errno, outcome.retval]).toEqual([errno, retval]);
    if (dataOut !== undefined) expect(hex(outcome.dataOut)).toBe(dataOut);
    if (ctxOut !== undefined) expect(hex(outcome.ctxOut)).toBe(ctxOut);
  });
});

describe('how far a prog reaches into its ctx', () => {
  const answerOf = async (prog: string, sizeBytes: number): Promise<number | 'unsure'> => {
    const runs = [{ ...PLAIN_RUN, repeat: 0, ctx: ctx(sizeBytes) }];
    const testCase = caseOf(prog, { progType: 'raw_tracepoint', runs });
    const [outcome] = await createEmulator({ linux: LINUX }).execute([testCase]);
    return outcome.kind === 'completed' ? outcome.runs[0].errno : 'unsure';
  };

  it.each([
    ['is counted through copies', 'r6 = r1\nr1 = 5\nr0 = *(u32 *)(r6 +16)\nexit', 20],
    ['is counted behind an addition', 'r1 += 16\nr0 = *(u32 *)(r1 +0)\nexit', 20],
    ['is not made of other memory', '*(u64 *)(r10 -8) = 0\nr0 = *(u64 *)(r10 -8)\nexit', 1],
    ['is not made of what has been overwritten', 'r1 = r10\n*(u64 *)(r1 -8) = 1\nr0 = 0\nexit', 1],
  ])('%s', async (_shows, prog, extent) => {
    expect(await answerOf(prog, extent)).toBe(0);
    if (extent > 1) expect(await answerOf(prog, extent - 1)).toBe(EINVAL);
  });

  it.each([
    ['behind a choice', 'if r1 == 0 goto L\nr0 = *(u64 *)(r1 +8)\nL: r0 = 0\nexit'],
    ['in a function', 'call L\nr0 = 0\nexit\nL: r0 = *(u64 *)(r1 +8)\nexit'],
    [
      'through the stack',
      'if r1 == 0 goto L\nL: *(u64 *)(r10 -8) = r1\nr2 = *(u64 *)(r10 -8)\nr0 = *(u64 *)(r2 +8)\nexit',
    ],
  ])('is unsure %s', async (_where, prog) => {
    expect(await answerOf(prog, 15)).toBe('unsure');
    expect(await answerOf(prog, 16)).toBe(0);
  });
});
