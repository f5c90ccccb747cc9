import { sameInsn } from '../same-case.ts';
import { type Assembler, type Code, type Mark, type Open, UNPLACED } from './assembler.ts';

/** Some of a function's code that other code takes the place of: from one mark to another. */
export interface Stretch {
  readonly code: Code;
  readonly since: Mark;
  readonly until: Mark;
}

/** Whether an assembler that was resumed where the stretch begins has collected the same. */
export function isSameStretch(asm: Assembler, { code, since, until }: Stretch): boolean {
  const now = asm.mark();
  if (now.pieces !== until.pieces || now.labels !== until.labels) return false;
  for (let at = since.pieces; at < until.pieces; at++) {
    if (!sameInsn(asm.insns[at - since.pieces], code.insns[at])) return false;
  }
  for (let label = 0; label < until.labels; label++) {
    const place = asm.places[label];
    if (place !== UNPLACED && place !== code.places[label]) return false;
  }
  const first = firstOpen(code, since);
  return asm.open.every(
    ({ at, to }, i) => at === code.open[first + i].at && to === code.open[first + i].to,
  );
}

/** The code with what an assembler has collected that was resumed where the stretch begins. */
export function spliced(asm: Assembler, { code, since, until }: Stretch, leftOut: number): Code {
  const now = asm.mark();
  const shift = { pieces: now.pieces - until.pieces, labels: now.labels - until.labels };
  const places = asm.places.slice();
  for (let label = until.labels; label < code.places.length; label++) {
    places.push(code.places[label] + shift.pieces);
  }
  for (let label = 0; label < since.labels; label++) {
    if (places[label] === UNPLACED) places[label] = code.places[label] + shift.pieces;
  }
  return {
    insns: [...code.insns.slice(0, since.pieces), ...asm.insns, ...code.insns.slice(until.pieces)],
    open: [
      ...code.open.slice(0, firstOpen(code, since)),
      ...asm.open,
      ...shiftedOpen(code, until, shift),
    ],
    places,
    leftOut,
  };
}

/** Which of the open insns is the first behind a mark. */
function firstOpen({ open }: Code, { pieces }: Mark): number {
  let first = 0;
  while (first < open.length && open[first].at < pieces) first++;
  return first;
}

/** The open insns behind a mark, where all behind it is so much farther on. */
function shiftedOpen(code: Code, since: Mark, shift: Mark): readonly Open[] {
  const behind = code.open.slice(firstOpen(code, since));
  if (shift.pieces === 0 && shift.labels === 0) return behind;
  return behind.map(({ at, leads, to }) => {
    const isBehind = leads !== 'function' && to >= since.labels;
    return { at: at + shift.pieces, leads, to: isBehind ? to + shift.labels : to };
  });
}
