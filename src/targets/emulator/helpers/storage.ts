import { badArgument, type Helper, mapArgument } from './helper.ts';

/** `bpf_get_local_storage(map, flags)`, kernel/bpf/cgroup.c 6.1: the storage of the run. */
export const getLocalStorage: Helper = (machine) => {
  const map = mapArgument(machine, 1);
  if (map === undefined) return 0n;
  if (map.storage !== undefined && machine.regs[2] === 0n) return BigInt(map.storage.address);
  badArgument(machine, map.storage === undefined ? 1 : 2, 'a map of cgroups, and flags of 0');
  return 0n;
};
