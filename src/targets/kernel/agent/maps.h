/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_MAPS_H
#define BPFDIFF_MAPS_H

#include "testcase.h"

/* What entries may name by index. */
struct fds {
	const int *fds;
	uint32_t count;
};

/* Length of a key with all its values, as the kernel takes and gives them. */
uint64_t map_element_bytes(const struct map_spec *spec);

/* Length of all that a full map holds, as put_map_content writes it. */
uint64_t map_content_bytes(const struct map_spec *spec);

/* Returns an fd, or a negative errno. A map of maps is like the one of `before` that it names. */
int map_create(const struct map_spec *spec, struct fds before);

/* Whether elements have a value for each CPU. */
int map_is_per_cpu(const struct map_spec *spec);

/* Whether values are fds, which cases name by index. What the kernel gives for them are ids. */
int map_holds_fds(const struct map_spec *spec);

/* Turns an index between the machine's byte order and that of the wire. Other keys stay as they are. */
void map_convert_key(const struct map_spec *spec, uint8_t *key);

/* The fd that a value names. */
int map_named_fd(const uint8_t *value, struct fds named);

/* Whether values are indexes of progs, so that it can be filled once they are loaded. */
int holds_progs(const struct map_spec *spec);

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
