import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { CASE_LIMITS } from '../case/limits.ts';
import { parseCaseText, printCase } from '../case/text.ts';
import { parseAnswers } from './parse-answer.ts';
import { printAnswer } from './print-answer.ts';
import type { RecordedCase } from './records.ts';

/** A `.case` file or a folder of them that can't be read or written. `code` is stable. */
export class CaseFileError extends Error {
  readonly code = 'CASE_FILE';
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`${path}: ${problem}`, options);
    this.name = 'CaseFileError';
    this.path = path;
  }
}

/**
 * Reads a `.case` file with its recorded answers. Throws `CaseFileError` where there is no text to be
 * read, and `CaseTextError` where the text is wrong.
 */
export function readCaseFile(path: string): RecordedCase {
  const text = readText(path);
  const { claim, testCase, rest } = parseCaseText(text, path);
  return { name: path, claim, testCase, answers: parseAnswers(rest, testCase, path) };
}

/**
 * Writes a `.case` file, wholly or not at all: a file of that name is replaced when the new one is on
 * the disk. Throws `CaseFileError`.
 */
export function writeCaseFile(
  path: string,
  { claim, testCase, answers }: Omit<RecordedCase, 'name'>,
): void {
  const sections = [
    printCase(testCase, { claim }),
    ...answers.map((answer) => printAnswer(answer, testCase)),
  ];
  const unfinished = `${path}.unfinished`;
  try {
    writeDurably(unfinished, sections.join('\n'));
    renameSync(unfinished, path);
  } catch (cause) {
    rmSync(unfinished, { force: true });
    throw new CaseFileError(path, `it can't be written (${reasonOf(cause)})`, { cause });
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'w');
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function readText(path: string): string {
  const bytes = attempt(path, () => {
    // A pipe would have no end, and opening it would wait for one who writes.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = fstatSync(file);
      if (!found.isFile()) throw new CaseFileError(path, 'it is no file');
      const { size } = found;
      const max = CASE_LIMITS.textChars;
      if (size > max) throw new CaseFileError(path, `Expected at most ${max} bytes, got ${size}`);
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  });
  return attempt(path, () => new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

/** What `read` returns; what the system throws in it becomes a `CaseFileError`. */
export function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CaseFileError) throw cause;
    throw new CaseFileError(path, `it can't be read (${reasonOf(cause)})`, { cause });
  }
}

/** As the system names it, such as `ENOENT: no such file or directory`. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(', ', 1)[0];
}
