import { EINVAL, ENOENT, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import type { LocalStorage } from '../maps/map.ts';
import { Access } from '../memory.ts';
import { badArgument, type Helper, mapArgument, memoryArgument } from './helper.ts';

const NULL = 0n;
/** BPF_LOCAL_STORAGE_GET_F_CREATE */
const CREATE = 1n;

/** `bpf_get_current_task_btf()`: the process that asked for the run. */
export const getCurrentTaskBtf: Helper = ({ pointers }) => pointers.task;

/**
 * `bpf_sk_storage_get(map, sk, value, flags)`, `bpf_task_storage_get(map, task, value, flags)`,
 * net/core/bpf_sk_storage.c and kernel/bpf/bpf_task_storage.c 6.1: NULL for any mistake, too.
 */
export const localStorageGet: Helper = (machine) => {
  const { regs } = machine;
  const storage = storageArgument(machine);
  const map = mapArgument(machine, 1);
  if (storage === undefined || map === undefined) return NULL;
  const from = regs[3] === NULL ? 0 : memoryArgument(machine, 3, map.spec.valueBytes, Access.READ);
  if (regs[2] === NULL || (regs[4] & ~CREATE) !== 0n) return NULL;
  const address = storage.address();
  if (address !== 0 || regs[4] === 0n) return BigInt(address);
  return BigInt(storage.create(from));
};

/** `bpf_sk_storage_delete(map, sk)`, `bpf_task_storage_delete(map, task)`. */
export const localStorageDelete: Helper = (machine) => {
  const storage = storageArgument(machine);
  if (storage === undefined) return 0n;
  if (machine.regs[2] === NULL) return failure(EINVAL);
  return storage.remove() ? 0n : failure(ENOENT);
};

/** The storage of the map in r1, for the owner in r2; NULL may stand for one. */
function storageArgument(machine: Machine): LocalStorage | undefined {
  const { regs, pointers } = machine;
  const storage = mapArgument(machine, 1)?.localStorage;
  if (storage === undefined || ![NULL, pointers[storage.owner]].includes(regs[2])) {
    badArgument(machine, storage === undefined ? 1 : 2, 'a map of storages, and an owner');
    return undefined;
  }
  return storage;
}
