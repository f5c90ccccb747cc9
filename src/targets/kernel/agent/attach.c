// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "attach.h"

#include "bpf.h"

int attach_prog(const struct testcase *testcase, int prog_fd)
{
	struct bpf_raw_tracepoint_open attr = { .prog_fd = prog_fd };

	if (testcase->prog_type != BPF_PROG_TYPE_TRACING)
		return -1;
	int fd = sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));

	return fd < 0 ? -1 : fd;
}
