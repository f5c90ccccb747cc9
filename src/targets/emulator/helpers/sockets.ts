import { E2BIG, EACCES, EAGAIN, EINVAL, EOPNOTSUPP, EPROTONOSUPPORT, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { badArgument, type Helper, mapArgument, memoryArgument, u32Argument } from './helper.ts';
import { packetArgument } from './skb.ts';

/*
 * Sockets in a network namespace without any. The one that BPF_PROG_RUN makes up for an skb has no
 * protocol, and listens to nothing (net/core/filter.c 6.1).
 */

const NULL = 0n;
/** `sizeof(struct tcphdr)`, `iphdr`, `ipv6hdr` and, the longest, `bpf_sock_tuple`. */
const TCP_BYTES = 20;
const IPV4_BYTES = 20;
const IPV6_BYTES = 40;

/** `bpf_sk_fullsock(sk)`: that of a run is a full one. */
export const skFullsock: Helper = (machine) => {
  checkSocket(machine, 1);
  return machine.regs[1];
};

/** `bpf_tcp_sock(sk)`, `bpf_get_listener_sock(sk)` and `bpf_skc_to_*(sk)`: it is none of these. */
export const otherSocket: Helper = (machine) => {
  checkSocket(machine, 1);
  return NULL;
};

/** `bpf_sk_lookup_tcp(ctx, tuple, size, netns, flags)` and the like: NULL for any mistake, too. */
export const noSocket: Helper = (machine) => {
  memoryArgument(machine, 2, u32Argument(machine, 3), Access.READ);
  return NULL;
};

/** `bpf_sk_assign(skb, sk, flags)`, which is for ingress, and that of sk_lookup, which takes NULL. */
export const skAssign: Helper = (machine) => {
  const { regs, packet } = machine;
  const flags = regs[3];
  if (packet === null) {
    if (regs[2] !== NULL) badArgument(machine, 2, 'NULL');
    return (flags & ~LOOKUP_FLAGS) === 0n ? 0n : failure(EINVAL);
  }
  checkSocket(machine, 2);
  return failure(flags === 0n ? EOPNOTSUPP : EINVAL);
};

/** BPF_SK_LOOKUP_F_REPLACE and BPF_SK_LOOKUP_F_NO_REUSEPORT. */
const LOOKUP_FLAGS = 3n;

/** `bpf_tcp_check_syncookie(sk, iph, iph_len, th, th_len)` and `bpf_tcp_gen_syncookie`. */
export const socketSyncookie: Helper = (machine) => {
  checkSocket(machine, 1);
  memoryArgument(machine, 2, u32Argument(machine, 3), Access.READ);
  memoryArgument(machine, 4, u32Argument(machine, 5), Access.READ);
  return failure(EINVAL);
};

/** `bpf_tcp_raw_gen_syncookie_ipv4(iph, th, th_len)`: a cookie is made from what only a kernel knows. */
export const rawGenSyncookieIpv4: Helper = (machine) => genSyncookie(machine, IPV4_BYTES);

/** `bpf_tcp_raw_gen_syncookie_ipv6(iph, th, th_len)` */
export const rawGenSyncookieIpv6: Helper = (machine) =>
  machine.arch.ipv6 === 'absent' ? failure(EPROTONOSUPPORT) : genSyncookie(machine, IPV6_BYTES);

const SOME_COOKIE = 0x5eed_0000_5eedn;
const DATA_OFFSET_AT = 12;

function genSyncookie(machine: Machine, ipBytes: number): bigint {
  const lenBytes = u32Argument(machine, 3);
  const ip = memoryArgument(machine, 1, ipBytes, Access.READ);
  const tcp = memoryArgument(machine, 2, lenBytes, Access.READ);
  if (ip === 0 || tcp === 0 || lenBytes < TCP_BYTES) return failure(EINVAL);
  const headerBytes = (machine.memory.bytes[tcp + DATA_OFFSET_AT] >> 4) * 4;
  return lenBytes === headerBytes ? SOME_COOKIE : failure(EINVAL);
}

/** `bpf_tcp_raw_check_syncookie_ipv4(iph, th)`: nobody guesses a cookie. */
export const rawCheckSyncookieIpv4: Helper = (machine) => {
  memoryArgument(machine, 1, IPV4_BYTES, Access.READ);
  memoryArgument(machine, 2, TCP_BYTES, Access.READ);
  return failure(EACCES);
};

/** `bpf_tcp_raw_check_syncookie_ipv6(iph, th)` */
export const rawCheckSyncookieIpv6: Helper = (machine) => {
  memoryArgument(machine, 1, IPV6_BYTES, Access.READ);
  memoryArgument(machine, 2, TCP_BYTES, Access.READ);
  return failure(machine.arch.ipv6 === 'absent' ? EPROTONOSUPPORT : EACCES);
};

/** `bpf_skb_under_cgroup(skb, map, index)`: no array holds a cgroup. */
export const skbUnderCgroup: Helper = (machine) => {
  packetArgument(machine);
  return underCgroup(machine, 2);
};

/** `bpf_current_task_under_cgroup(map, index)` */
export const currentTaskUnderCgroup: Helper = (machine) => underCgroup(machine, 1);

function underCgroup(machine: Machine, mapReg: number): bigint {
  const map = mapArgument(machine, mapReg);
  if (map === undefined) return 0n;
  return failure(u32Argument(machine, mapReg + 1) < map.spec.maxEntries ? EAGAIN : E2BIG);
}

/** `cgroup_id` of the root, where every socket and every process is that a run knows. */
const ROOT_CGROUP = 1n;

/** `bpf_skb_cgroup_id(skb)` */
export const skbCgroupId: Helper = (machine) => {
  packetArgument(machine);
  return ROOT_CGROUP;
};

/** `bpf_sk_cgroup_id(sk)` */
export const skCgroupId: Helper = (machine) => {
  checkSocket(machine, 1);
  return ROOT_CGROUP;
};

/** `bpf_get_current_cgroup_id()` */
export const currentCgroupId: Helper = () => ROOT_CGROUP;

/** `bpf_skb_ancestor_cgroup_id(skb, level)`, `bpf_sk_ancestor_cgroup_id(sk, level)`. */
export const ancestorCgroupId: Helper = (machine) =>
  u32Argument(machine, 2) === 0 ? ROOT_CGROUP : NULL;

/** `bpf_get_current_ancestor_cgroup_id(level)` */
export const currentAncestorCgroupId: Helper = (machine) =>
  u32Argument(machine, 1) === 0 ? ROOT_CGROUP : NULL;

function checkSocket(machine: Machine, reg: number): void {
  if (machine.regs[reg] !== machine.pointers.socket) badArgument(machine, reg, 'a socket');
}
