import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/case/case.ts';
import type { ProgType } from '../../../src/case/prog-type.ts';
import type { LinuxSetting } from '../../../src/targets/target.ts';
import { caseOf, completed, FRAME, hex, LINUX, oneRun, run } from './driver.ts';

const on = (release: string, over: Partial<LinuxSetting> = {}) => ({
  linux: { ...LINUX, release, ...over },
});
const skb = (fields: Record<string, bigint>, sizeBytes = 192) => ({ sizeBytes, fields });
const runOf = (progType: ProgType, prog: string, over: Partial<Run>, release = '7.2') =>
  oneRun(caseOf(prog, { progType, runs: [run(over)] }), on(release));

const LINEAR_BYTES = `
  r0 = *(u32 *)(r1 +80)
  r2 = *(u32 *)(r1 +76)
  r0 -= r2
  exit`;
const LONG_ENOUGH = `
  r2 = *(u32 *)(r1 +76)
  r3 = *(u32 *)(r1 +80)
  r0 = 0
  r2 += 14
  if r2 > r3 goto +1
  r0 = 1
  exit`;
const IPV4 = Uint8Array.from(FRAME);
IPV4.set([8, 0], 12);
IPV4.set([1, 2, 3, 4, 5, 6, 7, 8], 26);

/** net/bpf/test_run.c; observed on 5.10.262, 6.1.192, 6.12.117 and 7.2.13. */
describe('the skb types', () => {
  it.each([
    ['sched_act', '5.10', 1],
    ['lwt_in', '5.10', 1],
    ['lwt_seg6local', '5.10', 0],
    ['cgroup_skb', '6.12', 0],
    ['cgroup_skb', '7.2', 1],
  ] as const)('%s on %s has packets that are long enough: %d', async (type, release, retval) => {
    expect(await runOf(type, LONG_ENOUGH, {}, release)).toMatchObject({ errno: 0, retval });
  });

  it.each([
    ['6.1', {}, 524],
    ['5.10', {}, 0],
    ['6.1', { userMode: true }, 0],
  ] as const)('of lwt_seg6local on %s %o end with %d', async (release, over, errno) => {
    const testCase = caseOf('r0 = 0\nexit', { progType: 'lwt_seg6local' });
    expect(await oneRun(testCase, on(release, over))).toMatchObject({ errno });
  });

  it('of lwt_xmit need an IPv6 that is loaded, since 6.1', async () => {
    const testCase = caseOf('r0 = 0\nexit', { progType: 'lwt_xmit' });
    expect(await oneRun(testCase, on('6.1'))).toMatchObject({ errno: 0 });
    expect(await oneRun(testCase, on('6.1', { userMode: true }))).toMatchObject({ errno: 95 });
    expect(await oneRun(testCase, on('5.10', { userMode: true }))).toMatchObject({ errno: 0 });
  });

  it.each([
    ['family', 88, 2],
    ['remote_ip4', 92, 0x08070605],
    ['local_ip4', 96, 0x04030201],
    ['remote_ip6', 100, 0],
    ['local_port', 136, 0],
  ])('of cgroup_skb read %s of the packet', async (_, offset, retval) => {
    const prog = `r0 = *(u32 *)(r1 +${offset})\nexit`;
    expect((await runOf('cgroup_skb', prog, { data: IPV4 })).retval).toBe(retval);
  });

  it.each([
    'cgroup_skb',
    'lwt_in',
    'lwt_out',
    'lwt_seg6local',
  ] as const)('of %s do not write to packets', async (progType) => {
    const prog = 'r2 = *(u32 *)(r1 +76)\n*(u8 *)(r2 +0) = 1\nr0 = 0\nexit';
    const { fault } = await oneRun(caseOf(prog, { progType }), on('5.10'));
    expect(fault).toMatchObject({ reason: 'access' });
  });

  it('that begin behind the Ethernet header give zeros in its place', async () => {
    const data = new Uint8Array(20).fill(0x11);
    const { dataOut } = await runOf('lwt_out', 'r0 = 0\nexit', { data, dataOutBytes: 64 });
    expect(hex(dataOut)).toBe('00'.repeat(14) + '11'.repeat(6));
  });
});

