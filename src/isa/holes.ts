import type { Operands } from './forms.ts';
import { helperId, helperName } from './helpers.ts';
import type { Insn } from './insn.ts';
import { s32, u32, u64 } from './integers.ts';
import { R10 } from './opcode.ts';
import type { Token } from './tokens.ts';

/** A label where a distance is meant; the assembler puts the distance into `field`. */
export interface LabelUse {
  readonly name: string;
  readonly column: number;
  readonly field: 'off' | 'imm';
}

/** The fields of an insn that were read so far. */
export interface Captured extends Operands {
  readonly opcode?: number;
  readonly label?: LabelUse;
}

/** What a hole made of the tokens from some index on; `end` is the index behind them. */
export interface HoleRead {
  readonly fields: Captured;
  readonly end: number;
}

/** What stands in a hole of a template (syntax.ts): how it is read and printed. */
export interface Hole {
  /** For "Expected ...". */
  readonly expected: string;
  readonly fields: readonly (keyof Insn)[];
  /** Undefined where the tokens don't fit. `labels` holds the names of all labels of the prog. */
  readonly read: (
    tokens: readonly Token[],
    at: number,
    labels: ReadonlySet<string>,
  ) => HoleRead | undefined;
  /** Undefined where the hole can't hold what the insn has. */
  readonly print: (insn: Insn, labelAt: LabelAt) => string | undefined;
}

/** The label of the insn that lies `distance` slots from the following one, if it has one. */
export type LabelAt = (distance: number) => string | undefined;

type Place = 'off' | 'imm' | 'nextImm';

const BITS: Readonly<Record<Place, 16 | 32>> = { off: 16, imm: 32, nextImm: 32 };

/** By the name that follows `$`. */
export const HOLES: Readonly<Record<string, Hole>> = {
  dst: register('r', 'dst'),
  src: register('r', 'src'),
  wdst: register('w', 'dst'),
  wsrc: register('w', 'src'),
  /** `+3`, `-3`: the sign is always there. */
  off: displacement('off'),
  next: displacement('nextImm'),
  /** `3`, `-3`. */
  imm: value('imm'),
  offvalue: value('off'),
  nextvalue: value('nextImm'),
  imm64: imm64(),
  helper: helper(),
  jump: distance('off', 'optional'),
  jump32: distance('imm', 'optional'),
  callee: distance('imm', 'needed'),
  /** `code_addr` counts from the slot behind its first one (verifier.c `check_ld_imm`, Linux 6.1). */
  code: distance('imm', 'needed'),
  opcode: unsigned('opcode', 0xff),
  dst4: unsigned('dst', 0xf),
  src4: unsigned('src', 0xf),
};

function register(prefix: 'r' | 'w', field: 'dst' | 'src'): Hole {
  const names = Array.from({ length: R10 + 1 }, (_, number) => `${prefix}${number}`);
  return {
    expected: `a register ${prefix}0..${prefix}10`,
    fields: [field],
    read: (tokens, at) => {
      const number = names.indexOf(tokens[at]?.text ?? '');
      return number < 0 ? undefined : { fields: { [field]: number }, end: at + 1 };
    },
    print: (insn) => names[insn[field]],
  };
}

function displacement(field: Place): Hole {
  const bits = BITS[field];
  return {
    expected: `an offset of ${bits} bits such as \`+8\``,
    fields: [field],
    read: (tokens, at) => {
      if (!isSign(tokens[at])) return undefined;
      const read = readNumber(tokens, at);
      if (read === undefined || read.number !== BigInt.asIntN(bits, read.number)) return undefined;
      return { fields: { [field]: Number(read.number) }, end: read.end };
    },
    print: (insn) => withSign(insn[field] ?? 0),
  };
}

/** A signed value, which hexadecimal may also give unsigned: 0xffffffff is -1. */
function value(field: Place): Hole {
  const bits = BITS[field];
  const range = { min: -(1n << BigInt(bits - 1)), max: (1n << BigInt(bits)) - 1n };
  return {
    expected: `a number of ${bits} bits`,
    fields: [field],
    read: (tokens, at) => {
      const read = readNumber(tokens, at);
      if (read === undefined || read.number < range.min || read.number > range.max)
        return undefined;
      return { fields: { [field]: Number(BigInt.asIntN(bits, read.number)) }, end: read.end };
    },
    print: (insn) => `${insn[field] ?? 0}`,
  };
}

