/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_RING_H
#define BPFDIFF_RING_H

#include "wire.h"

#define RING_PIECE_BYTES 8

/* Writes pieces to the beginning of a ring that progs drain. Returns 0, or a negative errno. */
int fill_ring(int fd, uint32_t ring_bytes, const uint8_t *pieces, uint32_t count);

/* The number of records that were submitted to a ring of that length, and each with its length. */
void put_ring(struct writer *to, int fd, uint32_t ring_bytes);

#endif
