import type { Machine } from '../machine.ts';
import type { EmulatedMap } from '../maps/map.ts';

/** `struct bpf_redirect_info`: where XDP_REDIRECT leads to. */
export interface RedirectInfo {
  readonly to: 'nowhere' | 'interface' | 'map' | 'all-of-map';
  /** `tgt_index`: an ifindex, or the key in a map. It stays when the rest was used up. */
  readonly index: number;
  readonly map?: EmulatedMap;
  /** Of `all-of-map`: whether the frame's own interface is left out. */
  readonly excludesIngress?: boolean;
}

export const LOOPBACK_IFINDEX = 1;

/**
 * As it is for a case with live frames: up to 6.10 it is kept for each CPU, and the agent has used it
 * up with a frame that went back to the loopback device.
 */
export const USED_UP: RedirectInfo = { to: 'nowhere', index: LOOPBACK_IFINDEX };
/** As it is at the beginning of a batch since 6.11 (`bpf_net_ctx_get_ri`). */
export const BLANK: RedirectInfo = { to: 'nowhere', index: 0 };

export function redirectToInterface(machine: Machine, ifindex: number): void {
  machine.redirect = { to: 'interface', index: ifindex };
}

/** A map without such an element leads to the interface that was meant last. */
export function redirectMissed(machine: Machine): void {
  machine.redirect = { to: 'interface', index: machine.redirect.index };
}
