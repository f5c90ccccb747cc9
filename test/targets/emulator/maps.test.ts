import { describe, expect, it } from 'vitest';
import type { MapSpec } from '../../../src/case/case.ts';
import { createEmulator } from '../../../src/targets/emulator/emulator.ts';
import { bytes, caseOf, completed, contentOf, LINUX, mapSpec, r0Of } from './driver.ts';

const ENOENT = -2n;
const E2BIG = -7n;
const EEXIST = -17n;
const EINVAL = -22n;

const key = (index: number) => `*(u32 *)(r10 -4) = ${index}\n`;
const args = 'r1 = map_by_idx(0) ll\nr2 = r10\nr2 += -4\n';
const update = (index: number, value: number, flags: number | string = 0) =>
  `${key(index)}*(u64 *)(r10 -16) = ${value}\n${args}r3 = r10\nr3 += -16
   r4 = ${flags} ll\ncall map_update_elem\n`;
const remove = (index: number) => `${key(index)}${args}call map_delete_elem\n`;
const lookup = (index: number) => `${key(index)}${args}call map_lookup_elem\n`;
/** The value of a key, or 0xdead where it has none. */
const read = (index: number) =>
  `${lookup(index)}if r0 != 0 goto found\nr0 = 0xdead\ngoto end\nfound: r0 = *(u64 *)(r0 +0)\ngoto end\n`;

const u64Bytes = (value: number) => {
  const data = new Uint8Array(8);
  data[0] = value;
  return data;
};

/** Holds keys 0 and 1, with the values 10 and 11; room for one more. */
const map = (type: MapSpec['type'], over: Partial<MapSpec> = {}): MapSpec =>
  mapSpec({
    type,
    maxEntries: 3,
    entries: [
      { key: bytes('00000000'), value: u64Bytes(10) },
      { key: bytes('01000000'), value: u64Bytes(11) },
    ],
    ...over,
  });

/** What helpers answer: `array_map_update_elem`, `htab_map_update_elem`, Linux 6.1. */
const ANSWERS: readonly (readonly [call: string, array: bigint, hash: bigint])[] = [
  [update(0, 1), 0n, 0n],
  [update(0, 1, 1), EEXIST, EEXIST],
  [update(0, 1, 2), 0n, 0n],
  [update(0, 1, 3), EINVAL, EINVAL],
  [update(0, 1, 4), EINVAL, EINVAL],
  [update(0, 1, 5), EEXIST, EINVAL],
  [update(0, 1, 8), EINVAL, EINVAL],
  [update(0, 1, '0x100000000'), EINVAL, EINVAL],
  [update(2, 1, 1), EEXIST, 0n],
  [update(2, 1, 2), 0n, ENOENT],
  [update(3, 1, 0), E2BIG, 0n],
  [update(3, 1, 1), E2BIG, 0n],
  [update(3, 1, 2), E2BIG, ENOENT],
  [update(3, 1, 4), E2BIG, EINVAL],
  [update(3, 1, 8), EINVAL, EINVAL],
  [update(2, 1) + update(3, 1), E2BIG, E2BIG],
  [update(2, 1) + update(0, 1), 0n, 0n],
  [update(2, 1) + remove(0) + update(3, 1), E2BIG, 0n],
  [remove(0), EINVAL, 0n],
  [remove(2), EINVAL, ENOENT],
  [remove(7), EINVAL, ENOENT],
  [remove(0) + remove(0), EINVAL, ENOENT],
  [read(1), 11n, 11n],
  [read(2), 0n, 0xdeadn],
  [read(3), 0xdeadn, 0xdeadn],
  [update(1, 99) + read(1), 99n, 99n],
  [remove(1) + read(1), 11n, 0xdeadn],
];

describe.each([
  ['array', 'array', 0],
  ['percpu_array', 'array', 0],
  ['hash', 'hash', 0],
  ['percpu_hash', 'hash', 0],
  ['hash', 'hash', 1],
] as const)('a map of type %s (%s, flags %d)', (type, kind, flags) => {
  it.each(ANSWERS)('answers %j', async (call, array, hash) => {
    const expected = kind === 'array' ? array : hash;
    const maps = [map(type, { flags })];
    expect(BigInt.asIntN(64, await r0Of(call, { maps }))).toBe(expected);
  });
});

describe('an update that fails', () => {
  it('returns an int that a JITed prog up to 6.3 does not extend', async () => {
    const over = { maps: [map('hash')] };
    const answer = (release: string, execution: 'interp' | 'jit') =>
      r0Of(update(0, 1, 1), over, { linux: { ...LINUX, release, execution } });
    expect(await answer('6.1', 'jit')).toBe(0xffff_ffefn);
    expect(await answer('6.1', 'interp')).toBe(BigInt.asUintN(64, EEXIST));
    expect(await answer('6.4', 'jit')).toBe(BigInt.asUintN(64, EEXIST));
  });
});

/**
 * What a pointer to the value of key 0, taken before, reads behind those calls (`alloc_htab_elem` and
 * `free_htab_elem`, kernel/bpf/hashtab.c 6.1; the same on Linux 6.18).
 */
