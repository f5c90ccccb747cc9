import type { MapCommand, MapSpec } from './case.ts';
import { CaseTextError } from './case-text-error.ts';
import { CASE_LIMITS } from './limits.ts';
import { isBatch, MAP_COMMANDS, type MapCommandKind, partsOf } from './map-command.ts';
import { unexpected, type Word } from './sections.ts';
import { expectEnd, readBigint, readBytes, readName, readNumber } from './words.ts';

const U64_MAX = 2n ** 64n - 1n;

/** `update m key 00000000 value 01000000 flags 0x1`, of which `words` are those behind the first. */
export function parseCommand(
  kind: MapCommandKind,
  words: readonly Word[],
  maps: readonly MapSpec[],
): MapCommand {
  const names = maps.map(({ name }) => name);
  const map = names.indexOf(readName(words[0], names, 'a map above'));
  const pairs = readPairs(words.slice(1));
  const count = readCount(kind, words[0], pairs.get('count'));
  for (const part of ['key', 'value'] as const) {
    const word = pairs.get(part);
    const takes = MAP_COMMANDS[kind][`${part}s`];
    if (word !== undefined && takes === 'none') {
      unexpected('CASE_SYNTAX', word, `no ${part} in \`${kind}\``);
    }
  }
  const { keys, values } = partsOf(kind, count);
  const { keyBytes, valueBytes } = maps[map];
  const flags = pairs.get('flags');
  return {
    kind,
    map,
    key: readPart(pairs.get('key'), keys * keyBytes),
    value: readPart(pairs.get('value'), values * valueBytes),
    flags: flags === undefined ? 0n : readBigint(flags, U64_MAX),
    count,
  };
}

const KEYWORDS = ['count', 'key', 'value', 'flags'] as const;
type Keyword = (typeof KEYWORDS)[number];

function readPairs(words: readonly Word[]): ReadonlyMap<Keyword, Word> {
  const pairs = new Map<Keyword, Word>();
  for (let i = 0; i < words.length; i += 2) {
    const [word, next] = [words[i], words[i + 1]];
    if (word.text === '') expectEnd(word);
    else {
      const keyword = readName(word, KEYWORDS, 'a part of a command');
      if (pairs.has(keyword)) unexpected('CASE_TWICE', word, `one \`${keyword}\` in a command`);
      pairs.set(keyword, next);
    }
  }
  return pairs;
}

function readCount(kind: MapCommandKind, map: Word, word: Word | undefined): number {
  if (!isBatch(kind)) {
    if (word !== undefined) unexpected('CASE_SYNTAX', word, `no count in \`${kind}\``);
    return 0;
  }
  if (word === undefined) unexpected('CASE_MISSING', map, `\`count\` in \`${kind}\``);
  return readNumber(word, CASE_LIMITS.entriesPerMap);
}

/** Null where it is missing: a NULL pointer. */
function readPart(word: Word | undefined, lenBytes: number): Uint8Array | null {
  if (word === undefined) return null;
  const bytes = readBytes([word], lenBytes);
  if (bytes.length !== lenBytes) {
    const expected = `${lenBytes} bytes`;
    throw new CaseTextError('CASE_LIMIT', word, { expected, found: `${bytes.length}` });
  }
  return bytes;
}