function unsigned(field: 'opcode' | 'dst' | 'src', max: number): Hole {
  return {
    expected: `a number from 0 to ${max}`,
    fields: [field],
    read: (tokens, at) => {
      const read = readNumber(tokens, at);
      if (read === undefined || read.number < 0n || read.number > BigInt(max)) return undefined;
      return { fields: { [field]: Number(read.number) }, end: read.end };
    },
    print: (insn) => (field === 'opcode' ? hex(BigInt(insn.opcode), 2) : `${insn[field]}`),
  };
}

function imm64(): Hole {
  return {
    expected: 'a number of 64 bits',
    fields: ['imm', 'nextImm'],
    read: (tokens, at) => {
      const read = readNumber(tokens, at);
      if (read === undefined || read.number < -(1n << 63n) || read.number >= 1n << 64n) {
        return undefined;
      }
      const number = u64(read.number);
      const fields = { imm: Number(s32(number)), nextImm: Number(s32(number >> 32n)) };
      return { fields, end: read.end };
    },
    print: (insn) => hex((u32(BigInt(insn.nextImm ?? 0)) << 32n) | u32(BigInt(insn.imm)), 0),
  };
}

/** `map_lookup_elem#1`, `map_lookup_elem` or `bpf_map_lookup_elem`; a label of that name goes first. */
function helper(): Hole {
  return {
    expected: 'a helper such as `map_lookup_elem#1`',
    fields: ['imm'],
    read: (tokens, at, labels) => {
      const name = tokens[at]?.text ?? '';
      const imm = labels.has(name) ? undefined : helperId(name);
      if (imm === undefined) return undefined;
      if (tokens[at + 1]?.text !== '#') return { fields: { imm }, end: at + 1 };
      const read = readNumber(tokens, at + 2);
      return read?.number === BigInt(imm) ? { fields: { imm }, end: read.end } : undefined;
    },
    print: (insn) => {
      const name = helperName(insn.imm);
      return name === undefined ? undefined : `${name}#${insn.imm}`;
    },
  };
}

/**
 * A distance in slots from the following insn, or a label. Where `pc` is needed (a bare number means a
 * helper there), a word counts only if it is a label.
 */
function distance(field: 'off' | 'imm', pc: 'optional' | 'needed'): Hole {
  const places = displacement(field);
  const example = pc === 'needed' ? 'pc+2' : '+2';
  return {
    expected: `a label or a distance such as \`${example}\``,
    fields: [field],
    read: (tokens, at, labels) => {
      const token = tokens[at];
      const hasPc = token?.text === 'pc' && isSign(tokens[at + 1]);
      if (hasPc || pc === 'optional') {
        const read = places.read(tokens, hasPc ? at + 1 : at, labels);
        if (read !== undefined) return read;
      }
      if (token?.kind !== 'word' || (pc === 'needed' && !labels.has(token.text))) return undefined;
      const label = { name: token.text, column: token.column, field };
      return { fields: { [field]: 0, label }, end: at + 1 };
    },
    print: (insn, labelAt) =>
      labelAt(insn[field]) ?? `${pc === 'needed' ? 'pc' : ''}${withSign(insn[field])}`,
  };
}

/** Longer numbers are out of every range; converting them takes time that grows with the square. */
const NUMBER_LENGTH_MAX = 40;

function readNumber(
  tokens: readonly Token[],
  at: number,
): { readonly number: bigint; readonly end: number } | undefined {
  const sign = isSign(tokens[at]) ? 1 : 0;
  const token = tokens[at + sign];
  if (token?.kind !== 'number' || token.text.length > NUMBER_LENGTH_MAX) return undefined;
  const number = BigInt(token.text);
  return { number: tokens[at].text === '-' ? -number : number, end: at + sign + 1 };
}

const isSign = (token: Token | undefined): boolean => token?.text === '+' || token?.text === '-';
const withSign = (number: number): string => (number < 0 ? `${number}` : `+${number}`);
const hex = (number: bigint, digits: number): string =>
  `0x${number.toString(16).padStart(digits, '0')}`;
