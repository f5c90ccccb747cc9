import { Access } from '../memory.ts';
import { type Helper, memoryArgument } from './helper.ts';

const POINTER_BYTES = 8;

/** `void *bpf_kptr_xchg(void *map_value, void *ptr)`, kernel/bpf/helpers.c 6.12: the pointer that lay there. */
export const kptrXchg: Helper = (machine) => {
  const { memory, regs } = machine;
  const address = memoryArgument(machine, 1, POINTER_BYTES, Access.BOTH);
  if (address === 0) return 0n;
  const before = memory.view.getBigUint64(address);
  memory.view.setBigUint64(address, regs[2]);
  return before;
};
