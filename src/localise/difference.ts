import { SizeName } from '../isa/opcode.ts';
import type { LocatedValue } from './located.ts';
import type { Subject } from './looked-at.ts';
import type { StackPiece } from './points.ts';
import { type Detail, FIRST_PIECE_WORD } from './recorder.ts';
import { type RegSet, setOf } from './registers.ts';
import type { Entry } from './trace.ts';
import type { SteadinessOf } from './witnesses.ts';

/** What two targets found at one point. */
export interface Both {
  readonly a: Entry | undefined;
  readonly b: Entry | undefined;
  /** How manieth execution of the insn it is. */
  readonly time: number;
}

/** What may be compared at a point, and how. */
export interface Comparing {
  readonly subject: Subject;
  readonly detail: Detail;
  readonly steadinessOf: SteadinessOf;
}

/** Whether they are at different insns, or something there holds what can't be the same. */
export function differs({ a, b, time }: Both, comparing: Comparing): boolean {
  if (a === undefined || b === undefined || a.id !== b.id) return a !== b;
  return wordsOf(a, comparing).some(({ word }) => wordDiffers(a, b, time, word, comparing));
}

/** The registers that differ; undefined where something else does, such as where they are. */
export function differingRegs({ a, b, time }: Both, comparing: Comparing): RegSet | undefined {
  if (a === undefined || b === undefined || a.id !== b.id) return undefined;
  const words = wordsOf(a, comparing).filter(({ word }) =>
    wordDiffers(a, b, time, word, comparing),
  );
  if (words.some(({ word }) => word >= FIRST_PIECE_WORD)) return undefined;
  return setOf(...words.map(({ word }) => word - 1));
}

/** What registers and stack held before and after an insn: the first was alike, and the second isn't. */
export function valuesOf(before: Both, after: Both, comparing: Comparing): readonly LocatedValue[] {
  const sides = [before.a, before.b, after.a, after.b].map((entry) => {
    const words = entry === undefined ? [] : wordsOf(entry, comparing);
    return new Map(words.map(({ name, word }) => [name, { word, value: entry!.words[word] }]));
  });
  const names = [...new Set(sides.flatMap((side) => [...side.keys()]))];
  const same = after.a !== undefined && after.a.id === after.b?.id;
  return names.map((name) => {
    const [beforeA, beforeB, afterA, afterB] = sides.map((side) => side.get(name)?.value ?? null);
    const word = sides[2].get(name)?.word;
    return {
      name,
      before: [beforeA, beforeB],
      after: [afterA, afterB],
      differs:
        same && word !== undefined && wordDiffers(after.a!, after.b!, after.time, word, comparing),
    };
  });
}

/** Of what may differ, such as addresses, it must be the same on both whether it is 0. */
function wordDiffers(
  a: Entry,
  b: Entry,
  time: number,
  word: number,
  { steadinessOf }: Comparing,
): boolean {
  if (a.words[word] === b.words[word]) return false;
  const steadiness = [steadinessOf(a, time, word), steadinessOf(b, time, word)];
  if (steadiness.includes('nothing')) return false;
  return !steadiness.includes('zero') || (a.words[word] === 0n) !== (b.words[word] === 0n);
}

interface Word {
  readonly name: string;
  /** Its index in the entry. */
  readonly word: number;
}

function wordsOf({ place }: Entry, { subject, detail }: Comparing): readonly Word[] {
  const point = subject.points[place.prog]?.[place.insn];
  if (point === undefined || detail === 'path') return [];
  const pieces = detail === 'stack' ? point.pieces : [];
  return [
    ...point.regs.map((reg) => ({ name: `r${reg}`, word: 1 + reg })),
    ...pieces.map((piece, i) => ({ name: pieceName(piece), word: FIRST_PIECE_WORD + i })),
  ];
}

const pieceName = ({ offset, size }: StackPiece): string => {
  const type = { b: 'u8', h: 'u16', w: 'u32', dw: 'u64' }[SizeName[size]];
  return `*(${type} *)(r10 ${offset})`;
};
