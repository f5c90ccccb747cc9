import { u32 } from '../../../isa/integers.ts';
import { failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { badArgument, type Helper, mapArgument, memoryArgument, u32Argument } from './helper.ts';

/** `bpf_map_lookup_elem(map, key)`. */
export const mapLookupElem: Helper = (machine) => {
  const map = mapArgument(machine, 1);
  if (map === undefined) return 0n;
  const key = memoryArgument(machine, 2, map.spec.keyBytes, Access.READ);
  return key === 0 ? 0n : BigInt(map.lookup(key));
};

/** `bpf_map_update_elem(map, key, value, flags)`. */
export const mapUpdateElem: Helper = (machine) => {
  const map = mapArgument(machine, 1);
  if (map === undefined) return 0n;
  const key = memoryArgument(machine, 2, map.spec.keyBytes, Access.READ);
  const value = memoryArgument(machine, 3, map.spec.valueBytes, Access.READ);
  if (key === 0 || value === 0) return 0n;
  return mapResult(machine, map.update(key, value, machine.regs[4]));
};

/** `bpf_map_delete_elem(map, key)`. */
export const mapDeleteElem: Helper = (machine) => {
  const map = mapArgument(machine, 1);
  if (map === undefined) return 0n;
  const key = memoryArgument(machine, 2, map.spec.keyBytes, Access.READ);
  return key === 0 ? 0n : mapResult(machine, map.delete(key));
};

/** `bpf_map_lookup_percpu_elem(map, key, cpu)`, kernel/bpf/{arraymap,hashtab}.c 6.1. */
export const mapLookupPercpuElem: Helper = (machine) => {
  const map = mapArgument(machine, 1);
  if (map === undefined) return 0n;
  if (map.lookupOnCpu === undefined) {
    badArgument(machine, 1, 'a per-CPU map');
    return 0n;
  }
  const key = memoryArgument(machine, 2, map.spec.keyBytes, Access.READ);
  const cpu = u32Argument(machine, 3);
  return key === 0 || cpu >= machine.linux.cpus ? 0n : BigInt(map.lookupOnCpu(key, cpu));
};

/** What r0 gets for an errno or 0. An `int` that is not extended leaves zeros in the upper half. */
export function mapResult({ linux, release }: Machine, errno: number): bigint {
  const result = failure(errno);
  return linux.execution === 'jit' && release.jitedMapResultBits === 32 ? u32(result) : result;
}
