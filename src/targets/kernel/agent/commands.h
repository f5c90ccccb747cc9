/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_COMMANDS_H
#define BPFDIFF_COMMANDS_H

#include "load.h"

/* Does the map commands of a run one after another, and tells of each what came of it. */
void put_commands(struct writer *to, const struct testcase *testcase, const struct run_spec *run,
		  const struct loaded *loaded);

#endif
