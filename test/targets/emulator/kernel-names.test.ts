import { describe, expect, it } from 'vitest';
import { r0Of, run } from './driver.ts';

/** `NAME`, with a NUL behind, at r10 - 16. */
const named = (name: string) => {
  const bytes = Buffer.alloc(16);
  bytes.write(name, 'latin1');
  const [low, high] = [bytes.readBigUInt64LE(0), bytes.readBigUInt64LE(8)];
  return `r1 = ${low} ll\n*(u64 *)(r10 -16) = r1\nr1 = ${high} ll\n*(u64 *)(r10 -8) = r1\n`;
};

const lookup = (name: string, sizeBytes: number, flags: number) => `${named(name)}
  *(u64 *)(r10 -24) = 1
  r1 = r10
  r1 += -16
  r2 = ${sizeBytes}
  r3 = ${flags}
  r4 = r10
  r4 += -24
  call kallsyms_lookup_name
`;

const SYSCALL = { progType: 'syscall', runs: [run({ data: null, repeat: 0 })] } as const;

describe('the address of a name', () => {
  it.each([
    ['is found', 'vfs_read', 9, 0, 0n],
    ['is not there', 'no_such_name', 16, 0, -2n],
    ['is asked for without flags', 'vfs_read', 9, 1, -22n],
    ['is asked for with the NUL', 'vfs_read', 8, 0, -22n],
    ['is not that of nothing', '', 1, 0, -22n],
  ])('%s', async (_what, name, sizeBytes, flags, answer) => {
    const r0 = await r0Of(lookup(name, sizeBytes, flags), SYSCALL);
    expect(BigInt.asIntN(64, r0)).toBe(answer);
  });

  it('is 0 where it is not found', async () => {
    const prog = `${lookup('no_such_name', 16, 1)}r0 = *(u64 *)(r10 -24)\n`;
    expect(await r0Of(prog, SYSCALL)).toBe(0n);
  });
});

const printed = (type: number, sizeBytes: number, flags: number) => `
  *(u64 *)(r10 -16) = 0
  *(u64 *)(r10 -8) = ${type}
  *(u64 *)(r10 -24) = 0
  r1 = r10
  r1 += -24
  r2 = 8
  r3 = r10
  r3 += -16
  r4 = ${sizeBytes}
  r5 = ${flags}
  call snprintf_btf
`;

describe('a value that is printed by its type', () => {
  it.each([
    ['knows four flags', 1, 16, 16, -22n],
    ['is described by 16 bytes', 1, 8, 0, -22n],
    ['has a type', 0, 16, 0, -22n],
    ['has one that there is', 0x7fff_fffe, 16, 15, -2n],
  ])('%s', async (_what, type, sizeBytes, flags, answer) => {
    const r0 = await r0Of(printed(type, sizeBytes, flags), { progType: 'xdp' });
    expect(BigInt.asIntN(64, r0)).toBe(answer);
  });
});
