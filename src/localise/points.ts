import type { Insn } from '../isa/insn.ts';
import { type SizeBytes, STACK_BYTES } from '../isa/opcode.ts';
import { type Content, type Contents, contentsBefore } from './contents.ts';
import { flowOf } from './flow.ts';
import { liveBefore } from './liveness.ts';
import { GENERAL, has } from './registers.ts';

/** A place before an insn at which a prog can be looked at, and what can be read there. */
export interface Point {
  readonly insn: number;
  /** Registers that hold something and will still be read. */
  readonly regs: readonly number[];
  /** Parts of the stack that hold something. */
  readonly pieces: readonly StackPiece[];
  /** Two registers to work with; where `spills`, they must be kept there and put back. */
  readonly scratch: readonly [number, number];
  /** Offsets from r10; none where the two hold nothing that is read again. */
  readonly spills?: readonly [number, number];
}

/** Bytes of the stack that one load reads, aligned. */
export interface StackPiece {
  /** From r10. */
  readonly offset: number;
  readonly size: SizeBytes;
}

/** As many as an entry of the log has room for. */
export const PIECES_MAX = 20;

/**
 * The points of a prog, one before each insn that a path leads to; none where there are no two registers
 * to work with.
 */
export function pointsOf(insns: readonly Insn[]): readonly Point[] {
  const flow = flowOf(insns);
  const contents = contentsBefore(flow);
  const live = liveBefore(flow);
  const lowest = lowestOffset(flow.insns, contents);
  return contents.flatMap((found, insn): readonly Point[] => {
    if (found === undefined) return [];
    const { regs, stack } = found;
    const isFull = (reg: number): boolean => !UNREAD.has(regs[reg].kind);
    const isFree = (reg: number): boolean => !has(live[insn], reg) || regs[reg].kind === 'empty';
    const read = GENERAL.filter((reg) => has(live[insn], reg) && isFull(reg));
    const point = { insn, regs: read, pieces: piecesOf(stack) };
    const free = GENERAL.filter(isFree);
    if (free.length >= 2) return [{ ...point, scratch: [free[0], free[1]] }];
    const full = [...read, ...free];
    const spills = [lowest - 8, lowest - 16] as const;
    if (full.length < 2 || spills[1] < -STACK_BYTES) return [];
    return [{ ...point, scratch: [full[0], full[1]], spills }];
  });
}

/** A verifier refuses what may be nothing. That the ctx goes elsewhere is not seen to by emulators. */
const UNREAD: ReadonlySet<Content['kind']> = new Set(['empty', 'unsure', 'ctx']);

/** The lowest offset from r10, a multiple of 8, that any insn computes or uses. */
function lowestOffset(insns: readonly Insn[], contents: readonly (Contents | undefined)[]): number {
  const offsets = contents.flatMap((found, i) =>
    (found?.regs ?? []).flatMap((content, reg) => {
      if (content.kind !== 'frame') return [];
      const { dst, src, off } = insns[i];
      return reg === dst || reg === src ? [content.offset, content.offset + off] : [content.offset];
    }),
  );
  return Math.floor(Math.min(0, ...offsets) / 8) * 8;
}

/** Those next to r10 first. */
function piecesOf(stack: bigint): readonly StackPiece[] {
  const pieces: StackPiece[] = [];
  for (let offset = -8; offset >= -STACK_BYTES; offset -= 8) {
    const bytes = Number((stack >> BigInt(STACK_BYTES + offset)) & 0xffn);
    pieces.push(
      ...piecesOfSlot(bytes, 8).map((piece) => ({ ...piece, offset: piece.offset + offset })),
    );
  }
  return pieces.slice(0, PIECES_MAX);
}

/** `bytes` has a bit for each byte that holds something. */
function piecesOfSlot(bytes: number, size: SizeBytes, offset = 0): readonly StackPiece[] {
  const wanted = ((1 << size) - 1) << offset;
  if ((bytes & wanted) === 0) return [];
  if ((bytes & wanted) === wanted) return [{ offset, size }];
  const half = (size / 2) as SizeBytes;
  return [...piecesOfSlot(bytes, half, offset), ...piecesOfSlot(bytes, half, offset + half)];
}
