import { redirectMissed } from '../run/redirect-info.ts';
import { badArgument, type Helper, mapArgument, u32Argument } from './helper.ts';

const XDP_ABORTED = 0n;
const XDP_REDIRECT = 4n;
/** XDP_ABORTED, XDP_DROP, XDP_PASS and XDP_TX: what comes back where there is no such element. */
const FALLBACK = 3n;
/** BPF_F_BROADCAST and BPF_F_EXCLUDE_INGRESS, for devmaps. */
const BROADCAST = 8n;
const EXCLUDE_INGRESS = 16n;
const DEVMAP_FLAGS = 0x18n;

/** `bpf_redirect_map(map, key, flags)`: `__bpf_xdp_redirect_map`, include/linux/filter.h 6.1. */
export const redirectMap: Helper = (machine) => {
  const { regs, release } = machine;
  const map = mapArgument(machine, 1);
  if (map === undefined) return 0n;
  if (map.redirectsTo === undefined) {
    badArgument(machine, 1, 'a map to redirect to');
    return 0n;
  }
  const flags = regs[3];
  const known =
    map.spec.type.startsWith('devmap') && release.redirectBroadcast === 'known' ? DEVMAP_FLAGS : 0n;
  if ((flags & ~(FALLBACK | known)) !== 0n) return XDP_ABORTED;
  const index = u32Argument(machine, 2);
  if ((flags & BROADCAST) !== 0n) {
    const excludesIngress = (flags & EXCLUDE_INGRESS) !== 0n;
    machine.redirect = { to: 'all-of-map', map, index, excludesIngress };
    return XDP_REDIRECT;
  }
  if (map.redirectsTo(index) === undefined) {
    redirectMissed(machine);
    return flags & FALLBACK;
  }
  machine.redirect = { to: 'map', map, index };
  return XDP_REDIRECT;
};
