import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { ATTR_NAMES } from '../../../../src/case/attr.ts';
import { PLAIN_RUN } from '../../../../src/case/case.ts';
import { compileAgent } from '../../../../src/targets/kernel/agent/compile-agent.ts';
import { decodeBatch } from '../../../../src/targets/kernel/decode-batch.ts';
import { batchEncoder } from '../../../../src/targets/kernel/encode-batch.ts';
import { findProgram } from '../../../../src/targets/kernel/find-program.ts';
import { openLink } from '../../../../src/targets/kernel/framing.ts';
import { startAgent } from '../../../../src/targets/kernel/host.ts';
import { ErrorCode, WIRE_LIMITS } from '../../../../src/targets/kernel/protocol.ts';
import { tinyCase } from '../../../../src/targets/kernel/tiny-case.ts';
import { cacheDir, never } from '../machines.ts';

/*
 * What is sent here is malformed, or a batch without cases: none of it gets as far as bpf(2), so it
 * may be sent to an agent on this machine, with or without privileges.
 */
const missing = (await findProgram('cc')) === undefined && 'no C compiler';
const LIMIT_MS = 10_000;

const link = missing ? undefined : await startLink();
afterAll(() => link?.close());

async function startLink() {
  const agent = await compileAgent({ target: 'host', cacheDir, signal: never });
  const { machine, port } = startAgent(agent);
  return openLink(port, machine, { helloTimeoutMs: LIMIT_MS, signal: never });
}

const answerTo = async (body: Uint8Array) =>
  decodeBatch(await link!.request(body, LIMIT_MS), [], 1);

const settings = { engine: 'keep', log: 'none', caseTimeoutMs: 1000, budgetMs: 1000 } as const;
const encode = batchEncoder('little');
const entry = { key: new Uint8Array(4), value: new Uint8Array(8) };
const map = {
  name: 'm',
  type: 'array',
  keyBytes: 4,
  valueBytes: 8,
  maxEntries: 1,
  flags: 0,
} as const;
const wellFormed = Buffer.from(
  encode(
    [
      tinyCase({
        ksyms: ['name'],
        maps: [{ ...map, entries: [entry] }],
        runs: [
          {
            ...PLAIN_RUN,
            data: new Uint8Array(20),
            ctx: { sizeBytes: 16, fields: {} },
            commands: [
              { kind: 'lookup', map: 0, key: entry.key, value: null, flags: 0n, count: 0 },
            ],
          },
        ],
      }),
    ],
    settings,
  ).body,
);

/** Where numbers stand in `wellFormed` that must not be too large, and what the agent says. */
const BOUNDED: readonly [what: string, at: number, value: number, message: string][] = [
  ['engine', 4, 4, 'unknown engine'],
  ['cases', 20, WIRE_LIMITS.CASES_MAX + 1, 'a batch has too many cases'],
  ['cases that are not there', 20, 2, 'the request is cut short'],
  ['kernel symbols', 36, WIRE_LIMITS.KSYMS_MAX + 1, 'a case has too many kernel symbols'],
  [
    'characters of a kernel symbol',
    52,
    WIRE_LIMITS.KSYM_CHARS_MAX + 1,
    'the name of a kernel symbol is too long',
  ],
  ['maps', 40, WIRE_LIMITS.MAPS_MAX + 1, 'a case has too many maps'],
  ['progs', 44, WIRE_LIMITS.PROGS_MAX + 1, 'a case has too many progs'],
  ['no progs', 44, 0, 'a case has no prog'],
  ['runs', 48, WIRE_LIMITS.RUNS_MAX + 1, 'a case has too many runs'],
  ['key bytes', 68, WIRE_LIMITS.KEY_BYTES_MAX + 1, 'a key is too long'],
  ['value bytes', 72, WIRE_LIMITS.VALUE_BYTES_MAX + 1, 'a value is too long'],
  ['max entries', 76, 0xffff_ffff, 'the content of a map is longer than a frame'],
  ['entries', 96, WIRE_LIMITS.ENTRIES_PER_MAP_MAX + 1, 'a map has too many entries'],
  ['slots', 112, WIRE_LIMITS.SLOTS_PER_PROG_MAX + 1, 'a prog is too long'],
  ['data bytes', 136, WIRE_LIMITS.DATA_BYTES_MAX + 1, 'data is too long'],
  ['ctx bytes', 140, WIRE_LIMITS.CTX_BYTES_MAX + 1, 'a ctx is too long'],
  ['data_out bytes', 144, WIRE_LIMITS.OUT_BYTES_MAX + 1, 'data_out is too long'],
  ['ctx_out bytes', 148, 0xffff_ffff, 'ctx_out is too long'],
  ['commands', 168, WIRE_LIMITS.COMMANDS_PER_RUN_MAX + 1, 'a run has too many commands'],
  ['command', 208, 10, 'unknown command'],
  ['map of a command', 212, 1, 'a command names a map that is not there'],
  ['elements of a batch', 228, WIRE_LIMITS.ENTRIES_PER_MAP_MAX + 1, 'a batch is too long'],
];

