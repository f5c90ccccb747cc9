import { R10 } from '../../src/isa/opcode.ts';
import { packetFields } from '../ctx-access.ts';
import type { AccessForm, FragmentOf } from '../plan.ts';
import {
  F,
  type Frame,
  ownScalar,
  pointers,
  regMask,
  scalar,
  stackPointer,
  writable,
} from './frame.ts';
import { readableAt, slotAt } from './stack.ts';
import { Byte, NONE, noteStore, type Region, SCALAR } from './view.ts';

export function lowerAccess(frame: Frame, fragment: FragmentOf<'access'>): void {
  const { form, base, off, reg, imm, via } = fragment;
  const value = valueRegister(frame, form, reg);
  const pointer = pointerFor(frame, form, base, value);
  if (pointer === undefined) {
    accessStack(frame, fragment, value);
    return;
  }
  const { region } = pointer;
  const at = placeIn(form, region, off);
  if (!isAligned(form, region, at) || region.kind === 'packet') frame.effects.unaligned = true;
  emitAccess(frame, form, { base: pointer.reg, off: at, value, imm, dst: via });
}

/** At least two places to choose from make an index. */
export function lowerIndexed(frame: Frame, fragment: FragmentOf<'indexed'>): void {
  const { form, base, index, off, reg, imm } = fragment;
  const candidates = pointers(frame, ['value'], form.size + 1);
  if (candidates.length === 0 || isAtomic(form)) return;
  const value = valueRegister(frame, form, reg);
  const from = scalar(frame, index);
  const { reg: pointer, region } = candidates[base % candidates.length];
  if (frame.view.regs[pointer] !== region) return;
  const room = region.high - region.low - form.size;
  const mask = (1 << (31 - Math.clz32(room + 1))) - 1;
  const to = writable(frame, index, regMask(value) | regMask(pointer));
  frame.asm.emit(F.movX, { dst: to, src: from });
  frame.asm.emit(F.andK, { dst: to, imm: mask });
  frame.asm.emit(F.addX, { dst: to, src: pointer });
  frame.view.regs[to] = NONE;
  frame.effects.unaligned = true;
  const at = region.low + (off % (room - mask + 1));
  emitAccess(frame, form, { base: to, off: at, value, imm, dst: to });
}

function accessStack(
  frame: Frame,
  { form, off, imm, via }: FragmentOf<'access'>,
  value: number | undefined,
): void {
  const reads = form.kind !== 'store' && form.kind !== 'store_rel';
  const at = reads ? readableAt(frame, off, form.size) : slotAt(off, form.size);
  const place = frame.stackBase + at;
  if (form.kind !== 'load' && form.kind !== 'load_acq') {
    const state = isZeroProof(form, imm) ? Byte.SET : Byte.MAYBE_ZERO;
    noteStore(frame.view.stack, at, form.size, state);
  }
  if (via === 0) {
    emitAccess(frame, form, { base: R10, off: place, value, imm, dst: imm });
    return;
  }
  const base = writable(frame, via, regMask(value) | regMask(comparand(form)));
  const below = via % 2 === 0 ? 0 : 8;
  stackPointer(frame, base, place - below);
  emitAccess(frame, form, { base, off: below, value, imm, dst: base });
}

interface Place {
  readonly base: number;
  readonly off: number;
  readonly value: number | undefined;
  readonly imm: number;
  /** Hint for what a load writes. */
  readonly dst: number;
}

function emitAccess(frame: Frame, form: AccessForm, { base, off, value, imm, dst }: Place): void {
  const { asm, view } = frame;
  if (form.kind === 'load' || form.kind === 'load_acq') {
    const to = writable(frame, Math.abs(dst));
    asm.emit(form, { dst: to, src: base, off });
    view.regs[to] = SCALAR;
    return;
  }
  asm.emit(form, { dst: base, src: value, off, imm });
}

/** The register that is stored or that an atomic works with, chosen before the base. */
function valueRegister(frame: Frame, form: AccessForm, hint: number): number | undefined {
  if (form.kind === 'load' || form.kind === 'load_acq') return undefined;
  if (form.kind === 'store' && form.operand === 'k') return undefined;
  if (form.kind !== 'atomic' || !form.op.fetch) return scalar(frame, hint);
  if (form.op.name !== 'cmpxchg') return ownScalar(frame, hint);
  if (frame.view.regs[0] !== SCALAR) {
    frame.asm.emit(F.movK, { dst: 0, imm: hint });
    frame.view.regs[0] = SCALAR;
  }
  return scalar(frame, hint);
}

function pointerFor(frame: Frame, form: AccessForm, base: number, value: number | undefined) {
  if (base === 0) return undefined;
  const kinds: Region['kind'][] = ['value'];
  if (!isAtomic(form)) kinds.push('object');
  if (!isAtomic(form) && mayTouchPacket(frame, form)) kinds.push('packet');
  // A narrow store could leave a slot that reads are refused of: see `Byte.MAYBE_ZERO`.
  if (form.size === 8 || form.kind === 'load') kinds.push('slot');
  const possible = pointers(frame, kinds, form.size).filter(
    ({ reg, region }) => reg !== value && !(isAtomic(form) && !mayBeAtomic(frame, form, region)),
  );
  return possible.length === 0 ? undefined : possible[(base - 1) % possible.length];
}

/** Has an aligned place, and isn't in a trie: see `trie-value-is-not-aligned` in `causes/`. */
const mayBeAtomic = ({ plan }: Frame, form: AccessForm, region: Region): boolean =>
  isAligned(form, region, placeIn(form, region, 0)) &&
  (region.map === undefined || plan.maps[region.map]?.spec.type !== 'lpm_trie');

const mayTouchPacket = ({ plan }: Frame, { kind }: AccessForm): boolean =>
  kind === 'load' || packetFields(plan.progType)?.access === 'write';

/** Atomics and the stack are refused where they aren't aligned; the others are so half of the time. */
function placeIn(form: AccessForm, region: Region, hint: number): number {
  const { kind, low, high } = region;
  const from = low + (hint % (high - low - form.size + 1));
  const aligned = isAtomic(form) || kind === 'slot' || hint % 2 === 0;
  if (!aligned) return from;
  const before = from - misalignment(form, region, from);
  const behind = before + form.size;
  if (before >= low) return before;
  return behind + form.size <= high ? behind : from;
}

const isAligned = (form: AccessForm, region: Region, at: number): boolean =>
  misalignment(form, region, at) === 0;

/** How far a place is behind the last one that is aligned, bytes. */
const misalignment = ({ size }: AccessForm, { at: pointed = 0 }: Region, at: number): number =>
  (((pointed + at) % size) + size) % size;

const isAtomic = ({ kind }: AccessForm): boolean =>
  kind === 'atomic' || kind === 'load_acq' || kind === 'store_rel';

/** The register that `cmpxchg` uses beside the one it names. */
const comparand = (form: AccessForm): number | undefined =>
  form.kind === 'atomic' && form.op.name === 'cmpxchg' ? 0 : undefined;

/** Whether the verifier can't take the bytes for zeros afterwards. */
const isZeroProof = (form: AccessForm, imm: number): boolean =>
  form.kind === 'atomic' || (form.kind === 'store' && form.operand === 'k' && imm !== 0);
