import { EINVAL, ENODEV, failure } from '../errno.ts';
import { Access } from '../memory.ts';
import { LOOPBACK_IFINDEX } from '../run/redirect-info.ts';
import { shownField } from '../run/skb-state.ts';
import { type Helper, memoryArgument, u32Argument } from './helper.ts';
import { packetArgument } from './skb.ts';
import { xdpArgument } from './xdp.ts';

const LOOPBACK_MTU = 65536;
const ETHERNET_MTU = 1500;
const HEADER_BYTES = 14;
/** `BPF_MTU_CHK_SEGS` and `BPF_MTU_CHK_RET_*`, include/uapi/linux/bpf.h. */
const CHECK_SEGMENTS = 1n;
const SUCCESS = 0n;
const FRAG_NEEDED = 1n;

/**
 * `bpf_check_mtu(ctx, ifindex, mtu_len, len_diff, flags)` of skbs and of XDP, net/core/filter.c, 6.1
 * and 6.12. Segments are asked for with packets in one piece alone, which are never too long.
 */
export const checkMtu: Helper = (machine) => {
  const { xdp, regs, release, memory, littleEndian } = machine;
  const buff = xdp === null ? undefined : xdpArgument(machine);
  const packet = xdp === null ? packetArgument(machine) : undefined;
  const at = memoryArgument(machine, 3, 4, Access.BOTH);
  if ((buff === undefined && packet === undefined) || at === 0) return 0n;
  const { view } = memory;
  const given = view.getUint32(at, littleEndian);
  const diff = Number(BigInt.asIntN(32, regs[4]));
  const flags = regs[5];
  const fail = (errno: number): bigint => {
    if (release.checkMtuClears === 'on-failure') view.setUint32(at, 0, littleEndian);
    return failure(errno);
  };
  const known = packet === undefined ? 0n : CHECK_SEGMENTS;
  if ((flags & ~known) !== 0n) return fail(EINVAL);
  if (flags !== 0n && (diff !== 0 || given !== 0)) return fail(EINVAL);
  const ifindex = u32Argument(machine, 2);
  if (ifindex !== 0 && !machine.interfaces.includes(ifindex)) return fail(ENODEV);
  const device = ifindex === 0 ? (buff?.ifindex ?? LOOPBACK_IFINDEX) : ifindex;
  const mtu = device === LOOPBACK_IFINDEX ? LOOPBACK_MTU : ETHERNET_MTU;
  const length = buff !== undefined ? buff.dataEnd - buff.data : packet!.end - packet!.start;
  const lenBytes = ((given === 0 ? length : given + HEADER_BYTES) + diff) | 0;
  const isGso = packet !== undefined && shownField(machine, 'gso_size') !== 0;
  view.setUint32(at, mtu, littleEndian);
  return lenBytes <= mtu + HEADER_BYTES || isGso ? SUCCESS : FRAG_NEEDED;
};
