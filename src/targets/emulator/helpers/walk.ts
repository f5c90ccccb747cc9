import { EINVAL } from '../errno.ts';
import { raise } from '../machine.ts';
import { Access, addRegion, dropLast } from '../memory.ts';
import { badArgument, type Helper, mapArgument } from './helper.ts';
import { mapResult } from './maps.ts';

/**
 * `bpf_for_each_map_elem(map, callback_fn, callback_ctx, flags)`, kernel/bpf/bpf_iter.c 6.1: how many
 * elements the callback saw, the one included at which it asked for an end.
 */
export const forEachMapElem: Helper = (machine) => {
  const { regs, memory, pointers } = machine;
  const map = mapArgument(machine, 1);
  const row = pointers.functionRowOf(regs[2]);
  if (map === undefined) return 0n;
  if (row === undefined || row >= machine.code.length || map.elements === undefined) {
    badArgument(machine, 2, 'a function, for a map that can be walked');
    return 0n;
  }
  if (regs[4] !== 0n) return mapResult(machine, EINVAL);
  const pointer = pointers.ofMap(pointers.mapIndexOf(regs[1])!);
  const callbackCtx = regs[3];
  const region = addRegion(memory, { sizeBytes: map.spec.keyBytes, access: Access.READ });
  if (region === undefined) {
    raise(machine, 'bad-argument', machine.row, 'no memory for another walk through a map');
    return 0n;
  }
  const keyAddress = memory.starts[region];
  let seen = 0n;
  for (const { key, valueAddress } of map.elements()) {
    memory.bytes.set(key, keyAddress);
    seen++;
    machine.call(machine, row, pointer, BigInt(keyAddress), BigInt(valueAddress), callbackCtx);
    if (machine.fault !== null) return 0n;
    if (regs[0] !== 0n) break;
  }
  // A run may walk more often than there are regions. The visitor may have made objects, which stay.
  dropLast(memory, region);
  return seen;
};
