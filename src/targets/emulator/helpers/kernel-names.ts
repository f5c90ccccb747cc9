import { EINVAL, ENOENT, failure } from '../errno.ts';
import { Access } from '../memory.ts';
import { badArgument, type Helper, memoryArgument, u32Argument } from './helper.ts';

/** Names that every kernel has; where they lie varies. Others have none here. */
const KNOWN: ReadonlySet<string> = new Set(['bpf_prog_put', 'vfs_read', 'kfree']);
const SOME_ADDRESS = 0x8100_0000n;

/**
 * `bpf_kallsyms_lookup_name(name, name_sz, flags, res)`, kernel/bpf/syscall.c 6.1: whatever the result is,
 * it is 0 where there is none.
 */
export const kallsymsLookupName: Helper = (machine) => {
  const { memory } = machine;
  const sizeBytes = u32Argument(machine, 2);
  const name = memoryArgument(machine, 1, sizeBytes, Access.READ);
  const to = memoryArgument(machine, 4, 8, Access.WRITE);
  if (name === 0 || to === 0) return 0n;
  memory.view.setBigUint64(to, 0n, machine.littleEndian);
  if (u32Argument(machine, 3) !== 0) return failure(EINVAL);
  const { bytes } = memory;
  if (sizeBytes <= 1 || bytes[name + sizeBytes - 1] !== 0) return failure(EINVAL);
  const text = String.fromCharCode(...bytes.subarray(name, bytes.indexOf(0, name)));
  if (!KNOWN.has(text)) return failure(ENOENT);
  memory.view.setBigUint64(to, SOME_ADDRESS, machine.littleEndian);
  return 0n;
};

/** `struct btf_ptr`, of which what follows the pointer is a type of the kernel's BTF. */
const BTF_PTR_BYTES = 16;
const TYPE_AT = 8;
/** BTF_F_COMPACT, NONAME, PTR_RAW and ZERO. */
const BTF_FLAGS = 0xfn;

/**
 * `bpf_snprintf_btf(str, str_size, ptr, btf_ptr_size, flags)`, `bpf_btf_printf_prepare` in
 * kernel/trace/bpf_trace.c 6.1: what it refuses. Types differ from kernel to kernel.
 */
export const snprintfBtf: Helper = (machine) => {
  const { regs, memory } = machine;
  memoryArgument(machine, 1, u32Argument(machine, 2), Access.WRITE);
  const sizeBytes = u32Argument(machine, 4);
  const from = memoryArgument(machine, 3, sizeBytes, Access.READ);
  if (from === 0) return 0n;
  if ((regs[5] & ~BTF_FLAGS) !== 0n || sizeBytes !== BTF_PTR_BYTES) return failure(EINVAL);
  const type = memory.view.getUint32(from + TYPE_AT, machine.littleEndian);
  if (type === 0) return failure(EINVAL);
  if (type > TYPES_MAX) return failure(ENOENT);
  badArgument(machine, 3, 'a type that no kernel has, as others vary');
  return 0n;
};

/** More than any kernel has. */
const TYPES_MAX = 0x00ff_ffff;
