// SPDX-License-Identifier: MIT
#include "map-content.h"

#include <string.h>

#include "bpf.h"
#include "map-traits.h"
#include "ring.h"
#include "scratch.h"

/* Of elements, kept from map to map. */
static struct scratch scratch;

int map_named_fd(const uint8_t *value, struct fds named)
{
	struct reader from = { .at = (uint8_t *)value, .end = (uint8_t *)value + 4 };

	return fd_at(named, read_u32(&from));
}

static int update(int fd, const uint8_t *key, const void *value)
{
	struct bpf_map_elem attr = {
		.map_fd = fd,
		.key = key ? ptr_u64(key) : 0,
		.value = ptr_u64(value),
		.flags = BPF_ANY,
	};

	return sys_bpf(BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr));
}

/* In one syscall. Returns how many entries went in; where not all did, one by one finds out why. */
static uint32_t update_batch(int fd, const struct map_spec *spec)
{
	struct bpf_map_batch attr = {
		.keys = ptr_u64(spec->keys),
		.values = ptr_u64(spec->values),
		.count = spec->entry_count,
		.map_fd = fd,
		.elem_flags = BPF_ANY,
	};

	return sys_bpf(BPF_MAP_UPDATE_BATCH, &attr, sizeof(attr)) ? 0 : spec->entry_count;
}

static uint8_t *same_on_every_cpu(const struct map_spec *spec, const uint8_t *value)
{
	size_t stride = map_padded_bytes(spec);
	uint8_t *values = scratch_bytes(&scratch, map_values_bytes(spec));

	if (!values)
		return NULL;
	memset(values, 0, map_values_bytes(spec));
	for (uint32_t cpu = 0; cpu < map_values_per_key(spec); cpu++)
		memcpy(values + cpu * stride, value, spec->value_bytes);
	return values;
}

/*
 * What progs may not write to, and user space not any more: the verifier takes its content for known, and
 * texts in it for constants (bpf_map_is_rdonly, kernel/bpf/verifier.c, 6.1). Not every type can be frozen.
 */
static void freeze(int fd)
{
	struct bpf_map_elem attr = { .map_fd = fd };

	sys_bpf(BPF_MAP_FREEZE, &attr, sizeof(attr));
}

int map_fill(int fd, const struct map_spec *spec, struct fds named)
{
	int holds_fds = map_has(spec, HOLDS_FDS) && spec->value_bytes == 4;
	int error = 0;
	uint32_t i = 0;

	if (spec->type == BPF_MAP_TYPE_USER_RINGBUF)
		return fill_ring(fd, spec->max_entries, spec->values, spec->entry_count);
	for (uint32_t k = 0; k < spec->entry_count; k++)
		map_convert_key(spec, spec->keys + (size_t)k * spec->key_bytes);
	if (spec->entry_count > 1 && spec->key_bytes && !map_has(spec, PER_CPU) && !holds_fds)
		i = update_batch(fd, spec);
	for (; i < spec->entry_count && !error; i++) {
		const uint8_t *key = spec->keys + (size_t)i * spec->key_bytes;
		const void *value = spec->values + (size_t)i * spec->value_bytes;
		int named_fd;

		if (map_has(spec, PER_CPU) && !(value = same_on_every_cpu(spec, value)))
			return -ENOMEM;
		if (holds_fds) {
			named_fd = map_named_fd(value, named);
			value = &named_fd;
		}
		error = update(fd, spec->key_bytes ? key : NULL, value);
	}
	if (!error && spec->flags & BPF_F_RDONLY_PROG)
		freeze(fd);
	return error;
}

