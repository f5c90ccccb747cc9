/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_RING_H
#define BPFDIFF_RING_H

#include "wire.h"

/* The number of records that were submitted to a ring of that length, and each with its length. */
void put_ring(struct writer *to, int fd, uint32_t ring_bytes);

#endif
