/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_LOAD_H
#define BPFDIFF_LOAD_H

#include "testcase.h"

/* A case while it runs: its fds. The list of maps ends with -1, which is no map. */
struct loaded {
	int maps[MAPS_MAX + 1];
	int progs[PROGS_MAX];
	uint32_t map_count, prog_count;
};

/* Why a case was rejected; `error` is a positive errno, or 0 where it was not. */
struct rejection {
	uint32_t step; /* enum load_step */
	uint32_t index;
	uint32_t error;
	/* End of the verifier's log, also where nothing was rejected. */
	const char *log;
	size_t log_len;
};

/*
 * Creates and fills the maps, loads the progs. `wants` has bits of enum batch_flag. What it opened
 * is in `into` in any case.
 */
struct rejection load_case(const struct testcase *testcase, uint32_t wants, struct loaded *into);

void unload_case(const struct loaded *loaded);

#endif
