import { describe, expect, it } from 'vitest';
import { Way } from '../../../src/case/execution.ts';
import { operandsOfKey } from '../../../src/isa/operands.ts';
import { VALUE_CLASSES } from '../../../src/isa/value-class.ts';
import type { Endianness } from '../../../src/targets/target.ts';
import { caseOf, completed, LINUX, oneRun, r0Of } from './driver.ts';

const BIG = { linux: { ...LINUX, endianness: 'big' } } as const;

/** What r0 holds behind the insns, which find r0 and r1 loaded; RFC 9669 sections 4 and 5, by hand. */
const REGISTERS: readonly (readonly [insns: string, r0: bigint, r1: bigint, result: bigint])[] = [
  ['r0 += r1', 0xffff_ffff_ffff_ffffn, 2n, 1n],
  ['w0 += w1', 0xffff_ffff_ffff_ffffn, 2n, 1n],
  ['w0 += -1', 0x1_0000_0000n, 0n, 0xffff_ffffn],
  ['r0 += -1', 0n, 0n, 0xffff_ffff_ffff_ffffn],
  ['r0 /= -1', 0xffff_ffff_ffff_ffffn, 0n, 1n],
  ['r0 /= r1', 5n, 0n, 0n],
  ['r0 %= r1', 5n, 0n, 5n],
  ['w0 %= w1', 0x1_0000_0005n, 0x7_0000_0000n, 5n],
  ['w0 /= w1', 0x1_0000_0005n, 0x7_0000_0000n, 0n],
  ['r0 s/= r1', 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n],
  ['w0 s/= w1', 0x8000_0000n, 0xffff_ffffn, 0x8000_0000n],
  ['r0 s%= r1', 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_ffffn, 0n],
  ['w0 s%= w1', 0xffff_fff9n, 2n, 0xffff_ffffn],
  ['r0 <<= r1', 1n, 0x43n, 8n],
  ['w0 <<= w1', 1n, 0x23n, 8n],
  ['r0 s>>= 63', 0x8000_0000_0000_0000n, 0n, 0xffff_ffff_ffff_ffffn],
  ['w0 s>>= 31', 0x8000_0000n, 0n, 0xffff_ffffn],
  ['r0 = -r0', 1n, 0n, 0xffff_ffff_ffff_ffffn],
  ['w0 = -w0', 1n, 0n, 0xffff_ffffn],
  ['w0 = w1', 0n, 0xffff_ffff_8000_0000n, 0x8000_0000n],
  ['r0 = -5', 0n, 0n, 0xffff_ffff_ffff_fffbn],
  ['w0 = -5', 0n, 0n, 0xffff_fffbn],
  ['r0 = (s8)r1', 0n, 0x180n, 0xffff_ffff_ffff_ff80n],
  ['r0 = (s32)r1', 0n, 0x8000_0000n, 0xffff_ffff_8000_0000n],
  ['w0 = (s16)w1', 0n, 0x8000n, 0xffff_8000n],
  ['r0 = bswap16 r0', 0x1122_3344_5566_7788n, 0n, 0x8877n],
  ['r0 = bswap32 r0', 0x1122_3344_5566_7788n, 0n, 0x8877_6655n],
  ['r0 = bswap64 r0', 0x1122_3344_5566_7788n, 0n, 0x8877_6655_4433_2211n],
  ['r0 = 0x1122334455667788 ll', 0n, 0n, 0x1122_3344_5566_7788n],
  ['r0 = 0xffffffff ll', 0n, 0n, 0xffff_ffffn],
];

describe('registers', () => {
  it.each(REGISTERS)('hold the result of %s (r0 = %d, r1 = %d)', async (insns, r0, r1, result) => {
    expect(await r0Of(`r0 = ${r0} ll\nr1 = ${r1} ll\n${insns}\n`)).toBe(result);
  });
});

