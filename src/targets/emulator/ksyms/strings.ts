import { E2BIG, EFAULT, ENOENT, ERANGE } from '../errno.ts';
import { kernelByte } from '../helpers/kernel-byte.ts';
import type { Machine } from '../machine.ts';
import { numberIn } from '../registers.ts';
import { intResult, type Kfunc } from './kfunc.ts';

/** `XATTR_SIZE_MAX`: more than this is looked at of no string. */
const LENGTH_MAX = 65536;
const NUL = 0;

/** Reads a character of a string; throws an errno, which the kfunc answers then. */
type CharacterAt = (index: number) => number;

/**
 * The string kfuncs of kernel/bpf/helpers.c 7.2. They read with faults caught, so that any address will
 * do: ERANGE for one that is none of the kernel's, EFAULT for one that nothing lies at.
 */
export const STRING_KFUNCS = {
  bpf_strcmp: kfunc(2, ([a, b]) => compare(a, b, LENGTH_MAX, keep)),
  bpf_strcasecmp: kfunc(2, ([a, b]) => compare(a, b, LENGTH_MAX, lower)),
  bpf_strncasecmp: kfunc(2, ([a, b], count) => compare(a, b, count(3), lower)),
  bpf_strnchr: kfunc(1, ([s], count, character) => find(s, count(2), character(3))),
  bpf_strchr: kfunc(1, ([s], _count, character) => find(s, LENGTH_MAX, character(2))),
  bpf_strchrnul: kfunc(1, ([s], _count, character) => {
    const wanted = character(2);
    return firstIndex((i) => s(i) === NUL || s(i) === wanted);
  }),
  bpf_strrchr: kfunc(1, ([s], _count, _character, machine) => {
    // An `int`, which may be none of a character.
    const wanted = BigInt.asIntN(32, machine.regs[2]);
    let last = -ENOENT;
    const end = firstIndex((i) => {
      if (BigInt(s(i)) === wanted) last = i;
      return s(i) === NUL;
    });
    return end < 0 ? end : last;
  }),
  bpf_strnlen: kfunc(1, ([s], count) => lengthOf(s, count(2))),
  bpf_strlen: kfunc(1, ([s]) => lengthOf(s, LENGTH_MAX)),
  bpf_strspn: kfunc(2, ([s, accepted]) => firstIndex((i) => s(i) === NUL || !isIn(s(i), accepted))),
  bpf_strcspn: kfunc(2, ([s, rejected]) => firstIndex((i) => s(i) === NUL || isIn(s(i), rejected))),
  bpf_strstr: kfunc(2, ([a, b]) => search(a, b, LENGTH_MAX, keep)),
  bpf_strcasestr: kfunc(2, ([a, b]) => search(a, b, LENGTH_MAX, lower)),
  bpf_strnstr: kfunc(2, ([a, b], count) => search(a, b, count(3), keep)),
  bpf_strncasestr: kfunc(2, ([a, b], count) => search(a, b, count(3), lower)),
} as const;

type Answer = (
  strings: readonly CharacterAt[],
  /** A `size_t` in a register. */
  count: (reg: number) => number,
  /** A `char` in a register. */
  character: (reg: number) => number,
  machine: Machine,
) => number;

/** A kfunc whose first arguments are strings. */
function kfunc(strings: number, answer: Answer): Kfunc {
  return (machine) => {
    const { regs, words, arch } = machine;
    const starts = Array.from({ length: strings }, (_, i) => numberIn(words, i + 1));
    // Where NULL can't be told from a bad address, it is one that is read when its turn comes.
    const isTold = arch.probeReadFailure === 'range';
    if (isTold && starts.includes(0)) return intResult(machine, -ERANGE);
    try {
      return intResult(
        machine,
        answer(
          starts.map((start) => characterAt(machine, start)),
          (reg) => Number(regs[reg]),
          (reg) => Number(regs[reg] & 0xffn),
          machine,
        ),
      );
    } catch (error) {
      if (error !== UNREADABLE) throw error;
      return intResult(machine, -EFAULT);
    }
  };
}

const UNREADABLE = Symbol('a character that is not there');

const characterAt =
  (machine: Machine, start: number): CharacterAt =>
  (index) => {
    const byte = kernelByte(machine, start + index);
    if (byte === undefined) throw UNREADABLE;
    return byte;
  };

const keep = (character: number): number => character;
/** `tolower` of lib/ctype.c, which is that of Latin 1. */
const lower = (character: number): number => (isUpper(character) ? character + 32 : character);
const isUpper = (c: number): boolean => (c >= 65 && c <= 90) || (c >= 192 && c <= 222 && c !== 215);

const firstIndex = (found: (index: number) => boolean): number => {
  for (let i = 0; i < LENGTH_MAX; i++) if (found(i)) return i;
  return -E2BIG;
};

const lengthOf = (s: CharacterAt, count: number): number =>
  firstIndex((i) => i >= count || s(i) === NUL);

function isIn(character: number, set: CharacterAt): boolean {
  const at = firstIndex((i) => set(i) === character || set(i) === NUL);
  return set(at) === character;
}

/** `__bpf_strncasecmp`. */
function compare(a: CharacterAt, b: CharacterAt, count: number, as: typeof keep): number {
  for (let i = 0; i < count; i++) {
    if (i === LENGTH_MAX) return -E2BIG;
    const left = as(a(i));
    const right = as(b(i));
    if (left !== right) return left < right ? -1 : 1;
    if (left === NUL) return 0;
  }
  return count === LENGTH_MAX ? -E2BIG : 0;
}

/** `bpf_strnchr`. */
function find(s: CharacterAt, count: number, wanted: number): number {
  for (let i = 0; i < count; i++) {
    if (i === LENGTH_MAX) return -E2BIG;
    if (s(i) === wanted) return i;
    if (s(i) === NUL) return -ENOENT;
  }
  return count === LENGTH_MAX ? -E2BIG : -ENOENT;
}

/** `__bpf_strnstr`: one character of `b` beyond `count` is looked at, where it may end. */
function search(a: CharacterAt, b: CharacterAt, count: number, as: typeof keep): number {
  for (let i = 0; i < LENGTH_MAX; i++) {
    let j = 0;
    for (; i + j <= count && j < LENGTH_MAX; j++) {
      const wanted = b(j);
      if (wanted === NUL) return i;
      if (i + j === count) break;
      const found = as(a(i + j));
      if (found === NUL) return -ENOENT;
      if (found !== as(wanted)) break;
    }
    if (i + j === count) return -ENOENT;
  }
  return -E2BIG;
}
