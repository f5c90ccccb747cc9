import type { Random } from 'fast-check';
import { u64 } from '../../src/isa/integers.ts';
import { VALUE_CLASSES, type ValueClass } from '../../src/isa/value-class.ts';

/** An unsigned 64-bit value of the class of that number. */
export const drawOfClass = (random: Random, number: number): bigint =>
  DRAW[VALUE_CLASSES[number]](random);

type Draw = (random: Random) => bigint;

const always =
  (value: bigint): Draw =>
  () =>
    value;

/** From `low` to `high`: every bit as likely to be the highest, so that there are short ones. */
const between =
  (low: bigint, high: bigint): Draw =>
  (random) => {
    const span = high - low + 1n;
    const bits = random.nextInt(1, span.toString(2).length);
    const upper = BigInt(random.nextInt(0, 0xffff_ffff));
    const drawn = (upper << 32n) | BigInt(random.nextInt(0, 0xffff_ffff));
    return low + (BigInt.asUintN(bits, drawn) % span);
  };

/** The same for negative values: near to `high` are the short ones. */
const below = (low: bigint, high: bigint): Draw => {
  const distance = between(0n, high - low);
  return (random) => u64(high - distance(random));
};

const upperHalf = between(1n, 0xffff_ffffn);

const DRAW: Readonly<Record<ValueClass, Draw>> = {
  '0': always(0n),
  '1': always(1n),
  '2..63': between(2n, 63n),
  '31 bits': between(64n, 0x7fff_fffen),
  's32 max': always(0x7fff_ffffn),
  'bit 31': always(0x8000_0000n),
  '32 bits': between(0x8000_0001n, 0xffff_fffen),
  'u32 max': always(0xffff_ffffn),
  '-1': always(u64(-1n)),
  '-32 bits': below(-0x7fff_ffffn, -2n),
  's32 min': always(u64(-0x8000_0000n)),
  'low half 0': (random) => {
    const high = upperHalf(random);
    return (high === 0x8000_0000n ? 1n : high) << 32n;
  },
  's64 max': always(0x7fff_ffff_ffff_ffffn),
  's64 min': always(0x8000_0000_0000_0000n),
  '64 bits': (random) => wide(random, 0n),
  '-64 bits': (random) => wide(random, 0x8000_0000n),
};

/** Both halves say something: neither is 0, nor is the upper one the sign of the lower. */
function wide(random: Random, sign: bigint): bigint {
  const high = sign + between(1n, 0x7fff_fffen)(random);
  return (high << 32n) | upperHalf(random);
}
