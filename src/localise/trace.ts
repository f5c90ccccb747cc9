import type { Endianness, Outcome } from '../targets/target.ts';
import type { InsnPlace } from './located.ts';
import { placeOf } from './looked-at.ts';
import { ENTRIES, ENTRY_WORDS } from './recorder.ts';

/** What a target wrote down of a case, in the order of execution. */
export interface Trace {
  readonly entries: readonly Entry[];
  /** How many there are, written down or not. */
  readonly total: number;
  /** How many there are, written down or not, after each run. */
  readonly afterRuns: readonly number[];
}

/** What was found at a point. */
export interface Entry {
  /** Of the point; of a prog that begins, insn -1. */
  readonly place: InsnPlace;
  readonly id: number;
  /** As recorder.ts lays them out, the id first. */
  readonly words: BigUint64Array;
}

/** Reads what the target wrote down, `first` being what it was asked for; undefined where it ran nothing. */
export function readTrace(
  outcome: Outcome,
  endianness: Endianness,
  first: number,
): Trace | undefined {
  if (outcome.kind !== 'completed' || outcome.load.verdict === 'rejected') return undefined;
  const [counts, log] = outcome.maps.slice(-2).map((content) => content[0]?.values[0]);
  if (counts === undefined || log === undefined) return undefined;
  const total = Number(wordsOf(counts, endianness)[0]);
  const words = wordsOf(log, endianness);
  const kept = Math.max(0, Math.min(total - first, ENTRIES));
  const entries = Array.from({ length: kept }, (_, i): Entry => {
    const of = words.subarray(i * ENTRY_WORDS, (i + 1) * ENTRY_WORDS);
    const id = Number(of[0]);
    return { id, place: placeOf(id), words: of };
  });
  const afterRuns = outcome.runs.map(({ commands = [] }) => {
    const output = commands.at(-1)?.output;
    return output === undefined || output.length < 8 ? 0 : Number(wordsOf(output, endianness)[0]);
  });
  return { entries, total, afterRuns };
}

function wordsOf(bytes: Uint8Array, endianness: Endianness): BigUint64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return BigUint64Array.from({ length: Math.floor(bytes.length / 8) }, (_, i) =>
    view.getBigUint64(8 * i, endianness === 'little'),
  );
}

/** How manieth execution of its insn each entry is, from 1, of all runs. */
export function timesOf(entries: readonly Entry[]): readonly number[] {
  const seen = new Map<number, number>();
  return entries.map(({ id }) => {
    const time = (seen.get(id) ?? 0) + 1;
    seen.set(id, time);
    return time;
  });
}

/** The run that the entry of that number lies in. */
export function runOf({ afterRuns }: Pick<Trace, 'afterRuns'>, number: number): number {
  const run = afterRuns.findIndex((count) => number < count);
  return run < 0 ? Math.max(0, afterRuns.length - 1) : run;
}