/** Whether a jump is taken. */
const JUMPS: readonly (readonly [condition: string, r0: bigint, r1: bigint, taken: boolean])[] = [
  ['r0 > r1', 0xffff_ffff_ffff_ffffn, 1n, true],
  ['r0 s> r1', 0xffff_ffff_ffff_ffffn, 1n, false],
  ['r0 > -1', 0xffff_ffff_ffff_ffffn, 0n, false],
  ['r0 == -1', 0xffff_ffffn, 0n, false],
  ['w0 == -1', 0x1_ffff_ffffn, 0n, true],
  ['w0 < w1', 0xffff_ffff_0000_0000n, 1n, true],
  ['r0 < r1', 0xffff_ffff_0000_0000n, 1n, false],
  ['w0 s< 0', 0x8000_0000n, 0n, true],
  ['r0 s< 0', 0x8000_0000n, 0n, false],
  ['w0 & w1', 0x1_0000_0000n, 0x1_0000_0000n, false],
  ['r0 & r1', 0x1_0000_0000n, 0x1_0000_0000n, true],
  ['r0 s<= r1', 0x8000_0000_0000_0000n, 0n, true],
  ['r0 >= r1', 5n, 5n, true],
  ['w0 s>= w1', 0xffff_ffffn, 0x7fff_ffffn, false],
];

describe('conditional jumps', () => {
  it.each(JUMPS)('are taken on %s (r0 = %d, r1 = %d): %s', async (condition, r0, r1, taken) => {
    const prog = `r0 = ${r0} ll
      r1 = ${r1} ll
      if ${condition} goto yes
      r0 = 0
      goto end
      yes: r0 = 1
      goto end\n`;
    expect(await r0Of(prog)).toBe(taken ? 1n : 0n);
  });
});

/** What r0 holds; the stack's first eight bytes are 88 77 66 55 44 33 22 f1 in little-endian order. */
const LOADS: readonly (readonly [insn: string, little: bigint, big: bigint])[] = [
  ['r0 = *(u64 *)(r10 -8)', 0xf122_3344_5566_7788n, 0xf122_3344_5566_7788n],
  ['r0 = *(u32 *)(r10 -8)', 0x5566_7788n, 0xf122_3344n],
  ['r0 = *(u16 *)(r10 -2)', 0xf122n, 0x7788n],
  ['r0 = *(u8 *)(r10 -1)', 0xf1n, 0x88n],
  ['r0 = *(s8 *)(r10 -1)', 0xffff_ffff_ffff_fff1n, 0xffff_ffff_ffff_ff88n],
  ['r0 = *(s16 *)(r10 -2)', 0xffff_ffff_ffff_f122n, 0x7788n],
  ['r0 = *(s32 *)(r10 -4)', 0xffff_ffff_f122_3344n, 0x5566_7788n],
  ['r0 = load_acquire((u32 *)(r10 -4))', 0xf122_3344n, 0x5566_7788n],
];

describe.each(['little', 'big'] as const)('%s-endian memory', (endianness: Endianness) => {
  const options = endianness === 'big' ? BIG : {};
  const put = 'r1 = 0xf122334455667788 ll\n*(u64 *)(r10 -8) = r1\n';
  it.each(LOADS)('is read by %s', async (insn, little, big) => {
    const expected = endianness === 'little' ? little : big;
    expect(await r0Of(`${put}${insn}\n`, {}, options)).toBe(expected);
  });

  it('takes only the low bytes of what is stored', async () => {
    const stores = '*(u8 *)(r10 -1) = r10\n*(u32 *)(r10 -8) = 0x1020304\n*(u16 *)(r10 -4) = -1';
    const prog = `${put}r1 = 0x1ff ll\n${stores}\n*(u8 *)(r10 -1) = r1\nr0 = *(u64 *)(r10 -8)\n`;
    const expected = endianness === 'little' ? 0xff22_ffff_0102_0304n : 0x0102_0304_ffff_77ffn;
    expect(await r0Of(prog, {}, options)).toBe(expected);
  });

  it.each([
    ['r0 = le16 r0', 0x7788n, 0x8877n],
    ['r0 = be16 r0', 0x8877n, 0x7788n],
    ['r0 = le32 r0', 0x5566_7788n, 0x8877_6655n],
    ['r0 = be64 r0', 0x8877_6655_4433_22f1n, 0xf122_3344_5566_7788n],
  ] as const)('orders the bytes of %s', async (insn, little, big) => {
    const expected = endianness === 'little' ? little : big;
    expect(await r0Of(`r0 = 0xf122334455667788 ll\n${insn}\n`, {}, options)).toBe(expected);
  });
});

