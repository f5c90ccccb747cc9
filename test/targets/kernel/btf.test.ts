import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it, test } from 'vitest';
import { btfBuilder, stringTable, VOID, wordBytes } from '../../../src/targets/kernel/btf.ts';
import { findProgram } from '../../../src/targets/kernel/find-program.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('a BTF blob', () => {
  // Typed from Documentation/bpf/btf.rst: header, `int` of 32 bits and its sign, strings.
  it('is header, types and strings', () => {
    const btf = btfBuilder('little');
    expect(btf.int('int', 4, 'signed')).toBe(1);
    expect(hex(btf.bytes())).toBe(
      [
        '9feb0100',
        '18000000',
        '00000000',
        '10000000',
        '10000000',
        '05000000',
        '01000000',
        '00000001',
        '04000000',
        '20000001',
        '00696e7400',
      ].join(''),
    );
  });

  it('of a big-endian machine has its numbers the other way', () => {
    const btf = btfBuilder('big');
    btf.int('int', 4, 'signed');
    expect(hex(btf.bytes())).toBe(
      [
        'eb9f0100',
        '00000018',
        '00000000',
        '00000010',
        '00000010',
        '00000005',
        '00000001',
        '01000000',
        '00000004',
        '01000020',
        '00696e7400',
      ].join(''),
    );
  });

  it('has each string once', () => {
    const strings = stringTable();
    expect([strings.add('a'), strings.add('bc'), strings.add('a'), strings.add('')]).toEqual([
      1, 3, 1, 0,
    ]);
    expect(hex(strings.bytes())).toBe('006100626300');
  });
});

describe('words', () => {
  it('are u32', () => {
    expect(hex(wordBytes([1, 0xffff_fffe], 'little'))).toBe('01000000feffffff');
    expect(hex(wordBytes([1, 0xffff_fffe], 'big'))).toBe('00000001fffffffe');
  });
});

describe.skipIf((await findProgram('bpftool')) === undefined)('bpftool', () => {
  test.each(['little', 'big'] as const)('reads what was written for %s-endian', async (order) => {
    const btf = btfBuilder(order);
    const int = btf.int('int', 4, 'signed');
    const u8 = btf.int('u8', 1);
    const ptr = btf.ptr(btf.array(int, 27, int));
    const map = btf.struct('', 16, [
      { name: 'type', type: ptr, offsetBytes: 0 },
      { name: 'value', type: u8, offsetBytes: 8 },
    ]);
    const variable = btf.var('m', map);
    btf.datasec('.maps', 16, [{ var: variable, offsetBytes: 0, sizeBytes: 16 }]);
    const proto = btf.funcProto(int, [{ name: 'ctx', type: btf.ptr(VOID) }]);
    btf.func('main', proto, 'global');

    const folder = await mkdtemp(join(tmpdir(), 'bpfdiff-btf-'));
    try {
      const file = join(folder, 'btf');
      await writeFile(file, btf.bytes());
      const { stdout } = await execa('bpftool', ['btf', 'dump', 'file', file]);
      expect(stdout.split('\n')).toEqual([
        "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
        "[2] INT 'u8' size=1 bits_offset=0 nr_bits=8 encoding=(none)",
        "[3] ARRAY '(anon)' type_id=1 index_type_id=1 nr_elems=27",
        "[4] PTR '(anon)' type_id=3",
        "[5] STRUCT '(anon)' size=16 vlen=2",
        "\t'type' type_id=4 bits_offset=0",
        "\t'value' type_id=2 bits_offset=64",
        "[6] VAR 'm' type_id=5, linkage=global",
        "[7] DATASEC '.maps' size=16 vlen=1",
        "\ttype_id=6 offset=0 size=16 (VAR 'm')",
        "[8] PTR '(anon)' type_id=0",
        "[9] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1",
        "\t'ctx' type_id=8",
        "[10] FUNC 'main' type_id=9 linkage=global",
      ]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
