import { describe, expect, it } from 'vitest';
import type { Case, Run } from '../../../src/case/case.ts';
import { encodeCtx, SK_BUFF, XDP_MD } from '../../../src/case/ctx.ts';
import type { LinuxSetting } from '../../../src/targets/target.ts';
import { bytes, caseOf, FRAME, hex, LINUX, oneRun, run } from './driver.ts';

type Type = 'socket_filter' | 'sched_cls' | 'xdp';

const release = (name: string): { linux: LinuxSetting } => ({ linux: { ...LINUX, release: name } });
const frame = (lenBytes: number, etherType = 0x88b5) =>
  Uint8Array.from({ length: lenBytes }, (_, i) =>
    i === 12 ? etherType >> 8 : i === 13 ? etherType & 0xff : i & 0xff,
  );
const skb = (fields: Record<string, bigint>, sizeBytes = 192) => ({ sizeBytes, fields });
const md = (fields: Record<string, bigint>, sizeBytes = 24) => ({ sizeBytes, fields });
const runOf = (progType: Type, over: Partial<Run>, prog = 'r0 = 7\nexit', rest?: Partial<Case>) =>
  oneRun(caseOf(prog, { progType, runs: [run(over)], ...rest }));

/** net/bpf/test_run.c and kernel/bpf/syscall.c 6.1; all of them observed on 6.1 and 6.18 as well. */
const ERRNOS: readonly (readonly [what: string, Type, run: Partial<Run>, errno: number])[] = [
  ['no data', 'socket_filter', { data: null }, 22],
  ['13 bytes', 'sched_cls', { data: frame(13) }, 22],
  ['14 bytes', 'sched_cls', { data: frame(14) }, 0],
  ['3710 bytes', 'sched_cls', { data: frame(3710) }, 0],
  ['3713 bytes', 'sched_cls', { data: frame(3713) }, 22],
  ['IPv4 without a header', 'sched_cls', { data: frame(33, 0x800) }, 22],
  ['IPv4 with a header', 'sched_cls', { data: frame(34, 0x800) }, 0],
  ['IPv6 without a header', 'socket_filter', { data: frame(53, 0x86dd) }, 22],
  ['IPv6 with a header', 'socket_filter', { data: frame(54, 0x86dd) }, 0],
  ['an unknown flag', 'sched_cls', { flags: 0x10 }, 22],
  ['BPF_F_TEST_RUN_ON_CPU', 'socket_filter', { flags: 1 }, 22],
  ['a cpu', 'sched_cls', { cpu: 1 }, 22],
  ['a batch size', 'sched_cls', { batchSize: 1 }, 22],
  ['ctx_in of no bytes', 'sched_cls', { ctx: skb({}, 0) }, 22],
  ['ctx_out of no bytes', 'sched_cls', { ctxOutBytes: 0 }, 22],
  ['a ctx longer than a page', 'sched_cls', { ctx: skb({}, 4097) }, 7],
  ['a ctx with zeros behind it', 'sched_cls', { ctx: skb({}, 4096) }, 0],
  ['len', 'sched_cls', { ctx: skb({ len: 64n }) }, 22],
  ['data_end', 'sched_cls', { ctx: skb({ data_end: 64n }) }, 22],
  ['tstamp_type', 'sched_cls', { ctx: skb({ tstamp_type: 1n }) }, 22],
  ['a field that is cut off', 'sched_cls', { ctx: skb({ data_end: 64n }, 80) }, 0],
  ['loopback', 'sched_cls', { ctx: skb({ ifindex: 1n }) }, 0],
  ['another device', 'sched_cls', { ctx: skb({ ifindex: 9999n }) }, 19],
  ['wire_len below the length', 'sched_cls', { ctx: skb({ wire_len: 63n }) }, 22],
  ['wire_len of an L3 length', 'socket_filter', { ctx: skb({ wire_len: 50n }) }, 0],
  ['wire_len above 64 KiB', 'sched_cls', { ctx: skb({ wire_len: 65537n }) }, 22],
  ['gso_segs above 65535', 'sched_cls', { ctx: skb({ gso_segs: 65536n }) }, 22],
  [
    'a device before a bad header',
    'sched_cls',
    { data: frame(33, 0x800), ctx: skb({ ifindex: 9999n }) },
    19,
  ],
  ['no data for XDP', 'xdp', { data: null }, 22],
  ['13 bytes for XDP', 'xdp', { data: frame(13) }, 22],
  ['as much as 17 frags hold', 'xdp', { data: frame(73152) }, 0],
  ['more than 17 frags hold', 'xdp', { data: frame(73153) }, 12],
  ['a cpu, which XDP ignores', 'xdp', { cpu: 1 }, 0],
  ['a flag of XDP', 'xdp', { flags: 1 }, 22],
  ['a batch without live frames', 'xdp', { batchSize: 1 }, 22],
  ['data_meta', 'xdp', { ctx: md({ data_meta: 4n, data_end: 64n }) }, 22],
  ['data behind data_end', 'xdp', { ctx: md({ data: 4n, data_end: 3n }) }, 22],
  ['data_end behind the data', 'xdp', { ctx: md({ data_end: 65n }) }, 22],
  ['metadata of 2 bytes', 'xdp', { ctx: md({ data: 2n, data_end: 64n }) }, 22],
  ['metadata of 32 bytes', 'xdp', { ctx: md({ data: 32n, data_end: 64n }) }, 0],
  ['metadata of 36 bytes', 'xdp', { ctx: md({ data: 36n, data_end: 64n }) }, 22],
  [
    'no Ethernet header behind metadata',
    'xdp',
    { data: frame(40), ctx: md({ data: 28n, data_end: 40n }) },
    22,
  ],
  ['egress_ifindex', 'xdp', { ctx: md({ data_end: 64n, egress_ifindex: 1n }) }, 22],
  ['a queue of no device', 'xdp', { ctx: md({ data_end: 64n, rx_queue_index: 1n }) }, 22],
  [
    'a queue that loopback lacks',
    'xdp',
    { ctx: md({ data_end: 64n, ingress_ifindex: 1n, rx_queue_index: 1n }) },
    22,
  ],
  ['another device for XDP', 'xdp', { ctx: md({ data_end: 64n, ingress_ifindex: 9n }) }, 19],
];

