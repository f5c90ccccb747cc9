import { formNamed } from '../../src/isa/forms.ts';
import { R10 } from '../../src/isa/opcode.ts';
import { isConstant } from '../argument-maps.ts';
import { KEYED, PER_CPU, STEADY, STORAGES } from '../map-kinds.ts';
import type { Content, FragmentOf, MapBy, MapPlan } from '../plan.ts';
import { emitNumber } from './compute.ts';
import { beginFork, endFork, type LowerBody, turnFork } from './control.ts';
import {
  callHelper,
  dropValues,
  F,
  type Frame,
  keyRoom,
  regMask,
  scalar,
  stackPointer,
  valueRoom,
  writable,
} from './frame.ts';
import { NONE, type Region, SCALAR } from './view.ts';

const MAP = { fd: formNamed('lddw.map_by_fd'), idx: formNamed('lddw.map_by_idx') } as const;
const VALUE = {
  fd: formNamed('lddw.map_val_by_fd'),
  idx: formNamed('lddw.map_val_by_idx'),
} as const;

export function lowerLookup(frame: Frame, fragment: FragmentOf<'lookup'>, lowerBody: LowerBody) {
  const number = mapNumber(frame, fragment.map, isKeyed);
  if (number === undefined) return;
  setKey(frame, number, fragment);
  callHelper(frame, 'map_lookup_elem');
  lowerFound(frame, number, fragment, lowerBody);
}

/** CPUs: this one, and one that no kernel has room for. */
export function lowerLookupCpu(
  frame: Frame,
  fragment: FragmentOf<'lookup-cpu'>,
  lowerBody: LowerBody,
): void {
  const number = mapNumber(frame, fragment.map, ({ spec }) => PER_CPU.has(spec.type));
  if (number === undefined) return;
  setKey(frame, number, fragment);
  frame.asm.emit(F.movK, { dst: 3, imm: fragment.cpu });
  callHelper(frame, 'map_lookup_percpu_elem');
  lowerFound(frame, number, fragment, lowerBody);
}

type Found = Pick<FragmentOf<'lookup'>, 'dst' | 'test' | 'bodies'>;

/** r0 points to a value of the map, or to nothing. */
function lowerFound(
  frame: Frame,
  number: number,
  { dst, test, bodies }: Found,
  lowerBody: LowerBody,
): void {
  frame.view.regs[0] = NONE;
  if (bodies[0].length === 0 && bodies[1].length === 0) return;
  const lowerWay = (isFound: boolean) => {
    if (isFound) keepFound(frame, number, dst);
    lowerBody(frame, bodies[isFound ? 0 : 1]);
  };
  const missJumps = test % 2 === 0;
  const fork = beginFork(frame, missJumps ? F.jeqK : F.jneK, { dst: 0, imm: 0 });
  lowerWay(missJumps);
  const turned = turnFork(frame, fork);
  lowerWay(!missJumps);
  endFork(frame, turned);
}

/** r0 points to a value of the map, and so does the register named. */
function keepFound(frame: Frame, number: number, dst: number): void {
  const { asm, view } = frame;
  const region = valueRegion(frame.plan.maps, number);
  view.regs[0] = region;
  if (dst === 0) return;
  const to = writable(frame, dst, regMask(0));
  asm.emit(F.movX, { dst: to, src: 0 });
  view.regs[to] = region;
}

/** Looks a map up in a map of maps, and a key in what comes of it; then reads or writes its value. */
export function lowerNested(frame: Frame, fragment: FragmentOf<'nested'>): void {
  const { key, innerKey, off, reg, op } = fragment;
  const { asm, view, plan } = frame;
  const number = mapNumber(frame, fragment.map, (map) => innerOf(plan.maps, map) !== undefined);
  if (number === undefined) return;
  const inner = plan.maps[innerOf(plan.maps, plan.maps[number])!];
  setKey(frame, number, { by: fragment.by, key });
  callHelper(frame, 'map_lookup_elem');
  view.regs[0] = NONE;
  const end = asm.label();
  asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
  asm.emit(F.movX, { dst: 1, src: 0 });
  storeBytes(frame, keyRoom(frame), inner.keys[innerKey % inner.keys.length]);
  stackPointer(frame, 2, keyRoom(frame));
  callHelper(frame, 'map_lookup_elem');
  asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
  const at = off % inner.spec.valueBytes;
  // Both ways meet behind it: what is set on one of them is set on none.
  view.regs[0] = NONE;
  if (op === 'load') asm.emit(LOAD_BYTE, { dst: 0, src: 0, off: at });
  else asm.emit(F.stb, { dst: 0, off: at, imm: reg });
  asm.place(end);
  frame.effects.forks += 2;
  if (op === 'load') {
    asm.emit(F.andK, { dst: 0, imm: 0xff });
    view.regs[0] = SCALAR;
  }
}

const LOAD_BYTE = formNamed('ldxb');

/** The number of the map that a map of maps is of; undefined where that was dropped. */
export function innerOf(maps: readonly MapPlan[], { spec }: MapPlan): number | undefined {
  const { inner } = spec;
  if (inner === undefined || inner >= maps.length) return undefined;
  const { type, spinLock, kptr } = maps[inner].spec;
  if (spinLock !== undefined || kptr !== undefined) return undefined;
  return maps[inner].spec !== spec && (type === 'array' || type === 'hash') ? inner : undefined;
}

