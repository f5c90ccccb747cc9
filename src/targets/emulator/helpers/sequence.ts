import type { Machine } from '../machine.ts';
import type { Sequence } from '../maps/map.ts';
import { Access } from '../memory.ts';
import { badArgument, type Helper, mapArgument, memoryArgument } from './helper.ts';
import { mapResult } from './maps.ts';

/** `bpf_map_push_elem(map, value, flags)`, kernel/bpf/helpers.c 6.1. */
export const mapPushElem: Helper = (machine) =>
  onSequence(machine, Access.READ, ({ push }, address) => push(address, machine.regs[3]));

/** `bpf_map_pop_elem(map, value)`. */
export const mapPopElem: Helper = (machine) =>
  onSequence(machine, Access.WRITE, ({ pop }, address) => pop(address));

/** `bpf_map_peek_elem(map, value)`: a bloom filter looks whether it may hold the value. */
export const mapPeekElem: Helper = (machine) =>
  onSequence(machine, Access.WRITE, ({ peek }, address) => peek(address));

function onSequence(
  machine: Machine,
  access: number,
  done: (sequence: Sequence, address: number) => number,
): bigint {
  const map = mapArgument(machine, 1);
  if (map === undefined) return 0n;
  if (map.sequence === undefined) {
    badArgument(machine, 1, 'a map without keys');
    return 0n;
  }
  const address = memoryArgument(machine, 2, map.spec.valueBytes, access);
  return address === 0 ? 0n : mapResult(machine, done(map.sequence, address));
}