describe('BPF_PROG_RUN', () => {
  it.each(ERRNOS)('given %s (%s) ends with the errno', async (_, type, over, errno) => {
    expect(await runOf(type, over)).toMatchObject({ errno, retval: errno === 0 ? 7 : 0 });
  });

  it.each([33, 35])('refuses XDP progs for attach type %d', async (expectedAttachType) => {
    expect(await runOf('xdp', {}, undefined, { expectedAttachType })).toMatchObject({ errno: 22 });
  });
});

/** What an error leaves of the sizes that came in; ENOSPC writes them all the same. */
const OUTPUT: readonly (readonly [
  what: string,
  Type,
  run: Partial<Run>,
  outcome: readonly [errno: number, data: number, dataSize: number, ctx: number, ctxSize: number],
])[] = [
  ['no buffers', 'sched_cls', {}, [0, 0, 64, 0, 0]],
  ['enough room', 'sched_cls', { dataOutBytes: 100, ctxOutBytes: 200 }, [0, 64, 64, 192, 192]],
  ['exactly enough', 'sched_cls', { dataOutBytes: 64, ctxOutBytes: 192 }, [0, 64, 64, 192, 192]],
  [
    'too little for data',
    'sched_cls',
    { dataOutBytes: 10, ctxOutBytes: 192 },
    [28, 10, 64, 0, 192],
  ],
  [
    'too little for the ctx',
    'sched_cls',
    { dataOutBytes: 64, ctxOutBytes: 10 },
    [28, 64, 64, 10, 192],
  ],
  ['an error', 'sched_cls', { dataOutBytes: 64, ctxOutBytes: 10, cpu: 1 }, [22, 0, 64, 0, 10]],
  [
    'the ctx of XDP',
    'xdp',
    { dataOutBytes: 64, ctxOutBytes: 99, ctx: md({ data_end: 64n }) },
    [0, 64, 64, 24, 24],
  ],
  [
    'frags that do not fit',
    'xdp',
    { dataOutBytes: 40, ctx: md({ data_end: 20n }) },
    [28, 0, 40, 0, 0],
  ],
  [
    'frags that just fit',
    'xdp',
    { dataOutBytes: 44, ctx: md({ data_end: 20n }) },
    [28, 44, 64, 0, 0],
  ],
];

