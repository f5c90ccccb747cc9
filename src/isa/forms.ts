import { ALU_OPS, type AluOp, type Bits } from './alu.ts';
import { ATOMIC_OPS, type AtomicOp, LOAD_ACQ_IMM, STORE_REL_IMM } from './atomic.ts';
import type { Insn } from './insn.ts';
import { JUMP_OPS, type JumpOp } from './jump.ts';
import {
  InsnClass,
  Mode,
  OPCODE_CALL,
  OPCODE_LDDW,
  SizeBits,
  type SizeBytes,
  SizeName,
  SourceBit,
} from './opcode.ts';

/** The second operand: an immediate (`k`) or a register (`x`). */
export type Source = 'k' | 'x';

/** RFC 9669 section 2.4; `packet` holds the legacy LD_ABS and LD_IND. */
export type ConformanceGroup =
  | 'base32'
  | 'base64'
  | 'atomic32'
  | 'atomic64'
  | 'divmul32'
  | 'divmul64'
  | 'packet';

/** What a form says of one field of the insn: a register, any value, or exactly this number. */
export type Field = 'reg' | 'any' | number;

/** What every form has. */
export interface Common {
  /** Unique, such as `add64.x`, `ldxw`, `fetch_add.dw`: how forms are counted and reported. */
  readonly name: string;
  readonly opcode: number;
  readonly dst: Field;
  readonly src: Field;
  readonly off: Field;
  readonly imm: Field;
  readonly group: ConformanceGroup;
  /** The lowest clang `-mcpu` that emits it. */
  readonly cpu: 1 | 2 | 3 | 4;
  /** Section of RFC 9669, or the kernel file where the RFC has none. */
  readonly source: string;
}

/** What `lddw` loads (RFC 9669 section 5.4, table 13), in the order of the `src` codes. */
export const LDDW_PSEUDO = [
  'imm',
  'map_by_fd',
  'map_val_by_fd',
  'var_addr',
  'code_addr',
  'map_by_idx',
  'map_val_by_idx',
] as const;
export type LddwPseudo = (typeof LDDW_PSEUDO)[number];

/** What `call` calls, in the order of the `src` codes. */
export const CALLEES = ['helper', 'local', 'kfunc'] as const;
export type Callee = (typeof CALLEES)[number];

/** `le` and `be` convert between the machine's order and the named one; `bswap` always swaps. */
export type ByteSwap = 'le' | 'be' | 'bswap';

/**
 * One form of one operation: what an opcode, with the fields that select within it, means. The table
 * that assembler, disassembler, validator, emulator and generators share.
 */
export type Form = Common &
  (
    | { readonly kind: 'alu'; readonly op: AluOp; readonly bits: Bits; readonly operand: Source }
    | { readonly kind: 'movsx'; readonly bits: Bits; readonly fromBits: 8 | 16 | 32 }
    | { readonly kind: 'end'; readonly order: ByteSwap; readonly bits: 16 | 32 | 64 }
    | { readonly kind: 'load'; readonly size: SizeBytes; readonly signed: boolean }
    | { readonly kind: 'store'; readonly size: SizeBytes; readonly operand: Source }
    | { readonly kind: 'atomic'; readonly op: AtomicOp; readonly size: 4 | 8 }
    | { readonly kind: 'load_acq'; readonly size: SizeBytes }
    | { readonly kind: 'store_rel'; readonly size: SizeBytes }
    | { readonly kind: 'jump'; readonly op: JumpOp; readonly bits: Bits; readonly operand: Source }
    | { readonly kind: 'goto'; readonly offBits: 16 | 32 }
    | { readonly kind: 'may_goto' }
    | { readonly kind: 'call'; readonly callee: Callee }
    | { readonly kind: 'exit' }
    | { readonly kind: 'lddw'; readonly pseudo: LddwPseudo }
    | { readonly kind: 'packet'; readonly mode: 'abs' | 'ind'; readonly size: 1 | 2 | 4 }
  );

/** What tells the variants of a form apart. */
export type FormKind = Form['kind'];
/** A form of that kind. */
export type FormOf<Kind extends FormKind> = Extract<Form, { readonly kind: Kind }>;

