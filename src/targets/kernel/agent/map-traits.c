// SPDX-License-Identifier: MIT
#include "map-traits.h"

#include <string.h>

#include "bpf.h"
#include "machine.h"
#include "ring.h"

static const uint8_t traits[] = {
	[BPF_MAP_TYPE_HASH] = LISTED,
	[BPF_MAP_TYPE_ARRAY] = LISTED | INDEXED,
	[BPF_MAP_TYPE_PROG_ARRAY] = INDEXED | HOLDS_FDS,
	[BPF_MAP_TYPE_PERF_EVENT_ARRAY] = INDEXED | HOLDS_FDS,
	[BPF_MAP_TYPE_CGROUP_ARRAY] = INDEXED,
	[BPF_MAP_TYPE_PERCPU_HASH] = LISTED | PER_CPU,
	[BPF_MAP_TYPE_PERCPU_ARRAY] = LISTED | INDEXED | PER_CPU,
	[BPF_MAP_TYPE_LRU_HASH] = LISTED,
	[BPF_MAP_TYPE_LRU_PERCPU_HASH] = LISTED | PER_CPU,
	[BPF_MAP_TYPE_LPM_TRIE] = LISTED,
	[BPF_MAP_TYPE_ARRAY_OF_MAPS] = INDEXED | HOLDS_FDS,
	[BPF_MAP_TYPE_HASH_OF_MAPS] = HOLDS_FDS,
	[BPF_MAP_TYPE_DEVMAP] = LISTED | INDEXED,
	[BPF_MAP_TYPE_SOCKMAP] = INDEXED | HOLDS_FDS,
	[BPF_MAP_TYPE_CPUMAP] = INDEXED,
	[BPF_MAP_TYPE_XSKMAP] = INDEXED | HOLDS_FDS,
	[BPF_MAP_TYPE_SOCKHASH] = HOLDS_FDS,
	[BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE] = PER_CPU,
	[BPF_MAP_TYPE_QUEUE] = POPPED,
	[BPF_MAP_TYPE_STACK] = POPPED,
	[BPF_MAP_TYPE_SK_STORAGE] = OWNED,
	[BPF_MAP_TYPE_DEVMAP_HASH] = LISTED | INDEXED | SPARSE,
	[BPF_MAP_TYPE_TASK_STORAGE] = OWNED,
	[BPF_MAP_TYPE_CGRP_STORAGE] = OWNED,
};

int map_has(const struct map_spec *spec, enum map_trait trait)
{
	return spec->type < sizeof(traits) && traits[spec->type] & trait;
}

size_t map_padded_bytes(const struct map_spec *spec)
{
	return map_has(spec, PER_CPU) ? (spec->value_bytes + 7) / 8 * 8 : spec->value_bytes;
}

uint32_t map_values_per_key(const struct map_spec *spec)
{
	return map_has(spec, PER_CPU) ? machine.cpus : 1;
}

size_t map_values_bytes(const struct map_spec *spec)
{
	return map_values_per_key(spec) * map_padded_bytes(spec);
}

uint32_t map_entry_value_bytes(const struct map_spec *spec)
{
	return spec->type == BPF_MAP_TYPE_USER_RINGBUF ? RING_PIECE_BYTES : spec->value_bytes;
}

uint64_t map_element_bytes(const struct map_spec *spec)
{
	return spec->key_bytes + map_values_bytes(spec);
}

uint64_t map_content_bytes(const struct map_spec *spec)
{
	if (spec->type == BPF_MAP_TYPE_RINGBUF)
		return spec->max_entries;
	return (uint64_t)spec->max_entries * (spec->key_bytes + map_values_bytes(spec));
}

void map_convert_key(const struct map_spec *spec, uint8_t *key)
{
	uint32_t index;

	if (map_has(spec, OWNED))
		memset(key, 0xff, spec->key_bytes);
	if (__BYTE_ORDER__ != __ORDER_BIG_ENDIAN__ || !map_has(spec, INDEXED) || spec->key_bytes != 4)
		return;
	memcpy(&index, key, 4);
	index = __builtin_bswap32(index);
	memcpy(key, &index, 4);
}

int holds_progs(const struct map_spec *spec)
{
	return spec->type == BPF_MAP_TYPE_PROG_ARRAY;
}