static int lookup(int fd, const uint8_t *key, uint8_t *element)
{
	struct bpf_map_elem attr = {
		.map_fd = fd,
		.key = ptr_u64(key),
		.value = ptr_u64(element),
	};

	return sys_bpf(BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
}

/* In one syscall. Returns how many elements there are, or a negative errno. */
static int64_t list_batch(int fd, const struct map_spec *spec, uint8_t *keys, uint8_t *elements,
			  uint8_t *cursor)
{
	struct bpf_map_batch attr = {
		.out_batch = ptr_u64(cursor),
		.keys = ptr_u64(keys),
		.values = ptr_u64(elements),
		.count = spec->max_entries,
		.map_fd = fd,
	};
	int error = sys_bpf(BPF_MAP_LOOKUP_BATCH, &attr, sizeof(attr));

	/* ENOENT: that was the end. */
	if (error && error != -ENOENT)
		return error;
	return attr.count;
}

/*
 * One by one: per-CPU arrays have no batches before 5.13. A key without a value, as in a devmap, makes
 * room for the next one.
 */
static uint32_t list_each(int fd, const struct map_spec *spec, uint8_t *keys, uint8_t *elements)
{
	uint32_t count = 0;
	struct bpf_map_elem attr = { .map_fd = fd, .key = 0 };

	for (uint32_t tries = 0; tries < spec->max_entries && count < spec->max_entries; tries++) {
		uint8_t *key = keys + (size_t)count * spec->key_bytes;

		attr.value = ptr_u64(key);
		if (sys_bpf(BPF_MAP_GET_NEXT_KEY, &attr, sizeof(attr)))
			break;
		if (!lookup(fd, key, elements + count * map_values_bytes(spec)))
			count++;
		attr.key = attr.value;
	}
	return count;
}

static int64_t list(int fd, const struct map_spec *spec, uint8_t *keys, uint8_t *elements,
		    uint8_t *cursor)
{
	if (map_has(spec, INDEXED) && !map_has(spec, SPARSE) && spec->max_entries == 1) {
		memset(keys, 0, spec->key_bytes);
		return lookup(fd, keys, elements) ? 0 : 1;
	}
	int64_t count = list_batch(fd, spec, keys, elements, cursor);

	if (count == -ENOTSUPP || count == -EINVAL)
		count = list_each(fd, spec, keys, elements);
	return count;
}

static void put_popped(struct writer *to, int fd, const struct map_spec *spec)
{
	uint8_t *count_at = put_later(to);
	uint8_t *value = scratch_bytes(&scratch, spec->value_bytes);
	struct bpf_map_elem attr = { .map_fd = fd, .value = ptr_u64(value) };
	uint32_t count = 0;

	while (value && count < spec->max_entries &&
	       !sys_bpf(BPF_MAP_LOOKUP_AND_DELETE_ELEM, &attr, sizeof(attr))) {
		put_bytes(to, value, spec->value_bytes);
		count++;
	}
	set_u32(count_at, count);
}

void put_map_content(struct writer *to, int fd, const struct map_spec *spec)
{
	size_t keys_bytes = (size_t)spec->max_entries * spec->key_bytes;
	size_t elements_bytes = spec->max_entries * map_values_bytes(spec);
	/* The cursor of a batch takes a key, or a u32. */
	size_t cursor_bytes = spec->key_bytes + 4;
	uint8_t *keys = NULL;
	int64_t count = 0;

	if (map_has(spec, POPPED)) {
		put_popped(to, fd, spec);
		return;
	}
	if (spec->type == BPF_MAP_TYPE_RINGBUF) {
		put_ring(to, fd, spec->max_entries);
		return;
	}
	if (map_has(spec, LISTED))
		keys = scratch_bytes(&scratch, keys_bytes + elements_bytes + cursor_bytes);
	uint8_t *elements = keys + keys_bytes;

	if (keys)
		count = list(fd, spec, keys, elements, elements + elements_bytes);
	if (count < 0)
		count = 0;
	put_u32(to, count);
	for (int64_t i = 0; i < count; i++) {
		uint8_t *key = keys + i * spec->key_bytes;
		uint8_t *element = elements + i * map_values_bytes(spec);

		map_convert_key(spec, key);
		put_bytes(to, key, spec->key_bytes);
		for (uint32_t v = 0; v < map_values_per_key(spec); v++)
			put_bytes(to, element + v * map_padded_bytes(spec), spec->value_bytes);
	}
}