/** A pointer straight into the only value of an array (`array_map_direct_value_addr`, 6.1). */
export function lowerValue(frame: Frame, { by, map, off, dst }: FragmentOf<'value'>): void {
  const direct = ({ spec }: MapPlan) => spec.type === 'array' && spec.maxEntries === 1;
  const number = mapNumber(frame, map, direct);
  if (number === undefined) return;
  const { valueBytes } = frame.plan.maps[number].spec;
  const { low, high } = valueRegion(frame.plan.maps, number);
  const at = off % valueBytes;
  const to = writable(frame, dst);
  frame.asm.emit(VALUE[by], { dst: to, imm: number, nextImm: at });
  frame.view.regs[to] = { kind: 'value', low: low - at, high: high - at, map: number, at };
}

/** `get_local_storage`, whose flags must be 0: what it returns is never NULL. */
export function lowerStorage(frame: Frame, { by, map, dst }: FragmentOf<'storage'>): void {
  const number = mapNumber(frame, map, ({ spec }) => STORAGES.has(spec.type));
  if (number === undefined) return;
  frame.asm.emit(MAP[by], { dst: 1, imm: number });
  frame.asm.emit(F.movK, { dst: 2, imm: 0 });
  callHelper(frame, 'get_local_storage');
  keepFound(frame, number, dst);
}

/** What progs may touch of a map's values: the larger part beside a lock or kptr, where there is one. */
export function valueRegion(maps: readonly MapPlan[], map: number): Region {
  const { valueBytes, spinLock, kptr } = maps[map].spec;
  const before = spinLock ?? kptr ?? valueBytes;
  const behind = before + (kptr === undefined ? LOCK_BYTES : KPTR_BYTES);
  const [low, high] = before >= valueBytes - behind ? [0, before] : [behind, valueBytes];
  return { kind: 'value', low, high, map };
}

/** `sizeof(struct bpf_spin_lock)`. */
const LOCK_BYTES = 4;
const KPTR_BYTES = 8;

export function lowerUpdate(frame: Frame, fragment: FragmentOf<'update'>): void {
  const { by, map, key, flags, content } = fragment;
  const number = mapNumber(frame, map, isKeyed);
  if (number === undefined) return;
  storeContent(frame, frame.plan.maps[number].spec.valueBytes, content);
  setKey(frame, number, { by, key });
  stackPointer(frame, 3, valueRoom(frame));
  emitNumber(frame, 4, flags);
  callHelper(frame, 'map_update_elem');
  dropMoved(frame, number);
}

export function lowerDelete(frame: Frame, { by, map, key }: FragmentOf<'delete'>): void {
  const number = mapNumber(frame, map, isKeyed);
  if (number === undefined) return;
  setKey(frame, number, { by, key });
  callHelper(frame, 'map_delete_elem');
  dropMoved(frame, number);
}

/** Stores constant bytes on the stack, four at a time where that can be. */
export function storeBytes(frame: Frame, place: number, bytes: Uint8Array): void {
  const { asm } = frame;
  let at = 0;
  for (; bytes.length - at >= 4; at += 4) {
    const imm = int16At(bytes, at + 2) * 0x10000 + (int16At(bytes, at) & 0xffff);
    asm.emit(F.stw, { dst: R10, off: place + at, imm });
  }
  if (bytes.length - at >= 2) {
    asm.emit(F.sth, { dst: R10, off: place + at, imm: int16At(bytes, at) });
    at += 2;
  }
  if (bytes.length > at) {
    asm.emit(F.stb, { dst: R10, off: place + at, imm: (bytes[at] << 24) >> 24 });
  }
}

/** Little-endian, signed. */
const int16At = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] << 16) | (bytes[at + 1] << 24)) >> 16;

/** r1 is the map, r2 points to the key. */
export function setKey(
  frame: Frame,
  number: number,
  { by, key }: { readonly by: MapBy; readonly key: number },
): void {
  const { keys } = frame.plan.maps[number];
  storeBytes(frame, keyRoom(frame), keys[key % keys.length]);
  setMap(frame, 1, number, by);
  stackPointer(frame, 2, keyRoom(frame));
}

/** A register becomes the map. */
export function setMap(frame: Frame, reg: number, number: number, by: MapBy): void {
  frame.asm.emit(MAP[by], { dst: reg, imm: number, nextImm: 0 });
  frame.view.regs[reg] = NONE;
}

/** Puts what a value is to hold into the room for one. */
export function storeContent(frame: Frame, valueBytes: number, content: Content): void {
  for (let at = 0; at < valueBytes; at += 8) {
    const { src, imm } = content[(at / 8) % content.length];
    const place = valueRoom(frame) + at;
    if (src % 2 === 0) {
      frame.asm.emit(F.stxdw, { dst: R10, src: scalar(frame, src / 2), off: place });
    } else {
      frame.asm.emit(F.stdw, { dst: R10, off: place, imm });
    }
  }
}

/** An element that does not stay in its place is another one after an update: pointers are stale. */
function dropMoved(frame: Frame, map: number): void {
  if (!STEADY.has(frame.plan.maps[map].spec.type)) dropValues(frame, map);
}

const isKeyed = ({ spec }: MapPlan): boolean => KEYED.has(spec.type);

/** A map that suits and may be written to, the one that the hint names or a later one. */
export function mapNumber(
  { plan }: Frame,
  hint: number,
  suits: (map: MapPlan) => boolean,
): number | undefined {
  const { maps } = plan;
  const isPossible = (map: MapPlan): boolean => suits(map) && !isConstant(map);
  let possible = 0;
  for (const map of maps) if (isPossible(map)) possible++;
  if (possible === 0) return undefined;
  let number = 0;
  for (let left = hint % possible; !isPossible(maps[number]) || left-- > 0; ) number++;
  return number;
}
