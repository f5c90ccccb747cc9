import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ATTR_NAMES } from '../../../src/case/attr.ts';
import { CASE_LIMITS } from '../../../src/case/limits.ts';
import {
  AnswerKind,
  BatchFlag,
  CaseStatus,
  decodeHello,
  EngineCode,
  ErrorCode,
  HelloFlag,
  LoadStep,
  PROTOCOL_VERSION,
  ProgramFate,
  RequestKind,
  RunPart,
  WIRE_LIMITS,
} from '../../../src/targets/kernel/protocol.ts';

const header = (name: string): Promise<string> =>
  readFile(join(import.meta.dirname, '../../../src/targets/kernel/agent', name), 'utf8');

/** `#define NAME number` of a header; products of numbers are multiplied. */
function defines(text: string): Record<string, number> {
  const rows = text.matchAll(/^#define (\w+) \(?([0-9u* ]+)\)?$/gm);
  return Object.fromEntries(
    [...rows].map(([, name, product]) => [
      name,
      product.split('*').reduce((value, factor) => value * Number.parseInt(factor, 10), 1),
    ]),
  );
}

/** `PREFIX_NAME = number` of a header, without the prefix. */
const enumOf = (text: string, prefix: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(new RegExp(`^\\t${prefix}_(\\w+) = (\\d+),`, 'gm'))].map(
      ([, name, value]) => [name, Number(value)],
    ),
  );

describe('the two ends of the protocol', () => {
  it('have the same limits', async () => {
    expect(defines(await header('limits.h'))).toEqual(WIRE_LIMITS);
  });

  it.each([
    ['MAPS_MAX', CASE_LIMITS.maps],
    ['ENTRIES_PER_MAP_MAX', CASE_LIMITS.entriesPerMap],
    ['KEY_BYTES_MAX', CASE_LIMITS.keyBytes],
    ['VALUE_BYTES_MAX', CASE_LIMITS.valueBytes],
    ['PROGS_MAX', CASE_LIMITS.progs],
    ['SLOTS_PER_PROG_MAX', 2 * CASE_LIMITS.insnsPerProg],
    ['RUNS_MAX', CASE_LIMITS.runs],
    ['DATA_BYTES_MAX', CASE_LIMITS.dataBytes],
    ['CTX_BYTES_MAX', CASE_LIMITS.ctxBytes],
    ['OUT_BYTES_MAX', CASE_LIMITS.outBytes],
  ] as const)('take every case there may be: %s', (limit, needed) => {
    expect(WIRE_LIMITS[limit]).toBeGreaterThanOrEqual(needed);
  });

  it('have the same version', async () => {
    expect(defines(await header('wire.h'))).toEqual({ PROTOCOL_VERSION });
  });

  it.each([
    ['REQUEST', RequestKind],
    ['ANSWER', AnswerKind],
    ['ERROR', ErrorCode],
    ['BATCH', BatchFlag],
    ['HELLO', HelloFlag],
    ['CASE', CaseStatus],
    ['STEP', LoadStep],
    ['ENGINE', Object.fromEntries(upperCased(EngineCode))],
    ['PROGRAM', ProgramFate],
    ['RUN_HAS', RunPart],
    ['OVERRIDE', Object.fromEntries(ATTR_NAMES.map((name, i) => [name.toUpperCase(), i]))],
  ])('have the same numbers for %s', async (prefix, numbers) => {
    expect(enumOf(await header('wire.h'), prefix)).toEqual(numbers);
  });
});

const upperCased = (numbers: Record<string, number>): [string, number][] =>
  Object.entries(numbers).map(([name, value]) => [name.toUpperCase(), value]);

describe('decodeHello', () => {
  const u32 = (...values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, i) => {
      bytes.writeInt32LE(value, 4 * i);
    });
    return bytes;
  };
  const text = (value: string): Buffer => Buffer.concat([u32(value.length), Buffer.from(value)]);
  const texts = ['6.1.176', '#1 SMP', 's390x', 'quiet', 'abc'].map(text);
  const hello = Buffer.concat([u32(PROTOCOL_VERSION, 3, 4096, 2, 0, -1, -1), ...texts]);

  it('reads what an agent says of its machine', () => {
    expect(decodeHello(hello)).toEqual({
      endianness: 'big',
      privileged: true,
      pageBytes: 4096,
      cpus: 2,
      cpu: 0,
      jitEnable: undefined,
      jitHarden: undefined,
      release: '6.1.176',
      version: '#1 SMP',
      machine: 's390x',
      bootParameters: 'quiet',
      sourceHash: 'abc',
    });
  });

  it('refuses every hello that is cut short', () => {
    for (let length = 0; length < hello.length; length++) {
      expect(() => decodeHello(hello.subarray(0, length)), `${length} bytes`).toThrow(/Expected/);
    }
  });

  it('refuses more behind its end, and another version', () => {
    expect(() => decodeHello(Buffer.concat([hello, u32(0)]))).toThrow(/Expected the end/);
    const older = Buffer.from(hello);
    older.writeUInt32LE(0);
    expect(() => decodeHello(older)).toThrow(
      `Expected an agent of protocol version ${PROTOCOL_VERSION}, got 0`,
    );
  });
});
