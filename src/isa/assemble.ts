import { END_OF_LINE, type Mismatch, type ReadInsn, readInsn } from './grammar.ts';
import { type Insn, slotsOf } from './insn.ts';
import { type Token, tokenize } from './tokens.ts';

/** Text that is not assembly. `line` and `column` count from 1; `code` is stable. */
export class AssembleError extends Error {
  readonly code: 'ASSEMBLE_SYNTAX' | 'ASSEMBLE_LABEL' | 'ASSEMBLE_RANGE' | 'ASSEMBLE_LIMIT';
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  readonly found: string;

  constructor(
    code: AssembleError['code'],
    place: { readonly line: number; readonly column: number },
    expected: string,
    found: string,
  ) {
    super(`Expected ${expected}, got ${found} (line ${place.line}, column ${place.column})`);
    this.name = 'AssembleError';
    this.code = code;
    this.line = place.line;
    this.column = place.column;
    this.expected = expected;
    this.found = found;
  }
}

export interface AssembleOptions {
  /** The number of the first line in messages; 1 if not given. */
  readonly firstLine?: number;
  /** More insns than that are refused; a million, which is what a kernel loads, if not given. */
  readonly insnsMax?: number;
}

/** What a line says, wherever it stands. */
interface Statement {
  readonly text: string;
  readonly labels: readonly Token[];
  /** Those behind the labels. */
  readonly tokens: readonly Token[];
  /** Its insn, once it was read where none of its words was a label. */
  insn?: Insn;
}

interface Line {
  readonly number: number;
  readonly statement: Statement;
}

/**
 * The insns that `text` holds, one on a line, in the syntax of the kernel and of LLVM (syntax.ts).
 * Labels (`name:`) stand before an insn or alone; `goto`, `gotol`, `call` and `code_addr` take them.
 * `;` and `//` begin a comment, and so does `#` where a line begins or behind a space. Throws
 * `AssembleError`.
 */
export function assemble(text: string, options: AssembleOptions = {}): Insn[] {
  const { firstLine = 1, insnsMax = 1_000_000 } = options;
  const lines = text
    .split(/\r?\n/)
    .map((source, index): Line => ({ number: firstLine + index, statement: statementOf(source) }));
  const names = labelNames(lines);
  const slotOfLabel = new Map<string, number>();
  const placed: { readonly read: ReadInsn; readonly slot: number; readonly line: number }[] = [];
  let slot = 0;
  for (const { number: line, statement } of lines) {
    const { tokens, labels } = statement;
    for (const label of labels) slotOfLabel.set(label.text, slot);
    if (tokens.length === 0) continue;
    if (placed.length === insnsMax) {
      const place = { line, column: tokens[0].column };
      throw new AssembleError('ASSEMBLE_LIMIT', place, `at most ${insnsMax} insns`, 'one more');
    }
    const read = readStatement(statement, names, line);
    placed.push({ read, slot, line });
    slot += slotsOf(read.insn);
  }
  return placed.map(({ read, slot, line }) => resolveLabel(read, slot, line, slotOfLabel));
}

/** By the text of the line: progs say the same again and again. */
const STATEMENTS = new Map<string, Statement>();
const STATEMENTS_MAX = 4096;
const STATEMENT_CHARS_MAX = 80;

function statementOf(text: string): Statement {
  const known = STATEMENTS.get(text);
  if (known !== undefined) return known;
  const all = tokenize(text);
  const labels: Token[] = [];
  while (all[2 * labels.length]?.kind === 'word' && all[2 * labels.length + 1]?.text === ':') {
    labels.push(all[2 * labels.length]);
  }
  const statement = { text, labels, tokens: all.slice(2 * labels.length) };
  if (text.length <= STATEMENT_CHARS_MAX) {
    if (STATEMENTS.size >= STATEMENTS_MAX) STATEMENTS.clear();
    STATEMENTS.set(text, statement);
  }
  return statement;
}

function readStatement(statement: Statement, names: ReadonlySet<string>, line: number): ReadInsn {
  const { tokens, text, insn } = statement;
  const isFree = !tokens.some((token) => names.has(token.text));
  if (insn !== undefined && isFree) return { insn, label: undefined };
  const read = readInsn(tokens, names);
  if (!('insn' in read)) throw mismatchError(read, tokens, line, text);
  checkNext(read.insn, tokens, line);
  if (isFree && read.label === undefined) statement.insn = read.insn;
  return read;
}

function labelNames(lines: readonly Line[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const {
    number: line,
    statement: { labels },
  } of lines) {
    for (const { text, column } of labels) {
      if (names.has(text)) {
        const found = `${quoted(text)} for a second time`;
        throw new AssembleError('ASSEMBLE_LABEL', { line, column }, 'a new label', found);
      }
      names.add(text);
    }
  }
  return names;
}

/** Jumps, calls and `code_addr` all count from the slot behind the insn's first one. */
function resolveLabel(
  { insn, label }: ReadInsn,
  slot: number,
  line: number,
  slotOfLabel: ReadonlyMap<string, number>,
): Insn {
  if (label === undefined) return insn;
  const { name, column, field } = label;
  const target = slotOfLabel.get(name);
  if (target === undefined) {
    const expected = 'a label of this prog or a distance such as `+2`';
    throw new AssembleError('ASSEMBLE_LABEL', { line, column }, expected, quoted(name));
  }
  const distance = target - slot - 1;
  if (field === 'off' && distance !== (distance << 16) >> 16) {
    const expected = 'a label within 16 bits (`gotol` reaches further)';
    const found = `${quoted(name)}, ${distance} slots away`;
    throw new AssembleError('ASSEMBLE_RANGE', { line, column }, expected, found);
  }
  return { ...insn, [field]: distance };
}

function checkNext(insn: Insn, tokens: readonly Token[], line: number): void {
  if (insn.nextImm === undefined || slotsOf(insn) === 2) return;
  const { column } = tokens[1];
  const found = quoted(tokens[1].text);
  throw new AssembleError('ASSEMBLE_RANGE', { line, column }, 'the opcode of lddw', found);
}

function mismatchError(
  { at, expected }: Mismatch,
  tokens: readonly Token[],
  line: number,
  text: string,
): AssembleError {
  const column = tokens[at]?.column ?? text.trimEnd().length + 1;
  const what = at === 0 ? expectedFirst(tokens[0]) : listed(expected);
  return new AssembleError('ASSEMBLE_SYNTAX', { line, column }, what, foundAt(tokens, at));
}

/** Too much may begin a line to list it. */
const expectedFirst = ({ text }: Token): string =>
  /^[rw][0-9]+$/.test(text) ? 'a register r0..r10 or w0..w10' : 'an insn or a label';

/** A sign is shown with the number behind it. */
function foundAt(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  if (token === undefined) return END_OF_LINE;
  const next = tokens[at + 1];
  const signed = (token.text === '+' || token.text === '-') && next?.kind === 'number';
  return quoted(signed ? token.text + next.text : token.text);
}

/** More may follow one `=` than is worth reading. */
const LISTED_MAX = 18;

function listed(expected: readonly string[]): string {
  const shown = expected.slice(0, LISTED_MAX);
  if (expected.length > shown.length) return `${shown.join(', ')} or another operand`;
  const last = shown.pop()!;
  return shown.length === 0 ? last : `${shown.join(', ')} or ${last}`;
}

const QUOTED_MAX = 40;

const quoted = (text: string): string =>
  `\`${text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}...` : text}\``;
