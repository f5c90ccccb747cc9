import type { Case, MapSpec } from '../../../case/case.ts';
import { mapTypeNumber } from '../../../case/map-type.ts';
import { encodeProg, SLOT_BYTES } from '../../../isa/encode.ts';
import { formOf, type LddwPseudo } from '../../../isa/forms.ts';
import { type Insn, slotIndex } from '../../../isa/insn.ts';
import type { Endianness } from '../../target.ts';
import { btfBuilder } from '../btf.ts';
import {
  type ElfRelocation,
  type ElfSection,
  type ElfSymbol,
  elfObject,
  RelocationType,
} from './elf.ts';
import { type ProgPart, progParts } from './subprogs.ts';

/** An object file of one prog, for `bpftool prog load`. */
export interface ProgObject {
  readonly bytes: Uint8Array;
  /** What its maps are called in it, with the index of the map in the case. */
  readonly maps: readonly NamedMap[];
}

export interface NamedMap {
  readonly name: string;
  readonly map: number;
}

/** What a section is called in which libbpf looks for subprogs. */
const SUBPROGS = '.text';
/** Where it looks for maps. */
const MAPS = '.maps';
/** Both the symbol of the prog and the name that the kernel knows it by. */
const PROG = 'prog';

/** As libbpf sees the map when its fd is loaded, and when the address of its value is. */
export const mapName = (map: number): string => `m${map}`;
const valueName = (map: number): string => `.data.m${map}`;

/**
 * The object file of a prog of a case, or undefined where libbpf would load another prog than that (see
 * `progParts`). A map whose fd the prog loads is described with BTF in `.maps`. One whose value it
 * addresses needs a section of data, for libbpf has no other way to an address (RELO_DATA,
 * tools/lib/bpf/libbpf.c, 6.1). `bpftool prog load FILE PIN map name NAME pinned MAP` says that
 * both are one map.
 */
export function progObject(
  testCase: Case,
  prog: number,
  section: string,
  endianness: Endianness,
): ProgObject | undefined {
  const parts = progParts(testCase.progs[prog].insns);
  if (parts === undefined) return undefined;
  const insns = parts.flatMap((part) => part.insns);
  const byFd = mapsOf(insns, 'map_by_fd');
  const byValue = mapsOf(insns, 'map_val_by_fd');
  const linked = parts.map((part) => linkedPart(part, endianness));
  const [main, ...subprogs] = linked;
  const starts = offsets(subprogs.map(({ bytes }) => bytes));

  const sections: readonly ElfSection[] = [
    { name: section, kind: 'code', ...main },
    { name: SUBPROGS, kind: 'code', ...joined(subprogs, starts) },
    { name: 'license', kind: 'data', bytes: Buffer.from('GPL\0') },
    { name: MAPS, kind: 'data', bytes: new Uint8Array(byFd.length * MAP_DEFINITION_BYTES) },
    ...byValue.map((map): ElfSection => {
      const bytes = new Uint8Array(testCase.maps[map].valueBytes);
      return { name: valueName(map), kind: 'data', bytes };
    }),
    { name: '.BTF', kind: 'info', bytes: mapsBtf(byFd, testCase.maps, endianness) },
  ];
  const symbols: ElfSymbol[] = [
    symbol(PROG, 'func', section, 0, main.bytes.length),
    ...subprogs.map(({ bytes }, i) =>
      symbol(partName(i + 1), 'func', SUBPROGS, starts[i], bytes.length),
    ),
    ...byFd.map((map, i) =>
      symbol(mapName(map), 'object', MAPS, i * MAP_DEFINITION_BYTES, MAP_DEFINITION_BYTES),
    ),
    ...byValue.map((map) =>
      symbol(valueSymbol(map), 'object', valueName(map), 0, testCase.maps[map].valueBytes),
    ),
  ];
  return {
    bytes: elfObject({ endianness, sections: sections.filter(hasContent), symbols }),
    maps: [
      ...byFd.map((map) => ({ name: mapName(map), map })),
      ...byValue.map((map) => ({ name: valueName(map), map })),
    ],
  };
}

const hasContent = ({ bytes }: ElfSection): boolean => bytes.length > 0;
const partName = (part: number): string => `subprog${part}`;
const valueSymbol = (map: number): string => `value${map}`;

