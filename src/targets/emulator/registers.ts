/** Which of a register's two 32-bit words is the low one on the machine that runs the emulator. */
export const LOW = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 0 : 1;
export const HIGH = 1 - LOW;

/** A register as a number: exact up to 2^53, which all addresses are. */
export const numberIn = (words: Uint32Array, reg: number): number =>
  words[2 * reg + HIGH] * 2 ** 32 + words[2 * reg + LOW];
