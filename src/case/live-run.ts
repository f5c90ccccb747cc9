import type { Case, Run } from './case.ts';

/** BPF_F_TEST_XDP_LIVE_FRAMES, include/uapi/linux/bpf.h 6.1. */
export const LIVE_FRAMES = 2;

/**
 * Whether a run asks for live frames. A case with one is run where there are interfaces for them to go
 * to (`LIVE_INTERFACES`).
 */
export const isLiveRun = ({ progType }: Pick<Case, 'progType'>, { flags }: Run): boolean =>
  progType === 'xdp' && (flags & LIVE_FRAMES) !== 0;

/**
 * The ifindexes of the interfaces that are up there, beside the loopback device, which is down. Each
 * takes frames of at most 1518 bytes.
 */
export const LIVE_INTERFACES: readonly number[] = [10, 11];
