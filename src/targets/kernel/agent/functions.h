/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_FUNCTIONS_H
#define BPFDIFF_FUNCTIONS_H

#include "bpf.h"
#include "testcase.h"

/*
 * A prog that takes the address of one of its functions, or has tail calls in them, must come with BTF
 * for all of them (check_ld_imm, check_subprogs, kernel/bpf/verifier.c, 6.1). Adds it where it is needed; where the kernel takes no
 * BTF the prog goes without, and the verifier says what it thinks of that.
 */
void describe_functions(const struct prog_spec *prog, struct bpf_prog_load *attr);

#endif
