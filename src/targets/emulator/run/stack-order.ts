import type { ArchRules } from '../arches.ts';
import { etherTypeOf } from './ethernet.ts';

const EtherType = {
  IPV4: 0x0800,
  ARP: 0x0806,
  IPV6: 0x86dd,
  VLAN: 0x8100,
  SERVICE_VLAN: 0x88a8,
} as const;

/** Ethernet header, VLAN tag, and two bytes that follow it. */
const TAGGED_BYTES_MIN = 20;
const TAG_BYTES = 4;

const isTagged = (bytes: Uint8Array): boolean => {
  const type = etherTypeOf(bytes);
  return type === EtherType.VLAN || type === EtherType.SERVICE_VLAN;
};

/** Whether anybody sees a frame that the stack is given: `skb_vlan_untag`, net/core/skbuff.c 6.1. */
export const isTaken = (bytes: Uint8Array): boolean =>
  !isTagged(bytes) || bytes.length >= TAGGED_BYTES_MIN;

/**
 * The order in which a socket that sees all frames is given those of a list
 * (`__netif_receive_skb_list_core`, net/core/dev.c 6.1). A frame with a tag or of a protocol that has a
 * handler is given to the socket at once. Others are for the socket alone, and are gathered until one
 * comes that goes to somebody else.
 */
export function stackOrder<T extends { readonly bytes: Uint8Array }>(
  frames: readonly T[],
  arch: ArchRules,
): readonly T[] {
  const ordered: T[] = [];
  let gathered: T[] = [];
  for (const frame of frames) {
    const tagged = isTagged(frame.bytes);
    const handled = isHandled(frame.bytes.subarray(tagged ? TAG_BYTES : 0), arch);
    if (!tagged && !handled) {
      gathered.push(frame);
      continue;
    }
    ordered.push(frame);
    if (!handled) continue;
    ordered.push(...gathered);
    gathered = [];
  }
  return [...ordered, ...gathered];
}

/** Protocols of the stack that no module has to be loaded for. */
function isHandled(bytes: Uint8Array, { ipv6 }: ArchRules): boolean {
  const type = etherTypeOf(bytes);
  if (type === EtherType.IPV6) return ipv6 === 'present';
  return type === EtherType.IPV4 || type === EtherType.ARP;
}