/** Memory holds 0x1_0000_0005, r0 = 5, r1 = 0xf000_0003; what is in r0, r1 and memory behind it. */
const ATOMICS: readonly (readonly [insn: string, r0: bigint, r1: bigint, memory: bigint])[] = [
  ['lock *(u64 *)(r10 -8) += r1', 5n, 0xf000_0003n, 0x1_f000_0008n],
  ['lock *(u32 *)(r10 -8) += r1', 5n, 0xf000_0003n, 0x1_f000_0008n],
  ['lock *(u64 *)(r10 -8) |= r1', 5n, 0xf000_0003n, 0x1_f000_0007n],
  ['lock *(u64 *)(r10 -8) &= r1', 5n, 0xf000_0003n, 1n],
  ['lock *(u64 *)(r10 -8) ^= r1', 5n, 0xf000_0003n, 0x1_f000_0006n],
  ['r1 = atomic64_fetch_add((u64 *)(r10 -8), r1)', 5n, 0x1_0000_0005n, 0x1_f000_0008n],
  ['r1 = atomic_fetch_add((u32 *)(r10 -8), r1)', 5n, 5n, 0x1_f000_0008n],
  ['r1 = atomic64_xchg((u64 *)(r10 -8), r1)', 5n, 0x1_0000_0005n, 0xf000_0003n],
  ['r1 = atomic_xchg((u32 *)(r10 -8), r1)', 5n, 5n, 0x1_f000_0003n],
  ['r0 = atomic64_cmpxchg((u64 *)(r10 -8), r0, r1)', 0x1_0000_0005n, 0xf000_0003n, 0x1_0000_0005n],
  ['r0 = atomic_cmpxchg((u32 *)(r10 -8), r0, r1)', 5n, 0xf000_0003n, 0x1_f000_0003n],
];

describe('atomics', () => {
  const start = 'r1 = 0x100000005 ll\n*(u64 *)(r10 -8) = r1\nr0 = 5\nr1 = 0xf0000003 ll\n';
  it.each(ATOMICS)('%s', async (insn, r0, r1, memory) => {
    expect(await r0Of(`${start}${insn}\n`)).toBe(r0);
    expect(await r0Of(`${start}${insn}\nr0 = r1\n`)).toBe(r1);
    expect(await r0Of(`${start}${insn}\nr0 = *(u64 *)(r10 -8)\n`)).toBe(memory);
  });

  it.each([
    ['equal', 5n],
    ['different', 6n],
  ])('clear the high half of r0 in a 32-bit cmpxchg of %s values', async (_, low) => {
    const prog = `${start}r0 = ${0xff_0000_0000n | low} ll
      r0 = atomic_cmpxchg((u32 *)(r10 -8), r0, r1)\n`;
    expect(await r0Of(prog)).toBe(5n);
  });

  it('release what is stored', async () => {
    expect(
      await r0Of(
        'r1 = -1\nr0 = 0\n*(u64 *)(r10 -8) = r0\nstore_release((u16 *)(r10 -8), r1)\nr0 = *(u64 *)(r10 -8)\n',
      ),
    ).toBe(0xffffn);
  });
});

