/* SPDX-License-Identifier: MIT */
/* A program that came in a request, run as a process of its own. */
#ifndef BPFDIFF_PROGRAM_H
#define BPFDIFF_PROGRAM_H

#include "wire.h"

struct program_spec {
	uint32_t engine, timeout_ms;
	const uint8_t *bytes;
	uint32_t len;
};

void parse_program(struct reader *from, struct program_spec *into);

/*
 * Runs it to its end, or as long as it may take, and puts how it ended and what it printed. Returns 0,
 * or -1 where it could not be started.
 */
int put_program(struct writer *to, const struct program_spec *program);

#endif