const STALE: readonly (readonly [calls: string, seen: bigint])[] = [
  ['', 10n],
  [update(0, 50), 10n],
  [update(0, 50) + update(0, 51), 51n],
  [update(0, 50) + update(0, 51) + update(0, 52), 51n],
  [update(0, 50) + update(1, 51), 51n],
  [remove(0), 10n],
  [remove(0) + update(5, 50), 50n],
  [remove(0) + remove(1) + update(5, 50), 10n],
  [remove(0) + remove(1) + update(5, 50) + update(6, 51), 51n],
];

describe('a stale pointer into a hash map', () => {
  it.each(STALE)('sees what its element is used for next: %j', async (calls, seen) => {
    const prog = `${lookup(0)}r6 = r0\nif r0 == 0 goto end\n${calls}r0 = *(u64 *)(r6 +0)\n`;
    expect(await r0Of(prog, { maps: [map('hash', { maxEntries: 4 })] })).toBe(seen);
  });

  it('sees the new value at once where the map is per CPU', async () => {
    const prog = `${lookup(0)}r6 = r0\nif r0 == 0 goto end\n${update(0, 50)}r0 = *(u64 *)(r6 +0)\n`;
    expect(await r0Of(prog, { maps: [map('percpu_hash')] })).toBe(50n);
  });
});

describe('the content of a map', () => {
  const content = async (spec: MapSpec, calls: string) =>
    contentOf((await completed(caseOf(`${calls}r0 = 0\nexit`, { maps: [spec] }))).maps[0]);

  it('is told by key in byte order', async () => {
    expect(await content(map('hash'), update(0x100, 12))).toEqual([
      '00000000: 0a00000000000000',
      '00010000: 0c00000000000000',
      '01000000: 0b00000000000000',
    ]);
    const array = await content(mapSpec({ maxEntries: 258, valueBytes: 1 }), '');
    expect(array.slice(0, 3)).toEqual(['00000000: 00', '00010000: 00', '01000000: 00']);
  });

  it('is one value for each CPU, of which progs write the first', async () => {
    expect(await content(map('percpu_array'), update(1, 99))).toEqual([
      '00000000: 0a00000000000000 0a00000000000000',
      '01000000: 6300000000000000 0b00000000000000',
      '02000000: 0000000000000000 0000000000000000',
    ]);
  });

  it('is zero on the other CPUs where a prog put it into a hash map', async () => {
    expect(await content(map('percpu_hash', { entries: [] }), update(0, 1))).toEqual([
      '00000000: 0100000000000000 0000000000000000',
    ]);
    expect(await content(map('percpu_hash'), remove(0) + update(5, 1))).toContain(
      '05000000: 0100000000000000 0000000000000000',
    );
  });

  it('has array keys in little-endian order on every machine', async () => {
    const linux = { ...LINUX, endianness: 'big' } as const;
    const prog = `${update(1, 0x63)}r0 = 0\nexit`;
    const { maps } = await completed(caseOf(prog, { maps: [mapSpec({ maxEntries: 2 })] }), {
      linux,
    });
    expect(contentOf(maps[0])).toEqual([
      '00000000: 0000000000000000',
      '01000000: 0000000000000063',
    ]);
  });
});

/** `array_map_alloc_check`, `htab_map_alloc_check`, Linux 6.1. */
const REFUSED: readonly (readonly [what: string, spec: Partial<MapSpec>, errno: number])[] = [
  ['an array with keys of 8 bytes', { keyBytes: 8 }, 22],
  ['an array of nothing', { maxEntries: 0 }, 22],
  ['values of no bytes', { valueBytes: 0 }, 22],
  ['an array that is not preallocated', { flags: 1 }, 22],
  ['a hash map with keys of no bytes', { type: 'hash', keyBytes: 0 }, 22],
  ['a map that progs may neither read nor write', { type: 'hash', flags: 0x180 }, 22],
  ['a hash map with elements beyond 4 MiB', { type: 'hash', valueBytes: 4 << 20 }, 7],
  ['a per-CPU array with values beyond 32 KiB', { type: 'percpu_array', valueBytes: 32769 }, 7],
  ['more entries than there is room for', { type: 'hash', maxEntries: 1, entries: two() }, 7],
];

function two(): MapSpec['entries'] {
  return [0, 1].map((index) => ({ key: u64Bytes(index).subarray(0, 4), value: u64Bytes(0) }));
}

describe('a load', () => {
  it.each(REFUSED)('is rejected for %s', async (_, spec, errno) => {
    const testCase = caseOf('r0 = 0\nexit', { maps: [mapSpec(spec)] });
    expect((await completed(testCase)).load).toMatchObject({ verdict: 'rejected', errno });
  });

  it('is not tried with more maps than memory is given', async () => {
    const maps = [mapSpec({ maxEntries: 1 << 25 })];
    const [outcome] = await createEmulator({ linux: LINUX }).execute([caseOf('exit', { maps })]);
    expect(outcome).toEqual({ kind: 'unsupported', missing: ['so much memory for maps'] });
  });
});
