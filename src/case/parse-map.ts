import type { MapEntry, MapSpec } from './case.ts';
import { CaseTextError } from './case-text-error.ts';
import { CASE_LIMITS, MAP_NAME } from './limits.ts';
import { entryValueBytes, MAP_TYPES, type MapType } from './map-type.ts';
import { bodyWords, type Section, unexpected, type Word, wordsOf } from './sections.ts';
import { MAP_NUMBERS } from './text-syntax.ts';
import { readBytes, readName, readNumber } from './words.ts';

type MapNumbers = Pick<
  MapSpec,
  (typeof MAP_NUMBERS)[number]['field'] | (typeof OPTIONAL)[number]['field']
>;

/** What most maps have none of. */
const OPTIONAL = [
  { keyword: 'inner', field: 'inner', max: CASE_LIMITS.maps - 1 },
  { keyword: 'spin_lock', field: 'spinLock', max: CASE_LIMITS.valueBytes },
  { keyword: 'kptr', field: 'kptr', max: CASE_LIMITS.valueBytes },
] as const;

/** `map NAME TYPE key 4 value 8 max_entries 2`, and an entry `KEY = VALUE` on each line below. */
export function parseMap(section: Section, namesBefore: readonly string[]): MapSpec {
  const [, name, type, ...pairs] = wordsOf(section.header);
  if (!MAP_NAME.test(name.text)) {
    unexpected(
      'CASE_NAME',
      name,
      `a map's name: 1 to ${CASE_LIMITS.mapNameChars} letters, digits or _`,
    );
  }
  if (namesBefore.includes(name.text))
    unexpected('CASE_TWICE', name, 'a name that no other map has');
  const mapType = readName(type, MAP_TYPES, 'a map type such as `array`');
  const numbers = readPairs(pairs);
  const lines = bodyWords(section);
  if (lines.length > CASE_LIMITS.entriesPerMap) {
    const place = lines[CASE_LIMITS.entriesPerMap][0];
    const expected = `at most ${CASE_LIMITS.entriesPerMap} entries`;
    throw new CaseTextError('CASE_LIMIT', place, { expected, found: `${lines.length}` });
  }
  const entries = lines.map((words) => readEntry(words, mapType, numbers));
  return { name: name.text, type: mapType, ...numbers, entries };
}

function readPairs(words: readonly Word[]): MapNumbers {
  const numbers = { keyBytes: 0, valueBytes: 0, maxEntries: 0, flags: 0 };
  const optional: { -readonly [Field in (typeof OPTIONAL)[number]['field']]?: number } = {};
  const seen = new Set<string>();
  for (let at = 0; words[at].text !== ''; at += 2) {
    const keyword = readName(
      words[at],
      [...MAP_NUMBERS, ...OPTIONAL].map((syntax) => syntax.keyword),
      'an attribute of a map',
    );
    if (seen.has(keyword)) unexpected('CASE_TWICE', words[at], `one \`${keyword}\``);
    seen.add(keyword);
    const syntax = MAP_NUMBERS.find((known) => known.keyword === keyword);
    if (syntax !== undefined) numbers[syntax.field] = readNumber(words[at + 1], syntax.max);
    else {
      const { field, max } = OPTIONAL.find((known) => known.keyword === keyword)!;
      optional[field] = readNumber(words[at + 1], max);
    }
  }
  return { ...numbers, ...optional };
}

function readEntry(
  words: readonly Word[],
  type: MapType,
  { keyBytes, valueBytes }: MapNumbers,
): MapEntry {
  const equals = words.findIndex(({ text }) => text === '=');
  if (equals < 0) unexpected('CASE_SYNTAX', words[words.length - 1], '`= VALUE`');
  const part = (from: number, to: number, lenBytes: number, max: number): Uint8Array => {
    const bytes = readBytes(words.slice(from, to), max);
    if (bytes.length === lenBytes) return bytes;
    const expected = `${lenBytes} bytes, as the map says`;
    throw new CaseTextError('CASE_BYTES', words[from], { expected, found: `${bytes.length}` });
  };
  if (equals === 0) unexpected('CASE_BYTES', words[0], 'a key in hex');
  return {
    key: part(0, equals, keyBytes, CASE_LIMITS.keyBytes),
    value: part(
      equals + 1,
      words.length,
      entryValueBytes(type, valueBytes),
      CASE_LIMITS.valueBytes,
    ),
  };
}
