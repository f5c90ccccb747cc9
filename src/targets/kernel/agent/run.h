/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_RUN_H
#define BPFDIFF_RUN_H

#include "testcase.h"

/* Does one BPF_PROG_RUN and tells what came of it. */
void put_run(struct writer *to, int prog_fd, const struct run_spec *run);

#endif
