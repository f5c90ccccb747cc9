import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, test } from 'vitest';
import { type ElfObject, elfObject } from '../../../../src/targets/kernel/bpftool/elf.ts';
import { findProgram } from '../../../../src/targets/kernel/find-program.ts';

const objectOf = (endianness: ElfObject['endianness']): Uint8Array =>
  elfObject({
    endianness,
    sections: [
      {
        name: 'xdp',
        kind: 'code',
        bytes: new Uint8Array(24),
        relocations: [{ offsetBytes: 8, symbol: 'm0', type: 1 }],
      },
      { name: 'license', kind: 'data', bytes: Buffer.from('GPL\0') },
      { name: '.maps', kind: 'data', bytes: new Uint8Array(40) },
    ],
    symbols: [
      { name: 'prog', kind: 'func', section: 'xdp', offsetBytes: 0, sizeBytes: 24 },
      { name: 'm0', kind: 'object', section: '.maps', offsetBytes: 0, sizeBytes: 40 },
    ],
  });

describe('an object file', () => {
  it('begins as one of BPF that can be linked', () => {
    const header = Buffer.from(objectOf('little').subarray(0, 20)).toString('hex');
    // ELF, 64 bits, little-endian, version 1; ET_REL, EM_BPF.
    expect(header).toBe('7f454c46020101000000000000000000' + '0100' + 'f700');
    const big = Buffer.from(objectOf('big').subarray(0, 20)).toString('hex');
    expect(big).toBe('7f454c46020201000000000000000000' + '0001' + '00f7');
  });
});

describe.skipIf((await findProgram('readelf')) === undefined)('readelf', () => {
  test.each(['little', 'big'] as const)('reads what was written for %s-endian', async (order) => {
    const folder = await mkdtemp(join(tmpdir(), 'bpfdiff-elf-'));
    try {
      const file = join(folder, 'prog.o');
      await writeFile(file, objectOf(order));
      const { stdout, stderr } = await execa('readelf', ['--wide', '-S', '-s', '-r', file]);
      expect(stderr).toBe('');
      const found = stdout.split('\n').map((line) => line.trim().replace(/\s+/g, ' '));
      for (const line of EXPECTED) expect(found).toContainEqual(expect.stringMatching(line));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Number, name, type, address, place, size, entry size, flags, link, info, alignment. */
const EXPECTED = [
  /^\[ 1\] xdp PROGBITS 0+ 000040 000018 00 AX 0 0 8$/,
  /^\[ 2\] license PROGBITS 0+ 000058 000004 00 WA 0 0 8$/,
  /^\[ 3\] \.maps PROGBITS 0+ 000060 000028 00 WA 0 0 8$/,
  /^\[ 4\] \.relxdp REL 0+ 000088 000010 10 5 1 8$/,
  /^\[ 5\] \.symtab SYMTAB 0+ 000098 000048 18 6 1 8$/,
  /^\[ 6\] \.strtab STRTAB/,
  /^1: 0+ 24 FUNC GLOBAL DEFAULT 1 prog$/,
  /^2: 0+ 40 OBJECT GLOBAL DEFAULT 3 m0$/,
  /^0+8 0000000200000001 R_BPF_(64_64|INSN_64) 0+ m0$/,
];
