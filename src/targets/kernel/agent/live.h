/* SPDX-License-Identifier: MIT */
/*
 * Where XDP live frames go to (BPF_F_TEST_XDP_LIVE_FRAMES): a network namespace of the worker's own,
 * in which there are the loopback device, which is down, and two taps that are up. What the stack of
 * the namespace is given, and what is sent out of the taps, is told frame by frame.
 */
#ifndef BPFDIFF_LIVE_H
#define BPFDIFF_LIVE_H

#include "testcase.h"

/* Whether a case has a run of live frames, hence is run in the namespace. */
int live_wanted(const struct testcase *testcase);

/* Whether a run of a prog of that type asks for live frames. */
int live_run(uint32_t prog_type, const struct run_spec *run);

/* Goes there. Returns 0, or the errno where there can be none: what it needs is not in the kernel. */
int live_enter(void);

/* Goes back. */
void live_leave(void);

/*
 * Tells what has left since the last time: all that the stack was given, in order, then what was sent
 * out of each tap. Frames that come by way of a CPUMAP come when its thread runs, so that where the
 * case has one the first are sorted.
 */
void live_put_frames(struct writer *to, const struct testcase *testcase);

#endif
