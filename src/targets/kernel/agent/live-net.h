/* SPDX-License-Identifier: MIT */
/*
 * A network namespace of the worker's own: the loopback device, which is down, and taps that are up.
 */
#ifndef BPFDIFF_LIVE_NET_H
#define BPFDIFF_LIVE_NET_H

#define BPF_F_TEST_XDP_LIVE_FRAMES 2u

#define LIVE_TAPS 2
/* Its ifindex, and the next has the next: the same in every kernel, so that cases can name them. */
#define LIVE_FIRST_TAP 10

/* Goes there. Returns 0, or the errno where there can be none: what it needs is not in the kernel. */
int live_net_enter(void);

/* Goes back. */
void live_net_leave(void);

/* The fd that gives what is sent out of a tap, frame by frame. */
int live_tap(int tap);

/*
 * The fd of a packet socket that gives all that any device gives to the stack, and the tags of VLANs beside
 * (PACKET_AUXDATA).
 */
int live_socket(void);

#endif
