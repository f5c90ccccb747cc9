import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_RUN } from '../../../src/case/case.ts';
import { decodeBatch } from '../../../src/targets/kernel/decode-batch.ts';
import { encodeHeader, frameReader } from '../../../src/targets/kernel/framing.ts';
import { FRAME_BODY_MAX_BYTES, LinkError } from '../../../src/targets/kernel/link.ts';
import { decodeHello, PROTOCOL_VERSION } from '../../../src/targets/kernel/protocol.ts';
import { tinyCase } from '../../../src/targets/kernel/tiny-case.ts';

/** A guest whose kernel has been taken over can answer with anything. */
const map = {
  name: 'm',
  type: 'hash',
  keyBytes: 4,
  valueBytes: 4,
  maxEntries: 4,
  flags: 0,
} as const;
const testCase = tinyCase({ maps: [{ ...map, entries: [] }], runs: [PLAIN_RUN] });
const rejectedCase = tinyCase();
const CPUS = 4;

const words = (...numbers: readonly number[]): Buffer =>
  Buffer.concat(numbers.map((number) => u32(number)));

function u32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}

/** An answer to `testCase` and `rejectedCase`, and a hello, as an honest agent writes them. */
const ANSWER = Buffer.concat([
  words(1, 2, 1500, 0),
  words(0, 0, 2, 0, 0, 0, 2, 14, 0, 4, 0, 0xaabbccdd, 1, 7, 9, 4),
  Buffer.from('Oops'),
  words(0, 13, 2, 0, 2),
  Buffer.from('no'),
  words(0),
]);
const text = (content: string): Buffer =>
  Buffer.concat([u32(content.length), Buffer.from(content)]);
const HELLO = Buffer.concat([
  words(PROTOCOL_VERSION, 2, 4096, 1, 0, 1, 0),
  ...['6.1.176', '#1 SMP', 'x86_64', 'quiet', 'abc'].map(text),
]);

/** Anything at all, and what an honest agent writes with some of its numbers changed. */
const hostile = (honest: Buffer): fc.Arbitrary<Buffer> =>
  fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(
        fc.record({
          at: fc.nat(honest.length - 4),
          value: fc.oneof(
            fc.nat(20),
            fc.integer({ min: 0, max: 0xffff_ffff }),
            fc.constantFrom(0xffff_ffff, 0x8000_0000, 65_536, FRAME_BODY_MAX_BYTES),
          ),
        }),
        { minLength: 1, maxLength: 4 },
      )
      .map((changes) => {
        const bytes = Buffer.from(honest);
        for (const { at, value } of changes) bytes.writeUInt32LE(value, at);
        return bytes;
      }),
  );

/** Returns what `read` does, or undefined where it throws as it may. */
function readOrRefuse<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    expect(error).toBeInstanceOf(LinkError);
    expect(error).toMatchObject({ code: 'LINK_PROTOCOL' });
    return undefined;
  }
}

const RUNS = { numRuns: 2000 };

describe('a hostile agent', () => {
  it('is an honest one where nothing is changed', () => {
    expect(decodeBatch(ANSWER, [testCase, rejectedCase], CPUS)).toMatchObject({ kind: 'outcomes' });
    expect(decodeHello(HELLO)).toMatchObject({ release: '6.1.176' });
  });

  it('has every answer read or refused, and gives no more than it sent', () => {
    fc.assert(
      fc.property(hostile(ANSWER), (body) => {
        const answer = readOrRefuse(() => decodeBatch(body, [testCase, rejectedCase], CPUS));
        const sizes = (answer?.kind === 'outcomes' ? answer.outcomes : []).flatMap((outcome) =>
          outcome.kind === 'completed'
            ? [
                ...outcome.runs.flatMap(({ dataOut, ctxOut }) => [dataOut.length, ctxOut.length]),
                ...outcome.maps.flat().flatMap(({ values }) => values.map(({ length }) => length)),
              ]
            : [],
        );
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(body.length);
      }),
      RUNS,
    );
  });

  it('has every hello read or refused', () => {
    fc.assert(
      fc.property(hostile(HELLO), (body) => {
        readOrRefuse(() => decodeHello(body));
      }),
      RUNS,
    );
  });

  it('has every stream read as frames or refused, however it is cut', () => {
    const stream = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      fc
        .record({ seq: fc.nat(3), body: fc.uint8Array({ maxLength: 20 }), claims: fc.nat(60) })
        .map(({ seq, body, claims }) => Buffer.concat([encodeHeader(seq, claims), body])),
    );
    fc.assert(
      fc.property(fc.array(stream, { maxLength: 8 }), (chunks) => {
        let received = 0;
        const read = frameReader(({ body }) => {
          received += body.length;
        });
        readOrRefuse(() => {
          for (const chunk of chunks) read(chunk);
        });
        expect(received).toBeLessThanOrEqual(Buffer.concat(chunks).length);
      }),
      RUNS,
    );
  });
});
