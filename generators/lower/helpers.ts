import type { FragmentOf } from '../plan.ts';
import {
  callHelper,
  ctxRegister,
  dropPackets,
  F,
  type Frame,
  isPinned,
  noteCall,
  regMask,
  scalar,
  stackPointer,
  valueRoom,
  whilePinned,
  writable,
} from './frame.ts';
import { storeBytes } from './maps.ts';
import { ensureReadable } from './stack.ts';
import { Byte, CTX, NONE, SCALAR, STACK_WINDOW_BYTES, setBytes } from './view.ts';

/** What trace_printk is given: no conversions, so that its answer is the length of this. */
const MESSAGE = new TextEncoder().encode('bpfdiff\0');

export function lowerHelper(frame: Frame, { helper }: FragmentOf<'helper'>): void {
  if (helper === 'trace_printk') {
    storeBytes(frame, valueRoom(frame), MESSAGE);
    stackPointer(frame, 1, valueRoom(frame));
    frame.asm.emit(F.movK, { dst: 2, imm: MESSAGE.length });
  }
  callHelper(frame, helper);
  // Time, chance and the CPU aren't compared.
  if (helper !== 'trace_printk') frame.view.regs[0] = NONE;
}

/** Offsets are an immediate, or a register cut to its low bits. */
const OFFSET_MASK = 0x7f;

export function lowerLoadBytes(frame: Frame, fragment: FragmentOf<'load-bytes'>): void {
  const { at, len, place } = bytesPlace(fragment.at, fragment.len, frame);
  if (!setSkbArguments(frame, fragment)) return;
  stackPointer(frame, 3, place);
  frame.asm.emit(F.movK, { dst: 4, imm: len });
  callHelper(frame, 'skb_load_bytes');
  setBytes(frame.view.stack, Byte.SET, at, at + len);
}

export function lowerStoreBytes(frame: Frame, fragment: FragmentOf<'store-bytes'>): void {
  const { at, len, place } = bytesPlace(fragment.at, fragment.len, frame);
  ensureReadable(frame, at, len);
  if (!setSkbArguments(frame, fragment)) return;
  stackPointer(frame, 3, place);
  frame.asm.emit(F.movK, { dst: 4, imm: len });
  frame.asm.emit(F.movK, { dst: 5, imm: fragment.flags });
  callHelper(frame, 'skb_store_bytes');
  dropPackets(frame);
}

/** LD_ABS and LD_IND: r6 must hold the ctx, the result is in r0 (RFC 9669 section 5.5). */
export function lowerLegacy(frame: Frame, { form, imm, src }: FragmentOf<'legacy'>): void {
  const { asm, view } = frame;
  if (frame.number !== 0) return;
  if (view.regs[6] !== CTX) {
    if (isPinned(frame, 6)) return;
    const ctx = ctxRegister(frame, 6);
    if (ctx === undefined) return;
    asm.emit(F.movX, { dst: 6, src: ctx });
    view.regs[6] = CTX;
  } else {
    ctxRegister(frame, 6);
  }
  if (form.mode === 'abs') {
    asm.emit(form, { imm });
  } else {
    const from = whilePinned(frame, [6], () => maskedOffset(frame, src));
    asm.emit(form, { src: from, imm });
  }
  noteCall(frame);
}

function bytesPlace(atHint: number, lenHint: number, { stackBase }: Frame) {
  const len = 1 + (lenHint % 24);
  const at = 8 * (atHint % Math.floor((STACK_WINDOW_BYTES - len) / 8 + 1));
  return { at, len, place: stackBase + at };
}

/** r1 = ctx, r2 = offset. Returns whether there is a ctx. */
function setSkbArguments(
  frame: Frame,
  { off, src }: { readonly off: number; readonly src: number },
): boolean {
  const { asm, view } = frame;
  const ctx = ctxRegister(frame, src);
  if (ctx === undefined) return false;
  if (ctx !== 1) asm.emit(F.movX, { dst: 1, src: ctx });
  view.regs[1] = CTX;
  whilePinned(frame, [1], () => {
    if (src === 0) {
      asm.emit(F.movK, { dst: 2, imm: off });
      return;
    }
    const from = scalar(frame, src);
    if (from !== 2) asm.emit(F.movX, { dst: 2, src: from });
    asm.emit(F.andK, { dst: 2, imm: OFFSET_MASK });
  });
  return true;
}

/** A register with a small value, mostly inside of packets. */
function maskedOffset(frame: Frame, hint: number): number {
  const from = scalar(frame, hint);
  const to = writable(frame, hint, regMask(from));
  frame.asm.emit(F.movX, { dst: to, src: from });
  frame.asm.emit(F.andK, { dst: to, imm: OFFSET_MASK >> 1 });
  frame.view.regs[to] = SCALAR;
  return to;
}
