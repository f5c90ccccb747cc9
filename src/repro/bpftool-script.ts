import { commentText, wrapped } from './c/text.ts';
import type { Disagreement } from './disagreement.ts';
import { observationLines } from './observation-lines.ts';

/** Where the script keeps its pins while it runs: on a BPF file system of its own, beside it. */
export const PINS = './pins/';

/**
 * A shell script that does with bpftool what the case says: `commands` are the words of each, without bpftool
 * itself. What is expected of it stands at its top.
 */
export function bpftoolScript(
  disagreement: Disagreement,
  commands: readonly (readonly string[])[],
  notes: readonly string[],
): string {
  const { testCase, subject, other, claim } = disagreement;
  const { endianness } = subject.info.linux;
  const answer = ({ name, outcome }: typeof subject): readonly string[] => [
    '#',
    ...comment([`${name} answers:`]),
    ...observationLines(testCase, outcome, endianness).map((line) => `#   ${commentText(line)}`),
  ];
  return [
    '#!/bin/sh',
    ...comment([claim]),
    '#',
    ...comment([
      'Run it as root, on a machine whose BPF file system is where it belongs.',
      ...notes,
    ]),
    ...answer(subject),
    ...(other === subject ? [] : answer(other)),
    '',
    'set -ex',
    'cd "$(dirname "$0")"',
    `mkdir ${PINS}`,
    `trap 'umount ${PINS}; rmdir ${PINS}' EXIT`,
    `mount -t bpf bpf ${PINS}`,
    ...commands.map((words) => ['bpftool', ...words.map(quoted)].join(' ')),
    '',
  ].join('\n');
}

/** As a shell takes it, whatever it holds. */
const quoted = (word: string): string =>
  /^[\w./:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

const comment = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => wrapped(commentText(line), 96).map((text) => `# ${text}`));