describe('what comes out', () => {
  it.each(OUTPUT)('with %s (%s)', async (_, type, over, expected) => {
    const { errno, dataOut, dataSizeOut, ctxOut, ctxSizeOut } = await runOf(type, over);
    expect([errno, dataOut.length, dataSizeOut, ctxOut.length, ctxSizeOut]).toEqual(expected);
  });

  it('is what the prog made of the packet, edits of all repetitions together', async () => {
    const increment = `r2 = *(u32 *)(r1 +0)
      r0 = *(u8 *)(r2 +13)
      r0 += 1
      *(u8 *)(r2 +13) = r0
      exit`;
    const outcome = await runOf('xdp', { repeat: 3, dataOutBytes: 14, data: frame(14) }, increment);
    expect(outcome.retval).toBe(0xb8);
    expect(hex(outcome.dataOut)).toBe('000102030405060708090a0b88b8');
  });

  it('has an Ethernet header of zeros where the prog saw none', async () => {
    const { dataOut } = await runOf('socket_filter', { dataOutBytes: 20, data: frame(18) });
    expect(hex(dataOut)).toBe('00000000000000000000000000000e0f1011');
  });

  it('puts what is left of the head in front of frags, up to 6.18', async () => {
    const over = { data: frame(30), dataOutBytes: 20, ctx: md({ data_end: 18n }) };
    const testCase = caseOf('r0 = 7\nexit', { progType: 'xdp', runs: [run(over)] });
    expect(hex((await oneRun(testCase)).dataOut)).toBe('000102030405060712131415161718191a1b1c1d');
    const inOrder = await oneRun(testCase, release('7.2'));
    expect(hex(inOrder.dataOut)).toBe(hex(frame(20)));
  });
});

const given = {
  mark: 0x11223344n,
  priority: 0x55667788n,
  ingress_ifindex: 0xaabbccddn,
  cb0: 0x01020304n,
  cb4: 0x0a0b0c0dn,
  tstamp: 0x1122334455667788n,
  wire_len: 0x1234n,
  gso_segs: 0xabcdn,
  gso_size: 0x12345678n,
  hwtstamp: 0x99aabbccddeeff00n,
};

/** What loads of a ctx give, with the fields above given or without a ctx; the frame is 64 bytes. */
const CTX_READS: readonly (readonly [Type, load: string, withCtx: number, without: number])[] = [
  ['sched_cls', 'u32 0', 64, 64],
  ['socket_filter', 'u32 0', 50, 50],
  ['sched_cls', 'u32 4', 3, 3],
  ['sched_cls', 'u32 8', 0x11223344, 0],
  ['sched_cls', 'u8 9', 0x33, 0],
  ['sched_cls', 'u16 10', 0x1122, 0],
  ['sched_cls', 'u32 16', 0xb588, 0xb588],
  ['sched_cls', 'u32 32', 0x55667788, 0],
  ['sched_cls', 'u32 36', 0xaabbccdd, 0],
  ['sched_cls', 'u32 40', 1, 1],
  ['sched_cls', 'u32 48', 0x01020304, 0],
  ['sched_cls', 'u8 67', 0x0a, 0],
  ['sched_cls', 'u32 160', 0x1234, 0],
  ['sched_cls', 'u32 164', 0xabcd, 0],
  ['sched_cls', 'u32 176', 0x5678, 0],
  ['sched_cls', 'u8 180', 0, 0],
  ['xdp', 'u32 12', 1, 1],
  ['xdp', 'u32 16', 0, 0],
  // A narrow load of what the kernel keeps in as few bytes is not shifted: Linux 6.1 and 6.18.
  ['sched_cls', 'u16 18', 0xb588, 0xb588],
  ['sched_cls', 'u8 18', 0, 0],
  ['sched_cls', 'u8 7', 3, 3],
  ['sched_cls', 'u16 6', 3, 3],
];

