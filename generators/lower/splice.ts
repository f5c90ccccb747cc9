import { sameInsn } from '../../src/case/same-case.ts';
import {
  type Assembler,
  type Code,
  firstOpen,
  type Mark,
  type Open,
  UNPLACED,
} from './assembler.ts';

/**
 * Some of a function's code that other code takes the place of: from one mark to another, in which all jumps are
 * settled but those to labels before it.
 */
export interface Stretch {
  readonly code: Code;
  readonly since: Mark;
  readonly until: Mark;
}

/** Whether an assembler that was resumed where the stretch begins has collected the same. */
export function isSameStretch(asm: Assembler, { code, since, until }: Stretch): boolean {
  if (asm.mark().pieces !== until.pieces) return false;
  for (let at = since.pieces; at < until.pieces; at++) {
    if (!sameInsn(asm.insns[at - since.pieces], code.insns[at])) return false;
  }
  const first = firstOpen(code, since);
  return (
    asm.open.every(({ to }, i) => to === code.open[first + i].to) &&
    asm.places.every((place, label) => place === UNPLACED || place === code.places[label])
  );
}

/** The code with what an assembler has collected that was resumed where the stretch begins. */
export function spliced(asm: Assembler, { code, since, until }: Stretch, leftOut: number): Code {
  const { insns, open, places } = code;
  const shift = asm.mark().pieces - until.pieces;
  const behind = firstOpen(code, until);
  return {
    insns: insns.slice(0, since.pieces).concat(asm.insns, insns.slice(until.pieces)),
    open:
      open.length + asm.open.length === 0
        ? open
        : [
            ...open.slice(0, firstOpen(code, since)),
            ...asm.open,
            ...open.slice(behind).map((one): Open => ({ ...one, at: one.at + shift })),
          ],
    places: asm.places.map((place, label) => (place === UNPLACED ? places[label] + shift : place)),
    leftOut,
  };
}
