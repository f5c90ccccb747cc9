import { describe, expect, it } from 'vitest';
import { caseOf, completed, mapSpec, oneRun, r0Of, run } from './driver.ts';

/** Assembly that puts bytes below r10 and r1 at their beginning; their length in r2. */
function onStack(data: readonly number[]): string {
  const room = Math.ceil(data.length / 8) * 8;
  const stores = data.map((byte, i) => `*(u8 *)(r10 ${i - room}) = ${byte}`);
  return `${stores.join('\n')}\nr1 = r10\nr1 += -${room}\nr2 = ${data.length}\n`;
}

const characters = (text: string) => [...text].map((character) => character.charCodeAt(0));

/** What bpf_trace_printk returns; observed on Linux 6.18, read in kernel/bpf/helpers.c of 6.1. */
const FORMATS: readonly (readonly [format: string, arg: string, result: number])[] = [
  ['hi\n', '0', 3],
  ['%d', '-1', 2],
  ['%i', '0x80000000', 11],
  ['%u', '-1', 10],
  ['%x', '-1', 8],
  ['%X', '0x1234', 4],
  ['%ld', '-1', 2],
  ['%llu', '-1', 20],
  ['%lx', '-1', 16],
  ['%llx', '0x123456789a', 10],
  ['%5d|', '7', 6],
  ['%-5d|', '7', 6],
  ['%05d', '7', 5],
  ['%+d', '7', 2],
  ['% d', '-7', 2],
  ['%+u', '7', 1],
  ['%c', '65', 1],
  ['%5c', '65', 5],
  ['%%', '0', 1],
  ['%p', '0', 16],
  ['%20p|', '0', 21],
  ['%px', '0', 16],
  ['%s', '0', 0],
  ['%9s', '0', 9],
  ['%d%d%d', '7', 3],
  ['%d%d%d%d', '7', -22],
  ['%', '0', -22],
  ['%q', '0', -22],
  ['%l', '0', -22],
  ['%lld%', '0', -22],
  ['%llld', '0', -22],
  ['%hd', '0', -22],
  ['%.5d', '0', -22],
  ['%#x', '0', -22],
  ['%pa', '0', -22],
  ['%sx', '0', -22],
  ['\u0001', '0', -22],
];

describe('trace_printk', () => {
  const call = (text: readonly number[], arg: string) =>
    r0Of(`${onStack(text)}r3 = ${arg} ll\nr4 = r3\nr5 = r3\ncall trace_printk\n`);

  it.each(FORMATS)('of %j with %s returns', async (format, arg, result) => {
    const r0 = await call([...characters(format), 0], arg);
    expect(BigInt.asIntN(64, r0)).toBe(BigInt(result));
  });

  it('refuses a format without an end', async () => {
    expect(BigInt.asIntN(64, await call(characters('abc'), '0'))).toBe(-22n);
  });

  it('prints a string up to its end', async () => {
    const prog = `${onStack([...characters('%s'), 0])}r3 = r10\nr3 += -16
      r4 = 0x636261 ll\n*(u64 *)(r10 -16) = r4\ncall trace_printk\n`;
    expect(await r0Of(prog)).toBe(3n);
  });
});

/** 64 bytes for sched_cls; the buffer held ff. */
const LOADS: readonly (readonly [offset: string, len: number, r0: bigint, first: string])[] = [
  ['12', 2, 0n, '88b5ffff'],
  ['60', 4, 0n, '00000000'],
  ['61', 4, -14n, '00000000'],
  ['62', 4, -14n, '00000000'],
  ['0x7fffffff', 1, -14n, '00ffffff'],
  ['0x80000000', 1, -14n, '00ffffff'],
  ['-1', 2, -14n, '0000ffff'],
  ['0x10000000c', 2, 0n, '88b5ffff'],
];

describe('skb_load_bytes', () => {
  it.each(LOADS)('at %s, %d bytes', async (offset, len, r0, first) => {
    const prog = `r6 = map_val(map_by_idx(0)) +0 ll
      *(u64 *)(r6 +8) = -1
      r2 = ${offset} ll
      r3 = r6
      r3 += 8
      r4 = ${len}
      call skb_load_bytes
      *(u64 *)(r6 +0) = r0
      r0 = 0
      exit`;
    const maps = [mapSpec({ valueBytes: 16 })];
    const outcome = await completed(caseOf(prog, { progType: 'sched_cls', maps }));
    const value = Buffer.from(outcome.maps[0][0].values[0]);
    expect([value.readBigInt64LE(0), value.subarray(8, 12).toString('hex')]).toEqual([r0, first]);
  });

  it('counts from the network header in a socket filter', async () => {
    const prog = `*(u32 *)(r10 -4) = -1\nr2 = 46\nr3 = r10\nr3 += -4\nr4 = 4\ncall skb_load_bytes\n`;
    expect(await r0Of(prog)).toBe(0n);
    expect(await r0Of(prog.replace('46', '47'))).toBe(BigInt.asUintN(64, -14n));
  });
});

describe('skb_store_bytes', () => {
  it.each([
    ['0', 4, 0, 0n, 'ffffffff0000'],
    ['2', 2, 3, 0n, '0000ffff0000'],
    ['60', 4, 0, 0n, '000000000000'],
    ['61', 4, 0, -14n, '000000000000'],
    ['0x80000000', 1, 0, -14n, '000000000000'],
    ['0', 4, 4, -22n, '000000000000'],
    ['61', 4, 8, -22n, '000000000000'],
  ] as const)('at %s, %d bytes, flags %d', async (offset, len, flags, r0, first) => {
    const prog = `*(u64 *)(r10 -8) = -1
      r2 = ${offset} ll
      r3 = r10
      r3 += -8
      r4 = ${len}
      r5 = ${flags}
      call skb_store_bytes
      exit`;
    const runs = [run({ dataOutBytes: 6 })];
    const { retval, dataOut } = await oneRun(caseOf(prog, { progType: 'sched_cls', runs }));
    expect(retval).toBe(Number(BigInt.asUintN(32, r0)));
    expect(Buffer.from(dataOut).toString('hex')).toBe(first);
  });
});

describe('the surroundings', () => {
  it('are the same in every run of a case', async () => {
    const prog = 'call ktime_get_ns\nr6 = r0\ncall get_prandom_u32\nr0 ^= r6\n';
    expect(await r0Of(prog)).toBe(await r0Of(prog));
  });

  it('have a clock that goes on, and one CPU', async () => {
    expect(await r0Of('call ktime_get_ns\nr6 = r0\ncall ktime_get_ns\nr0 -= r6\n')).toBe(1000n);
    expect(await r0Of('call get_smp_processor_id\n')).toBe(0n);
  });
});
