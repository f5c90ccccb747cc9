import type { MapType } from '../../src/case/map-type.ts';
import type { FragmentOf } from '../plan.ts';
import { emitConst } from './compute.ts';
import { callHelper, ctxRegister, F, type Frame, stackPointer, whilePinned } from './frame.ts';
import { mapNumber, setMap } from './maps.ts';
import { ensureReadable } from './stack.ts';
import { CTX } from './view.ts';

/** perf_event_output(ctx, map, flags, data, size). */
export function lowerEvent(frame: Frame, fragment: FragmentOf<'event'>): void {
  const { by, flags, size } = fragment;
  const { asm, view } = frame;
  const number = mapNumber(frame, fragment.map, ({ spec }) => spec.type === 'perf_event_array');
  const ctx = ctxRegister(frame, 6);
  if (number === undefined || ctx === undefined) return;
  if (ctx !== 1) asm.emit(F.movX, { dst: 1, src: ctx });
  view.regs[1] = CTX;
  whilePinned(frame, [1], () => {
    if (size > 0) ensureReadable(frame, 0, size);
    setMap(frame, 2, number, by);
    emitConst(frame, 3, flags);
    stackPointer(frame, 4, frame.stackBase);
    asm.emit(F.movK, { dst: 5, imm: size });
  });
  callHelper(frame, 'perf_event_output');
}

/** redirect_map(map, key, flags): an action, for an index that may lead nowhere. */
export function lowerRedirectMap(frame: Frame, fragment: FragmentOf<'redirect-map'>): void {
  const { by, key, flags } = fragment;
  const { asm, plan } = frame;
  const number = mapNumber(frame, fragment.map, ({ spec }) => REDIRECT_MAPS.has(spec.type));
  if (number === undefined) return;
  const { keys } = plan.maps[number];
  const index = keys[key % keys.length];
  setMap(frame, 1, number, by);
  asm.emit(F.movK, { dst: 2, imm: new DataView(index.buffer).getInt32(0, true) });
  asm.emit(F.movK, { dst: 3, imm: flags });
  callHelper(frame, 'redirect_map');
}

/** Maps that packets are redirected to. */
export const REDIRECT_MAPS: ReadonlySet<MapType> = new Set<MapType>([
  'devmap',
  'devmap_hash',
  'cpumap',
  'xskmap',
]);
