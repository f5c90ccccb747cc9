import { describe, expect, it } from 'vitest';
import type { Case, MapSpec } from '../../../src/case/case.ts';
import { assemble } from '../../../src/isa/assemble.ts';
import { jhash } from '../../../src/targets/emulator/maps/jhash.ts';
import { createLru } from '../../../src/targets/emulator/maps/lru-list.ts';
import { bytes, caseOf, completed, contentOf, mapSpec, r0Of, run } from './driver.ts';

const EPERM = 1;
const EINVAL = 22;
const ENOTSUPP = 524;
const NO_PREALLOC = 1;
const NO_COMMON_LRU = 2;
const ZERO_SEED = 0x40;

const index = (number: number) => bytes(Buffer.from([number, 0, 0, 0]).toString('hex'));
const entry = (key: number, value: number) => ({ key: index(key), value: index(value) });
const MAP = 'r1 = map_by_idx(0) ll\n';
const VALUE = 'r2 = r10\nr2 += -16\n';
const push = (value: number, flags = 0) =>
  `*(u64 *)(r10 -16) = ${value}\n${MAP}${VALUE}r3 = ${flags}\ncall map_push_elem\n`;
const pop = `${MAP}${VALUE}call map_pop_elem\n`;
const peek = `${MAP}${VALUE}call map_peek_elem\n`;
const taken = 'r0 = *(u64 *)(r10 -16)\n';
const queue = (type: MapSpec['type']): MapSpec =>
  mapSpec({ type, keyBytes: 0, maxEntries: 2, flags: 0 });

/** `queue_stack_map_push_elem`, `__queue_map_get`, `__stack_map_get`, Linux 6.1. */
const SEQUENCES: readonly (readonly [calls: string, queue: bigint, stack: bigint])[] = [
  [pop, -2n, -2n],
  [push(1) + push(2), 0n, 0n],
  [push(1) + push(2) + push(3), -7n, -7n],
  [push(1) + push(2) + push(3, 2) + pop + taken, 2n, 3n],
  [push(1, 1), -22n, -22n],
  [push(1, 4), -22n, -22n],
  [push(1) + push(2) + pop + taken, 1n, 2n],
  [push(1) + push(2) + peek + pop + taken, 1n, 2n],
  [push(1) + pop + pop + taken, 0n, 0n],
];

describe.each(['queue', 'stack'] as const)('a %s', (type) => {
  it.each(SEQUENCES)('answers %j', async (calls, ofQueue, ofStack) => {
    const answer = await r0Of(calls, { maps: [queue(type)] });
    expect(BigInt.asIntN(64, answer)).toBe(type === 'queue' ? ofQueue : ofStack);
  });
});

describe('a bloom filter', () => {
  it('knows what was pushed, and little else', async () => {
    const maps = [{ ...queue('bloom_filter'), flags: ZERO_SEED }];
    const asked = (value: number) => `${push(7)}*(u64 *)(r10 -16) = ${value}\n${peek}`;
    expect(await r0Of(asked(7), { maps })).toBe(0n);
    expect(BigInt.asIntN(64, await r0Of(asked(8), { maps }))).toBe(-2n);
  });
});

describe('jhash', () => {
  it('of nothing is the initial value', () => {
    expect(jhash(new Uint8Array(0), 0, 0, 0)).toBe(0xdeadbeef);
  });

  it('depends on every byte, the length and the seed', () => {
    const data = Uint8Array.from({ length: 30 }, (_, at) => at);
    const all = [0, 1, 2].flatMap((seed) =>
      Array.from({ length: 30 }, (_, length) => jhash(data, 0, length, seed)),
    );
    const changed = Array.from({ length: 30 }, (_, at) => jhash(data.with(at, 99), 0, 30, 0));
    expect(new Set([...all, ...changed]).size).toBe(120);
  });
});

