import { describe, expect, it } from 'vitest';
import type { MapSpec } from '../../../src/case/case.ts';
import { caseOf, completed, contentOf, LINUX, mapSpec, oneRun, r0Of } from './driver.ts';

const release = (name: string) => ({ linux: { ...LINUX, release: name } });
const at = (reg: number, off: number) => `r${reg} = r10\nr${reg} += ${off}\n`;
const minus = (errno: number) => BigInt.asUintN(32, BigInt(-errno));
const E2BIG = 7;
const EINVAL = 22;
const ERANGE = 34;
const ENOENT = 2;

describe('an iterator', () => {
  const num = ['bpf_iter_num_new', 'bpf_iter_num_next', 'bpf_iter_num_destroy'];
  const bits = ['bpf_iter_bits_new', 'bpf_iter_bits_next', 'bpf_iter_bits_destroy'];
  /** r0 = r0 of the first kfunc * 100 + the sum of all numbers. */
  const sum = (begin: string) => `
    ${begin}
    ${at(1, -16)} call kfunc#0
    r6 = r0
    r6 *= 100
    next: ${at(1, -16)} call kfunc#1
    if r0 == 0 goto done
    r0 = *(s32 *)(r0 +0)
    r6 += r0
    goto next
    done: ${at(1, -16)} call kfunc#2
    r0 = r6
  `;

  it.each([
    ['a range', 'r2 = 3\nr3 = 6', num, 12n],
    ['negative numbers', 'r2 = -3\nr3 = -1', num, BigInt.asUintN(64, -5n)],
    ['nothing', 'r2 = 3\nr3 = 3', num, 0n],
    ['a range that ends before it begins', 'r2 = 3\nr3 = 2', num, 100n * minus(EINVAL)],
    ['more than 1 << 23 numbers', 'r2 = -1\nr3 = 0x800000', num, 100n * minus(E2BIG)],
    ['the bits of a word', `*(u64 *)(r10 -32) = 9\n${at(2, -32)}r3 = 1`, bits, 3n],
    [
      'the bits of two words',
      `*(u64 *)(r10 -32) = 8\n*(u64 *)(r10 -24) = 2\n${at(2, -32)}r3 = 2`,
      bits,
      68n,
    ],
    ['no words', `${at(2, -32)}r3 = 0`, bits, 100n * minus(EINVAL)],
    ['bits at NULL', 'r2 = 0\nr3 = 1', bits, 100n * minus(EINVAL)],
    ['512 words', `${at(2, -32)}r3 = 512`, bits, 100n * minus(E2BIG)],
  ])('goes over %s', async (_, begin, ksyms, expected) => {
    expect(await r0Of(sum(begin), { ksyms })).toBe(expected);
  });

  it('is nothing before it is begun and after it is ended', async () => {
    const early = await oneRun(caseOf(`${at(1, -8)}call kfunc#1\nexit`, { ksyms: num }));
    expect(early.fault?.detail).toContain('a iterator');
    const ended = `r2 = 1\nr3 = 2\n${at(1, -8)}call kfunc#0\n${at(1, -8)}call kfunc#2\n`;
    const late = await oneRun(caseOf(`${ended}${at(1, -8)}call kfunc#1\nexit`, { ksyms: num }));
    expect(late.fault?.reason).toBe('bad-argument');
  });
});

