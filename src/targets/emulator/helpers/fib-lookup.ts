import { EAFNOSUPPORT, EINVAL, ENODEV, failure } from '../errno.ts';
import { Access } from '../memory.ts';
import { badArgument, type Helper, memoryArgument, u32Argument } from './helper.ts';

/** `struct bpf_fib_lookup`, include/uapi/linux/bpf.h. */
const PARAMS_BYTES = 64;
const At = { FAMILY: 0, IFINDEX: 8, SOURCE: 16, DESTINATION: 32 } as const;
const AF_INET = 2;
const AF_INET6 = 10;
/** `BPF_FIB_LKUP_RET_*` */
const NOT_FORWARDED = 4n;
const FORWARDING_DISABLED = 5n;

/**
 * `bpf_fib_lookup(ctx, params, plen, flags)`, net/core/filter.c 6.1, where no device forwards
 * anything: nothing is ever looked up.
 */
export const fibLookup: Helper = (machine) => {
  const { memory, regs, littleEndian, release } = machine;
  const bytes = u32Argument(machine, 3);
  const params = memoryArgument(machine, 2, bytes, Access.BOTH);
  if (regs[1] !== BigInt(machine.ctx.start)) badArgument(machine, 1, 'the ctx');
  if (params === 0) return 0n;
  if (bytes < PARAMS_BYTES) return failure(EINVAL);
  if ((u32Argument(machine, 4) & ~release.fibLookupFlags) !== 0) return failure(EINVAL);
  const family = memory.bytes[params + At.FAMILY];
  if (family !== AF_INET && family !== AF_INET6) return failure(EAFNOSUPPORT);
  if (family === AF_INET6) {
    const address = (at: number) => memory.bytes.subarray(params + at, params + at + 16);
    if (isStrict(address(At.DESTINATION)) || isStrict(address(At.SOURCE))) return NOT_FORWARDED;
  }
  const ifindex = memory.view.getUint32(params + At.IFINDEX, littleEndian);
  return machine.interfaces.includes(ifindex) ? FORWARDING_DISABLED : failure(ENODEV);
};

/** `rt6_need_strict`: multicast, link-local and loopback addresses (include/net/ip6_route.h). */
const isStrict = (address: Uint8Array): boolean =>
  address[0] === 0xff ||
  (address[0] === 0xfe && (address[1] & 0xc0) === 0x80) ||
  address.every((byte, i) => byte === (i === 15 ? 1 : 0));