describe(`the agent (missing: ${missing || 'nothing'})`, () => {
  const refusal = { kind: 'error', code: ErrorCode.MALFORMED };

  it.skipIf(missing)('answers a batch without cases', async () => {
    const { body } = encode([], settings);
    expect(await answerTo(body)).toMatchObject({ kind: 'outcomes', outcomes: [] });
  });

  it.skipIf(missing).each(BOUNDED)('refuses a number of %s beyond its limit', async (...row) => {
    const [, at, value, text] = row;
    const body = Buffer.from(wellFormed);
    body.writeUInt32LE(value, at);
    expect(await answerTo(body)).toEqual({ ...refusal, text });
  });

  it.skipIf(missing).each([
    ['overrides', -12, ATTR_NAMES.length + 1, 'a run has too many overrides'],
    ['override', -8, ATTR_NAMES.length, 'unknown override'],
  ])('refuses a number of %s beyond its limit', async (_what, fromEnd, value, text) => {
    const runs = [{ ...PLAIN_RUN, attr: { size: 8 } }];
    const body = Buffer.from(encode([tinyCase({ runs })], settings).body);
    body.writeUInt32LE(value, body.length + fromEnd);
    expect(await answerTo(body)).toEqual({ ...refusal, text });
  });

  it.skipIf(missing)('refuses a well-formed batch that is cut short anywhere', async () => {
    for (let length = 0; length < wellFormed.length; length++) {
      const answer = await answerTo(wellFormed.subarray(0, length));
      expect(answer, `${length} bytes`).toMatchObject(refusal);
    }
  });

  it.skipIf(missing)('refuses a batch that goes on behind its end', async () => {
    const answer = await answerTo(Buffer.concat([wellFormed, Buffer.alloc(1)]));
    expect(answer).toEqual({ ...refusal, text: 'the request goes on behind its end' });
  });

  it.skipIf(missing)('refuses every body that is no request', async () => {
    const noBatch = fc
      .uint8Array({ maxLength: 5000 })
      .filter((body) => body.length < 4 || Buffer.from(body).readUInt32LE(0) !== 1);
    await fc.assert(
      fc.asyncProperty(noBatch, async (body) => {
        expect(await answerTo(body)).toMatchObject(refusal);
      }),
      { numRuns: 200 },
    );
  });

  it.skipIf(missing)(
    'refuses every batch whose first case is garbage that is cut short',
    async () => {
      const header = wellFormed.subarray(0, 24);
      // A prog of slots that are not there ends it: nothing before can make the case complete.
      const garbage = fc.array(fc.oneof(fc.constantFrom(0, 1, 4, 8, 64), fc.nat()), {
        maxLength: 40,
      });
      await fc.assert(
        fc.asyncProperty(garbage, async (numbers) => {
          const body = Buffer.alloc(24 + 4 * numbers.length);
          header.copy(body);
          numbers.forEach((number, i) => {
            body.writeUInt32LE(number, 24 + 4 * i);
          });
          // 4096 cases have 24 bytes each at least, which the body is shorter than.
          body.writeUInt32LE(WIRE_LIMITS.CASES_MAX, 20);
          expect(await answerTo(body)).toMatchObject(refusal);
        }),
        { numRuns: 300 },
      );
    },
  );

  it.skipIf(missing)('ends where its standard input is no frame', async () => {
    const agent = await compileAgent({ target: 'host', cacheDir, signal: never });
    const { machine, stdin } = startAgent(agent);
    stdin.write('GET / HTTP/1.1\r\n');
    expect(await machine.ended).toBe('ended with exit status 1');
    expect(machine.console()).toContain('frame header');
  });

  it.skipIf(missing)('ends with its standard input', async () => {
    const agent = await compileAgent({ target: 'host', cacheDir, signal: never });
    const { machine, stdin } = startAgent(agent);
    stdin.end();
    expect(await machine.ended).toBe('ended with exit status 0');
  });
});