describe('a dynptr', () => {
  const maps: MapSpec[] = [mapSpec({ name: 'mem', valueBytes: 16 })];
  const ksyms = ['bpf_dynptr_size', 'bpf_dynptr_adjust', 'bpf_dynptr_clone', 'bpf_dynptr_memset'];
  const make = (size = 16, flags = 0) => `
    r1 = map_val(map_by_fd(0)) +0 ll
    r2 = ${size}
    r3 = ${flags}
    ${at(4, -16)} call dynptr_from_mem
  `;
  const write = (off: string, len: number, flags = 0) => `
    *(u64 *)(r10 -48) = 7
    ${at(1, -16)} r2 = ${off} ll
    ${at(3, -48)} r4 = ${len}
    r5 = ${flags}
    call dynptr_write
  `;
  const s64 = (errno: number) => BigInt.asUintN(64, BigInt(-errno));

  it.each([
    ['inside', write('8', 8), 0n],
    ['up to its end and beyond', write('9', 8), s64(E2BIG)],
    ['with flags', write('8', 8, 1), s64(EINVAL)],
    ['at an offset of 33 bits', write('0x100000000', 8), s64(E2BIG)],
  ])('is written to %s', async (_, step, expected) => {
    expect(await r0Of(make() + step, { maps }, release('7.2'))).toBe(expected);
  });

  it('had offsets of 32 bits', async () => {
    expect(await r0Of(make() + write('0x100000000', 8), { maps }, release('6.12'))).toBe(0n);
  });

  it('of unknown flags holds nothing, and tells no size', async () => {
    const size = `${make(16, 1)}${at(1, -16)}call kfunc#0\n`;
    expect(await r0Of(size, { maps, ksyms }, release('6.12'))).toBe(minus(EINVAL));
    expect(await r0Of(size, { maps, ksyms }, release('7.2'))).toBe(s64(EINVAL));
  });

  it('is clipped by adjust, as a clone made before is not', async () => {
    const step = `${make()}
      ${at(1, -16)} ${at(2, -32)} call kfunc#2
      ${at(1, -16)} r2 = 4
      r3 = 6
      call kfunc#1
      ${at(1, -32)} call kfunc#0
      r6 = r0
      ${at(1, -16)} call kfunc#0
      r6 *= 100
      r0 += r6
    `;
    expect(await r0Of(step, { maps, ksyms })).toBe(1602n);
  });

  it('is filled by memset from its own beginning on', async () => {
    const step = `${make()}
      ${at(1, -16)} r2 = 4
      r3 = 12
      call kfunc#1
      ${at(1, -16)} r2 = 1
      r3 = 2
      r4 = 0x1ab
      call kfunc#3
      r0 = 0
      exit
    `;
    const outcome = await completed(caseOf(step, { maps, ksyms }));
    expect(contentOf(outcome.maps[0])).toEqual(['00000000: 0000000000abab000000000000000000']);
  });
});

describe('a string kfunc', () => {
  const text = (off: number, value: string) =>
    `r0 = 0x${Buffer.from(value, 'latin1').reverse().toString('hex') || 0} ll
     *(u64 *)(r10 ${off}) = r0\n`;
  const of = (a: string, b: string) => `${text(-8, a)}${text(-16, b)}${at(1, -8)}${at(2, -16)}`;

  it.each([
    ['bpf_strcmp', of('ab', 'b'), minus(1)],
    ['bpf_strcmp', of('ab', 'ab'), 0n],
    ['bpf_strcasecmp', of('aB\u00c0', 'Ab\u00e0'), 0n],
    ['bpf_strcasecmp', of('\u00d7', '\u00f7'), minus(1)],
    ['bpf_strncasecmp', `${of('abc', 'ABd')}r3 = 2\n`, 0n],
    ['bpf_strlen', of('abc', ''), 3n],
    ['bpf_strnlen', `${of('abc', '')}r2 = 2\n`, 2n],
    ['bpf_strchr', `${of('abca', '')}r2 = 0x161\n`, 0n],
    ['bpf_strchr', `${of('abca', '')}r2 = 0\n`, 4n],
    ['bpf_strrchr', `${of('abca', '')}r2 = 97\n`, 3n],
    ['bpf_strrchr', `${of('abca', '')}r2 = 0x161\n`, minus(ENOENT)],
    ['bpf_strnchr', `${of('abc', '')}r2 = 2\nr3 = 99\n`, minus(ENOENT)],
    ['bpf_strchrnul', `${of('abc', '')}r2 = 100\n`, 3n],
    ['bpf_strspn', of('abac', 'ab'), 3n],
    ['bpf_strcspn', of('abac', 'c'), 3n],
    ['bpf_strstr', of('abac', 'ac'), 2n],
    ['bpf_strstr', of('abac', ''), 0n],
    ['bpf_strcasestr', of('abAC', 'ac'), 2n],
    ['bpf_strnstr', `${of('abac', 'ac')}r3 = 4\n`, 2n],
    ['bpf_strnstr', `${of('abac', 'ac')}r3 = 3\n`, minus(ENOENT)],
    ['bpf_strncasestr', `${of('abAC', 'ac')}r3 = 4\n`, 2n],
    ['bpf_strlen', 'r1 = 0\n', minus(ERANGE)],
  ])('%s of %j', async (name, set, expected) => {
    expect(await r0Of(`${set}call kfunc#0\n`, { ksyms: [name] })).toBe(expected);
  });
});

