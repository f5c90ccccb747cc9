import { errnoName } from '../../case/errno-names.ts';
import { byteLines, byteList, stringLiteral } from '../c/text.ts';

/** A part of a test: tables of bytes that it names, which stand before all functions, and its statements. */
export interface Part {
  readonly tables: readonly string[];
  readonly lines: readonly string[];
}

/** Parts one below the other. */
export const joined = (parts: readonly Part[]): Part => ({
  tables: parts.flatMap(({ tables }) => tables),
  lines: parts.flatMap(({ lines }) => lines),
});

/** Statements that name no tables. */
export const plain = (...lines: readonly string[]): Part => ({ tables: [], lines });

/** `ASSERT_EQ` of test_progs.h, on numbers. */
export const expectEqual = (actual: string, expected: string | number, what: string): Part =>
  plain(`ASSERT_EQ(${actual}, ${expected}, ${stringLiteral(what)});`);

/** The same of bytes, as many as are expected. `name` is that of a table, where there is one. */
export function expectBytes(actual: string, expected: Uint8Array, name: string, what: string) {
  const { tables, text } = bytesText(expected, name);
  return joined([
    { tables, lines: [] },
    plain(`ASSERT_OK(memcmp(${actual}, ${text}, ${expected.length}), ${stringLiteral(what)});`),
  ]);
}

const INLINE_BYTES_MAX = 12;

/** Bytes as an expression, which names a table where they are many. */
export function bytesText(
  bytes: Uint8Array,
  name: string,
): { readonly tables: readonly string[]; readonly text: string } {
  if (bytes.length <= INLINE_BYTES_MAX) {
    return { tables: [], text: `BYTES(${byteList(bytes) || '0'})` };
  }
  const rows = byteLines(bytes).map((line) => `\t${line}`);
  const declaration = `static const __u8 ${name}[${bytes.length}]`;
  const tables = rows.length === 0 ? [`${declaration};`] : [`${declaration} = {`, ...rows, '};'];
  return { tables, text: name };
}

/** What a call of libbpf returns: 0 or a negative errno, by its name where user space has one. */
export const resultText = (errno: number): string => {
  const name = errnoName(errno);
  if (errno === 0) return '0';
  return /^E\w+$/.test(name) && name !== 'ENOTSUPP' ? `-${name}` : `-${errno} /* ${name} */`;
};

/** A variable with the options of a call of libbpf, by field; those that are undefined or 0 are left out. */
export function optionLines(
  type: string,
  name: string,
  options: Readonly<Record<string, string | number | undefined>>,
): readonly string[] {
  const given = Object.entries(options).flatMap(([field, value]) =>
    value === undefined || value === 0 ? [] : [`\t.${field} = ${value},`],
  );
  const head = `LIBBPF_OPTS(${type}, ${name}`;
  return given.length === 0 ? [`${head});`] : [`${head},`, ...given, ');'];
}