const symbol = (
  name: string,
  kind: ElfSymbol['kind'],
  section: string,
  offsetBytes: number,
  sizeBytes: number,
): ElfSymbol => ({ name, kind, section, offsetBytes, sizeBytes });

/** Maps that `lddw` insns of that kind name, each once. */
function mapsOf(insns: readonly Insn[], pseudo: LddwPseudo): readonly number[] {
  const named = insns.filter((insn) => pseudoOf(insn) === pseudo);
  return [...new Set(named.map(({ imm }) => imm))].sort((a, b) => a - b);
}

/** Where each begins when they stand one behind the other. */
function offsets(parts: readonly Uint8Array[]): readonly number[] {
  let end = 0;
  return parts.map(({ length }) => {
    end += length;
    return end - length;
  });
}

/** Bytes of a section, and what libbpf is to link there. */
type Linked = Required<Pick<ElfSection, 'bytes' | 'relocations'>>;

const joined = (parts: readonly Linked[], starts: readonly number[]): Linked => ({
  bytes: Buffer.concat(parts.map(({ bytes }) => bytes)),
  relocations: parts.flatMap(({ relocations }, i) =>
    relocations.map((each) => ({ ...each, offsetBytes: each.offsetBytes + starts[i] })),
  ),
});

/** Bytes of a part as libbpf wants them before it links, and what it is to link. */
function linkedPart({ insns, callees }: ProgPart, endianness: Endianness): Linked {
  const starts = slotIndex(insns);
  const relocations: ElfRelocation[] = [];
  const unlinked = insns.map((insn, i): Insn => {
    const offsetBytes = starts[i] * SLOT_BYTES;
    const callee = callees.get(i);
    if (callee !== undefined) {
      const type = RelocationType.R_BPF_64_32;
      relocations.push({ offsetBytes, symbol: partName(callee), type });
      return { ...insn, imm: -1 };
    }
    const pseudo = pseudoOf(insn);
    if (pseudo !== 'map_by_fd' && pseudo !== 'map_val_by_fd') return insn;
    const type = RelocationType.R_BPF_64_64;
    if (pseudo === 'map_by_fd') {
      relocations.push({ offsetBytes, symbol: mapName(insn.imm), type });
      return { ...insn, src: 0, imm: 0 };
    }
    relocations.push({ offsetBytes, symbol: valueSymbol(insn.imm), type });
    // How far into the value: libbpf moves it to the second slot.
    return { ...insn, src: 0, imm: insn.nextImm ?? 0, nextImm: 0 };
  });
  return { bytes: encodeProg(unlinked, endianness), relocations };
}

function pseudoOf(insn: Insn): LddwPseudo | undefined {
  const form = formOf(insn);
  return form?.kind === 'lddw' ? form.pseudo : undefined;
}

const MAP_FIELDS = ['type', 'key_size', 'value_size', 'max_entries', 'map_flags'] as const;
const POINTER_BYTES = 8;
const MAP_DEFINITION_BYTES = MAP_FIELDS.length * POINTER_BYTES;

/**
 * The types of the variables in `.maps`: structs whose members are pointers to arrays, the length of
 * which is the number that is meant (`__uint` of tools/lib/bpf/bpf_helpers.h, 6.1).
 */
function mapsBtf(
  indexes: readonly number[],
  maps: readonly MapSpec[],
  endianness: Endianness,
): Uint8Array {
  if (indexes.length === 0) return new Uint8Array();
  const btf = btfBuilder(endianness);
  const int = btf.int('int', 4, 'signed');
  const vars = indexes.map((index) => {
    const { type, keyBytes, valueBytes, maxEntries, flags } = maps[index];
    const numbers = [mapTypeNumber(type), keyBytes, valueBytes, maxEntries, flags];
    const members = numbers.map((number, i) => ({
      name: MAP_FIELDS[i],
      type: btf.ptr(btf.array(int, number, int)),
      offsetBytes: i * POINTER_BYTES,
    }));
    return btf.var(mapName(index), btf.struct('', MAP_DEFINITION_BYTES, members));
  });
  btf.datasec(
    MAPS,
    vars.length * MAP_DEFINITION_BYTES,
    vars.map((id, i) => ({
      var: id,
      offsetBytes: i * MAP_DEFINITION_BYTES,
      sizeBytes: MAP_DEFINITION_BYTES,
    })),
  );
  return btf.bytes();
}
