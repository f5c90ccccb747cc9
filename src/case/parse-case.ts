import { AssembleError, assemble } from '../isa/assemble.ts';
import type { Case, MapSpec, Prog, Run } from './case.ts';
import { CaseTextError, type Place } from './case-text-error.ts';
import { CASE_LIMITS, KSYM_NAME } from './limits.ts';
import { parseMap } from './parse-map.ts';
import { parseRun } from './parse-run.ts';
import { PROG_TYPES, type ProgType } from './prog-type.ts';
import { bodyWords, type Section, splitSections, unexpected, wordsOf } from './sections.ts';
import { HEADERS } from './text-syntax.ts';
import { expectEnd, readName, readNumber } from './words.ts';

/** What a `.case` file holds. */
export interface CaseText {
  /** What the case shows, in one line. */
  readonly claim: string;
  readonly testCase: Case;
  /** `answer` sections as they stand, for the corpus to read. */
  readonly rest: readonly RestSection[];
}

export interface RestSection {
  readonly keyword: 'answer';
  /** The rest of the section's first line. */
  readonly header: string;
  /** The number of the section's first line; `lines[i]` is line `line + 1 + i` of the file. */
  readonly line: number;
  /** The lines below, with their indentation; without the blank ones at the end. */
  readonly lines: readonly string[];
}

/** A case that is still being read. */
interface Draft {
  claim?: string;
  progType?: ProgType;
  attachBtf?: string;
  /** The headers that were there. */
  readonly numbers: Map<(typeof HEADERS)[number]['field'], number>;
  readonly ksyms: string[];
  readonly maps: MapSpec[];
  readonly progs: Prog[];
  readonly runs: Run[];
  readonly rest: RestSection[];
}

/**
 * Reads the text of a `.case` file, whose grammar is in docs/case-format.md. `file` is for messages
 * only. Throws `CaseTextError` with the place of the first thing that is wrong.
 */
export function parseCaseText(text: string, file: string): CaseText {
  const draft: Draft = { numbers: new Map(), ksyms: [], maps: [], progs: [], runs: [], rest: [] };
  for (const section of splitSections(text, file)) {
    const parse = SECTIONS[readName(section.keyword, KEYWORDS, 'a section')];
    parse(section, draft);
  }
  const end = { file, line: text.split('\n').length, column: 1 };
  const { claim, progType, attachBtf, numbers, ksyms, maps, progs, runs, rest } = draft;
  if (claim === undefined) missing('case', end);
  if (progType === undefined) missing('prog_type', end);
  if (progs.length === 0) missing('prog', end);
  const expectedAttachType = numbers.get('expectedAttachType') ?? 0;
  const progFlags = numbers.get('progFlags') ?? 0;
  const attributes = {
    progType,
    expectedAttachType,
    progFlags,
    ...(attachBtf !== undefined && { attachBtf }),
  };
  return { claim, testCase: { ...attributes, ksyms, maps, progs, runs }, rest };
}

