import { describe, expect, it } from 'vitest';
import { CaseBytesError, decodeCase, encodeCase } from '../../src/case/bytes.ts';
import { type Case, type CtxInput, type MapCommand, PLAIN_RUN } from '../../src/case/case.ts';
import { caseHash } from '../../src/case/hash.ts';
import { assemble } from '../../src/isa/assemble.ts';

const withCtx = (ctx: CtxInput | null): Case => ({
  progType: 'xdp',
  expectedAttachType: 37,
  progFlags: 4,
  ksyms: [],
  maps: [
    {
      name: 'm',
      type: 'hash',
      keyBytes: 2,
      valueBytes: 1,
      maxEntries: 3,
      flags: 1,
      entries: [{ key: Uint8Array.of(1, 2), value: Uint8Array.of(3) }],
    },
  ],
  progs: [{ insns: assemble('r0 = 2\nexit') }],
  runs: [{ ...PLAIN_RUN, data: Uint8Array.of(0xaa), ctx, dataOutBytes: 5 }],
});

/** Typed by hand from the layout in src/case/bytes.ts. */
const BYTES = [
  '01 06 25000000 04000000',
  '0100 01 6d 01 02000000 01000000 03000000 01000000 01000000 0102 03',
  '0100 02000000 b700000002000000 9500000000000000',
  '0100 07 01000000 00000000 00000000 00000000',
  '01000000 aa',
  '18000000 01 04 64617461 0900000000000000',
  '05000000',
]
  .join('')
  .replaceAll(' ', '');
/** The same case with the kernel symbols `a` and `bb`. */
const WITH_KSYMS = `${BYTES.replace(/^01/, '02')}02000161026262`;
/** The same case with a deletion of key 0102 by flags 1, and a batch of lookups of 2. */
const WITH_COMMANDS = [
  `${BYTES.replace(/^01/, '05')}`,
  '0000',
  '00',
  '00',
  '0200',
  '02 00 01 0100000000000000 0102',
  '06 00 00 0000000000000000 02000000',
]
  .join('')
  .replaceAll(' ', '');
/** The same case with the fd of a map, and a byte behind the struct that isn't 0. */
const WITH_ATTR = [
  `${BYTES.replace(/^01/, '07')}`,
  '0000',
  '00',
  '00',
  '0000',
  '00000000',
  '03 00 01000000 07 64000000 08 50000000',
]
  .join('')
  .replaceAll(' ', '');
const HASH = 'bb75ae3891d9e5e15c2b77ee8d77836ddc24482b74b93012e12130b8e7704661';

const CASE = withCtx({ sizeBytes: 24, fields: { data: 9n } });

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

const REFUSED: readonly (readonly [what: string, hex: string, message: string])[] = [
  ['nothing', '', 'Expected 1 bytes of version, got 0 (byte 0 of a case)'],
  [
    'a newer version',
    BYTES.replace(/^01/, '09'),
    'Expected version 1 to 8, got version 9 (byte 1 of a case)',
  ],
  [
    'an unknown prog type',
    BYTES.replace(/^0106/, '01ff'),
    'Expected prog type of at most 32, got 255 (byte 2 of a case)',
  ],
  [
    'a huge count',
    BYTES.replace('01000000010203', 'ffffffff010203'),
    'Expected entries of at most 4096, got 4294967295 (byte 35 of a case)',
  ],
  [
    'more bytes than it needs',
    `${BYTES}00`,
    'Expected the end, got 1 more bytes (byte 106 of a case)',
  ],
  [
    'a list of no kernel symbols',
    WITH_KSYMS.replace('02000161026262', '0000'),
    'Expected canonical bytes, got another form of the same case (byte 108 of a case)',
  ],
  [
    'more kernel symbols than may be',
    WITH_KSYMS.replace('02000161026262', '4100'),
    'Expected ksyms of at most 64, got 65 (byte 108 of a case)',
  ],
  [
    'a kernel symbol that is no name',
    WITH_KSYMS.replace('0161', '0131'),
    'Expected a kernel symbol, got "1" (byte 110 of a case)',
  ],
  [
    'a kernel symbol twice',
    WITH_KSYMS.replace('026262', '0161'),
    'Expected different kernel symbols, got one name twice (byte 112 of a case)',
  ],
  [
    'a command to a map that is not there',
    WITH_COMMANDS.replace('02000101', '02010101'),
    'Expected map of a command of at most 0, got 1 (byte 114 of a case)',
  ],
  [
    'an unknown command',
    WITH_COMMANDS.replace('02000101', 'ff000101'),
    'Expected command of at most 9, got 255 (byte 113 of a case)',
  ],
  [
    'a value in a deletion',
    WITH_COMMANDS.replace('02000101', '02000301'),
    'Expected parts of `delete`, got 3 (byte 115 of a case)',
  ],
  [
    'lists of no commands',
    WITH_COMMANDS.replace(/0200020001.*/, '0000'),
    'Expected canonical bytes, got another form of the same case (byte 112 of a case)',
  ],
  [
    'a map without a name',
    BYTES.replace('0100016d', '010000'),
    'Expected a map name, got "" (byte 13 of a case)',
  ],
  [
    'an lddw that is cut',
    BYTES.replace('9500000000000000', '1800000000000000'),
    'Expected a sound prog, got an error: Expected a second slot of lddw, got the end of prog (slot 1) (byte 60 of a case)',
  ],
  [
    'a ctx field that is 0',
    BYTES.replace('0900000000000000', '0000000000000000'),
    'Expected canonical bytes, got another form of the same case (byte 106 of a case)',
  ],
  [
    'a ctx field that the struct lacks',
    BYTES.replace('64617461', '64617462'),
    'Expected a field of the ctx, got "datb" (byte 94 of a case)',
  ],
  [
    'a ctx field that is too wide',
    BYTES.replace('0900000000000000', '0900000001000000'),
    'Expected data of 4 bytes, got 0x100000009 (byte 102 of a case)',
  ],
  [
    'a word of an override that there is not',
    WITH_ATTR.replace('03000100000007', '03000300000007'),
    'Expected prog_fd of at most 2, got 3',
  ],
  [
    'an override of a field as if it were behind all',
    WITH_ATTR.replace('0850000000', '084b000000'),
    'Expected nonzero_at of at least 76, got 75',
  ],
];

