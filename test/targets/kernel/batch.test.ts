import { describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../../src/case/case.ts';
import { decodeBatch } from '../../../src/targets/kernel/decode-batch.ts';
import { batchEncoder } from '../../../src/targets/kernel/encode-batch.ts';
import { FRAME_BODY_MAX_BYTES } from '../../../src/targets/kernel/link.ts';
import { insn, tinyCase } from '../../../src/targets/kernel/tiny-case.ts';
import type { Endianness } from '../../../src/targets/target.ts';

const settings = { engine: 'keep', log: 'tail', caseTimeoutMs: 5, budgetMs: 6 } as const;

const MAP = {
  name: 'counts',
  type: 'percpu_array',
  keyBytes: 4,
  valueBytes: 2,
  maxEntries: 3,
  flags: 0,
  spinLock: 8,
  kptr: 16,
} as const;

/** Has something of everything. */
const full: Case = tinyCase({
  progType: 'xdp',
  expectedAttachType: 0x25,
  progFlags: 0x20,
  ksyms: ['bpf_f'],
  maps: [
    { ...MAP, entries: [{ key: Buffer.from('01000000', 'hex'), value: Buffer.from('beef') }] },
  ],
  insns: [insn('mov64.k', { dst: 1, imm: 2 }), insn('stxw', { dst: 10, src: 1, off: -4 })],
  runs: [
    PLAIN_RUN,
    {
      data: Buffer.from('0a0b0c', 'hex'),
      ctx: { sizeBytes: 8, fields: { data_end: 3n } },
      repeat: 7,
      flags: 1,
      cpu: 2,
      batchSize: 3,
      dataOutBytes: 64,
      ctxOutBytes: 0,
      attr: { data_out: 'read_only', size: 96 },
      commands: [
        {
          kind: 'lookup',
          map: 0,
          key: Buffer.from('01000000', 'hex'),
          value: null,
          flags: 0x1_0000_0008n,
          count: 0,
        },
      ],
    },
  ],
});

/** Numbers as the wire has them; text is hex. */
function wire(...parts: readonly (number | string)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part.replaceAll(' ', ''), 'hex');
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32LE(part);
      return bytes;
    }),
  );
}

