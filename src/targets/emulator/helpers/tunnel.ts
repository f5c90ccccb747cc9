import { EINVAL, ENOENT, ENOMEM, EPROTO, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import type { Tunnel } from '../run/skb-state.ts';
import { type Helper, memoryArgument, u32Argument } from './helper.ts';
import { packetArgument } from './skb.ts';

/*
 * `struct bpf_tunnel_key`, include/uapi/linux/bpf.h:
 *
 *   0    4              20    21    22    24      28            44
 *   +----+--------------+-----+-----+-----+-------+-------------+
 *   | id | remote       | tos | ttl | ext | label | local       |     IPv4 addresses take 4 bytes of 16
 *   +----+--------------+-----+-----+-----+-------+-------------+
 */
const At = { ID: 0, REMOTE: 4, TOS: 20, EXT: 22, LABEL: 24, LOCAL: 28 } as const;
const KEY_BYTES = 44;
const ADDRESS_BYTES = 16;
/** Without what was added in the course of time; the first has room for IPv4 alone. */
const FIRST_BYTES = 8;
const OLDER_BYTES: ReadonlySet<number> = new Set([FIRST_BYTES, 22, 24, 28]);
const isKnownSize = ({ release }: Machine, bytes: number): boolean =>
  bytes === release.tunnelKeyBytes || OLDER_BYTES.has(bytes);

/** Flags of `bpf_skb_set_tunnel_key` and, the first of them too, of `bpf_skb_get_tunnel_key`. */
const IPV6 = 0x01n;
const ZERO_CSUM = 0x02n;
const DONT_FRAGMENT = 0x04n;
const SEQUENCE = 0x08n;
const NO_KEY = 0x10n;
const GIVE_FLAGS = 0x10n;

/** `TUNNEL_*`, include/uapi/linux/if_tunnel.h: `tun_flags`, big-endian. */
const Told = { CSUM: 0x01, KEY: 0x04, SEQ: 0x08, DONT_FRAGMENT: 0x0100, NOCACHE: 0x2000 } as const;
const LABEL_MASK = 0x000f_ffff;
/** `IP_TUNNEL_OPTS_MAX` */
const OPTIONS_MAX = 255;

/** `bpf_skb_set_tunnel_key(skb, key, size, flags)`, net/core/filter.c 6.1 and 6.12. */
export const skbSetTunnelKey: Helper = (machine) => {
  const packet = packetArgument(machine);
  const bytes = u32Argument(machine, 3);
  const from = memoryArgument(machine, 2, bytes, Access.READ);
  if (packet === undefined || from === 0) return 0n;
  const flags = machine.regs[4];
  const noKey = machine.release.tunnelNoKey === 'known' ? NO_KEY : 0n;
  if ((flags & ~(IPV6 | ZERO_CSUM | DONT_FRAGMENT | SEQUENCE | noKey)) !== 0n) {
    return failure(EINVAL);
  }
  if (!isKnownSize(machine, bytes)) return failure(EINVAL);
  const key = new Uint8Array(KEY_BYTES);
  key.set(machine.memory.bytes.subarray(from, from + bytes));
  const view = new DataView(key.buffer);
  const isIpv6 = (flags & IPV6) !== 0n;
  const label = view.getUint32(At.LABEL, machine.littleEndian);
  if ((!isIpv6 && label !== 0) || view.getUint16(At.EXT) !== 0) return failure(EINVAL);
  if (isIpv6) view.setUint32(At.LABEL, label & LABEL_MASK, machine.littleEndian);
  const told =
    Told.NOCACHE |
    ((flags & noKey) === 0n ? Told.KEY : 0) |
    ((flags & ZERO_CSUM) === 0n ? Told.CSUM : 0) |
    ((flags & DONT_FRAGMENT) === 0n ? 0 : Told.DONT_FRAGMENT) |
    ((flags & SEQUENCE) === 0n ? 0 : Told.SEQ);
  packet.skb.tunnel = { key, isIpv6, flags: told, options: new Uint8Array(0) };
  return 0n;
};

/**
 * `bpf_skb_get_tunnel_key(skb, key, size, flags)`, net/core/filter.c 6.1: as the other end sees it. The
 * key is all zeros where there is none.
 */
export const skbGetTunnelKey: Helper = (machine) => {
  const packet = packetArgument(machine);
  const bytes = u32Argument(machine, 3);
  const to = memoryArgument(machine, 2, bytes, Access.WRITE);
  if (packet === undefined || to === 0) return 0n;
  const key = receivedKey(machine, packet.skb.tunnel, bytes);
  machine.memory.bytes.fill(0, to, to + bytes);
  if (typeof key === 'number') return failure(key);
  machine.memory.bytes.set(key.subarray(0, bytes), to);
  return 0n;
};

function receivedKey(machine: Machine, tunnel: Tunnel | null, bytes: number): Uint8Array | number {
  const flags = machine.regs[4];
  const giveFlags = machine.release.tunnelFlags === 'known' ? GIVE_FLAGS : 0n;
  if (tunnel === null || (flags & ~(IPV6 | giveFlags)) !== 0n) return EINVAL;
  const { isIpv6 } = tunnel;
  if (isIpv6 !== ((flags & IPV6) !== 0n)) return EPROTO;
  if (!isKnownSize(machine, bytes) || (bytes === FIRST_BYTES && isIpv6)) return EINVAL;
  const key = tunnel.key.slice();
  const addressBytes = isIpv6 ? ADDRESS_BYTES : 4;
  const putAddress = (at: number, from: number) => {
    key.fill(0, at, at + ADDRESS_BYTES);
    key.set(tunnel.key.subarray(from, from + addressBytes), at);
  };
  putAddress(At.REMOTE, At.LOCAL);
  putAddress(At.LOCAL, At.REMOTE);
  const told = (flags & GIVE_FLAGS) === 0n ? 0 : tunnel.flags;
  new DataView(key.buffer).setUint16(At.EXT, told);
  return key;
}

/** `bpf_skb_set_tunnel_opt(skb, options, size)`, net/core/filter.c 6.1. */
export const skbSetTunnelOpt: Helper = (machine) => {
  const packet = packetArgument(machine);
  const bytes = u32Argument(machine, 3);
  const from = memoryArgument(machine, 2, bytes, Access.READ);
  if (packet === undefined || from === 0) return 0n;
  const { skb } = packet;
  if (skb.tunnel === null || bytes % 4 !== 0) return failure(EINVAL);
  if (bytes > OPTIONS_MAX) return failure(ENOMEM);
  const options = machine.memory.bytes.slice(from, from + bytes);
  const flags = skb.tunnel.flags | machine.release.tunnelOptions;
  skb.tunnel = { ...skb.tunnel, options, flags };
  return 0n;
};

/** `bpf_skb_get_tunnel_opt(skb, options, size)`, net/core/filter.c 6.1: how many bytes they have. */
export const skbGetTunnelOpt: Helper = (machine) => {
  const packet = packetArgument(machine);
  const bytes = u32Argument(machine, 3);
  const to = memoryArgument(machine, 2, bytes, Access.WRITE);
  if (packet === undefined || to === 0) return 0n;
  machine.memory.bytes.fill(0, to, to + bytes);
  const options = packet.skb.tunnel?.options;
  if (options === undefined || options.length === 0) return failure(ENOENT);
  if (bytes < options.length) return failure(ENOMEM);
  machine.memory.bytes.set(options, to);
  return BigInt(options.length);
};

/** `bpf_skb_get_xfrm_state(skb, index, state, size, flags)`, net/core/filter.c 6.1: there is none. */
export const skbGetXfrmState: Helper = (machine) => {
  const bytes = u32Argument(machine, 4);
  const to = memoryArgument(machine, 3, bytes, Access.WRITE);
  if (packetArgument(machine) === undefined || to === 0) return 0n;
  machine.memory.bytes.fill(0, to, to + bytes);
  return failure(EINVAL);
};