describe('the bytes of a case', () => {
  it('are laid out as drawn', () => {
    expect(Buffer.from(encodeCase(CASE)).toString('hex')).toBe(BYTES);
    expect(decodeCase(bytesOf(BYTES))).toEqual(CASE);
  });

  it('end with its kernel symbols, and with nothing where there are none', () => {
    const named = { ...CASE, ksyms: ['a', 'bb'] };
    expect(Buffer.from(encodeCase(named)).toString('hex')).toBe(WITH_KSYMS);
    expect(decodeCase(bytesOf(WITH_KSYMS))).toEqual(named);
  });

  it('end with the commands behind its runs', () => {
    const [run] = CASE.runs;
    const commands: readonly MapCommand[] = [
      { kind: 'delete', map: 0, key: Uint8Array.of(1, 2), value: null, flags: 1n, count: 0 },
      { kind: 'lookup_batch', map: 0, key: null, value: null, flags: 0n, count: 2 },
    ];
    const commanded = { ...CASE, runs: [{ ...run, commands }] };
    expect(Buffer.from(encodeCase(commanded)).toString('hex')).toBe(WITH_COMMANDS);
    expect(decodeCase(bytesOf(WITH_COMMANDS))).toEqual(commanded);
  });

  it('end with what is overridden of the command of a run', () => {
    const [run] = CASE.runs;
    const attr = { prog_fd: 'map', size: 100, nonzero_at: 80 } as const;
    const overridden = { ...CASE, runs: [{ ...run, attr }] };
    expect(Buffer.from(encodeCase(overridden)).toString('hex')).toBe(WITH_ATTR);
    expect(decodeCase(bytesOf(WITH_ATTR))).toEqual(overridden);
  });

  it('are what its hash is of, which stays the same for ever', () => {
    expect(caseHash(CASE)).toBe(HASH);
  });

  it('are the same whether a ctx field is 0 or missing, and in whatever order', () => {
    const fields = { egress_ifindex: 0n, data_end: 2n, data: 9n };
    const same = { data: 9n, data_end: 2n };
    expect(caseHash(withCtx({ sizeBytes: 24, fields }))).toBe(
      caseHash(withCtx({ sizeBytes: 24, fields: same })),
    );
  });

  it('tell no data from empty data, and no ctx from an empty one', () => {
    const cases = [
      withCtx(null),
      withCtx({ sizeBytes: 0, fields: {} }),
      ...[null, new Uint8Array()].map((data) => ({
        ...CASE,
        runs: [{ ...PLAIN_RUN, data }],
      })),
    ];
    expect(new Set(cases.map(caseHash)).size).toBe(4);
  });

  it('are not made of a ctx field that the struct lacks, and the next case is not harmed', () => {
    expect(() => encodeCase(withCtx({ sizeBytes: 24, fields: { mark: 1n } }))).toThrow(
      'a ctx of xdp names a field that its struct lacks',
    );
    expect(Buffer.from(encodeCase(CASE)).toString('hex')).toBe(BYTES);
  });

  it.each(REFUSED)('are refused with %s', (_what, hex, message) => {
    expect(() => decodeCase(bytesOf(hex))).toThrow(CaseBytesError);
    expect(() => decodeCase(bytesOf(hex))).toThrow(message);
  });
});