describe('the ctx', () => {
  const other = Uint8Array.from([2, ...FRAME.subarray(1)]);

  it.each(CTX_READS)('of %s reads at %s', async (progType, load, withCtx, without) => {
    const [size, offset] = load.split(' ');
    const prog = `r0 = *(${size} *)(r1 +${offset})\nexit`;
    const ctx = progType === 'xdp' ? md({ data_end: 64n }) : skb(given);
    const values = await Promise.all(
      [ctx, null].map((ctx) => runOf(progType, { ctx, data: other }, prog)),
    );
    expect(values.map(({ retval }) => retval)).toEqual([withCtx, without]);
  });

  it('takes the packet length for wire_len where a ctx does not say it', async () => {
    const prog = 'r0 = *(u32 *)(r1 +160)\nexit';
    expect(await runOf('sched_cls', { ctx: skb({}) }, prog)).toMatchObject({ retval: 64 });
    expect(await runOf('sched_cls', { ctxOutBytes: 192 }, prog)).toMatchObject({ retval: 64 });
  });

  it.each([
    ['the address of loopback', '000000000000', 0x88b5, 0, 0xb588],
    ['broadcast, which loopback has not', 'ffffffffffff', 0x88b5, 2, 0xb588],
    ['another host', '020000000000', 0x0800, 3, 0x0008],
    ['a length, and LLC', '010000000000', 0x05ff, 2, 0x0400],
    ['a length, and raw IPX', '000000000000', 0x0000, 0, 0x0100],
  ])('has type and protocol of a packet for %s', async (what, mac, type, pktType, protocol) => {
    const data = Uint8Array.from([...bytes(mac), ...frame(64, type).subarray(6)]);
    if (what.endsWith('IPX')) data.fill(0xff, 14, 16);
    const prog = 'r0 = *(u32 *)(r1 +16)\nr1 = *(u32 *)(r1 +4)\nr1 <<= 16\nr0 |= r1\nexit';
    expect((await runOf('sched_cls', { data }, prog)).retval).toBe(pktType * 0x10000 + protocol);
  });

  /** What a field reads after a store, and what of it is written back. */
  const STORES: readonly (readonly [field: string, at: number, value: string, read: number])[] = [
    ['mark', 8, '0x112345678', 0x12345678],
    ['priority', 32, '-1', 0xffffffff],
    ['tc_index', 44, '0x12345678', 0x5678],
    ['tc_classid', 72, '-1', 0xffff],
    ['queue_mapping', 12, '0xfffe', 0xfffe],
    ['queue_mapping', 12, '0xffff', 0],
    ['queue_mapping', 12, '0x100000001', 0],
    ['cb3', 60, '0x112345678', 0x12345678],
  ];
  it.each(STORES)('keeps of %s (at %d) = %s', async (field, at, value, read) => {
    const prog = `r2 = ${value} ll\n*(u32 *)(r1 +${at}) = r2\nr0 = *(u32 *)(r1 +${at})\nexit`;
    const { retval, ctxOut } = await runOf('sched_cls', { ctxOutBytes: 192 }, prog);
    expect(retval).toBe(read);
    const back = new DataView(ctxOut.buffer, ctxOut.byteOffset).getUint32(at, true);
    expect(back).toBe(/^(mark|priority|cb)/.test(field) ? read : 0);
  });

  it('compares an immediate for queue_mapping as a signed one', async () => {
    const store = (value: number) => `*(u32 *)(r1 +12) = ${value}\nr0 = *(u32 *)(r1 +12)\nexit`;
    expect((await runOf('sched_cls', {}, store(-1))).retval).toBe(0xffff);
    expect((await runOf('sched_cls', {}, store(0x10000))).retval).toBe(0);
  });

  it('goes back with what the prog left in it, and echoes the rest', async () => {
    const prog = `r2 = 0x1122334455667788 ll
      *(u64 *)(r1 +152) = r2
      *(u16 *)(r1 +66) = r2
      r0 = 0
      exit`;
    const over = { ctx: skb(given), ctxOutBytes: 192 };
    const { ctxOut } = await runOf('sched_cls', over, prog);
    const expected = { ...given, cb4: 0x77880c0dn, tstamp: 0x1122334455667788n, ifindex: 1n };
    expect(hex(ctxOut)).toBe(hex(encodeCtx(SK_BUFF, expected, 192, true)));
  });

  it('of XDP goes back with bounds that count from the metadata', async () => {
    const over = { ctx: md({ data: 8n, data_end: 40n, ingress_ifindex: 1n }), ctxOutBytes: 24 };
    const prog = `r0 = *(u32 *)(r1 +0)
      r2 = *(u32 *)(r1 +8)
      r0 -= r2
      r2 = *(u32 *)(r1 +4)
      r1 = *(u32 *)(r1 +0)
      r2 -= r1
      r2 <<= 8
      r0 += r2
      exit`;
    const { retval, ctxOut } = await runOf('xdp', over, prog);
    expect(retval).toBe(32 * 0x100 + 8);
    const expected = { data: 8n, data_end: 40n, ingress_ifindex: 1n };
    expect(hex(ctxOut)).toBe(hex(encodeCtx(XDP_MD, expected, 24, true)));
  });

  it('has the machine’s byte order', async () => {
    const linux = { ...LINUX, endianness: 'big' } as const;
    const over = { ctx: skb(given), ctxOutBytes: 192 };
    const read = (load: string) =>
      oneRun(caseOf(`r0 = *(${load}\nexit`, { progType: 'sched_cls', runs: [run(over)] }), {
        linux,
      });
    expect((await read('u32 *)(r1 +16)')).retval).toBe(0x88b5);
    expect((await read('u16 *)(r1 +16)')).retval).toBe(0x88b5);
    expect((await read('u8 *)(r1 +8)')).retval).toBe(0x11);
    const { ctxOut } = await read('u32 *)(r1 +8)');
    expect(hex(ctxOut.subarray(8, 12))).toBe('11223344');
  });
});

