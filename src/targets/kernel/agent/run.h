/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_RUN_H
#define BPFDIFF_RUN_H

#include "testcase.h"

/* Does one BPF_PROG_RUN of a prog of that type and tells what came of it. */
void put_run(struct writer *to, int prog_fd, uint32_t prog_type, const struct run_spec *run);

#endif
