import type { MapType } from '../../src/case/map-type.ts';
import { formNamed } from '../../src/isa/forms.ts';
import { R10 } from '../../src/isa/opcode.ts';
import type { FragmentOf, MapPlan } from '../plan.ts';
import { callHelper, F, type Frame, regMask, stackPointer, valueRoom, writable } from './frame.ts';
import { mapNumber, setMap, storeContent } from './maps.ts';
import { SCALAR } from './view.ts';

const HELPERS = { push: 'map_push_elem', pop: 'map_pop_elem', peek: 'map_peek_elem' } as const;
const LOAD_BYTE = formNamed('ldxb');

/** Pushes a value, or takes one and loads a byte of it. */
export function lowerSequence(frame: Frame, fragment: FragmentOf<'sequence'>): void {
  const { op, by, flags, content, dst } = fragment;
  const { asm, view } = frame;
  const number = mapNumber(frame, fragment.map, (map) => takes(map, op));
  if (number === undefined) return;
  const { valueBytes } = frame.plan.maps[number].spec;
  storeContent(frame, valueBytes, content);
  setMap(frame, 1, number, by);
  stackPointer(frame, 2, valueRoom(frame));
  if (op === 'push') asm.emit(F.movK, { dst: 3, imm: flags });
  callHelper(frame, HELPERS[op]);
  if (op === 'push') return;
  const to = writable(frame, dst, regMask(0));
  asm.emit(LOAD_BYTE, { dst: to, src: R10, off: valueRoom(frame) + (dst % valueBytes) });
  view.regs[to] = SCALAR;
}

/** A bloom filter gives nothing back. */
const takes = ({ spec: { type } }: MapPlan, op: FragmentOf<'sequence'>['op']): boolean =>
  QUEUES.has(type) || (type === 'bloom_filter' && op !== 'pop');

const QUEUES: ReadonlySet<MapType> = new Set<MapType>(['queue', 'stack']);
