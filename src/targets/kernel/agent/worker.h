/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_WORKER_H
#define BPFDIFF_WORKER_H

#include <stdatomic.h>
#include <stdint.h>

/*
 * The worker is a fork of the agent, so that what kills or hangs its process takes nothing else with
 * it. One that lives is kept for the next time: in UML a fork costs as much as ten cases.
 */

/* What it shares with the agent. */
struct pace {
	/* Changes with every step that it has done. */
	_Atomic uint64_t progress;
	/* The agent's wish to have no further step begun. */
	_Atomic uint32_t stop;
};

enum fate {
	FATE_FINISHED,
	FATE_DIED,
	FATE_HUNG,
};

/* Has a worker do its work, the same for all calls. Returns 0, or -1 where none can be started. */
int worker_wake(void (*work)(void));

/*
 * Waits until the work is done, or there was no progress for `stall_ms`. Behind `deadline_ns` of
 * machine_ns() it asks it to stop.
 */
enum fate worker_wait(struct pace *pace, uint32_t stall_ms, uint64_t deadline_ns);

/* Kills it. Returns what waitpid() says of how it ended. */
int worker_bury(void);

#endif
