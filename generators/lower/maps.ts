import { formNamed } from '../../src/isa/forms.ts';
import { R10 } from '../../src/isa/opcode.ts';
import type { FragmentOf, MapPlan } from '../plan.ts';
import { type LowerBody, lowerFork } from './control.ts';
import {
  callHelper,
  dropValues,
  F,
  type Frame,
  keyRoom,
  scalar,
  stackPointer,
  valueRoom,
  whilePinned,
  writable,
} from './frame.ts';
import { NONE } from './view.ts';

const MAP = { fd: formNamed('lddw.map_by_fd'), idx: formNamed('lddw.map_by_idx') } as const;
const VALUE = {
  fd: formNamed('lddw.map_val_by_fd'),
  idx: formNamed('lddw.map_val_by_idx'),
} as const;

export function lowerLookup(frame: Frame, fragment: FragmentOf<'lookup'>, lowerBody: LowerBody) {
  const { by, map, key, dst, test, bodies } = fragment;
  const number = mapNumber(frame, map, () => true);
  if (number === undefined) return;
  const { asm, view } = frame;
  const { spec, keys } = frame.plan.maps[number];
  storeBytes(frame, keyRoom(frame), keys[key % keys.length]);
  asm.emit(MAP[by], { dst: 1, imm: number, nextImm: 0 });
  stackPointer(frame, 2, keyRoom(frame));
  callHelper(frame, 'map_lookup_elem');
  view.regs[0] = NONE;

  const found = () => {
    const region = { kind: 'value', low: 0, high: spec.valueBytes, map: number } as const;
    view.regs[0] = region;
    if (dst !== 0) {
      const to = whilePinned(frame, [0], () => writable(frame, dst));
      asm.emit(F.movX, { dst: to, src: 0 });
      view.regs[to] = region;
    }
    lowerBody(frame, bodies[0]);
  };
  const missing = () => lowerBody(frame, bodies[1]);
  if (bodies[0].length === 0 && bodies[1].length === 0) return;
  const missJumps = test % 2 === 0;
  lowerFork(
    frame,
    {
      reach: 'ja',
      fallen: missJumps ? found : missing,
      taken: missJumps ? missing : found,
    },
    (label) => asm.jump(missJumps ? F.jeqK : F.jneK, label, { dst: 0, imm: 0 }),
  );
}

/** A pointer straight into the only value of an array (`array_map_direct_value_addr`, 6.1). */
export function lowerValue(frame: Frame, { by, map, off, dst }: FragmentOf<'value'>): void {
  const direct = ({ spec }: MapPlan) => spec.type === 'array' && spec.maxEntries === 1;
  const number = mapNumber(frame, map, direct);
  if (number === undefined) return;
  const { valueBytes } = frame.plan.maps[number].spec;
  const at = off % valueBytes;
  const to = writable(frame, dst);
  frame.asm.emit(VALUE[by], { dst: to, imm: number, nextImm: at });
  frame.view.regs[to] = { kind: 'value', low: -at, high: valueBytes - at, map: number };
}

export function lowerUpdate(frame: Frame, fragment: FragmentOf<'update'>): void {
  const { by, map, key, flags, content } = fragment;
  const number = mapNumber(frame, map, () => true);
  if (number === undefined) return;
  const { spec, keys } = frame.plan.maps[number];
  for (let at = 0; at < spec.valueBytes; at += 8) {
    const { src, imm } = content[(at / 8) % content.length];
    const place = valueRoom(frame) + at;
    if (src % 2 === 0) {
      frame.asm.emit(F.stxdw, { dst: R10, src: scalar(frame, src / 2), off: place });
    } else {
      frame.asm.emit(F.stdw, { dst: R10, off: place, imm });
    }
  }
  storeBytes(frame, keyRoom(frame), keys[key % keys.length]);
  frame.asm.emit(MAP[by], { dst: 1, imm: number, nextImm: 0 });
  stackPointer(frame, 2, keyRoom(frame));
  stackPointer(frame, 3, valueRoom(frame));
  frame.asm.emit(F.movK, { dst: 4, imm: flags });
  callHelper(frame, 'map_update_elem');
  dropMoved(frame, number);
}

export function lowerDelete(frame: Frame, { by, map, key }: FragmentOf<'delete'>): void {
  const number = mapNumber(frame, map, () => true);
  if (number === undefined) return;
  const { keys } = frame.plan.maps[number];
  storeBytes(frame, keyRoom(frame), keys[key % keys.length]);
  frame.asm.emit(MAP[by], { dst: 1, imm: number, nextImm: 0 });
  stackPointer(frame, 2, keyRoom(frame));
  callHelper(frame, 'map_delete_elem');
  dropMoved(frame, number);
}

/** Stores constant bytes on the stack, eight at a time where that can be. */
export function storeBytes(frame: Frame, place: number, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const store = (form: typeof F.stw, size: number, imm: number) => {
    frame.asm.emit(form, { dst: R10, off: place + at, imm });
    at += size;
  };
  while (bytes.length - at >= 4) store(F.stw, 4, view.getInt32(at, true));
  if (bytes.length - at >= 2) store(F.sth, 2, view.getInt16(at, true));
  if (bytes.length - at >= 1) store(F.stb, 1, view.getInt8(at));
}

/** An element of a hash map is another one after an update: pointers to it are stale. */
function dropMoved(frame: Frame, map: number): void {
  if (frame.plan.maps[map].spec.type.includes('hash')) dropValues(frame, map);
}

function mapNumber(
  { plan }: Frame,
  hint: number,
  suits: (map: MapPlan) => boolean,
): number | undefined {
  const possible = plan.maps.flatMap((map, number) => (suits(map) ? [number] : []));
  return possible.length === 0 ? undefined : possible[hint % possible.length];
}