/** LD_ABS and LD_IND: what the prog returns; 0 where it ended at the load. `frame(64)` counts up. */
const LEGACY: readonly (readonly [load: string, cls: number, filter: number])[] = [
  ['u8 *)skb[15]', 0x0f, 0x1d],
  ['u16 *)skb[15]', 0x0f10, 0x1d1e],
  ['u32 *)skb[15]', 0x0f101112, 0x1d1e1f20],
  ['u32 *)skb[60]', 0x3c3d3e3f, 0],
  ['u32 *)skb[61]', 0, 0],
  ['u8 *)skb[-1048576]', 0x0e, 0x0e],
  ['u8 *)skb[-2097147]', 0x05, 0x05],
  ['u16 *)skb[-2097088]', 0, 0],
  ['u8 *)skb[-4096]', 0, 0],
  ['u8 *)skb[-1]', 0, 0],
  ['u8 *)skb[r7 + 10]', 0x0f, 0x1d],
  ['u8 *)skb[r7 + -1048581]', 0x0e, 0x0e],
];

describe('packet loads', () => {
  it.each(LEGACY)('give r0 = *(%s', async (load, cls, filter) => {
    const prog = `r6 = r1\nr7 = 0x100000005 ll\nr0 = 9\nr0 = *(${load}\nexit`;
    const outcomes = await Promise.all(
      (['sched_cls', 'socket_filter'] as const).map((t) => runOf(t, { data: frame(64) }, prog)),
    );
    expect(outcomes.map(({ fault, retval }) => fault ?? retval)).toEqual([cls, filter]);
  });

  it('that fail end only the function that they are in', async () => {
    const prog = `r6 = r1
      call sub
      r0 += 5
      exit
      sub: r0 = 9
      r0 = *(u8 *)skb[200]
      r0 = 1
      exit`;
    expect((await runOf('sched_cls', {}, prog)).retval).toBe(5);
  });
});

describe('releases', () => {
  const at = (name: string, progType: Type, over: Partial<Run>) =>
    oneRun(caseOf('r0 = 7\nexit', { progType, runs: [run(over)] }), release(name));

  it.each([
    ['5.10', 'xdp', { ctxOutBytes: 24 }, 22],
    ['5.10', 'xdp', { data: frame(3) }, 0],
    ['5.10', 'xdp', { data: frame(3521) }, 90],
    ['5.10', 'xdp', { flags: 0x10 }, 0],
    ['5.10', 'sched_cls', { ctx: skb({ ingress_ifindex: 1n }) }, 22],
    ['5.10', 'sched_cls', { ctx: skb({ hwtstamp: 1n }) }, 7],
    ['5.10', 'sched_cls', { flags: 4 }, 22],
    ['6.12', 'xdp', { data: frame(256), ctx: md({ data: 216n, data_end: 256n }) }, 0],
    ['6.18', 'xdp', { data: frame(256), ctx: md({ data: 220n, data_end: 256n }) }, 22],
  ] as const)('%s, %s (row %#)', async (name, type, over, errno) => {
    expect(await at(name, type, over)).toMatchObject({ errno });
  });

  it('before 5.16 have a shorter ctx', async () => {
    expect((await at('5.10', 'sched_cls', { ctxOutBytes: 192 })).ctxOut.length).toBe(184);
  });
});
