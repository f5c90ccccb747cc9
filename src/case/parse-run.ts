import {
  ATTR_NAMES,
  ATTR_NUMBERS,
  type AttrOverrides,
  NONZERO_AT_MIN,
  wordsOfAttr,
} from './attr.ts';
import { type CtxInput, type MapCommand, type MapSpec, PLAIN_RUN, type Run } from './case.ts';
import { CaseTextError } from './case-text-error.ts';
import { type CtxLayout, ctxField, ctxLayoutOf } from './ctx.ts';
import { CASE_LIMITS } from './limits.ts';
import { MAP_COMMAND_KINDS, type MapCommandKind } from './map-command.ts';
import { parseCommand } from './parse-command.ts';
import type { ProgType } from './prog-type.ts';
import { bodyWords, type Section, unexpected, type Word, wordsOf } from './sections.ts';
import { RUN_NUMBERS } from './text-syntax.ts';
import { expectEnd, readBigint, readBytes, readName, readNumber } from './words.ts';

/** A line that begins with a keyword, and the lines behind it that belong to it. */
interface Attribute {
  readonly keyword: Word;
  readonly words: readonly Word[];
  readonly more: (readonly Word[])[];
}

/** The keyword of lines that may come more than once, each for another name. */
const OVERRIDE = 'attr';

const ATTRIBUTES = ['data', 'ctx', ...RUN_NUMBERS.map(({ keyword }) => keyword)];

/**
 * `run`, and below it `data`, `ctx` and the numbers of `bpf_attr.test`, each at most once, overrides of the
 * command, and commands to `maps`.
 */
export function parseRun(section: Section, progType: ProgType, maps: readonly MapSpec[]): Run {
  expectEnd(wordsOf(section.header)[1]);
  let run: Run = PLAIN_RUN;
  const commands: MapCommand[] = [];
  const attr: Record<string, string | number> = {};
  for (const attribute of splitAttributes(section)) {
    const { keyword, words, more } = attribute;
    if (keyword.text === 'data') run = { ...run, data: readData(attribute) };
    else if (keyword.text === 'ctx') run = { ...run, ctx: readCtx(attribute, progType) };
    else if (keyword.text === OVERRIDE) {
      readOverride(words, attr);
      expectNoMore(more);
    } else if (isCommand(keyword)) {
      if (commands.length === CASE_LIMITS.commandsPerRun) {
        unexpected('CASE_LIMIT', keyword, `at most ${CASE_LIMITS.commandsPerRun} commands`);
      }
      commands.push(parseCommand(keyword.text, words, maps));
      expectNoMore(more);
    } else {
      const { field, max } = RUN_NUMBERS.find((syntax) => syntax.keyword === keyword.text)!;
      run = { ...run, [field]: readNumber(words[0], max) };
      expectEnd(words[1]);
      expectNoMore(more);
    }
  }
  return {
    ...run,
    ...(Object.keys(attr).length > 0 && { attr: attr as AttrOverrides }),
    ...(commands.length > 0 && { commands }),
  };
}

/** `attr prog_fd closed`, `attr size 76` */
function readOverride([name, value, end]: readonly Word[], into: Record<string, string | number>) {
  const known = readName(name, ATTR_NAMES, 'what of the command is overridden');
  if (Object.hasOwn(into, known)) unexpected('CASE_TWICE', name, `one \`attr ${known}\` in a run`);
  const words = wordsOfAttr(known);
  if (words !== undefined) into[known] = readName(value, words, `a word for \`${known}\``);
  else {
    const number = readNumber(value, ATTR_NUMBERS[known as keyof typeof ATTR_NUMBERS]);
    if (known === 'nonzero_at' && number < NONZERO_AT_MIN) {
      unexpected('CASE_NUMBER', value, `a number from ${NONZERO_AT_MIN} on`);
    }
    into[known] = number;
  }
  expectEnd(end);
}

const isCommand = (word: Word): word is Word & { readonly text: MapCommandKind } =>
  (MAP_COMMAND_KINDS as readonly string[]).includes(word.text);

function expectNoMore(more: Attribute['more']): void {
  if (more.length > 0) unexpected('CASE_SYNTAX', more[0][0], 'an attribute of the run');
}

/** Fields of a ctx have a `=`, and bytes are no keyword, so that indentation need not be looked at. */
function splitAttributes(section: Section): readonly Attribute[] {
  const attributes: Attribute[] = [];
  for (const words of bodyWords(section)) {
    const [first, ...others] = words;
    const last = attributes[attributes.length - 1];
    const isField = others[0].text === '=';
    const goesOn = isField || (last?.keyword.text === 'data' && /^[0-9a-f]+$/i.test(first.text));
    if (last !== undefined && goesOn) last.more.push(words);
    else {
      const isRepeated = isCommand(first) || first.text === OVERRIDE;
      if (!isRepeated) readName(first, ATTRIBUTES, 'an attribute of a run');
      if (!isRepeated && attributes.some(({ keyword }) => keyword.text === first.text)) {
        unexpected('CASE_TWICE', first, `one \`${first.text}\` in a run`);
      }
      attributes.push({ keyword: first, words: others, more: [] });
    }
  }
  return attributes;
}

function readData({ words, more }: Attribute): Uint8Array {
  const all = [...words.slice(0, -1), ...more.flatMap((line) => line.slice(0, -1))];
  return readBytes(all.length === 0 ? words : all, CASE_LIMITS.dataBytes);
}

function readCtx({ words, more }: Attribute, progType: ProgType): CtxInput {
  const sizeBytes = readNumber(words[0], CASE_LIMITS.ctxBytes);
  expectEnd(words[1]);
  const layout = ctxLayoutOf(progType);
  const fields: Record<string, bigint> = {};
  for (const [name, equals, number, end] of more) {
    if (layout === undefined) {
      const expected = `no fields, since the ctx of ${progType} has no known layout`;
      unexpected('CASE_NAME', name, expected);
    }
    if (equals.text !== '=') unexpected('CASE_SYNTAX', equals, '`=`');
    if (Object.hasOwn(fields, name.text)) unexpected('CASE_TWICE', name, 'each field once');
    fields[name.text] = readField(layout, name, number);
    expectEnd(end);
  }
  return { sizeBytes, fields };
}

function readField(layout: CtxLayout, name: Word, number: Word): bigint {
  const field = ctxField(layout, name.text);
  if (field === undefined) {
    const fix = `It has ${layout.fields.map((known) => known.name).join(', ')}`;
    const expected = `a field of ${layout.struct}`;
    throw new CaseTextError('CASE_NAME', name, { expected, found: `\`${name.text}\``, fix });
  }
  return readBigint(number, (1n << BigInt(8 * field.sizeBytes)) - 1n);
}
