import type { Summary } from '../campaign/events.ts';
import { printable } from './printable.ts';
import { countOf, countText } from './quantity.ts';
import { type Cell, tableLines } from './table.ts';
import type { TextOptions } from './text-options.ts';

/** Messages that a summary has room for. */
const MESSAGES_SHOWN = 8;

/** Why verifiers rejected cases, the most frequent reason first, with a count for each target. */
export function rejectionLines(
  { targets }: Pick<Summary, 'targets'>,
  { width, style }: TextOptions,
): readonly string[] {
  const names = Object.keys(targets).filter(
    (name) => Object.keys(targets[name].reach.messages).length > 0,
  );
  const count = (name: string, message: string) => targets[name].reach.messages[message] ?? 0;
  const total = (message: string) => names.reduce((sum, name) => sum + count(name, message), 0);
  const messages = [
    ...new Set(names.flatMap((name) => Object.keys(targets[name].reach.messages))),
  ].sort((a, b) => total(b) - total(a));
  if (messages.length === 0) return [];
  const heading = [...names, 'rejected because'].map((text): Cell => ({ text, tone: 'faint' }));
  const rows = messages
    .slice(0, MESSAGES_SHOWN)
    .map((message) => [
      ...names.map((name) => (count(name, message) === 0 ? '' : countText(count(name, message)))),
      printable(message),
    ]);
  const left = messages.length - MESSAGES_SHOWN;
  return [
    ...tableLines([heading, ...rows], { align: names.map(() => 'right'), width, style }),
    ...(left > 0
      ? [`and ${countOf(left, 'reason')} more: --json, or --reach and \`coverage\``]
      : []),
  ];
}
