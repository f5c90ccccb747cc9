import type { Case, Run } from '../case/case.ts';
import { CaseTextError } from '../case/case-text-error.ts';
import { U32_MAX } from '../case/limits.ts';
import { isLiveRun } from '../case/live-run.ts';
import { unexpected, type Word } from '../case/sections.ts';
import type { RestSection } from '../case/text.ts';
import { expectEnd, readBytes, readName, readNumber } from '../case/words.ts';
import {
  type CommandOutcome,
  type Completed,
  type Fault,
  type LinuxSetting,
  type LiveFrames,
  type MapContent,
  type MapContentEntry,
  type Outcome,
  type RunOutcome,
  settingOfBuild,
} from '../targets/target.ts';
import { answerItems, type Item } from './answer-items.ts';
import { MISTAKE_NAME } from './mistake-name.ts';
import { FAULT_REASONS, FRAME_WAYS, OUTCOME_LIMITS, TROUBLE_KINDS } from './outcome-limits.ts';
import type { Answer } from './records.ts';

/**
 * The recorded answers of a `.case` file: `rest` and `testCase` are what `parseCaseText` returned of
 * it, `file` is for messages. Throws `CaseTextError` with the place of the first thing that is wrong,
 * also where an answer has not a run for each run of the case, or not its maps.
 */
export function parseAnswers(
  rest: readonly RestSection[],
  testCase: Case,
  file: string,
): readonly Answer[] {
  if (rest.length > OUTCOME_LIMITS.answersPerCase) {
    const place = { file, line: rest[OUTCOME_LIMITS.answersPerCase].line, column: 1 };
    const expected = `at most ${OUTCOME_LIMITS.answersPerCase} answers`;
    throw new CaseTextError('CASE_LIMIT', place, { expected, found: `${rest.length}` });
  }
  return rest.map((section) => parseAnswer(section, testCase, file));
}

function parseAnswer(section: RestSection, testCase: Case, file: string): Answer {
  const { header, items } = answerItems(section, file);
  const words = wordReader(header);
  const name = words.any('a target');
  const kernel = words.any('a kernel release');
  const arch = words.any('an architecture');
  const engine = words.name(ENGINES, 'an engine');
  words.end();
  const from = itemReader(items, { file, line: section.line + section.lines.length, column: 1 });
  const read = readLinux(from.take('linux'), arch);
  const build = from.takeIf('build')?.text ?? '';
  const linux = { ...read, ...settingOfBuild(build) };
  const mistake = readMistake(from);
  const outcome = readOutcome(from, testCase);
  from.end();
  return { name, info: { kernel, engine, linux, build }, ...mistake, outcome };
}

const ENGINES = ['jit', 'interp', 'hardened', 'emulator'] as const;

/** Words one after another. */
interface WordReader {
  any(what: string): string;
  name<Name extends string>(names: readonly Name[], what: string): Name;
  number(max: number): number;
  /** A number with its name before it. */
  named(name: string, max: number): number;
  /** Throws unless all were taken. */
  end(): void;
}

function wordReader(words: readonly Word[]): WordReader {
  let at = 0;
  // The empty word at the end is never passed.
  const next = (): Word => words[Math.min(at++, words.length - 1)];
  return {
    any: (what) => {
      const word = next();
      return word.text === '' ? unexpected('CASE_MISSING', word, what) : word.text;
    },
    name: (names, what) => readName(next(), names, what),
    number: (max) => readNumber(next(), max),
    named: (name, max) => {
      readName(next(), [name], 'a word');
      return readNumber(next(), max);
    },
    end: () => expectEnd(next()),
  };
}

/** Items one after another; a missing one is told of at `end`. */
interface ItemReader {
  take<Keyword extends string>(...keywords: readonly Keyword[]): Item & { readonly is: Keyword };
  takeIf(keyword: string): Item | undefined;
  /** Throws unless all were taken. */
  end(): void;
}

