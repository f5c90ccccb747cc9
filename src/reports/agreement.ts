import type { Agreement } from '../compare/agreement.ts';
import type { Observed } from '../compare/compare.ts';
import { printable } from './printable.ts';
import { tableLines } from './table.ts';
import type { TextOptions } from './text-options.ts';

/**
 * Who agrees with whom, a line for each answer: by what the targets have in common and no other has, such
 * as `all 7.2 JITs`, with their names behind it, or below it where there is no room; then the odd one out, where there is one.
 */
export function agreementLines(
  { groups, incomparable, oddOneOut }: Agreement,
  options: TextOptions,
): readonly string[] {
  const all = groups.flat();
  const rows = groups.map((group, i) => [
    i === 0 ? '' : 'against',
    groupName(group, all),
    ...(group.length > 1 ? [namesOf(group)] : []),
  ]);
  const fits = tableLines(rows).every(({ length }) => length <= options.width);
  const narrow = groups.flatMap((group, i) => [
    rows[i].slice(0, 2),
    ...(group.length > 1 ? group.map(({ name }) => ['', `  ${printable(name)}`]) : []),
  ]);
  return [
    ...tableLines(fits ? rows : narrow, options),
    ...(incomparable.length === 0 ? [] : [`not comparable: ${namesOf(incomparable)}`]),
    ...(oddOneOut === undefined ? [] : [`the odd one out is ${printable(oddOneOut.name)}`]),
  ];
}

const namesOf = (group: readonly Observed[]): string =>
  printable(group.map(({ name }) => name).join(', '));

/** What the targets of the group have in common and no other of all has; their number where that is nothing. */
export function groupName(group: readonly Observed[], all: readonly Observed[]): string {
  if (group.length === 1) return printable(group[0].name);
  if (group.length === all.length) return 'all';
  const isIt = (has: Trait['has']): boolean =>
    group.every(has) && all.filter(has).length === group.length;
  for (const adjective of adjectivesOf(group[0])) {
    for (const noun of nounsOf(group[0])) {
      if (!isIt((observed) => adjective.has(observed) && noun.has(observed))) continue;
      return printable(['all', adjective.words, noun.words].filter(Boolean).join(' '));
    }
  }
  return `${group.length} targets`;
}

/** Something that several targets may have in common. */
interface Trait {
  readonly words: string;
  readonly has: (observed: Observed) => boolean;
}

const ENGINES = {
  emulator: 'emulators',
  interp: 'interpreters',
  jit: 'JITs',
  hardened: 'hardened JITs',
} as const;

/** What a target is, from the wider word to the narrower. */
function nounsOf({ info: { engine } }: Observed): readonly Trait[] {
  const isKernel = ({ info }: Observed): boolean => info.engine !== 'emulator';
  const isJit = ({ info }: Observed): boolean => ['jit', 'hardened'].includes(info.engine);
  const same: Trait = { words: ENGINES[engine], has: ({ info }) => info.engine === engine };
  const jits: Trait = { words: 'JITs, hardened and not', has: isJit };
  if (engine === 'emulator') return [same, { words: 'targets', has: () => true }];
  const kernels: Trait = { words: 'kernels', has: isKernel };
  return engine === 'interp' ? [kernels, same] : [kernels, same, jits];
}

/** What can stand before it; nothing first, then one word, then two. */
function adjectivesOf({ info: { linux } }: Observed): readonly Trait[] {
  const major = (release: string): string => release.split('.', 1)[0];
  const nothing: Trait = { words: '', has: () => true };
  const single: readonly Trait[] = [
    {
      words: `${major(linux.release)}.x`,
      has: (o) => major(o.info.linux.release) === major(linux.release),
    },
    { words: linux.release, has: (o) => o.info.linux.release === linux.release },
    { words: linux.arch, has: (o) => o.info.linux.arch === linux.arch },
    {
      words: `${linux.endianness}-endian`,
      has: (o) => o.info.linux.endianness === linux.endianness,
    },
  ];
  const double = single.flatMap((a, i) =>
    single.slice(i + 1).map(
      (b): Trait => ({
        words: `${a.words} ${b.words}`,
        has: (observed) => a.has(observed) && b.has(observed),
      }),
    ),
  );
  return [nothing, ...single, ...double];
}
