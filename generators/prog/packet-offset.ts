import type { Random } from 'fast-check';
import { oneIn, pick } from '../random.ts';

/** Where skb_load_bytes and skb_store_bytes work: `src` 0 takes `off` as it is. */
export function drawRange(random: Random) {
  return {
    off: drawPacketOffset(random),
    src: oneIn(random, 4) ? random.nextInt(0, 9) : 0,
    len: random.nextInt(0, 23),
    at: random.nextInt(0, 7),
  };
}

/** SKF_NET_OFF and SKF_LL_OFF, include/uapi/linux/filter.h. */
const NET_OFF = -0x100000;
const LL_OFF = -0x200000;

/** Mostly inside of a packet; sometimes beyond, or relative to a header. */
export function drawPacketOffset(random: Random): number {
  switch (random.nextInt(0, 9)) {
    case 0:
      return pick(random, [NET_OFF, LL_OFF]) + random.nextInt(0, 40);
    case 1:
      return pick(random, [-1, 0xffff, 0x10000, 0x7fffffff, -0x80000000, 1500, -4]);
    case 2:
      return random.nextInt(0, 1500);
    default:
      return random.nextInt(0, 60);
  }
}
