/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_MAPS_H
#define BPFDIFF_MAPS_H

#include "testcase.h"

/* Length of all that a full map holds, as put_map_content writes it. */
uint64_t map_content_bytes(const struct map_spec *spec);

/* Returns an fd, or a negative errno. */
int map_create(const struct map_spec *spec);

/*
 * Puts the entries in. In prog arrays a value is the index of a prog: those are filled with `progs`
 * once they are loaded, all others when `progs` is NULL. Returns 0, or a negative errno.
 */
int map_fill(int fd, const struct map_spec *spec, const int *progs, uint32_t prog_count);

/*
 * Number of entries, and each with its key and its value, or values, one for each possible CPU.
 * Types whose content can't be listed, such as queues and prog arrays, have none.
 */
void put_map_content(struct writer *to, int fd, const struct map_spec *spec);

#endif
