/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_KSYMS_H
#define BPFDIFF_KSYMS_H

#include "testcase.h"

/*
 * Replaces indexes of kernel symbols in calls of kfuncs and in lddw of variables by the ids that they
 * have in the BTF of the running kernel: by 0, which the verifier refuses, where it has none such.
 */
void name_ksyms(const struct testcase *testcase, const struct prog_spec *prog);

/* The id of what the case's progs attach to; 0 where it names nothing, or the kernel has none such. */
uint32_t attach_btf_id(const struct testcase *testcase);

#endif
