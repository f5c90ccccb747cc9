/* SPDX-License-Identifier: MIT */
/* Commands that are wrong on purpose: bad pointers, sizes and fds. */
#ifndef BPFDIFF_OVERRIDES_H
#define BPFDIFF_OVERRIDES_H

#include "bpf.h"
#include "testcase.h"

/* The arguments of bpf(2). */
struct command {
	enum bpf_cmd cmd;
	void *attr;
	uint32_t size;
};

static inline int is_overridden(const struct run_spec *run, enum override name)
{
	return run->overridden >> name & 1;
}

/*
 * Changes `attr` to what the run says of it, and lays it out where the command is to find it. All of
 * it stays as it is until the next call.
 */
struct command override_command(struct bpf_prog_test_run *attr, const struct run_spec *run);

/* Takes back what the command has made of it. */
void end_command(const struct command *command, struct bpf_prog_test_run *attr);

/* Where the state of a struct_ops prog is, with that value. */
uint64_t override_state(const struct run_spec *run, uint32_t value);

#endif