function itemReader(
  items: readonly Item[],
  endPlace: { readonly file: string; readonly line: number; readonly column: number },
): ItemReader {
  let at = 0;
  return {
    take(...keywords) {
      const item = items[at++];
      const keyword = item?.keyword ?? { ...endPlace, text: '' };
      return { ...item, is: readName(keyword, keywords, 'a line of the answer') };
    },
    takeIf: (keyword) => (items[at]?.keyword.text === keyword ? items[at++] : undefined),
    end: () => {
      const item = items[at];
      if (item !== undefined) {
        unexpected('CASE_SYNTAX', item.keyword, 'the end of the answer, since all is said');
      }
    },
  };
}

/** `linux 6.1 little interp page 4096 cpus 1` */
function readLinux(item: Item, arch: string): LinuxSetting {
  const words = wordReader(item.words);
  const release = words.any('a release');
  if (!/^\d{1,3}\.\d{1,3}$/.test(release)) {
    unexpected('CASE_NUMBER', item.words[0], 'a release such as `6.1`');
  }
  const setting = {
    release,
    arch,
    endianness: words.name(['little', 'big'], 'a byte order'),
    execution: words.name(['interp', 'jit'], 'what runs progs'),
    pageBytes: words.named('page', U32_MAX),
    cpus: words.named('cpus', OUTCOME_LIMITS.cpus),
  };
  words.end();
  return setting;
}

/** `mistake lost-zero-extension` */
function readMistake(from: ItemReader): Pick<Answer, 'mistake'> {
  const item = from.takeIf('mistake');
  if (item === undefined) return {};
  const words = wordReader(item.words);
  const mistake = words.any(MISTAKE_NAME.expected);
  if (!MISTAKE_NAME.pattern.test(mistake)) {
    unexpected('CASE_SYNTAX', item.words[0], MISTAKE_NAME.expected);
  }
  words.end();
  return { mistake };
}

function readOutcome(from: ItemReader, testCase: Case): Outcome {
  const item = from.take('accepted', 'rejected', 'crashed', 'hung', 'unsupported');
  switch (item.is) {
    case 'accepted':
      expectEnd(item.words[0]);
      return {
        kind: 'completed',
        load: { verdict: item.is },
        runs: testCase.runs.map((run) => readRun(from, testCase, run)),
        maps: testCase.maps.map((map) => readMap(from, map.name)),
        ...readComplaint(from),
      };
    case 'rejected':
      return readRejected(item, from);
    case 'unsupported':
      expectEnd(item.words[0]);
      return { kind: item.is, missing: item.text === '' ? [] : item.text.split('\n') };
    default:
      expectEnd(item.words[0]);
      return { kind: item.is, ...readComplaint(from) };
  }
}

function readRejected(item: Item, from: ItemReader): Completed {
  const words = wordReader(item.words);
  const errno = words.number(OUTCOME_LIMITS.errno);
  if (errno === 0) unexpected('CASE_NUMBER', item.words[0], 'the errno of the load');
  words.end();
  return {
    kind: 'completed',
    load: { verdict: 'rejected', errno, log: from.takeIf('log')?.text ?? '' },
    runs: [],
    maps: [],
    ...readComplaint(from),
  };
}

/** `trouble warning` and its title, and the console. */
function readComplaint(from: ItemReader): Pick<Completed, 'trouble' | 'console'> {
  const item = from.takeIf('trouble');
  const console = from.takeIf('console')?.text ?? '';
  if (item === undefined) return { console };
  const words = wordReader(item.words);
  const kind = words.name(TROUBLE_KINDS, 'a kind of trouble');
  words.end();
  return { trouble: { kind, title: item.text }, console };
}

