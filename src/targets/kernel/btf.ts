import type { Endianness } from '../target.ts';

/** A type of a blob by its number: 1 for the first that was added; `VOID` needs no adding. */
export type TypeId = number;
export const VOID: TypeId = 0;

/** A member of a struct, a parameter of a func. */
export interface BtfField {
  readonly name: string;
  readonly type: TypeId;
}

/** How an integer is shown: `BTF_INT_SIGNED` and so on. */
export type IntEncoding = 'unsigned' | 'signed' | 'char' | 'bool';
/** A static func is verified where it is called, a global one (since 5.6) by its types, once. */
export type FuncLinkage = 'static' | 'global' | 'extern';

/** Types one after another. Each call adds one type and answers its id; ids may be used at once. */
export interface BtfBuilder {
  int(name: string, bytes: 1 | 2 | 4 | 8 | 16, encoding?: IntEncoding): TypeId;
  ptr(to: TypeId): TypeId;
  /** `index` is the type of the index, any int. */
  array(of: TypeId, length: number, index: TypeId): TypeId;
  /** Members by their offset in bytes; '' for a struct without a name. */
  struct(name: string, sizeBytes: number, members: readonly StructMember[]): TypeId;
  var(name: string, type: TypeId, linkage?: FuncLinkage): TypeId;
  /** The section of that name and the vars in it. */
  datasec(name: string, sizeBytes: number, vars: readonly SectionVar[]): TypeId;
  /** Params of a prog's func must have names (btf_func_check, kernel/bpf/btf.c, 6.1). */
  funcProto(result: TypeId, params: readonly BtfField[]): TypeId;
  func(name: string, proto: TypeId, linkage: FuncLinkage): TypeId;
  /** Where a string is in the blob's strings, which it is added to; `.BTF.ext` needs it. */
  string(text: string): number;
  /** The blob: what BPF_BTF_LOAD takes, what the section `.BTF` holds. */
  bytes(): Uint8Array;
}

export interface StructMember extends BtfField {
  readonly offsetBytes: number;
}

export interface SectionVar {
  readonly var: TypeId;
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

/** `BTF_KIND_*`, include/uapi/linux/btf.h, 6.1. */
const Kind = {
  INT: 1,
  PTR: 2,
  ARRAY: 3,
  STRUCT: 4,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
} as const;

const INT_ENCODING: Record<IntEncoding, number> = { unsigned: 0, signed: 1, char: 2, bool: 4 };
/** `BTF_FUNC_*`, and `BTF_VAR_*` alike. */
const LINKAGE: Record<FuncLinkage, number> = { static: 0, global: 1, extern: 2 };

const MAGIC = 0xeb9f;
const HEADER_BYTES = 24;

/**
 * Writes BPF Type Format (Documentation/bpf/btf.rst, 6.1) for a machine of that byte order:
 *
 *   header    magic u16, version u8, flags u8, length of the header, then offset and length of
 *             types and of strings, counted from the end of the header
 *   type      name, info, size or type; then what its kind adds
 *   info      bits 0-15 vlen, 24-28 kind, 31 kind_flag
 *   strings   each ended by a zero byte; the first is empty
 *
 * All but the first three fields are u32.
 */
export function btfBuilder(endianness: Endianness): BtfBuilder {
  const words: number[] = [];
  const strings = stringTable();
  let count = 0;

  const add = (name: string, kind: number, vlen: number, sizeOrType: number, ...rest: number[]) => {
    words.push(strings.add(name), ((kind << 24) | vlen) >>> 0, sizeOrType, ...rest);
    count++;
    return count;
  };

  return {
    // Bits 24-27 encoding, 16-23 offset, 0-7 width.
    int: (name, bytes, encoding = 'unsigned') =>
      add(name, Kind.INT, 0, bytes, (INT_ENCODING[encoding] << 24) | (8 * bytes)),
    ptr: (to) => add('', Kind.PTR, 0, to),
    array: (of, length, index) => add('', Kind.ARRAY, 0, 0, of, index, length),
    struct: (name, sizeBytes, members) =>
      add(
        name,
        Kind.STRUCT,
        members.length,
        sizeBytes,
        ...members.flatMap((member) => [
          strings.add(member.name),
          member.type,
          8 * member.offsetBytes,
        ]),
      ),
    var: (name, type, linkage = 'global') => add(name, Kind.VAR, 0, type, LINKAGE[linkage]),
    datasec: (name, sizeBytes, vars) =>
      add(
        name,
        Kind.DATASEC,
        vars.length,
        sizeBytes,
        ...vars.flatMap((each) => [each.var, each.offsetBytes, each.sizeBytes]),
      ),
    funcProto: (result, params) =>
      add(
        '',
        Kind.FUNC_PROTO,
        params.length,
        result,
        ...params.flatMap(({ name, type }) => [strings.add(name), type]),
      ),
    // Its vlen is its linkage.
    func: (name, proto, linkage) => add(name, Kind.FUNC, LINKAGE[linkage], proto),
    string: strings.add,
    bytes: () => blob(words, strings.bytes(), endianness),
  };
}

/** u32 numbers, as a machine of that byte order has them. */
export function wordBytes(words: readonly number[], endianness: Endianness): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, endianness === 'little');
  return bytes;
}

function blob(types: readonly number[], strings: Uint8Array, endianness: Endianness): Uint8Array {
  const typeBytes = 4 * types.length;
  const bytes = new Uint8Array(HEADER_BYTES + typeBytes + strings.length);
  new DataView(bytes.buffer).setUint16(0, MAGIC, endianness === 'little');
  bytes[2] = 1;
  const header = [HEADER_BYTES, 0, typeBytes, typeBytes, strings.length];
  bytes.set(wordBytes([...header, ...types], endianness), 4);
  bytes.set(strings, HEADER_BYTES + typeBytes);
  return bytes;
}

export interface StringTable {
  /** Where the string is. Equal ones are there once. */
  add(text: string): number;
  bytes(): Uint8Array;
}

/** Strings one after another, each ended by a zero byte, the empty one first: as ELF has them too. */
export function stringTable(): StringTable {
  const places = new Map([['', 0]]);
  let text = '\0';
  return {
    add: (added) => {
      const place = places.get(added);
      if (place !== undefined) return place;
      const end = text.length;
      places.set(added, end);
      text += `${added}\0`;
      return end;
    },
    bytes: () => new Uint8Array(Buffer.from(text, 'latin1')),
  };
}
