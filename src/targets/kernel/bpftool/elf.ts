import type { Endianness } from '../../target.ts';
import { stringTable } from '../btf.ts';

/** A part of an object file. */
export interface ElfSection {
  readonly name: string;
  readonly kind: 'code' | 'data' | 'info';
  readonly bytes: Uint8Array;
  /** Places in it that whoever loads the file fills in. */
  readonly relocations?: readonly ElfRelocation[];
}

export interface ElfRelocation {
  readonly offsetBytes: number;
  /** The name of the symbol that is meant. */
  readonly symbol: string;
  readonly type: (typeof RelocationType)[keyof typeof RelocationType];
}

/** Documentation/bpf/llvm_reloc.rst, 6.1: `lddw`, and the `imm` of a call. */
export const RelocationType = { R_BPF_64_64: 1, R_BPF_64_32: 10 } as const;

/** A global symbol. */
export interface ElfSymbol {
  readonly name: string;
  readonly kind: 'func' | 'object';
  readonly section: string;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export interface ElfObject {
  readonly endianness: Endianness;
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

const HEADER_BYTES = 64;
const SECTION_HEADER_BYTES = 64;
const SYMBOL_BYTES = 24;
const RELOCATION_BYTES = 16;
const ALIGN = 8;

const ET_REL = 1;
const EM_BPF = 247;
const SectionType = { PROGBITS: 1, SYMTAB: 2, STRTAB: 3, REL: 9 } as const;
const SYMBOL_KIND = { object: 1, func: 2 } as const;
const STB_GLOBAL = 1;
/** `SHF_WRITE` 1, `SHF_ALLOC` 2, `SHF_EXECINSTR` 4. */
const FLAGS = { code: 2 | 4, data: 1 | 2, info: 0 } as const;

/** One entry of the table of sections, its content beside it. */
interface Row {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
  /** Numbers of the sections that it belongs to. */
  readonly link: number;
  readonly info: number;
  readonly entryBytes: number;
}

/**
 * A relocatable ELF64 object for BPF, as clang would write it and as libbpf reads it (System V ABI,
 * chapter 4; tools/lib/bpf/libbpf.c, 6.1):
 *
 *   header, content of each section, table of sections
 *
 * Sections are numbered in this order: none, those that were given, relocations of those that have
 * any, symbols, strings.
 */
export function elfObject({ endianness, sections, symbols }: ElfObject): Uint8Array {
  const little = endianness === 'little';
  const strings = stringTable();
  const numberOf = (section: string): number =>
    1 + sections.findIndex(({ name }) => name === section);
  const relocated = sections.filter(({ relocations }) => (relocations ?? []).length > 0);
  const symbolTable = 1 + sections.length + relocated.length;

  const rows: Row[] = [
    ...sections.map(({ name, kind, bytes }) => row(name, SectionType.PROGBITS, FLAGS[kind], bytes)),
    ...relocated.map(({ name, relocations = [] }) => ({
      ...row(`.rel${name}`, SectionType.REL, 0, relocationBytes(relocations, symbols, little)),
      link: symbolTable,
      info: numberOf(name),
      entryBytes: RELOCATION_BYTES,
    })),
    {
      ...row('.symtab', SectionType.SYMTAB, 0, symbolBytes(symbols, strings.add, numberOf, little)),
      link: symbolTable + 1,
      // The first that is not local.
      info: 1,
      entryBytes: SYMBOL_BYTES,
    },
  ];
  for (const { name } of rows) strings.add(name);
  strings.add('.strtab');
  rows.push(row('.strtab', SectionType.STRTAB, 0, strings.bytes()));
  return assembled(rows, strings.add, little);
}

const row = (name: string, type: number, flags: number, bytes: Uint8Array): Row => ({
  name,
  type,
  flags,
  bytes,
  link: 0,
  info: 0,
  entryBytes: 0,
});

function assembled(
  rows: readonly Row[],
  nameAt: (name: string) => number,
  little: boolean,
): Uint8Array {
  const places: number[] = [];
  let end = HEADER_BYTES;
  for (const { bytes } of rows) {
    places.push(end);
    end = aligned(end + bytes.length);
  }
  const file = new Uint8Array(end + SECTION_HEADER_BYTES * (rows.length + 1));
  const view = new DataView(file.buffer);
  writeHeader(view, end, rows.length + 1, little);
  for (const [i, each] of rows.entries()) {
    file.set(each.bytes, places[i]);
    const at = end + SECTION_HEADER_BYTES * (i + 1);
    view.setUint32(at, nameAt(each.name), little);
    view.setUint32(at + 4, each.type, little);
    const longs = [each.flags, 0, places[i], each.bytes.length];
    for (const [n, long] of longs.entries())
      view.setBigUint64(at + 8 + 8 * n, BigInt(long), little);
    view.setUint32(at + 40, each.link, little);
    view.setUint32(at + 44, each.info, little);
    view.setBigUint64(at + 48, BigInt(ALIGN), little);
    view.setBigUint64(at + 56, BigInt(each.entryBytes), little);
  }
  return file;
}

const aligned = (offset: number): number => Math.ceil(offset / ALIGN) * ALIGN;

function writeHeader(view: DataView, sectionTable: number, count: number, little: boolean): void {
  // Magic; ELFCLASS64, byte order, EV_CURRENT.
  const identity = [0x7f, 0x45, 0x4c, 0x46, 2, little ? 1 : 2, 1];
  for (const [i, byte] of identity.entries()) view.setUint8(i, byte);
  view.setUint16(16, ET_REL, little);
  view.setUint16(18, EM_BPF, little);
  view.setUint32(20, 1, little);
  view.setBigUint64(40, BigInt(sectionTable), little);
  view.setUint16(52, HEADER_BYTES, little);
  view.setUint16(58, SECTION_HEADER_BYTES, little);
  view.setUint16(60, count, little);
  // The strings also hold the names of the sections; they come last.
  view.setUint16(62, count - 1, little);
}

/** The first symbol is none. */
function symbolBytes(
  symbols: readonly ElfSymbol[],
  nameAt: (name: string) => number,
  numberOf: (section: string) => number,
  little: boolean,
): Uint8Array {
  const bytes = new Uint8Array(SYMBOL_BYTES * (symbols.length + 1));
  const view = new DataView(bytes.buffer);
  for (const [i, symbol] of symbols.entries()) {
    const at = SYMBOL_BYTES * (i + 1);
    view.setUint32(at, nameAt(symbol.name), little);
    view.setUint8(at + 4, (STB_GLOBAL << 4) | SYMBOL_KIND[symbol.kind]);
    view.setUint16(at + 6, numberOf(symbol.section), little);
    view.setBigUint64(at + 8, BigInt(symbol.offsetBytes), little);
    view.setBigUint64(at + 16, BigInt(symbol.sizeBytes), little);
  }
  return bytes;
}

function relocationBytes(
  relocations: readonly ElfRelocation[],
  symbols: readonly ElfSymbol[],
  little: boolean,
): Uint8Array {
  const bytes = new Uint8Array(RELOCATION_BYTES * relocations.length);
  const view = new DataView(bytes.buffer);
  for (const [i, { offsetBytes, symbol, type }] of relocations.entries()) {
    const number = 1 + symbols.findIndex(({ name }) => name === symbol);
    view.setBigUint64(RELOCATION_BYTES * i, BigInt(offsetBytes), little);
    view.setBigUint64(RELOCATION_BYTES * i + 8, (BigInt(number) << 32n) | BigInt(type), little);
  }
  return bytes;
}
