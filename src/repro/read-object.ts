import { decodeProg, SLOT_BYTES } from '../isa/encode.ts';
import { CALLEES, LDDW_PSEUDO } from '../isa/forms.ts';
import { type Insn, slotIndex } from '../isa/insn.ts';
import { OPCODE_LDDW } from '../isa/opcode.ts';
import type { Endianness } from '../targets/target.ts';

/** An object file that is not what was written into it. `code` is stable. */
export class ObjectError extends Error {
  readonly code = 'OBJECT';

  constructor(problem: string) {
    super(problem);
    this.name = 'ObjectError';
  }
}

interface Section {
  readonly name: string;
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly link: number;
  readonly info: number;
}

const SHT_REL = 9;
/** Documentation/bpf/llvm_reloc.rst, 6.1: the `imm` of a call; others are of `lddw`. */
const R_BPF_64_32 = 10;
const RELOCATION_BYTES = 16;
const SYMBOL_BYTES = 24;
const SECTIONS_MAX = 1024;

/**
 * The insns of a prog in a relocatable ELF64 object (System V ABI, chapter 4), as clang or `elfObject` made it: those
 * of one section, and behind them those of `.text`, its functions, where it calls them. Symbols `m<i>` and `v<i>` or
 * `value<i>` become the maps of the case that they stand for, `k<i>` the functions and variables of the kernel. Throws `ObjectError`, and `IsaError` where a section
 * holds no prog.
 */
export function readProg(
  object: Uint8Array,
  section: string,
  endianness: Endianness,
): readonly Insn[] {
  const little = endianness === 'little';
  const sections = readSections(object, little);
  const main = sections.findIndex(({ name }) => name === section);
  if (main < 0) throw new ObjectError(`Expected a section ${section}, got none`);
  const text = sections.findIndex(({ name, bytes }) => name === '.text' && bytes.length > 0);
  const mainSlots = sections[main].bytes.length / SLOT_BYTES;
  const insns = [main, text].flatMap((index) =>
    index < 0 ? [] : decodeProg(sections[index].bytes, endianness),
  );
  const starts = slotIndex(insns);
  for (const { type, bytes, info, link } of sections) {
    if (type !== SHT_REL || (info !== main && info !== text)) continue;
    const view = viewOf(bytes);
    for (let at = 0; at + RELOCATION_BYTES <= bytes.length; at += RELOCATION_BYTES) {
      const before = info === main ? 0 : mainSlots;
      const slot = before + Number(view.getBigUint64(at, little)) / SLOT_BYTES;
      const place = view.getBigUint64(at + 8, little);
      const symbol = readSymbol(sections, link, Number(place >> 32n), little);
      const insn = starts.indexOf(slot);
      if (insns[insn] === undefined) throw new ObjectError('it relocates what is no insn');
      const calls = Number(place & 0xffff_ffffn) === R_BPF_64_32;
      insns[insn] = {
        ...insns[insn],
        ...(calls && symbol.section === text
          ? { imm: mainSlots + symbol.value / SLOT_BYTES - slot - 1 }
          : namedBy(symbol.name, insns[insn])),
      };
    }
  }
  return insns;
}

function namedBy(symbol: string, { opcode, imm, nextImm }: Insn): Partial<Insn> {
  const [, kind, number] = /^(m|v|value|k)(\d{1,4})$/.exec(symbol) ?? [];
  if (kind === undefined) throw new ObjectError(`Expected a symbol of a case, got "${symbol}"`);
  const index = Number(number);
  if (kind === 'k') {
    return opcode === OPCODE_LDDW
      ? { src: LDDW_PSEUDO.indexOf('var_addr'), imm: index, nextImm }
      : { src: CALLEES.indexOf('kfunc'), imm: index };
  }
  const pseudo = kind === 'm' ? 'map_by_fd' : 'map_val_by_fd';
  // How far into the value stands where the fd will be.
  const offset = kind === 'm' ? nextImm : imm;
  return { src: LDDW_PSEUDO.indexOf(pseudo), imm: index, nextImm: offset };
}

function readSections(object: Uint8Array, little: boolean): readonly Section[] {
  const view = viewOf(object);
  const bounded = (offset: bigint, length: bigint): Uint8Array => {
    if (offset + length > BigInt(object.length)) throw new ObjectError('it is cut short');
    return object.subarray(Number(offset), Number(offset + length));
  };
  if (object.length < 64 || view.getUint32(0) !== 0x7f454c46)
    throw new ObjectError('it is no ELF file');
  const table = view.getBigUint64(40, little);
  const count = view.getUint16(60, little);
  if (count > SECTIONS_MAX) throw new ObjectError(`Expected at most ${SECTIONS_MAX} sections`);
  const rows = bounded(table, BigInt(64 * count));
  const row = viewOf(rows);
  const raw = Array.from({ length: count }, (_, i) => {
    const at = 64 * i;
    const type = row.getUint32(at + 4, little);
    const [offset, length] = [row.getBigUint64(at + 24, little), row.getBigUint64(at + 32, little)];
    const bytes = type === 8 ? new Uint8Array() : bounded(offset, length);
    const [link, info] = [row.getUint32(at + 40, little), row.getUint32(at + 44, little)];
    return { nameAt: row.getUint32(at, little), type, bytes, link, info };
  });
  const names = raw[view.getUint16(62, little)]?.bytes ?? new Uint8Array();
  return raw.map(({ nameAt, ...section }) => ({ ...section, name: textAt(names, nameAt) }));
}

interface Symbol {
  /** A section's own symbol has no name but the section's. */
  readonly name: string;
  readonly section: number;
  readonly value: number;
}

function readSymbol(
  sections: readonly Section[],
  table: number,
  index: number,
  little: boolean,
): Symbol {
  const { bytes, link } = sections[table] ?? { bytes: new Uint8Array(), link: 0 };
  if (SYMBOL_BYTES * (index + 1) > bytes.length) {
    throw new ObjectError('it names a symbol that is not there');
  }
  const view = viewOf(bytes.subarray(SYMBOL_BYTES * index));
  const names = sections[link]?.bytes ?? new Uint8Array();
  const section = view.getUint16(6, little);
  const name = textAt(names, view.getUint32(0, little)) || (sections[section]?.name ?? '');
  return { name, section, value: Number(view.getBigUint64(8, little)) };
}

function textAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at);
  return Buffer.from(bytes.subarray(at, end < 0 ? bytes.length : end)).toString('latin1');
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
