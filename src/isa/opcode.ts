/**
 * The numbers that an opcode is made of (RFC 9669 sections 4 and 5). No opcode number stands outside
 * `isa/`.
 *
 *   arithmetic and jumps          loads and stores
 *   +----------+---+-------+      +--------+------+-------+
 *   |   code   | s | class |      |  mode  |  sz  | class |
 *   +----------+---+-------+      +--------+------+-------+
 *    7        4  3  2     0        7      5 4    3 2     0
 */
export const InsnClass = {
  LD: 0x00,
  LDX: 0x01,
  ST: 0x02,
  STX: 0x03,
  ALU: 0x04,
  JMP: 0x05,
  JMP32: 0x06,
  ALU64: 0x07,
} as const;

/** Source operand: the immediate, or the register `src`. */
export const SourceBit = { K: 0x00, X: 0x08 } as const;

/** Mode of a load or store. */
export const Mode = {
  IMM: 0x00,
  ABS: 0x20,
  IND: 0x40,
  MEM: 0x60,
  MEMSX: 0x80,
  ATOMIC: 0xc0,
} as const;

/** Size bits of a load or store, by the number of bytes. */
export const SizeBits = { 1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18 } as const;

/** Bytes that a load, store or atomic touches. */
export type SizeBytes = keyof typeof SizeBits;

/** The suffix of a size in mnemonics: b, h, w, dw. */
export const SizeName = { 1: 'b', 2: 'h', 4: 'w', 8: 'dw' } as const;

/** The only opcode that fills two slots. */
export const OPCODE_LDDW = InsnClass.LD | Mode.IMM | SizeBits[8];

/** Calls of helpers, functions and kfuncs, which `src` tells apart. */
export const OPCODE_CALL = InsnClass.JMP | 0x80;

/** r0 to r10. */
export const REGS = 11;
/** The frame pointer, read-only. */
export const R10 = 10;
/** Bytes of stack a frame has. */
export const STACK_BYTES = 512;
/** Call frames that may be active at once, the first included (kernel `MAX_CALL_FRAMES` up to 7.1). */
export const CALL_FRAMES_MAX = 8;