const SOURCES: readonly Source[] = ['k', 'x'];
const BITS: readonly Bits[] = [32, 64];
const SIZES: readonly SizeBytes[] = [1, 2, 4, 8];
const WORDS: readonly (4 | 8)[] = [4, 8];
const ALU_CLASS = { 32: InsnClass.ALU, 64: InsnClass.ALU64 } as const;
const JMP_CLASS = { 32: InsnClass.JMP32, 64: InsnClass.JMP } as const;
const SOURCE_BIT = { k: SourceBit.K, x: SourceBit.X } as const;
const END_CODE = 0xd0;
const EXIT_CODE = 0x90;
/** `BPF_JCOND`, whose `src` 0 is `BPF_MAY_GOTO`. */
const JCOND_CODE = 0xe0;
const MOV_CODE = 0xb0;

const base = (bits: number): ConformanceGroup => (bits === 64 ? 'base64' : 'base32');
/** The fields of the second operand. */
const operandFields = (operand: Source) =>
  operand === 'k' ? ({ src: 0, imm: 'any' } as const) : ({ src: 'reg', imm: 0 } as const);

const ROWS: readonly Form[] = [
  ...ALU_OPS.flatMap((op) =>
    BITS.flatMap((bits) =>
      (op.imm === 'none' ? SOURCES.slice(0, 1) : SOURCES).map((operand): Form => {
        const fields = op.imm === 'none' ? ({ src: 0, imm: 0 } as const) : operandFields(operand);
        return {
          kind: 'alu',
          op,
          bits,
          operand,
          name: op.imm === 'none' ? `${op.name}${bits}` : `${op.name}${bits}.${operand}`,
          opcode: ALU_CLASS[bits] | SOURCE_BIT[operand] | op.code,
          dst: 'reg',
          ...fields,
          off: op.off,
          group: `${op.group}${bits}`,
          cpu: op.cpu === 4 ? 4 : bits === 32 ? 3 : 1,
          source: '4.1',
        };
      }),
    ),
  ),
  ...BITS.flatMap((bits) =>
    ([8, 16, 32] as const)
      .filter((fromBits) => fromBits < bits)
      .map(
        (fromBits): Form => ({
          kind: 'movsx',
          bits,
          fromBits,
          name: `movsx${bits}.${fromBits}`,
          opcode: ALU_CLASS[bits] | SourceBit.X | MOV_CODE,
          dst: 'reg',
          src: 'reg',
          off: fromBits,
          imm: 0,
          group: base(bits),
          cpu: 4,
          source: '4.1',
        }),
      ),
  ),
  ...(
    [
      ['le', InsnClass.ALU | SourceBit.K, 1],
      ['be', InsnClass.ALU | SourceBit.X, 1],
      ['bswap', InsnClass.ALU64 | SourceBit.K, 4],
    ] as const
  ).flatMap(([order, low, cpu]) =>
    ([16, 32, 64] as const).map(
      (bits): Form => ({
        kind: 'end',
        order,
        bits,
        name: `${order}${bits}`,
        opcode: low | END_CODE,
        dst: 'reg',
        src: 0,
        off: 0,
        imm: bits,
        group: base(bits),
        cpu,
        source: '4.2',
      }),
    ),
  ),
  {
    kind: 'goto',
    offBits: 16,
    name: 'ja',
    opcode: InsnClass.JMP,
    dst: 0,
    src: 0,
    off: 'any',
    imm: 0,
    group: 'base32',
    cpu: 1,
    source: '4.3',
  },
  {
    kind: 'goto',
    offBits: 32,
    name: 'jal',
    opcode: InsnClass.JMP32,
    dst: 0,
    src: 0,
    off: 0,
    imm: 'any',
    group: 'base32',
    cpu: 4,
    source: '4.3',
  },
  {
    kind: 'may_goto',
    name: 'may_goto',
    opcode: InsnClass.JMP | JCOND_CODE,
    dst: 0,
    src: 0,
    off: 'any',
    imm: 0,
    group: 'base32',
    cpu: 4,
    source: 'Linux 6.9 kernel/bpf/verifier.c check_cond_jmp_op',
  },
  ...JUMP_OPS.flatMap((op) =>
    BITS.flatMap((bits) =>
      SOURCES.map(
        (operand): Form => ({
          kind: 'jump',
          op,
          bits,
          operand,
          name: `${op.name}${bits}.${operand}`,
          opcode: JMP_CLASS[bits] | SOURCE_BIT[operand] | op.code,
          dst: 'reg',
          ...operandFields(operand),
          off: 'any',
          group: base(bits),
          cpu: bits === 32 ? 3 : op.cpu,
          source: '4.3',
        }),
      ),
    ),
  ),
  ...CALLEES.map(
    (callee, src): Form => ({
      kind: 'call',
      callee,
      name: `call.${callee}`,
      opcode: OPCODE_CALL,
      dst: 0,
      src,
      off: callee === 'kfunc' ? 'any' : 0,
      imm: 'any',
      group: 'base32',
      cpu: 1,
      source: '4.3.1',
    }),
  ),
  {
    kind: 'exit',
    name: 'exit',
    opcode: InsnClass.JMP | EXIT_CODE,
    dst: 0,
    src: 0,
    off: 0,
    imm: 0,
    group: 'base32',
    cpu: 1,
    source: '4.3',
  },
  ...SIZES.map(
    (size): Form => ({
      kind: 'load',
      size,
      signed: false,
      name: `ldx${SizeName[size]}`,
      opcode: InsnClass.LDX | Mode.MEM | SizeBits[size],
      dst: 'reg',
      src: 'reg',
      off: 'any',
      imm: 0,
      group: base(size * 8),
      cpu: 1,
      source: '5.1',
    }),
  ),
  ...SIZES.filter((size) => size < 8).map(
    (size): Form => ({
      kind: 'load',
      size,
      signed: true,
      name: `ldxs${SizeName[size]}`,
      opcode: InsnClass.LDX | Mode.MEMSX | SizeBits[size],
      dst: 'reg',
      src: 'reg',
      off: 'any',
      imm: 0,
      group: 'base64',
      cpu: 4,
      source: '5.2',
    }),
  ),
  ...SIZES.flatMap((size) =>
    SOURCES.map(
      (operand): Form => ({
        kind: 'store',
        size,
        operand,
        name: `${operand === 'k' ? 'st' : 'stx'}${SizeName[size]}`,
        opcode: (operand === 'k' ? InsnClass.ST : InsnClass.STX) | Mode.MEM | SizeBits[size],
        dst: 'reg',
        ...operandFields(operand),
        off: 'any',
        group: base(size * 8),
        cpu: 1,
        source: '5.1',
      }),
    ),
  ),
  ...ATOMIC_OPS.flatMap((op) =>
    WORDS.map(
      (size): Form => ({
        kind: 'atomic',
        op,
        size,
        name: `${op.name}.${SizeName[size]}`,
        opcode: InsnClass.STX | Mode.ATOMIC | SizeBits[size],
        dst: 'reg',
        src: 'reg',
        off: 'any',
        imm: op.imm,
        group: size === 8 ? 'atomic64' : 'atomic32',
        cpu: op.imm === 0 ? 1 : 3,
        source: '5.3',
      }),
    ),
  ),
  ...(['load_acq', 'store_rel'] as const).flatMap((kind) =>
    SIZES.map(
      (size): Form => ({
        kind,
        size,
        name: `${kind}.${SizeName[size]}`,
        opcode: InsnClass.STX | Mode.ATOMIC | SizeBits[size],
        dst: 'reg',
        src: 'reg',
        off: 'any',
        imm: kind === 'load_acq' ? LOAD_ACQ_IMM : STORE_REL_IMM,
        group: size === 8 ? 'atomic64' : 'atomic32',
        cpu: 4,
        source: 'Linux 6.15 kernel/bpf/verifier.c check_atomic',
      }),
    ),
  ),
  ...LDDW_PSEUDO.map(
    (pseudo, src): Form => ({
      kind: 'lddw',
      pseudo,
      name: `lddw.${pseudo}`,
      opcode: OPCODE_LDDW,
      dst: 'reg',
      src,
      off: 0,
      imm: 'any',
      group: 'base64',
      cpu: 1,
      source: '5.4',
    }),
  ),
  ...(['abs', 'ind'] as const).flatMap((mode) =>
    ([1, 2, 4] as const).map(
      (size): Form => ({
        kind: 'packet',
        mode,
        size,
        name: `ld${mode}.${SizeName[size]}`,
        opcode: InsnClass.LD | (mode === 'abs' ? Mode.ABS : Mode.IND) | SizeBits[size],
        dst: 0,
        src: mode === 'abs' ? 0 : 'reg',
        off: 0,
        imm: 'any',
        group: 'packet',
        cpu: 1,
        source: '5.5',
      }),
    ),
  ),
];

