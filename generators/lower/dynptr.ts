import type { DynptrArg, DynptrKfunc } from '../../src/case/ksyms.ts';
import { type Form, formNamed } from '../../src/isa/forms.ts';
import { R10 } from '../../src/isa/opcode.ts';
import type { DynptrOp } from '../dynptr-op.ts';
import type { FragmentOf, MapPlan } from '../plan.ts';
import { emitConst } from './compute.ts';
import {
  callHelper,
  ctxRegister,
  dropPackets,
  F,
  type Frame,
  OBJECT_ROOM_BYTES,
  pointers,
  stackPointer,
  whilePinned,
  withObjects,
} from './frame.ts';
import { callKfunc } from './ksyms.ts';
import { counterRegister } from './loop.ts';
import { mapNumber, setMap } from './maps.ts';
import { isSaving, SAVED_BYTES, savedMapNumber } from './saved-map.ts';
import { ensureReadable } from './stack.ts';
import { Byte, NONE, SCALAR, STACK_WINDOW_BYTES, setBytes } from './view.ts';

const LOAD_BYTE = formNamed('ldxb');
const VALUE = {
  fd: formNamed('lddw.map_val_by_fd'),
  idx: formNamed('lddw.map_val_by_idx'),
} as const;
const MIX = 31;
/** Of a slice or a read, at most. */
const LEN_MAX = 24;

/** Where a dynptr lies, and what is known of it. */
interface Dynptr {
  readonly room: number;
  readonly spare: number;
  /** Whether it is one of a packet, whose bytes may move when they are written. */
  readonly ofPacket: boolean;
  cloned: boolean;
}

/** A dynptr that is made, worked with, and given back where that must be. */
export function lowerDynptr(frame: Frame, fragment: FragmentOf<'dynptr'>): void {
  const { source, mixed, ops, end } = fragment;
  const { view } = frame;
  const reg = counterRegister(frame, mixed);
  if (reg === undefined) return;
  withObjects(frame, 2, (room, spare) => {
    if (!make(frame, room, fragment)) return;
    const dynptr = { room, spare, ofPacket: typeof source !== 'string', cloned: false };
    frame.asm.emit(F.movX, { dst: reg, src: 0 });
    view.regs[reg] = SCALAR;
    whilePinned(frame, [reg], () => {
      for (const op of ops) {
        if (!lowerOp(frame, dynptr, op)) continue;
        frame.asm.emit(F.mulK, { dst: reg, imm: MIX });
        frame.asm.emit(F.addX, { dst: reg, src: 0 });
      }
    });
    if (source === 'record') {
      stackPointer(frame, 1, room);
      frame.asm.emit(F.movK, { dst: 2, imm: 0 });
      callHelper(frame, end === 'submit' ? 'ringbuf_submit_dynptr' : 'ringbuf_discard_dynptr');
    }
    view.regs[0] = NONE;
    // Other objects may take the room afterwards.
    for (const used of dynptr.cloned ? [room, spare] : [room]) {
      for (let at = 0; at < OBJECT_ROOM_BYTES; at += 8) {
        frame.asm.emit(F.stdw, { dst: R10, off: used + at });
      }
    }
  });
}

/** Makes the dynptr, and leaves in r0 what was answered; false where there is nothing to make it of. */
function make(frame: Frame, room: number, fragment: FragmentOf<'dynptr'>): boolean {
  const { source, by, flags, size } = fragment;
  const { asm } = frame;
  if (source === 'memory') {
    const bytes = setMemory(frame, fragment);
    if (bytes === undefined) return false;
    asm.emit(F.movK, { dst: 2, imm: size % (bytes + 1) });
    asm.emit(F.movK, { dst: 3, imm: flags });
    stackPointer(frame, 4, room);
    callHelper(frame, 'dynptr_from_mem');
  } else if (source === 'record') {
    const number = mapNumber(frame, fragment.map, ({ spec }) => spec.type === 'ringbuf');
    if (number === undefined) return false;
    setMap(frame, 1, number, by);
    asm.emit(F.movK, { dst: 2, imm: size });
    asm.emit(F.movK, { dst: 3, imm: flags });
    stackPointer(frame, 4, room);
    callHelper(frame, 'ringbuf_reserve_dynptr');
  } else {
    const ctx = ctxRegister(frame, 6);
    if (ctx === undefined) return false;
    if (ctx !== 1) asm.emit(F.movX, { dst: 1, src: ctx });
    asm.emit(F.movK, { dst: 2, imm: flags });
    stackPointer(frame, 3, room);
    callKfunc(frame, source.name);
  }
  return true;
}

/** r1 points into a map's value; tells how many bytes of it follow. */
function setMemory(frame: Frame, { by, map }: FragmentOf<'dynptr'>): number | undefined {
  const { asm, plan } = frame;
  const values = pointers(frame, ['value'], 1);
  if (values.length > 0) {
    const { reg, region } = values[map % values.length];
    if (reg !== 1) asm.emit(F.movX, { dst: 1, src: reg });
    asm.emit(F.addK, { dst: 1, imm: region.low });
    return region.high - region.low;
  }
  const direct = ({ spec }: MapPlan) =>
    spec.type === 'array' &&
    spec.maxEntries === 1 &&
    spec.spinLock === undefined &&
    spec.kptr === undefined;
  const number = mapNumber(frame, map, direct);
  if (number !== undefined) {
    asm.emit(VALUE[by], { dst: 1, imm: number, nextImm: 0 });
    return plan.maps[number].spec.valueBytes;
  }
  if (!isSaving(frame.prog)) return undefined;
  asm.emit(VALUE.fd, { dst: 1, imm: savedMapNumber(plan), nextImm: 0 });
  return SAVED_BYTES;
}