describe('a list of what was used last', () => {
  const fill = (freeTarget: number, used: readonly string[]) => {
    const evicted: string[] = [];
    const evict = ({ key }: { readonly key: string }) => evicted.push(key);
    const lru = createLru({ elements: 4, lists: 'shared', freeTarget, evict });
    const nodes = ['a', 'b', 'c', 'd'].map((key) => lru.take(key)!);
    for (const node of nodes) node.used = used.includes(node.key);
    lru.take('e');
    return evicted;
  };

  it('drops as many as it frees at once, the oldest first', () => {
    expect(fill(128, [])).toEqual(['a', 'b', 'c', 'd']);
    expect(fill(2, [])).toEqual(['a', 'b']);
  });

  it('spares what was used since', () => {
    expect(fill(1, ['a'])).toEqual(['b']);
    expect(fill(2, ['a', 'b', 'c'])).toEqual(['d']);
  });

  it('forgets who was used where all were', () => {
    expect(fill(128, ['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a trie', () => {
  const trie: MapSpec = mapSpec({
    type: 'lpm_trie',
    keyBytes: 8,
    valueBytes: 4,
    maxEntries: 3,
    flags: NO_PREALLOC,
    entries: [
      { key: bytes('08000000 0a000000'.replace(' ', '')), value: index(8) },
      { key: bytes('100000000a010000'), value: index(16) },
    ],
  });
  const find = (bits: number, address: string) => `
    *(u32 *)(r10 -8) = ${bits}
    *(u32 *)(r10 -4) = ${address}
    ${MAP}r2 = r10\nr2 += -8\ncall map_lookup_elem
    if r0 == 0 goto end
    r0 = *(u32 *)(r0 +0)\n`;

  it.each([
    [32, '0x0101010a', 0n],
    [32, '0x0203010a', 16n],
    [32, '0x0203020a', 8n],
    [15, '0x0000010a', 8n],
    [7, '0x0000000a', 0n],
    [33, '0x0000000a', 0n],
  ])('finds the longest prefix of %i bits of %s', async (bits, address, found) => {
    const answer = await r0Of(find(bits, address), { maps: [trie] });
    expect(answer).toBe(address === '0x0101010a' ? 16n : found);
  });
});

describe('a tail call', () => {
  const progs = mapSpec({
    type: 'prog_array',
    valueBytes: 4,
    maxEntries: 2,
    entries: [entry(0, 1), entry(1, 0)],
  });
  const counter = mapSpec({ name: 'counter' });
  const to = (slot: number) => `r2 = map_by_idx(0) ll\nr3 = ${slot}\ncall tail_call\n`;
  const count = 'r8 = map_val(map_by_idx(1)) +0 ll\nr9 = 1\nlock *(u64 *)(r8 +0) += r9\n';
  const run = async (first: string, over: Partial<Case> = {}) => {
    const second = { insns: assemble(`${count}r0 = 3\nexit`) };
    const testCase = caseOf(`r6 = r1\n${count}r1 = r6\n${first}r0 = 7\nexit`, {
      maps: [progs, counter],
      ...over,
    });
    const outcome = await completed({ ...testCase, progs: [...testCase.progs, second] });
    return [outcome.runs[0].retval, outcome.maps[1][0].values[0][0]];
  };

  it('goes on in another prog', async () => {
    expect(await run(to(0))).toEqual([3, 2]);
  });

  it('does nothing beyond the end of the array', async () => {
    expect(await run(to(2))).toEqual([7, 1]);
  });

  it('is done 33 times', async () => {
    expect(await run(to(1))).toEqual([7, 34]);
  });

  it('of a prog that the case lacks can not be loaded', async () => {
    const maps = [mapSpec({ ...progs, entries: [entry(0, 2)] })];
    const { load } = await completed(caseOf('r0 = 0\nexit', { maps }));
    expect(load).toMatchObject({ verdict: 'rejected', errno: 9 });
  });
});

describe('a map of maps', () => {
  const inner = mapSpec({
    name: 'inner',
    entries: [{ key: index(0), value: bytes('2a00000000000000') }],
  });
  const outer: MapSpec = mapSpec({
    name: 'outer',
    type: 'array_of_maps',
    valueBytes: 4,
    maxEntries: 2,
    inner: 0,
    entries: [entry(1, 0)],
  });
  const find = (slot: number) => `
    *(u32 *)(r10 -4) = ${slot}
    r1 = map_by_idx(1) ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem
    if r0 == 0 goto end
    r1 = r0\n*(u32 *)(r10 -4) = 0\nr2 = r10\nr2 += -4\ncall map_lookup_elem
    r0 = *(u64 *)(r0 +0)\n`;

  it('leads to a value of the map in it', async () => {
    expect(await r0Of(find(1), { maps: [inner, outer] })).toBe(42n);
    expect(await r0Of(find(0), { maps: [inner, outer] })).toBe(0n);
  });

  it.each([
    ['no map to be like', { inner: undefined }, EINVAL],
    ['an entry that is no map', { entries: [entry(0, 9)] }, 9],
    ['values of 8 bytes', { valueBytes: 8, entries: [] }, EINVAL],
  ])('can not be created with %s', async (_, over, errno) => {
    const maps = [inner, mapSpec({ ...outer, ...over })];
    const { load } = await completed(caseOf('r0 = 0\nexit', { maps }));
    expect(load).toMatchObject({ verdict: 'rejected', errno });
  });
});

describe('a ring', () => {
  const ring = mapSpec({ type: 'ringbuf', keyBytes: 0, valueBytes: 0, maxEntries: 4096 });
  const write = (end: string) => `
    ${MAP}r2 = 8\nr3 = 0\ncall ringbuf_reserve
    if r0 == 0 goto end
    *(u64 *)(r0 +0) = 5\nr1 = r0\nr2 = 0\ncall ${end}\n`;
  const query = (what: number) => `${MAP}r2 = ${what}\ncall ringbuf_query\n`;

  it('tells what was submitted', async () => {
    const prog = `${write('ringbuf_discard')}${write('ringbuf_submit')}end: r0 = 0\nexit`;
    const { maps } = await completed(caseOf(prog, { maps: [ring] }));
    expect(contentOf(maps[0])).toEqual([': 0500000000000000']);
  });

  it.each([
    [0, 16n],
    [1, 4096n],
    [2, 0n],
    [3, 16n],
    [4, 0n],
  ])('answers query %i', async (what, answer) => {
    expect(await r0Of(write('ringbuf_submit') + query(what), { maps: [ring] })).toBe(answer);
  });

  it('has no room for as much as its length', async () => {
    const output = (size: number) =>
      `${MAP}r2 = ${size}\nr3 = 0\ncall ringbuf_reserve\nif r0 != 0 goto yes\nr0 = 0\ngoto end\nyes: r0 = 1\n`;
    expect(await r0Of(output(4081), { maps: [ring] })).toBe(0n);
    expect(await r0Of(output(4080), { maps: [ring] })).toBe(1n);
  });
});

describe('a map that is created', () => {
  it.each([
    ['an LRU map without preallocation', { type: 'lru_hash', flags: NO_PREALLOC }, ENOTSUPP],
    ['a hash map with LRU lists', { type: 'hash', flags: NO_COMMON_LRU }, EINVAL],
    ['a trie with preallocation', { type: 'lpm_trie', keyBytes: 8 }, EINVAL],
    ['a trie of no bits', { type: 'lpm_trie', keyBytes: 4, flags: NO_PREALLOC }, EINVAL],
    ['a queue with keys', { type: 'queue', keyBytes: 4 }, EINVAL],
    [
      'a ring of three pages',
      { type: 'ringbuf', keyBytes: 0, valueBytes: 0, maxEntries: 12288 },
      EINVAL,
    ],
    ['a devmap with values of 6 bytes', { type: 'devmap', valueBytes: 6 }, EINVAL],
    ['a map closed to all of user space', { flags: 0x18 }, EINVAL],
    [
      'a map that user space may not fill',
      { flags: 8, entries: [{ key: index(0), value: bytes('0000000000000000') }] },
      EPERM,
    ],
  ] as const)('is refused: %s', async (_, over, errno) => {
    const maps = [mapSpec(over as Partial<MapSpec>)];
    const { load } = await completed(caseOf('r0 = 0\nexit', { maps }));
    expect(load).toMatchObject({ verdict: 'rejected', errno });
  });
});

describe('for_each_map_elem', () => {
  it('visits elements until it is told to stop', async () => {
    const table = mapSpec({ maxEntries: 4 });
    const prog = (stop: number) => `
      ${MAP}r2 = code_addr(visit) ll\nr3 = r10\nr4 = 0\ncall for_each_map_elem\ngoto end
      visit: r1 = *(u32 *)(r2 +0)\nr0 = 0\nif r1 != ${stop} goto done\nr0 = 1\ndone: exit\n`;
    expect(await r0Of(prog(9), { maps: [table] })).toBe(4n);
    expect(await r0Of(prog(1), { maps: [table] })).toBe(2n);
  });

  const COUNTED = `
    ${MAP}r2 = code_addr(visit) ll\nr3 = 0\nr4 = 0\ncall for_each_map_elem
    r1 = map_val(map_by_idx(0)) +0 ll\nr2 = *(u64 *)(r1 +0)\nr2 += 1\n*(u64 *)(r1 +0) = r2
    r0 = 0\nexit\nvisit: r0 = 0\nexit`;
  const count = async (maps: readonly MapSpec[], repeat: number) => {
    const outcome = await completed(caseOf(COUNTED, { maps, runs: [run({ repeat })] }));
    expect(outcome.runs[0].fault).toBeUndefined();
    return contentOf(outcome.maps[0]);
  };

  it('walks more often in a run than the emulator has regions', async () => {
    expect(await count([mapSpec()], 300)).toEqual(['00000000: 2c01000000000000']);
  });

  it('changes nothing for what is stored behind it, wherever the memory ends', async () => {
    for (let pages = 32; pages < 128; pages++) {
      const room = mapSpec({ name: 'room', valueBytes: 4096 * pages });
      expect(await count([mapSpec(), room], 1), `${pages}`).toEqual(['00000000: 0100000000000000']);
    }
  });
});