/** What any form may have, in one order: objects of one shape are read fastest, and forms are read most. */
const SHAPE = {
  ...{ name: undefined, kind: undefined, opcode: undefined, dst: undefined, src: undefined },
  ...{ off: undefined, imm: undefined, op: undefined, bits: undefined, operand: undefined },
  ...{ size: undefined, signed: undefined, fromBits: undefined, order: undefined },
  ...{ offBits: undefined, callee: undefined, pseudo: undefined, mode: undefined },
  ...{ group: undefined, cpu: undefined, source: undefined },
};

/** Every form there is, in the order of the RFC. */
export const FORMS: readonly Form[] = ROWS.map((form) => ({ ...SHAPE, ...form }));

/** The forms of each opcode; those that `src`, `off` or `imm` select within it stand side by side. */
const BY_OPCODE: readonly (readonly Form[])[] = Array.from({ length: 256 }, (_, opcode) =>
  FORMS.filter((form) => form.opcode === opcode),
);

const BY_NAME: ReadonlyMap<string, Form> = new Map(FORMS.map((form) => [form.name, form]));

/**
 * The form that an insn is of, or undefined where its opcode, or a field that must hold an exact
 * number, fits none. Whether registers are in range and jumps go to an insn is not looked at.
 */
export function formOf(insn: Insn): Form | undefined {
  const candidates = BY_OPCODE[insn.opcode];
  for (const form of candidates) if (fits(insn, form)) return form;
  return undefined;
}

