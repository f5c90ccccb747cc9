import { R10 } from '../../src/isa/opcode.ts';
import { F, type Frame } from './frame.ts';
import { Byte, noteStore, readable, STACK_WINDOW_BYTES } from './view.ts';

/** The place in the window that a hint names, aligned to `bytes`. */
export const slotAt = (hint: number, bytes: number): number =>
  (hint % (STACK_WINDOW_BYTES / bytes)) * bytes;

/** A place of `bytes` bytes, aligned to them, that can be read: the one named, the next, or one made so. */
export function readableAt(frame: Frame, hint: number, bytes: number): number {
  const places = STACK_WINDOW_BYTES / bytes;
  for (let i = 0; i < places; i++) {
    const at = ((hint + i) % places) * bytes;
    if (readable(frame.view.stack, at, bytes)) return at;
  }
  const at = slotAt(hint, bytes);
  ensureReadable(frame, at, bytes);
  return at;
}

/** Stores to what can't be read yet of `bytes` bytes from `at`. */
export function ensureReadable(frame: Frame, at: number, bytes: number): void {
  for (let slot = at & ~7; slot < at + bytes; slot += 8) {
    const from = Math.max(slot, at);
    if (readable(frame.view.stack, from, Math.min(slot + 8, at + bytes) - from)) continue;
    frame.asm.emit(F.stdw, { dst: R10, off: frame.stackBase + slot, imm: slot + 1 });
    noteStore(frame.view.stack, slot, 8, Byte.SET);
  }
}
