import type { Case } from '../case/case.ts';
import { NO_BYTES } from '../case/text-syntax.ts';
import type {
  CommandOutcome,
  Completed,
  MapContentEntry,
  Outcome,
  RunOutcome,
} from '../targets/target.ts';
import type { Answer } from './records.ts';

/**
 * An `answer` section of a `.case` file: what a target is, and what it observed of `testCase`. Its
 * grammar is in docs/case-format.md; `parseAnswers` gives the same back, but for `execution`, and what the verifier said of what it accepted.
 */
export function printAnswer({ name, info, outcome, mistake }: Answer, testCase: Case): string {
  const { release, endianness, execution, pageBytes, cpus } = info.linux;
  const lines = [
    `linux ${release} ${endianness} ${execution} page ${pageBytes} cpus ${cpus}`,
    ...textBlock('build', info.build),
    ...(mistake === undefined ? [] : [`mistake ${mistake}`]),
    ...outcomeLines(outcome, testCase),
  ];
  const header = `answer ${name} ${info.kernel} ${info.linux.arch} ${info.engine}`;
  return `${[header, ...lines.map(indented)].join('\n')}\n`;
}

function outcomeLines(outcome: Outcome, testCase: Case): readonly string[] {
  switch (outcome.kind) {
    case 'completed':
      return completedLines(outcome, testCase);
    case 'unsupported':
      return [outcome.kind, ...outcome.missing.map(textLine)];
    default:
      return [outcome.kind, ...complaintLines(outcome)];
  }
}

function completedLines(outcome: Completed, testCase: Case): readonly string[] {
  const { load, runs, maps } = outcome;
  const verdict =
    load.verdict === 'accepted'
      ? [load.verdict]
      : [`${load.verdict} ${load.errno}`, ...textBlock('log', load.log)];
  return [
    ...verdict,
    ...runs.flatMap(runLines),
    ...maps.flatMap((content, i) => [
      `map ${testCase.maps[i].name}`,
      ...content.flatMap(entryLines).map(indented),
    ]),
    ...complaintLines(outcome),
  ];
}

const complaintLines = ({ trouble, console }: Pick<Completed, 'trouble' | 'console'>) => [
  ...(trouble === undefined ? [] : [`trouble ${trouble.kind}`, ...textOf(trouble.title)]),
  ...textBlock('console', console),
];

function runLines(run: RunOutcome): readonly string[] {
  const { fault } = run;
  const lines = [
    ...(run.errno === 0 ? [] : [`errno ${run.errno}`]),
    ...(run.retval === 0 ? [] : [`retval 0x${run.retval.toString(16)}`]),
    ...(run.dataSizeOut === 0 ? [] : [`data_size_out ${run.dataSizeOut}`]),
    ...bytesBlock('data_out', run.dataOut),
    ...(run.ctxSizeOut === 0 ? [] : [`ctx_size_out ${run.ctxSizeOut}`]),
    ...bytesBlock('ctx_out', run.ctxOut),
    ...(run.frames ?? []).flatMap(({ way, ifindex, times, bytes }) =>
      bytesBlock(`${way} ifindex ${ifindex} times ${times}`, bytes),
    ),
    ...(run.commands ?? []).flatMap(commandLines),
    ...(fault === undefined
      ? []
      : [`fault ${fault.reason} prog ${fault.prog} slot ${fault.slot}`, ...textOf(fault.detail)]),
  ];
  return ['run', ...lines.map(indented)];
}

/** `command errno 2`, and below it what came back. */
function commandLines({ errno, count, output }: CommandOutcome): readonly string[] {
  const numbers = [errno === 0 ? '' : ` errno ${errno}`, count === 0 ? '' : ` count ${count}`];
  return bytesBlockOf(`command${numbers.join('')}`, output);
}

/** A value for each CPU, with `/` between them. */
function entryLines({ key, values }: MapContentEntry): readonly string[] {
  const [first, ...more] = values.map(hexLines).flatMap((lines, cpu) => {
    const [start, ...rest] = lines;
    return [cpu === 0 ? start : `/ ${start}`, ...rest];
  });
  return [`${hexLines(key).join(' ')} = ${first}`, ...more.map(indented)];
}

const textBlock = (keyword: string, text: string): readonly string[] =>
  text === '' ? [] : [keyword, ...textOf(text)];

const textOf = (text: string): readonly string[] =>
  text === '' ? [] : text.split('\n').map(textLine);

/** Anything but printable ASCII is escaped, so that every text comes back as it was. */
function textLine(line: string): string {
  const escaped = line
    .replaceAll('\\', '\\\\')
    .replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return indented(escaped === '' ? '|' : `| ${escaped}`);
}

const bytesBlock = (keyword: string, bytes: Uint8Array): readonly string[] =>
  bytes.length === 0 ? [] : bytesBlockOf(keyword, bytes);

const bytesBlockOf = (line: string, bytes: Uint8Array): readonly string[] =>
  bytes.length === 0 ? [line] : [line, ...hexLines(bytes).map(grouped).map(indented)];

const LINE_BYTES = 32;

/** At least one line. */
function hexLines(bytes: Uint8Array): readonly string[] {
  if (bytes.length === 0) return [NO_BYTES];
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    lines.push(Buffer.from(bytes.subarray(at, at + LINE_BYTES)).toString('hex'));
  }
  return lines;
}

/** Hex with a space behind every 4 bytes. */
const grouped = (hex: string): string => hex.replace(/(\w{8})(?=\w)/g, '$1 ');

const indented = (line: string): string => `  ${line}`;
