import type { Insn } from '../isa/insn.ts';
import { encodeCase } from './bytes.ts';
import { type Case, type MapEntry, PLAIN_RUN, type Prog, type Run } from './case.ts';
import { sameCase } from './same-case.ts';

/**
 * Which of two cases is simpler: below 0 for the first, above 0 for the second, 0 where they are the
 * same. One total order for all that makes cases smaller. The first measure in which they differ
 * decides: first what there is to read and to run, then how much is set, then how large the numbers are.
 */
export function compareSimplicity(a: Case, b: Case): number {
  if (sameCase(a, b)) return 0;
  for (const difference of DIFFERENCES) {
    const found = difference(a, b);
    if (found !== 0 && found !== 0n) return found < 0 ? -1 : 1;
  }
  return compareBytes(a, b);
}

/** By the canonical bytes: those of what both share are the same, and left out. */
function compareBytes(a: Case, b: Case): number {
  const shared = {
    ...(a.maps === b.maps && { maps: [] }),
    ...(a.runs === b.runs && { runs: [] }),
  };
  return Buffer.compare(encodeCase({ ...a, ...shared }), encodeCase({ ...b, ...shared }));
}

/** Whether `a` is strictly simpler than `b`. */
export const isSimpler = (a: Case, b: Case): boolean => compareSimplicity(a, b) < 0;

/** How much more the first case has of something: below 0 where it is the simpler one. */
type Difference = (a: Case, b: Case) => number | bigint;

const DIFFERENCES: readonly Difference[] = [
  (a, b) => more(a.progs, b.progs, ({ insns }) => insns.length),
  (a, b) => a.progs.length - b.progs.length,
  (a, b) => a.runs.length - b.runs.length,
  (a, b) => more(a.runs, b.runs, ({ commands }) => commands?.length ?? 0),
  (a, b) => a.maps.length - b.maps.length,
  (a, b) => more(a.maps, b.maps, ({ entries }) => entries.length),
  (a, b) => a.ksyms.length - b.ksyms.length,
  (a, b) => more(a.runs, b.runs, ({ data }) => data?.length ?? 0),
  (a, b) => more(a.runs, b.runs, settings),
  (a, b) => bits(a.progFlags) - bits(b.progFlags),
  (a, b) => a.expectedAttachType - b.expectedAttachType,
  (a, b) => more(a.maps, b.maps, ({ flags }) => bits(flags)),
  (a, b) => more(a.maps, b.maps, ({ maxEntries }) => maxEntries),
  (a, b) => more(a.runs, b.runs, ({ repeat }) => Math.abs(repeat - 1)),
  (a, b) => moreBig(a.runs, b.runs, runNumbers),
  (a, b) => moreBig(a.runs, b.runs, commandNumbers),
  (a, b) => more(a.runs, b.runs, ({ data }) => sum(data)),
  (a, b) => moreWithin(a.maps, b.maps, ({ entries }) => entries, entrySum),
  (a, b) => moreWithin(a.progs, b.progs, insnsOf, immediates),
  (a, b) => moreWithin(a.progs, b.progs, insnsOf, fields),
];

/** How much more the items of the first list come to. What both lists have at one place isn't measured. */
function more<T>(a: readonly T[], b: readonly T[], of: (item: T) => number): number {
  if (a === b) return 0;
  let found = 0;
  for (let i = 0; i < a.length || i < b.length; i++) {
    if (a[i] === b[i]) continue;
    if (i < a.length) found += of(a[i]);
    if (i < b.length) found -= of(b[i]);
  }
  return found;
}

const moreBig = <T>(a: readonly T[], b: readonly T[], of: (item: T) => bigint): bigint =>
  a === b ? 0n : totalBig(a, of) - totalBig(b, of);

function totalBig<T>(items: readonly T[], of: (item: T) => bigint): bigint {
  let total = 0n;
  for (const item of items) total += of(item);
  return total;
}

/** The same of lists that lie in the items of two others, which are equally long. */
function moreWithin<T, Inner>(
  a: readonly T[],
  b: readonly T[],
  listOf: (item: T) => readonly Inner[],
  of: (item: Inner) => number,
): number {
  if (a === b) return 0;
  let found = 0;
  for (let i = 0; i < a.length; i++) found += more(listOf(a[i]), listOf(b[i]), of);
  return found;
}

/** How much of a run is not what it is where nobody sets it. */
function settings({ ctx, attr, ...run }: Run): number {
  let set = ctx === null ? 0 : 1 + Object.keys(ctx.fields).length;
  for (const name of SETTINGS) if (run[name] !== PLAIN_RUN[name]) set++;
  return attr === undefined ? set : set + Object.keys(attr).length;
}

const SETTINGS = ['repeat', 'flags', 'cpu', 'batchSize', 'dataOutBytes', 'ctxOutBytes'] as const;

function runNumbers({ flags, cpu, batchSize, dataOutBytes, ctxOutBytes, ctx }: Run): bigint {
  const sizes = (dataOutBytes ?? 0) + (ctxOutBytes ?? 0) + (ctx?.sizeBytes ?? 0);
  const numbers = BigInt(Math.abs(flags) + Math.abs(cpu) + Math.abs(batchSize) + sizes);
  return ctx === null ? numbers : numbers + totalBig(Object.values(ctx.fields), (value) => value);
}

const commandNumbers = ({ commands = [] }: Run): bigint =>
  totalBig(
    commands,
    ({ key, value, flags, count }) => flags + BigInt(sum(key) + sum(value) + count),
  );

const insnsOf = ({ insns }: Prog): readonly Insn[] => insns;
const entrySum = ({ key, value }: MapEntry): number => sum(key) + sum(value);
const immediates = ({ imm, nextImm = 0 }: Insn): number => Math.abs(imm) + Math.abs(nextImm);
const fields = ({ dst, src, off, opcode }: Insn): number => dst + src + Math.abs(off) + opcode;

function sum(bytes: Uint8Array | null): number {
  let all = 0;
  if (bytes !== null) for (let at = 0; at < bytes.length; at++) all += bytes[at];
  return all;
}

function bits(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}