describe('calls', () => {
  it('keep r6..r9 and r10 of the caller, and give the callee a frame of its own', async () => {
    const prog = `r6 = 6
      *(u64 *)(r10 -8) = 1
      r1 = r10
      call sub
      r0 += r6
      r1 = *(u64 *)(r10 -8)
      r0 += r1
      goto end
      sub: r6 = 100
      *(u64 *)(r10 -8) = 10
      r0 = r1
      r0 -= r10
      exit\n`;
    // r10 of the callee is 512 above the caller's here; the kernel's is elsewhere, and incomparable.
    expect(await r0Of(prog)).toBe(BigInt.asUintN(64, -512n) + 7n);
  });

  it('go eight frames deep, and no deeper', async () => {
    const deep = (limit: number) => `r0 = 0
      r1 = 0
      call sub
      exit
      sub: r1 += 1
      if r1 == ${limit} goto out
      call sub
      out: exit`;
    expect((await oneRun(caseOf(deep(7)))).fault).toBeUndefined();
    expect((await oneRun(caseOf(deep(8)))).fault?.reason).toBe('call-depth');
    const modern = { linux: { ...LINUX, release: '7.2' } };
    expect((await oneRun(caseOf(deep(15)), modern)).fault).toBeUndefined();
  });

  it('of bpf_loop run the callback until it asks for an end', async () => {
    const loop = (loops: number, flags: number) => `*(u64 *)(r10 -8) = 0
      r1 = ${loops}
      r2 = code_addr(body) ll
      r3 = r10
      r4 = ${flags}
      call bpf_loop
      goto end
      body: r0 = 0
      if r1 < 4 goto more
      r0 = 1
      more: exit\n`;
    expect(await r0Of(loop(3, 0))).toBe(3n);
    expect(await r0Of(loop(100, 0))).toBe(5n);
    expect(await r0Of(loop(3, 1))).toBe(BigInt.asUintN(64, -22n));
    expect(await r0Of(loop(8_388_609, 0))).toBe(0xffff_fff9n);
    const called = { linux: { ...LINUX, release: '5.19' } };
    expect(await r0Of(loop(8_388_609, 0), {}, called)).toBe(BigInt.asUintN(64, -7n));
  });
});

describe('what was executed', () => {
  it('is told insn by insn', async () => {
    const { execution } = await completed(caseOf('r0 = 1 ll\nif r0 == 1 goto +1\nr0 = 2\nexit'));
    expect(execution!.executed).toEqual([Uint8Array.of(1, 1 | Way.TAKEN, 0, 1)]);
  });

  it('is counted up to 16 times, and jumps by where they went at any time', async () => {
    const { execution } = await completed(
      caseOf('r1 = 20\nr1 += -1\nif r1 != 0 goto -2\nr0 = 0\nexit'),
    );
    expect(execution!.executed).toEqual([Uint8Array.of(1, 16, 16 | Way.BOTH, 1, 1)]);
  });

  it.each([
    ['w1 = -1\nr1 += -1', 'add64.k', ['u32 max', '-1']],
    ['r1 = -1\nr2 = 63\nw1 >>= w2', 'rsh32.x', ['-1', '2..63']],
    ['r1 = -2147483648\nif r1 s< 5 goto +0', 'jslt64.k taken', ['s32 min', '2..63']],
    ['w1 = -2147483648\nif r1 s< 0 goto +0', 'jslt64.k', ['bit 31', '0']],
    ['r1 = 1\nr1 = -r1', 'neg64', ['1', '0']],
    ['r1 = 0x8000000000000000 ll\nr0 = r1', 'mov64.x', ['0', 's64 min']],
    ['r2 = 1000\n*(u64 *)(r10 -8) = r2', 'stxdw', ['0', '31 bits']],
    ['*(u64 *)(r10 -8) = -1\nr1 = *(u32 *)(r10 -8)', 'ldxw', ['0', 'u32 max']],
    ['*(u64 *)(r10 -8) = -1\nr1 = 1\nlock *(u64 *)(r10 -8) += r1', 'add.dw', ['-1', '1']],
  ])('%j executes %s with %j', async (insns, name, classes) => {
    const { execution } = await completed(caseOf(`${insns}\nr0 = 0\nexit`));
    const seen = execution!.operands
      .map(operandsOfKey)
      .map(({ form, taken, first, second }) => [
        `${form.name}${taken ? ' taken' : ''}`,
        [VALUE_CLASSES[first], VALUE_CLASSES[second]],
      ]);
    expect(seen).toContainEqual([name, classes]);
  });
});
