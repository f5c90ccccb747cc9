import { type Entry, type Trace, timesOf } from './trace.ts';

/** What of a word is the same whatever addresses, time, chance and uninitialised memory are. */
export type Steadiness =
  | 'value'
  /** Whether it is 0: of an address. */
  | 'zero'
  | 'nothing';

/** Says it of a word of an entry, which is the `time`th of its point. */
export type SteadinessOf = (entry: Entry, time: number, word: number) => Steadiness;

/**
 * As emulators of different luck show by what they wrote down for the same case. Where nobody can tell,
 * what looks like an address of a kernel is one.
 */
export function steadinessBy(witnesses: readonly (Trace | undefined)[]): SteadinessOf {
  const known = witnesses.map((trace) => byMoment(trace?.entries ?? []));
  return (entry, time, word) => {
    const found = known.flatMap(
      (entries) => entries.get(momentKey(entry, time))?.words[word] ?? [],
    );
    if (found.length < 2) return entry.words[word] < LOWEST_ADDRESS ? 'value' : 'zero';
    if (found.every((value) => value === found[0])) return 'value';
    return found.every((value) => (value === 0n) === (found[0] === 0n)) ? 'zero' : 'nothing';
  };
}

/** Of the kernel's half of the addresses, where all of them lie, but for user-mode Linux and s390x. */
const LOWEST_ADDRESS = 0xff00_0000_0000_0000n;

function byMoment(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  const times = timesOf(entries);
  return new Map(entries.map((entry, i) => [momentKey(entry, times[i]), entry]));
}

const momentKey = ({ id }: Entry, time: number): string => `${id} ${time}`;
