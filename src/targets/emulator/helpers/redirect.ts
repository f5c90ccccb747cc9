import { EBADMSG, EINVAL, ENOMEM, ERANGE, failure } from '../errno.ts';
import { Access } from '../memory.ts';
import { redirectToInterface } from '../run/redirect-info.ts';
import { unclone } from '../run/skb-head.ts';
import { shownField } from '../run/skb-state.ts';
import { type Helper, memoryArgument, u32Argument } from './helper.ts';
import { packetArgument } from './skb.ts';

/** What the helpers say should become of a packet; BPF_PROG_RUN does nothing about it. */
const Action = {
  XDP_ABORTED: 0n,
  XDP_REDIRECT: 4n,
  TC_ACT_SHOT: 2n,
  TC_ACT_REDIRECT: 7n,
} as const;
const INGRESS = 1n;

/** `bpf_xdp_redirect(ifindex, flags)` and `bpf_redirect`, net/core/filter.c 6.1. */
export const redirect: Helper = (machine) => {
  const flags = machine.regs[2];
  if (machine.xdp !== null) {
    if (flags !== 0n) return Action.XDP_ABORTED;
    redirectToInterface(machine, u32Argument(machine, 1));
    return Action.XDP_REDIRECT;
  }
  return (flags & ~INGRESS) === 0n ? Action.TC_ACT_REDIRECT : Action.TC_ACT_SHOT;
};

/** `bpf_redirect_peer(ifindex, flags)`, net/core/filter.c 6.1. */
export const redirectPeer: Helper = ({ regs }) =>
  regs[2] === 0n ? Action.TC_ACT_REDIRECT : Action.TC_ACT_SHOT;

/** `sizeof(struct bpf_redir_neigh)`. */
const NEIGH_BYTES = 20;

/** `bpf_redirect_neigh(ifindex, params, plen, flags)`, net/core/filter.c 6.1. */
export const redirectNeigh: Helper = (machine) => {
  const lenBytes = u32Argument(machine, 3);
  if (lenBytes > 0 && memoryArgument(machine, 2, lenBytes, Access.READ) === 0) return 0n;
  const isRight = (lenBytes === 0 || lenBytes >= NEIGH_BYTES) && machine.regs[4] === 0n;
  return isRight ? Action.TC_ACT_REDIRECT : Action.TC_ACT_SHOT;
};

const LOOPBACK_IFINDEX = 1;

/** `NET_RX_DROP` and `NET_XMIT_CN`, include/linux/netdevice.h: what a device says that is down. */
const NOT_RECEIVED = 1n;
const NOT_SENT = 2n;

/**
 * `bpf_clone_redirect(skb, ifindex, flags)`, net/core/filter.c 6.1: a copy of the packet goes to the
 * loopback device, which is down in the kernels that are booted for cases.
 */
export const cloneRedirect: Helper = (machine) => {
  const packet = packetArgument(machine);
  if (packet === undefined) return 0n;
  if ((machine.regs[3] & ~INGRESS) !== 0n) return failure(EINVAL);
  if (shownField(machine, 'gso_size') !== 0 && !packet.skb.gsoTyped) return failure(EBADMSG);
  if (u32Argument(machine, 2) !== LOOPBACK_IFINDEX) return failure(EINVAL);
  if (!unclone(machine, packet)) return failure(ENOMEM);
  if (packet.macOffset >= packet.networkOffset || packet.end === packet.start) {
    return failure(ERANGE);
  }
  return machine.regs[3] === INGRESS ? NOT_RECEIVED : NOT_SENT;
};
