import { type Insn, slotsOf } from './insn.ts';
import { OPCODE_LDDW } from './opcode.ts';

/** The byte order of the machine that a prog is for. */
export type Endianness = 'little' | 'big';

/** Bytes of one slot. */
export const SLOT_BYTES = 8;

/** Bytes that are not a prog. `code` is stable, `slot` counts from 0. */
export class IsaError extends Error {
  readonly code: 'PROG_LENGTH' | 'LDDW_CUT' | 'LDDW_SECOND_SLOT';
  readonly slot: number;

  constructor(code: IsaError['code'], slot: number, message: string) {
    super(`${message} (slot ${slot})`);
    this.name = 'IsaError';
    this.code = code;
    this.slot = slot;
  }
}

/**
 * The bytes of a prog, 8 for each slot, as bpf(2) takes them (RFC 9669 section 3). The two nibbles of
 * the second byte follow the byte order, as the bit fields of `struct bpf_insn` do:
 *
 *            byte 0   byte 1       byte 2..3   byte 4..7
 *   little   opcode   src | dst    off LE      imm LE        (high nibble | low nibble)
 *   big      opcode   dst | src    off BE      imm BE
 *
 * Fields are cut to their width. The second slot of `lddw` holds `nextImm` (0 where it is absent)
 * and zeros.
 */
export function encodeProg(insns: readonly Insn[], endianness: Endianness): Uint8Array {
  let slots = 0;
  for (const insn of insns) slots += slotsOf(insn);
  const bytes = new Uint8Array(slots * SLOT_BYTES);
  const writeSlot = endianness === 'little' ? writeLittle : writeBig;
  let at = 0;
  for (const insn of insns) {
    writeSlot(bytes, at, insn.opcode, insn.dst, insn.src, insn.off, insn.imm);
    at += SLOT_BYTES;
    if (insn.opcode !== OPCODE_LDDW) continue;
    writeSlot(bytes, at, 0, 0, 0, 0, insn.nextImm ?? 0);
    at += SLOT_BYTES;
  }
  return bytes;
}

/**
 * The insns that `bytes` hold. Any opcode and any field is taken as it is; what has no `Insn` throws
 * `IsaError`: a length that is no multiple of 8, an `lddw` whose second slot is missing or holds
 * more than an `imm` (the kernel refuses both: Linux 6.1 kernel/bpf/verifier.c `resolve_pseudo_ldimm64`).
 */
export function decodeProg(bytes: Uint8Array, endianness: Endianness): Insn[] {
  const slots = Math.floor(bytes.length / SLOT_BYTES);
  if (bytes.length % SLOT_BYTES !== 0) {
    const found = `${bytes.length}`;
    throw new IsaError(
      'PROG_LENGTH',
      slots,
      `Expected a multiple of ${SLOT_BYTES} bytes, got ${found}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = endianness === 'little';
  const insns: Insn[] = [];
  for (let slot = 0; slot < slots; slot++) {
    const insn = readSlot(view, slot, little);
    if (insn.opcode === OPCODE_LDDW) {
      insns.push({ ...insn, nextImm: secondImm(view, slot + 1, slots, little) });
      slot++;
    } else insns.push(insn);
  }
  return insns;
}

function secondImm(view: DataView, slot: number, slots: number, little: boolean): number {
  if (slot >= slots) {
    throw new IsaError('LDDW_CUT', slot - 1, 'Expected a second slot of lddw, got the end of prog');
  }
  const { opcode, dst, src, off, imm } = readSlot(view, slot, little);
  if (opcode !== 0 || dst !== 0 || src !== 0 || off !== 0) {
    const found = `opcode ${opcode}, dst ${dst}, src ${src}, off ${off}`;
    const expected = 'Expected only `imm` to be set in the second slot of lddw';
    throw new IsaError('LDDW_SECOND_SLOT', slot, `${expected}, got ${found}`);
  }
  return imm;
}

function readSlot(view: DataView, slot: number, little: boolean): Insn {
  const at = slot * SLOT_BYTES;
  const regs = view.getUint8(at + 1);
  return {
    opcode: view.getUint8(at),
    dst: little ? regs & 0xf : regs >> 4,
    src: little ? regs >> 4 : regs & 0xf,
    off: view.getInt16(at + 2, little),
    imm: view.getInt32(at + 4, little),
  };
}

// Bytes one by one are twice as fast as a DataView for the few slots that most progs have.
function writeLittle(
  bytes: Uint8Array,
  at: number,
  opcode: number,
  dst: number,
  src: number,
  off: number,
  imm: number,
): void {
  bytes[at] = opcode;
  bytes[at + 1] = (src << 4) | (dst & 0xf);
  bytes[at + 2] = off;
  bytes[at + 3] = off >> 8;
  bytes[at + 4] = imm;
  bytes[at + 5] = imm >> 8;
  bytes[at + 6] = imm >> 16;
  bytes[at + 7] = imm >> 24;
}

function writeBig(
  bytes: Uint8Array,
  at: number,
  opcode: number,
  dst: number,
  src: number,
  off: number,
  imm: number,
): void {
  bytes[at] = opcode;
  bytes[at + 1] = (dst << 4) | (src & 0xf);
  bytes[at + 2] = off >> 8;
  bytes[at + 3] = off;
  bytes[at + 4] = imm >> 24;
  bytes[at + 5] = imm >> 16;
  bytes[at + 6] = imm >> 8;
  bytes[at + 7] = imm;
}