/** net/bpf/test_run.c 7.2. */
describe('an skb of 7.2', () => {
  it.each([
    ['sched_cls', 64, {}, 64],
    ['sched_cls', 64, { data_end: 20n }, 20],
    ['sched_cls', 64, { data_end: 1n }, 14],
    ['cgroup_skb', 64, { data_end: 20n }, 6],
    ['sched_cls', 5000, {}, 3712],
    ['sched_cls', 5000, { data_end: 4000n }, 3712],
  ] as const)('of %s, %d bytes and %o is linear for %d', async (type, lenBytes, fields, retval) => {
    const over = { data: new Uint8Array(lenBytes), ctx: skb(fields), dataOutBytes: 8000 };
    const outcome = await runOf(type, LINEAR_BYTES, over);
    expect(outcome).toMatchObject({ errno: 0, retval, dataSizeOut: lenBytes });
  });

  it.each([
    ['a linear size beyond the packet', 'sched_cls', { ctx: skb({ data_end: 65n }) }, 22],
    ['a linear size for LWT', 'lwt_in', { ctx: skb({ data_end: 20n }) }, 22],
    ['more than 17 frags', 'sched_cls', { data: new Uint8Array(3712 + 17 * 4096 + 1) }, 12],
    ['as much as 17 frags', 'sched_cls', { data: new Uint8Array(3712 + 17 * 4096) }, 0],
    [
      'data before too many frags',
      'sched_cls',
      { data: new Uint8Array(80_000), ctx: skb({ data: 1n }) },
      22,
    ],
    [
      'too many frags before len',
      'sched_cls',
      { data: new Uint8Array(80_000), ctx: skb({ len: 1n }) },
      12,
    ],
    ['an IP header in frags', 'sched_cls', { data: IPV4, ctx: skb({ data_end: 33n }) }, 22],
    ['an IP header in front of them', 'sched_cls', { data: IPV4, ctx: skb({ data_end: 34n }) }, 0],
  ] as const)('given %s (%s) ends with the errno', async (_, type, over, errno) => {
    expect(await runOf(type, 'r0 = 0\nexit', over)).toMatchObject({ errno });
  });

  it('is read across frags by LD_ABS', async () => {
    const data = Uint8Array.from({ length: 64 }, (_, i) => i);
    const over = { data, ctx: skb({ data_end: 14n }) };
    expect((await runOf('sched_cls', 'r6 = r1\nr0 = *(u32 *)skb[12]\nexit', over)).retval).toBe(
      0x0c0d0e0f,
    );
  });
});

/** Stores three bytes at an odd offset: `how` 0 directly, else by a helper with that flag less one. */
const store = (how: number) => `
  r6 = r1
  *(u64 *)(r10 -8) = -2
  r2 = 21
  r3 = r10
  r3 += -8
  r4 = 3
  r5 = ${how}
  call 9
  exit`;

describe('BPF_F_TEST_SKB_CHECKSUM_COMPLETE', () => {
  it.each([
    ['5.10', 'r0 = 0\nexit', 22],
    ['6.1', 'r0 = 0\nexit', 0],
    ['6.1', store(0), 74],
    ['6.1', store(1), 0],
    ['7.2', store(1), 0],
  ])('on %s with the prog %j ends with %d', async (release, prog, errno) => {
    expect(await runOf('sched_cls', prog, { flags: 4 }, release)).toMatchObject({ errno });
  });

  it('does not cover the Ethernet header', async () => {
    const prog = store(0).replace('r2 = 21', 'r2 = 3');
    expect(await runOf('sched_cls', prog, { flags: 4 })).toMatchObject({ errno: 0 });
  });
});

it('a ctx with something behind its struct is E2BIG', async () => {
  const tails = [192, 193, 200].map((sizeBytes) => run({ ctx: skb({ tail: 1n }, sizeBytes) }));
  const testCase = caseOf('r0 = 0\nexit', { progType: 'sched_cls', runs: tails });
  const { runs } = await completed(testCase);
  expect(runs.map(({ errno }) => errno)).toEqual([0, 7, 7]);
});
