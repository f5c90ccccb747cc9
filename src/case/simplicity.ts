import type { Insn } from '../isa/insn.ts';
import { encodeCase } from './bytes.ts';
import { type Case, PLAIN_RUN, type Run } from './case.ts';

/**
 * Which of two cases is simpler: below 0 for the first, above 0 for the second, 0 where they are the
 * same. One total order for all that makes cases smaller. The first measure in which they differ
 * decides: first what there is to read and to run, then how much is set, then how large the numbers are.
 */
export function compareSimplicity(a: Case, b: Case): number {
  for (const { part, measure } of MEASURES) {
    if (part !== 'all' && a[part] === b[part]) continue;
    const [ofA, ofB] = [measure(a), measure(b)];
    if (ofA !== ofB) return ofA < ofB ? -1 : 1;
  }
  return Buffer.compare(encodeCase(a), encodeCase(b));
}

/** Whether `a` is strictly simpler than `b`. */
export const isSimpler = (a: Case, b: Case): boolean => compareSimplicity(a, b) < 0;

interface Measure {
  /** What it looks at: where two cases share that, they don't differ in it. */
  readonly part: 'progs' | 'runs' | 'maps' | 'all';
  readonly measure: (testCase: Case) => number | bigint;
}

const MEASURES: readonly Measure[] = [
  { part: 'progs', measure: ({ progs }) => total(progs, ({ insns }) => insns.length) },
  { part: 'progs', measure: ({ progs }) => progs.length },
  { part: 'runs', measure: ({ runs }) => runs.length },
  { part: 'runs', measure: ({ runs }) => total(runs, ({ commands }) => commands?.length ?? 0) },
  { part: 'maps', measure: ({ maps }) => maps.length },
  { part: 'maps', measure: ({ maps }) => total(maps, ({ entries }) => entries.length) },
  { part: 'all', measure: ({ ksyms }) => ksyms.length },
  { part: 'runs', measure: ({ runs }) => total(runs, ({ data }) => data?.length ?? 0) },
  { part: 'runs', measure: ({ runs }) => total(runs, settings) },
  { part: 'all', measure: ({ progFlags }) => bits(progFlags) },
  { part: 'all', measure: ({ expectedAttachType }) => expectedAttachType },
  { part: 'maps', measure: ({ maps }) => total(maps, ({ flags }) => bits(flags)) },
  { part: 'maps', measure: ({ maps }) => total(maps, ({ maxEntries }) => maxEntries) },
  { part: 'runs', measure: ({ runs }) => total(runs, ({ repeat }) => Math.abs(repeat - 1)) },
  { part: 'runs', measure: ({ runs }) => totalBig(runs, runNumbers) },
  { part: 'runs', measure: ({ runs }) => totalBig(runs, commandNumbers) },
  { part: 'runs', measure: ({ runs }) => total(runs, ({ data }) => sum(data)) },
  { part: 'maps', measure: ({ maps }) => total(maps, ({ entries }) => total(entries, entrySum)) },
  { part: 'progs', measure: ({ progs }) => total(progs, ({ insns }) => total(insns, immediates)) },
  { part: 'progs', measure: ({ progs }) => total(progs, ({ insns }) => total(insns, fields)) },
];

/** How much of a run is not what it is where nobody sets it. */
function settings({ ctx, attr = {}, data: _data, commands: _commands, ...run }: Run): number {
  const set = (Object.keys(run) as (keyof typeof run)[]).filter(
    (name) => run[name] !== PLAIN_RUN[name],
  );
  const fields = ctx === null ? 0 : 1 + Object.keys(ctx.fields).length;
  return set.length + fields + Object.keys(attr).length;
}

function runNumbers({ flags, cpu, batchSize, dataOutBytes, ctxOutBytes, ctx }: Run): bigint {
  const numbers = [flags, cpu, batchSize, dataOutBytes ?? 0, ctxOutBytes ?? 0];
  return (
    totalBig(Object.values(ctx?.fields ?? {}), (value) => value) +
    BigInt(total(numbers, Math.abs) + (ctx?.sizeBytes ?? 0))
  );
}

const commandNumbers = ({ commands = [] }: Run): bigint =>
  totalBig(
    commands,
    ({ key, value, flags, count }) => flags + BigInt(sum(key) + sum(value) + count),
  );

const entrySum = ({ key, value }: { readonly key: Uint8Array; readonly value: Uint8Array }) =>
  sum(key) + sum(value);
const immediates = ({ imm, nextImm = 0 }: Insn): number => Math.abs(imm) + Math.abs(nextImm);
const fields = ({ dst, src, off, opcode }: Insn): number => dst + src + Math.abs(off) + opcode;

const total = <T>(items: readonly T[], of: (item: T) => number): number => {
  let sum = 0;
  for (const item of items) sum += of(item);
  return sum;
};
const totalBig = <T>(items: readonly T[], of: (item: T) => bigint): bigint => {
  let sum = 0n;
  for (const item of items) sum += of(item);
  return sum;
};

const sum = (bytes: Uint8Array | null): number => bytes?.reduce((all, byte) => all + byte, 0) ?? 0;
const bits = (mask: number): number => (mask >>> 0).toString(2).replaceAll('0', '').length;
