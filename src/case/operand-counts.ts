import { FORMS } from '../isa/forms.ts';
import { FORM_SHIFT, OPERANDS_KEYS_END, type OperandsKey, operandsOfKey } from '../isa/operands.ts';
import { VALUE_CLASSES } from '../isa/value-class.ts';

/** With what values a form was executed; see isa/operands.ts. */
export interface OperandCounts {
  /** By class of the first value, in the order of `VALUE_CLASSES`: in how many cases, each pair once. */
  readonly first: readonly number[];
  /** The same by class of the second. */
  readonly second: readonly number[];
  /** Which pairs of classes there were: 64 hexadecimal digits, that of pair 0 (the low one) last. */
  readonly pairs: string;
}

/** By form; of jumps that were taken by form and ` taken`, such as `jeq32.k taken`. */
export type OperandsReached = Readonly<Record<string, OperandCounts>>;

/** Counts operands without a name for each. */
export interface OperandCounter {
  /** Counts each key once; comes back with how many of them are new. */
  add(keys: readonly OperandsKey[]): number;
  counts(): OperandsReached;
}

/** One that has counted nothing. It takes half a megabyte. */
export function createOperandCounter(): OperandCounter {
  const times = new Uint32Array(OPERANDS_KEYS_END);
  return {
    add: (keys) => {
      let fresh = 0;
      for (let i = 0; i < keys.length; i++) if (times[keys[i]]++ === 0) fresh++;
      return fresh;
    },
    counts: () => {
      const reached: Record<string, OperandCounts> = {};
      for (let start = 0; start < times.length; start += PAIRS) {
        const ofForm = times.subarray(start, start + PAIRS);
        if (ofForm.some((count) => count > 0)) reached[nameOf(start)] = countsOf(ofForm);
      }
      return reached;
    },
  };
}

const CLASSES = VALUE_CLASSES.length;
const PAIRS = CLASSES * CLASSES;

function nameOf(key: OperandsKey): string {
  const { form, taken } = operandsOfKey(key);
  return taken ? `${form.name} taken` : form.name;
}

/** Each value of a key by itself, with its form: `first jeq32.k taken 0` and `second jeq32.k taken 31 bits`. */
export function operandNames(key: OperandsKey): readonly string[] {
  const { first, second } = operandsOfKey(key);
  const name = nameOf(key);
  return [`first ${name} ${VALUE_CLASSES[first]}`, `second ${name} ${VALUE_CLASSES[second]}`];
}

/** More than any key. */
export { OPERANDS_KEYS_END } from '../isa/operands.ts';

/** Every name that `OperandsReached` may have: those of all forms, jumps twice. */
export const OPERAND_NAMES: readonly string[] = FORMS.flatMap((_, index) =>
  [0, PAIRS].map((outcome) => nameOf((index << FORM_SHIFT) | outcome)),
);

function countsOf(times: Uint32Array): OperandCounts {
  const first = Array<number>(CLASSES).fill(0);
  const second = Array<number>(CLASSES).fill(0);
  let pairs = 0n;
  for (const [pair, count] of times.entries()) {
    first[pair >> 4] += count;
    second[pair & 15] += count;
    if (count > 0) pairs |= 1n << BigInt(pair);
  }
  return { first, second, pairs: pairsText(pairs) };
}

const pairsText = (pairs: bigint): string => pairs.toString(16).padStart(PAIRS / 4, '0');

const pairsIn = ({ pairs }: OperandCounts): bigint => BigInt(`0x${pairs}`);

/** Whether a pair of classes was there. */
export const hasPair = (counts: OperandCounts, first: number, second: number): boolean =>
  ((pairsIn(counts) >> BigInt(first * CLASSES + second)) & 1n) === 1n;

/** What two campaigns reached together. */
export function addOperands(a: OperandsReached, b: OperandsReached): OperandsReached {
  const sum = { ...a };
  for (const [name, counts] of Object.entries(b)) {
    const before = sum[name];
    sum[name] =
      before === undefined
        ? counts
        : {
            first: before.first.map((count, i) => count + counts.first[i]),
            second: before.second.map((count, i) => count + counts.second[i]),
            pairs: pairsText(pairsIn(before) | pairsIn(counts)),
          };
  }
  return sum;
}
