/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_MAP_CONTENT_H
#define BPFDIFF_MAP_CONTENT_H

#include "fds.h"
#include "testcase.h"

/* The fd that a value names. */
int map_named_fd(const uint8_t *value, struct fds named);

/*
 * Puts the entries in. Where a value is the index of a prog or of a map, `named` has its fd. Returns 0,
 * or a negative errno.
 */
int map_fill(int fd, const struct map_spec *spec, struct fds named);

/*
 * Number of entries, and each with its key and its value, or values, one for each possible CPU.
 * What a queue or a stack holds is popped; records of a ring come with their length. Types whose
 * content can't be listed or says nothing, such as prog arrays and maps of maps, have none.
 */
void put_map_content(struct writer *to, int fd, const struct map_spec *spec);

#endif