/** The forms that share an opcode, for a message that says what was expected. */
export const formsOfOpcode = (opcode: number): readonly Form[] => BY_OPCODE[opcode] ?? [];

/** The form of that name; throws where there is none, which is our own mistake. */
export function formNamed(name: string): Form {
  const form = BY_NAME.get(name);
  if (form === undefined) throw new Error(`no form is named ${name}`);
  return form;
}

function fits(insn: Insn, form: Form): boolean {
  return (
    (typeof form.src !== 'number' || form.src === insn.src) &&
    (typeof form.off !== 'number' || form.off === insn.off) &&
    (typeof form.imm !== 'number' || form.imm === insn.imm) &&
    (typeof form.dst !== 'number' || form.dst === insn.dst)
  );
}

/** What the free fields of an insn are set to; a field that the form fixes is left out. */
export interface Operands {
  readonly dst?: number;
  readonly src?: number;
  readonly off?: number;
  readonly imm?: number;
  readonly nextImm?: number;
}

/** An insn of `form`; free fields that `operands` does not name are 0. */
export function insnOf(form: Form, operands: Operands = NO_OPERANDS): Insn {
  const { opcode } = form;
  const dst = fieldOf(form.dst, operands.dst);
  const src = fieldOf(form.src, operands.src);
  const off = fieldOf(form.off, operands.off);
  const imm = fieldOf(form.imm, operands.imm);
  return form.kind === 'lddw'
    ? { opcode, dst, src, off, imm, nextImm: operands.nextImm ?? 0 }
    : { opcode, dst, src, off, imm };
}

const NO_OPERANDS: Operands = {};

const fieldOf = (kind: Field, value: number | undefined): number =>
  typeof kind === 'number' ? kind : (value ?? 0);