const SECTIONS: Readonly<Record<string, (section: Section, draft: Draft) => void>> = {
  case: (section, draft) => {
    expectOnce(section, draft.claim);
    expectNoBody(section);
    draft.claim = section.header.text.slice(section.keyword.text.length).trim();
    if (draft.claim.length > CASE_LIMITS.claimChars) tooMany(section, 'claimChars', 'characters');
  },
  prog_type: (section, draft) => {
    expectOnce(section, draft.progType);
    expectNoBody(section);
    const [, name, end] = wordsOf(section.header);
    draft.progType = readName(name, PROG_TYPES, 'a prog type such as `xdp`');
    expectEnd(end);
  },
  ...Object.fromEntries(
    HEADERS.map(({ keyword, field, max }) => [
      keyword,
      (section: Section, draft: Draft) => {
        expectOnce(section, draft.numbers.get(field));
        expectNoBody(section);
        const [, number, end] = wordsOf(section.header);
        draft.numbers.set(field, readNumber(number, max));
        expectEnd(end);
      },
    ]),
  ),
  attach_btf: (section, draft) => {
    expectOnce(section, draft.attachBtf);
    expectNoBody(section);
    draft.attachBtf = readSymbol(section);
  },
  ksym: (section, draft) => {
    if (draft.ksyms.length === CASE_LIMITS.ksyms) tooMany(section, 'ksyms', 'kernel symbols');
    expectNoBody(section);
    const name = readSymbol(section);
    if (draft.ksyms.includes(name)) {
      const [, word] = wordsOf(section.header);
      unexpected('CASE_TWICE', word, 'a kernel symbol that was not named yet');
    }
    draft.ksyms.push(name);
  },
  map: (section, draft) => {
    if (draft.maps.length === CASE_LIMITS.maps) tooMany(section, 'maps');
    draft.maps.push(
      parseMap(
        section,
        draft.maps.map(({ name }) => name),
      ),
    );
  },
  prog: (section, draft) => {
    if (draft.progs.length === CASE_LIMITS.progs) tooMany(section, 'progs');
    expectEnd(wordsOf(section.header)[1]);
    draft.progs.push(parseProg(section));
  },
  run: (section, draft) => {
    if (draft.runs.length === CASE_LIMITS.runs) tooMany(section, 'runs');
    const { progType } = draft;
    if (progType === undefined) {
      unexpected('CASE_MISSING', section.keyword, '`prog_type` above the first run');
    }
    draft.runs.push(parseRun(section, progType, draft.maps));
  },
  answer: (section, draft) => {
    const lines = section.body.map(({ text }) => text);
    while (lines.length > 0 && lines[lines.length - 1].trim() === '') lines.pop();
    draft.rest.push({
      keyword: 'answer',
      header: section.header.text.slice(section.keyword.text.length).trim(),
      line: section.header.number,
      lines,
    });
  },
};
const KEYWORDS = Object.keys(SECTIONS);

/** The name of something of the kernel, alone behind the keyword. */
function readSymbol(section: Section): string {
  const [, name, end] = wordsOf(section.header);
  if (!KSYM_NAME.test(name.text)) {
    const { ksymChars } = CASE_LIMITS;
    unexpected('CASE_NAME', name, `a kernel symbol: up to ${ksymChars} letters, digits or _`);
  }
  expectEnd(end);
  return name.text;
}

function parseProg({ header, body }: Section): Prog {
  const { insnsPerProg: insnsMax } = CASE_LIMITS;
  try {
    const asm = body.map(({ text }) => text).join('\n');
    return { insns: assemble(asm, { firstLine: header.number + 1, insnsMax }) };
  } catch (error) {
    if (!(error instanceof AssembleError)) throw error;
    const { line, column, expected, found } = error;
    const code = error.code === 'ASSEMBLE_LIMIT' ? 'CASE_LIMIT' : 'CASE_ASM';
    const place = { file: header.file, line, column };
    throw new CaseTextError(code, place, { expected, found }, { cause: error });
  }
}

function missing(keyword: string, place: Place): never {
  const expected = `a section \`${keyword}\``;
  throw new CaseTextError('CASE_MISSING', place, { expected, found: 'the end of the file' });
}

function expectOnce({ keyword }: Section, before: unknown): void {
  if (before !== undefined) unexpected('CASE_TWICE', keyword, `one \`${keyword.text}\` in a file`);
}

function expectNoBody(section: Section): void {
  const [line] = bodyWords(section);
  if (line) unexpected('CASE_SYNTAX', line[0], `no lines below \`${section.keyword.text}\``);
}

function tooMany(
  { keyword }: Section,
  limit: keyof typeof CASE_LIMITS,
  noun: string = limit,
): never {
  const expected = `at most ${CASE_LIMITS[limit]} ${noun}`;
  throw new CaseTextError('CASE_LIMIT', keyword, { expected, found: 'more' });
}