/** Leaves in r0 what was answered or found; false where the dynptr can't be used so. */
function lowerOp(frame: Frame, dynptr: Dynptr, op: DynptrOp): boolean {
  const len = op.len % (LEN_MAX + 1);
  const place = 8 * (op.at % Math.floor((STACK_WINDOW_BYTES - LEN_MAX) / 8 + 1));
  const room = op.on !== 0 && dynptr.cloned ? dynptr.spare : dynptr.room;
  if (typeof op.op !== 'string') return lowerOpKfunc(frame, dynptr, op.op, op);
  const { asm } = frame;
  if (op.op === 'data') {
    stackPointer(frame, 1, room);
    emitConst(frame, 2, op.off);
    asm.emit(F.movK, { dst: 3, imm: len });
    callHelper(frame, 'dynptr_data');
    lookInto(frame, len, op, 'writable');
    return true;
  }
  if (len > 0) ensureReadable(frame, place, len);
  const [at, length, on, off] = op.op === 'read' ? [1, 2, 3, 4] : [3, 4, 1, 2];
  stackPointer(frame, at, frame.stackBase + place);
  asm.emit(F.movK, { dst: length, imm: len });
  stackPointer(frame, on, room);
  emitConst(frame, off, op.off);
  asm.emit(F.movK, { dst: 5, imm: op.flags });
  callHelper(frame, op.op === 'read' ? 'dynptr_read' : 'dynptr_write');
  if (op.op === 'read') setBytes(frame.view.stack, Byte.SET, place, place + len);
  else if (dynptr.ofPacket) dropPackets(frame);
  return true;
}

function lowerOpKfunc(frame: Frame, dynptr: Dynptr, kfunc: DynptrKfunc, op: DynptrOp): boolean {
  const { asm } = frame;
  const makes = kfunc.args.includes('new-dynptr');
  if (makes && dynptr.cloned) return false;
  const len = op.len % (LEN_MAX + 1);
  const place = 8 * (op.at % Math.floor((STACK_WINDOW_BYTES - LEN_MAX) / 8 + 1));
  const clone = dynptr.cloned ? dynptr.spare : dynptr.room;
  const dynptrs = op.on === 0 ? [dynptr.room, clone] : [clone, dynptr.room];
  const numbers = [op.off, op.end, BigInt(op.value)];
  const hasBuffer = op.value % 2 === 0;
  if (kfunc.args.includes('buffer') && hasBuffer && len > 0) ensureReadable(frame, place, len);
  const set: { readonly [Kind in DynptrArg]: (reg: number) => void } = {
    dynptr: (reg) => stackPointer(frame, reg, dynptrs.shift()!),
    'new-dynptr': (reg) => stackPointer(frame, reg, dynptr.spare),
    scalar: (reg) => emitConst(frame, reg, numbers.shift()!),
    ctx: () => {},
    buffer: (reg) => {
      if (hasBuffer) stackPointer(frame, reg, frame.stackBase + place);
      else asm.emit(F.movK, { dst: reg, imm: 0 });
    },
    length: (reg) => asm.emit(F.movK, { dst: reg, imm: len }),
  };
  kfunc.args.forEach((arg, i) => {
    set[arg](i + 1);
  });
  callKfunc(frame, kfunc.name);
  if (makes) dynptr.cloned = true;
  if (dynptr.ofPacket && WRITING.has(kfunc.name)) dropPackets(frame);
  if (kfunc.args.includes('buffer') && hasBuffer) {
    setBytes(frame.view.stack, Byte.SET, place, place + len);
  }
  if (kfunc.returns === 'bool') asm.emit(F.andK, { dst: 0, imm: 0xff });
  if (kfunc.returns === 'readable' || kfunc.returns === 'writable') {
    lookInto(frame, len, op, kfunc.returns);
  } else frame.view.regs[0] = SCALAR;
  return true;
}

const WRITING: ReadonlySet<string> = new Set(['bpf_dynptr_copy', 'bpf_dynptr_memset']);

/** r0, a pointer to so many bytes or NULL, becomes one of the bytes. */
function lookInto(
  frame: Frame,
  len: number,
  { value }: DynptrOp,
  access: 'readable' | 'writable',
): void {
  const { asm, view, effects } = frame;
  const end = asm.label();
  asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
  effects.forks++;
  const load = (form: Form, off: number) => asm.emit(form, { dst: 0, src: 0, off });
  if (len === 0) asm.emit(F.movK, { dst: 0, imm: 1 });
  else {
    const at = value % len;
    if (access === 'writable' && value % 3 !== 0) asm.emit(F.stb, { dst: 0, off: at, imm: value });
    load(LOAD_BYTE, len - 1 - at);
  }
  asm.place(end);
  view.regs[0] = SCALAR;
}
