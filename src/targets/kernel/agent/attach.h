/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_ATTACH_H
#define BPFDIFF_ATTACH_H

#include "testcase.h"

/*
 * Attaches a tracing prog to the function that it was loaded for; others need no attaching to be run.
 * Returns the fd of the link, which detaches it when it is closed, or -1 where there is none.
 */
int attach_prog(const struct testcase *testcase, int prog_fd);

#endif