describe('batchEncoder', () => {
  it.each<[Endianness, string, string]>([
    ['little', 'b701000002000000 631afcff00000000', '0000000003000000'],
    ['big', 'b710000000000002 63a1fffc00000000', '0000000000000003'],
  ])('lays out a batch for a %s-endian machine', (endianness, insns, ctx) => {
    const { body, count } = batchEncoder(endianness)([full], settings);
    expect(count).toBe(1);
    expect(Buffer.from(body).toString('hex')).toBe(
      wire(
        ...[1, 0, 1, 5, 6, 1],
        ...[6, 0x25, 0x20, 1, 1, 1, 2, 0],
        ...[5, '6270665f66'],
        ...[6, 4, 2, 3, 0, 0, 9, 17, 1, '01000000', '62656566'],
        ...[2, insns],
        ...[0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
        ...[31, 3, 8, 64, 0, 7, 1, 2, 3, 1, '0a0b0c', ctx],
        ...[2, 3, 2, 7, 96],
        ...[0, 0, 1, 8, 1, 0, '01000000'],
      ).toString('hex'),
    );
  });

  it('takes as many cases as a frame holds, and the rest later', () => {
    const large = { ...tinyCase(), runs: [{ ...PLAIN_RUN, data: new Uint8Array(1_000_000) }] };
    const encode = batchEncoder('little');
    const { body, count } = encode(Array(40).fill(large), settings);
    expect(count).toBe(16);
    expect(body.length).toBeLessThanOrEqual(FRAME_BODY_MAX_BYTES);
    expect(Buffer.from(body).readUInt32LE(20)).toBe(16);
    expect(encode([large], settings).count).toBe(1);
  });

  it('takes none where the first alone is too long', () => {
    const runs = Array(17).fill({ ...PLAIN_RUN, data: new Uint8Array(1_000_000) });
    expect(batchEncoder('little')([tinyCase({ runs })], settings).count).toBe(0);
  });
});

describe('decodeBatch', () => {
  const rejected = tinyCase();
  const cases = [full, rejected, rejected, rejected, rejected];
  const answer = wire(
    ...[1, 5, 1500, 0],
    ...[0, 0, 2, 0, 0],
    ...[0, 2, 0, 0, 0, 0],
    ...[28, 9, 70, 0, 3, 0, 'aabbcc'],
    ...[34, 0, 2, '0506'],
    ...[2, '01000000', '01020304', '00000000', '05060708'],
    ...[4, '4f6f7073'],
    ...[0, 13, 2, 0, 2, '6e6f', 0],
    ...[1, 3, '425547'],
    ...[2, 0],
    3,
  );
  const run = { errno: 0, retval: 0, dataOut: '', dataSizeOut: 0, ctxOut: '', ctxSizeOut: 0 };

  it('reads every kind of outcome, and leaves out what was not run', () => {
    const decoded = decodeBatch(answer, cases, 2);
    expect(JSON.parse(JSON.stringify(decoded, hexBytes))).toEqual({
      kind: 'outcomes',
      agentNs: 1500,
      outcomes: [
        {
          kind: 'completed',
          load: { verdict: 'accepted' },
          runs: [
            { ...run, retval: 2 },
            {
              ...run,
              errno: 28,
              retval: 9,
              dataSizeOut: 70,
              dataOut: 'aabbcc',
              commands: [{ errno: 34, count: 0, output: '0506' }],
            },
          ],
          maps: [
            [
              { key: '00000000', values: ['0506', '0708'] },
              { key: '01000000', values: ['0102', '0304'] },
            ],
          ],
          trouble: { kind: 'oops', title: 'oops' },
          console: 'Oops',
        },
        {
          kind: 'completed',
          load: { verdict: 'rejected', errno: 13, log: 'no' },
          runs: [],
          maps: [],
          console: '',
        },
        { kind: 'crashed', trouble: { kind: 'worker', title: 'BUG' }, console: 'BUG' },
        {
          kind: 'hung',
          trouble: { kind: 'time-limit', title: 'the case took longer than it may' },
          console: '',
        },
      ],
    });
  });

  it('refuses every answer that is cut short or goes on', () => {
    for (let length = 0; length < answer.length; length++) {
      const cut = answer.subarray(0, length);
      expect(() => decodeBatch(cut, cases, 2), `${length} bytes`).toThrow(/Expected/);
    }
    expect(() => decodeBatch(Buffer.concat([answer, wire(0)]), cases, 2)).toThrow(
      /Expected the end/,
    );
  });

  it.each([
    ['another number of cases', wire(1, 2, 0, 0), /Expected 1 outcomes, got 2/],
    ['an unknown status', wire(1, 1, 0, 0, 4), /Expected the status of a case, got 4/],
    ['an unknown kind', wire(7), /Expected the answer to a batch, got kind 7/],
    ['a log that is too long', wire(1, 1, 0, 0, 0, 1, 2, 0, 4097), /a log of at most 4096/],
  ])('refuses %s', (_, body, message) => {
    expect(() => decodeBatch(body, [rejected], 1)).toThrow(message);
  });

  it('says which map could not be created or filled', () => {
    const decode = (step: number) => decodeBatch(wire(1, 1, 0, 0, 0, 12, step, 0, 0, 0), [full], 1);
    const log = (text: string) => ({
      outcomes: [{ load: { verdict: 'rejected', errno: 12, log: text } }],
    });
    expect(decode(0)).toMatchObject(log('map counts could not be created\n'));
    expect(decode(1)).toMatchObject(log('map counts could not be filled\n'));
  });

  it('reads an error', () => {
    expect(decodeBatch(wire(2, 1, 2, '6e6f'), [], 1)).toEqual({
      kind: 'error',
      code: 1,
      text: 'no',
    });
  });
});

const hexBytes = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
