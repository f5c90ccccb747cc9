/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_MAP_TRAITS_H
#define BPFDIFF_MAP_TRAITS_H

#include <stddef.h>

#include "testcase.h"

/* What matters here about a type. */
enum map_trait {
	LISTED = 1,  /* user space can list its content */
	INDEXED = 2, /* a key is a u32 index */
	PER_CPU = 4,
	POPPED = 8,     /* there are no keys, and what is read is gone */
	HOLDS_FDS = 16, /* of progs or maps, which entries name by index */
	SPARSE = 32,    /* an index may be any number */
	OWNED = 64,     /* a key is the fd of what the value belongs to, and none that there is */
};

int map_has(const struct map_spec *spec, enum map_trait trait);

/* Each value of a per-CPU map is padded to 8 bytes (bpf_map_value_size, kernel/bpf/syscall.c, 6.1). */
size_t map_padded_bytes(const struct map_spec *spec);

uint32_t map_values_per_key(const struct map_spec *spec);

/* Length of all that belongs to one key, as the kernel takes and gives it. */
size_t map_values_bytes(const struct map_spec *spec);

/* Length of a key with all its values. */
uint64_t map_element_bytes(const struct map_spec *spec);

/* Length of the value of an entry. What is written to a ring of user space comes in pieces of 8 bytes. */
uint32_t map_entry_value_bytes(const struct map_spec *spec);

/* Length of all that a full map holds, as put_map_content writes it. */
uint64_t map_content_bytes(const struct map_spec *spec);

/* Whether values are indexes of progs, so that it can be filled once they are loaded. */
int holds_progs(const struct map_spec *spec);

/* An index is little-endian on the wire, and has the machine's own byte order in the kernel. */
void map_convert_key(const struct map_spec *spec, uint8_t *key);

#endif