function readRun(from: ItemReader, testCase: Case, run: Run): RunOutcome {
  expectEnd(from.take('run').words[0]);
  const number = (keyword: string, max: number): number => {
    const item = from.takeIf(keyword);
    if (item === undefined) return 0;
    const words = wordReader(item.words);
    const value = words.number(max);
    words.end();
    return value;
  };
  const bytes = (keyword: string): Uint8Array => {
    const item = from.takeIf(keyword);
    if (item === undefined) return new Uint8Array();
    return readBytes([...item.bytes, ...item.words], OUTCOME_LIMITS.bytes);
  };
  const outcome = {
    errno: number('errno', OUTCOME_LIMITS.errno),
    retval: number('retval', U32_MAX),
    dataSizeOut: number('data_size_out', U32_MAX),
    dataOut: bytes('data_out'),
    ctxSizeOut: number('ctx_size_out', U32_MAX),
    ctxOut: bytes('ctx_out'),
  };
  const frames = isLiveRun(testCase, run) ? { frames: readFrames(from) } : {};
  const commands = (run.commands ?? []).map(() => readCommand(from));
  const fault = from.takeIf('fault');
  return {
    ...outcome,
    ...frames,
    ...(commands.length > 0 && { commands }),
    ...(fault !== undefined && { fault: readFault(fault) }),
  };
}

/** `received ifindex 10 times 3`, and its bytes. */
function readFrames(from: ItemReader): readonly LiveFrames[] {
  const frames: LiveFrames[] = [];
  for (;;) {
    const item = from.takeIf('received') ?? from.takeIf('sent');
    if (item === undefined) return frames;
    if (frames.length === OUTCOME_LIMITS.frames) {
      unexpected('CASE_LIMIT', item.keyword, `at most ${OUTCOME_LIMITS.frames} frames`);
    }
    const words = wordReader(item.words);
    frames.push({
      way: readName(item.keyword, FRAME_WAYS, 'the way of a frame'),
      ifindex: words.named('ifindex', U32_MAX),
      times: words.named('times', U32_MAX),
      bytes: readBytes(item.bytes, OUTCOME_LIMITS.bytes),
    });
    words.end();
  }
}

/** `command errno 2 count 3`, and below it what came back. */
function readCommand(from: ItemReader): CommandOutcome {
  const item = from.take('command');
  const numbers = { errno: 0, count: 0 };
  let at = 0;
  for (const [name, max] of [
    ['errno', OUTCOME_LIMITS.errno] as const,
    ['count', U32_MAX] as const,
  ]) {
    if (item.words[at].text !== name) continue;
    numbers[name] = readNumber(item.words[at + 1], max);
    at += 2;
  }
  expectEnd(item.words[at]);
  const output =
    item.bytes.length === 0 ? new Uint8Array() : readBytes(item.bytes, OUTCOME_LIMITS.bytes);
  return { ...numbers, output };
}

/** `fault access prog 0 slot 4` */
function readFault(item: Item): Fault {
  const words = wordReader(item.words);
  const reason = words.name(FAULT_REASONS, 'a reason');
  const prog = words.named('prog', 255);
  const slot = words.named('slot', U32_MAX);
  words.end();
  return { reason, prog, slot, detail: item.text };
}

function readMap(from: ItemReader, name: string): MapContent {
  const item = from.take('map');
  readName(item.words[0], [name], 'the next map of the case');
  expectEnd(item.words[1]);
  if (item.entries.length > OUTCOME_LIMITS.entriesPerMap) {
    unexpected('CASE_LIMIT', item.keyword, `at most ${OUTCOME_LIMITS.entriesPerMap} entries`);
  }
  return item.entries.map(readEntry);
}

/** `KEY = VALUE`, with `/` between the values of a per-CPU map. */
function readEntry(words: readonly Word[]): MapContentEntry {
  const equals = words.findIndex(({ text }) => text === '=');
  if (equals === 0) unexpected('CASE_BYTES', words[0], 'a key in hex');
  const values: Word[][] = [[]];
  for (const word of words.slice(equals + 1)) {
    const value = values[values.length - 1];
    if (word.text !== '/') value.push(word);
    else if (value.length === 0) unexpected('CASE_BYTES', word, 'a value in hex');
    else values.push([]);
  }
  const bytesOf = (part: readonly Word[]) => readBytes(part, OUTCOME_LIMITS.bytes);
  return { key: bytesOf(words.slice(0, equals)), values: values.map(bytesOf) };
}
