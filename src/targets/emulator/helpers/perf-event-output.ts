import { E2BIG, EFAULT, EINVAL, ENOENT, failure } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { Access } from '../memory.ts';
import { buffLength } from '../run/xdp-buff.ts';
import { type Helper, mapArgument, memoryArgument } from './helper.ts';

const INDEX_MASK = 0xffff_ffffn;
const CURRENT_CPU = 0xffff_ffff;
/** BPF_F_CTXLEN_MASK: how many bytes of the packet go with the event. */
const PACKET_BYTES_MASK = 0xfffffn << 32n;

/**
 * `bpf_perf_event_output(ctx, map, flags, data, size)`: there is never an event
 * (`bpf_skb_event_output`, `bpf_xdp_event_output` in net/core/filter.c, `__bpf_perf_event_output` in
 * kernel/trace/bpf_trace.c, 6.1).
 */
export const perfEventOutput: Helper = (machine) => {
  const { regs, packet, xdp } = machine;
  const map = mapArgument(machine, 2);
  const data = memoryArgument(machine, 4, Number(regs[5]), Access.READ);
  if (map === undefined || data === 0) return 0n;
  const flags = regs[3];
  const known = packet === null && xdp === null ? INDEX_MASK : INDEX_MASK | PACKET_BYTES_MASK;
  if ((flags & ~known) !== 0n) return failure(EINVAL);
  if (Number((flags & PACKET_BYTES_MASK) >> 32n) > packetBytes(machine)) return failure(EFAULT);
  const index = Number(flags & INDEX_MASK);
  const isThere = index === CURRENT_CPU || index < map.spec.maxEntries;
  return failure(isThere ? ENOENT : E2BIG);
};

function packetBytes({ packet, xdp }: Machine): number {
  if (packet !== null) return packet.end - packet.start;
  return xdp === null ? 0 : buffLength(xdp);
}