it('an exception ends all functions, and its low half is what the prog answers', async () => {
  const prog = 'r1 = 0x500000009 ll\ncall L1\nr0 = 1\nexit\nL1: call kfunc#0\nexit';
  const testCase = caseOf(prog, { ksyms: ['bpf_throw'] });
  expect(await oneRun(testCase)).toMatchObject({ errno: 0, retval: 9 });
});

describe('an object of a prog', () => {
  const ksyms = ['bpf_obj_new_impl', 'bpf_obj_drop_impl', 'bpf_refcount_acquire_impl'];
  const make = 'r1 = 6\nr2 = 0\ncall kfunc#0\nr6 = r0\n*(u64 *)(r6 +16) = 5\n';
  const drop = 'r1 = r6\nr2 = 0\ncall kfunc#1\n';

  it('lives as long as somebody holds it', async () => {
    const acquire = 'r1 = r6\nr2 = 0\ncall kfunc#2\n*(u8 *)(r0 +16) = 7\n';
    const prog = `${make}${acquire}${drop}r7 = *(u64 *)(r6 +16)\n${drop}r0 = r7\n`;
    expect(await r0Of(prog, { ksyms })).toBe(7n);
  });

  it.each([
    ['dropped twice', `${make}${drop}${drop}`],
    ['of another type', 'r1 = 5\nr2 = 0\ncall kfunc#0\n'],
  ])('can not be %s', async (_, prog) => {
    const { fault } = await oneRun(caseOf(`${prog}r0 = 0\nexit`, { ksyms }));
    expect(fault?.reason).toBe('bad-argument');
  });
});

describe('a spin lock', () => {
  const locked = mapSpec({
    type: 'hash',
    spinLock: 4,
    entries: [{ key: Uint8Array.of(1, 0, 0, 0), value: new Uint8Array(8).fill(0xff) }],
  });

  it('is no part of what its value holds', async () => {
    const { maps } = await completed(caseOf('r0 = 0\nexit', { maps: [locked] }));
    expect(contentOf(maps[0])).toEqual(['01000000: ffffffff00000000']);
  });

  it.each([
    ['array', 4, 0],
    ['array', 8, EINVAL],
    ['lpm_trie', 4, 524],
  ] as const)('of an %s at %i: errno %i', async (type, spinLock, errno) => {
    const shape = type === 'lpm_trie' ? { keyBytes: 8, flags: 1 } : {};
    const maps = [mapSpec({ type, spinLock, ...shape })];
    const { load } = await completed(caseOf('r0 = 0\nexit', { maps }));
    expect(load).toMatchObject(errno === 0 ? { verdict: 'accepted' } : { errno });
  });
});

describe('an object in a map', () => {
  const maps = [mapSpec({ valueBytes: 16, kptr: 8 }), mapSpec({ name: 'other', valueBytes: 16 })];
  const ksyms = ['bpf_obj_new_impl', 'bpf_obj_drop_impl'];
  const value = 'r1 = map_val(map_by_fd(0)) +8 ll\n';
  const stash = `
    r1 = 6
    r2 = 0
    call kfunc#0
    *(u64 *)(r0 +0) = 77
    r2 = r0
    ${value} call kptr_xchg
  `;
  const take = `
    ${value} r2 = 0
    call kptr_xchg
    if r0 == 0 goto end
    r0 = *(u64 *)(r0 +0)
  `;
  const update = `
    *(u32 *)(r10 -4) = 0
    r1 = map_by_fd(0) ll
    r2 = r10
    r2 += -4
    r3 = map_val(map_by_fd(1)) +0 ll
    r4 = 0
    call map_update_elem
  `;

  it.each([
    ['is not there at first', stash, '6.12', 0n],
    ['is what was put there', stash + take, '6.12', 77n],
    ['is there once', stash + take + take, '6.12', 0n],
    ['is dropped by an update', stash + update + take, '6.12', 0n],
    ['outlives an update', stash + update + take, '7.2', 77n],
  ])('%s', async (_, prog, name, expected) => {
    expect(await r0Of(prog, { maps, ksyms }, release(name))).toBe(expected);
  });

  it('is no part of what its value holds', async () => {
    const testCase = caseOf(`${stash}r0 = 0\nexit`, { maps: [maps[0]], ksyms });
    expect(contentOf((await completed(testCase)).maps[0])).toEqual([
      `00000000: ${'00'.repeat(16)}`,
    ]);
  });
});
