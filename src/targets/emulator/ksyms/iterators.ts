import { E2BIG, EFAULT, EINVAL } from '../errno.ts';
import { badArgument, u32Argument } from '../helpers/helper.ts';
import { badAddress, kernelBytes } from '../helpers/kernel-byte.ts';
import type { Machine } from '../machine.ts';
import { Access, allows } from '../memory.ts';
import { numberIn } from '../registers.ts';
import { dropObject, objectAt, putObject } from '../stack-objects.ts';
import { intResult, type Kfunc } from './kfunc.ts';

/** `BPF_MAX_LOOPS`, include/linux/bpf.h. */
const LOOPS_MAX = 8 << 20;
/** `BITS_ITER_NR_WORDS_MAX`, kernel/bpf/helpers.c. */
const WORDS_MAX = 511;
const WORD_BYTES = 8;
const NUM_BYTES = 8;
const BITS_BYTES = 16;
/** Where `struct bpf_iter_bits_kern` has its `bit`. */
const BIT_AT = 12;

/** `int bpf_iter_num_new(struct bpf_iter_num *it, int start, int end)`, kernel/bpf/bpf_iter.c 6.12. */
export const iterNumNew: Kfunc = (machine) => {
  const start = s32Argument(machine, 2);
  const end = s32Argument(machine, 3);
  const errno = start > end ? EINVAL : end - start > LOOPS_MAX ? E2BIG : 0;
  const numbers = errno === 0 ? range(start, end) : NOTHING;
  putObject(machine, 1, NUM_BYTES, { kind: 'iterator', numbers });
  return intResult(machine, -errno);
};

/** `int *bpf_iter_num_next(struct bpf_iter_num *it)`: `cur` is the first of its fields. */
export const iterNumNext: Kfunc = (machine) => next(machine, 0);

/**
 * `int bpf_iter_bits_new(struct bpf_iter_bits *it, const u64 *unsafe_ptr__ign, u32 nr_words)`,
 * kernel/bpf/helpers.c 6.12: copies what it goes through, a single word and several in two ways.
 */
export const iterBitsNew: Kfunc = (machine) => {
  const address = numberIn(machine.words, 2);
  const words = u32Argument(machine, 3);
  const numbers = (): Iterator<number> | number => {
    if (address === 0 || words === 0) return EINVAL;
    if (words > WORDS_MAX) return E2BIG;
    const bytes = kernelBytes(machine, address, words * WORD_BYTES);
    if (bytes === undefined) return words === 1 ? EFAULT : badAddress(machine);
    const view = new DataView(bytes.buffer);
    return setBits(
      Array.from({ length: words }, (_, i) =>
        view.getBigUint64(i * WORD_BYTES, machine.littleEndian),
      ),
    );
  };
  const found = numbers();
  const errno = typeof found === 'number' ? found : 0;
  putObject(machine, 1, BITS_BYTES, {
    kind: 'iterator',
    numbers: typeof found === 'number' ? NOTHING : found,
  });
  return intResult(machine, -errno);
};

/** `int *bpf_iter_bits_next(struct bpf_iter_bits *it)` */
export const iterBitsNext: Kfunc = (machine) => next(machine, BIT_AT);

/** `void bpf_iter_num_destroy(struct bpf_iter_num *it)`, and that of bits. */
export const iterDestroy: Kfunc = (machine) => {
  if (objectAt(machine, 1, 'iterator') !== undefined) dropObject(machine, 1);
  return 0n;
};

/** A pointer to the number that comes next, which lies in the iterator itself; NULL at the end. */
function next(machine: Machine, numberAt: number): bigint {
  const iterator = objectAt(machine, 1, 'iterator');
  const number = iterator?.numbers.next();
  if (number === undefined || number.done) return 0n;
  const address = numberIn(machine.words, 1) + numberAt;
  if (!allows(machine.memory, address, 4, Access.WRITE)) {
    badArgument(machine, 1, 'an iterator on the stack');
    return 0n;
  }
  machine.memory.view.setInt32(address, number.value, machine.littleEndian);
  return BigInt(address);
}

const NOTHING: Iterator<number> = [].values();

function* range(start: number, end: number): Generator<number> {
  for (let number = start; number < end; number++) yield number;
}

function* setBits(words: readonly bigint[]): Generator<number> {
  for (const [i, word] of words.entries()) {
    for (let bit = 0; bit < 64; bit++) if ((word >> BigInt(bit)) & 1n) yield 64 * i + bit;
  }
}

const s32Argument = (machine: Machine, reg: number): number => u32Argument(machine, reg) | 0;
