import { InvalidArgumentError } from 'commander';

/** Parses a whole number of an option within bounds, for commander. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
    }
    return value;
  };

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** Parses a duration such as `500ms`, `60s`, `10m` or `2h` into milliseconds, for commander. */
export function duration(text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected a duration such as 60s, 10m or 2h.');
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

/** Parses a seed: a whole number in decimal or, with 0x, in hexadecimal, below 2^64. */
export function seed(text: string): string {
  if (!/^(\d{1,20}|0x[0-9a-fA-F]{1,16})$/.test(text) || BigInt(text) >= 1n << 64n) {
    throw new InvalidArgumentError('Expected a whole number below 2^64, decimal or 0x….');
  }
  return BigInt(text).toString();
}
