/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_FDS_H
#define BPFDIFF_FDS_H

#include <stdint.h>

/* What entries and commands may name by index. */
struct fds {
	const int *fds;
	uint32_t count;
};

/* The fd that is named; -1 where there is none. */
static inline int fd_at(struct fds named, uint32_t index)
{
	return index < named.count ? named.fds[index] : -1;
}

#endif
