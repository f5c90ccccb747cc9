// SPDX-License-Identifier: MIT
#include "maps.h"

#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "machine.h"
#include "prog-btf.h"
#include "ring.h"

/* What matters here about a type. */
enum map_trait {
	LISTED = 1,  /* user space can list its content */
	INDEXED = 2, /* a key is a u32 index */
	PER_CPU = 4,
	POPPED = 8,     /* there are no keys, and what is read is gone */
	HOLDS_FDS = 16, /* of progs or maps, which entries name by index */
	SPARSE = 32,    /* an index may be any number */
};

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
	[BPF_MAP_TYPE_DEVMAP_HASH] = LISTED | INDEXED | SPARSE,
};

static int has(const struct map_spec *spec, enum map_trait trait)
{
	return spec->type < sizeof(traits) && traits[spec->type] & trait;
}

/* Each value of a per-CPU map is padded to 8 bytes (bpf_map_value_size, kernel/bpf/syscall.c, 6.1). */
static size_t padded_bytes(const struct map_spec *spec)
{
	return has(spec, PER_CPU) ? (spec->value_bytes + 7) / 8 * 8 : spec->value_bytes;
}

static uint32_t values_per_key(const struct map_spec *spec)
{
	return has(spec, PER_CPU) ? machine.cpus : 1;
}

/* All that belongs to one key, as the kernel hands it over. */
static size_t element_bytes(const struct map_spec *spec)
{
	return values_per_key(spec) * padded_bytes(spec);
}

uint64_t map_element_bytes(const struct map_spec *spec)
{
	return spec->key_bytes + element_bytes(spec);
}

int map_is_per_cpu(const struct map_spec *spec)
{
	return has(spec, PER_CPU);
}

int map_holds_fds(const struct map_spec *spec)
{
	return has(spec, HOLDS_FDS);
}

uint64_t map_content_bytes(const struct map_spec *spec)
{
	if (spec->type == BPF_MAP_TYPE_RINGBUF)
		return spec->max_entries;
	return (uint64_t)spec->max_entries * (spec->key_bytes + element_bytes(spec));
}

/* An index is little-endian on the wire, and has the machine's own byte order in the kernel. */
void map_convert_key(const struct map_spec *spec, uint8_t *key)
{
	uint32_t index;

	if (__BYTE_ORDER__ != __ORDER_BIG_ENDIAN__ || !has(spec, INDEXED) || spec->key_bytes != 4)
		return;
	memcpy(&index, key, 4);
	index = __builtin_bswap32(index);
	memcpy(key, &index, 4);
}

/* Memory for elements, kept from map to map. */
static uint8_t *scratch(size_t bytes)
{
	static uint8_t *memory;
	static size_t size;

	if (bytes > size) {
		uint8_t *larger = realloc(memory, bytes);
		if (!larger)
			return NULL;
		memory = larger;
		size = bytes;
	}
	return memory;
}

static int fd_at(struct fds named, uint32_t index)
{
	return index < named.count ? named.fds[index] : -1;
}

#define BTF_INFO(kind, members) ((uint32_t)(kind) << 24 | (members))
#define BTF_KIND_INT 1
#define BTF_KIND_ARRAY 3
#define BTF_KIND_STRUCT 4
/* Type ids, in the order of the types below. */
enum { INT_ID = 1, CHAR_ID, BYTES_ID, LOCK_ID, VALUE_ID };

/*
 * BTF (Documentation/bpf/btf.rst, 6.1) of a map whose value has a lock in it and nothing else that
 * matters. Keys of arrays must be ints. Returns an fd, or a negative errno.
 */
static int lock_btf(const struct map_spec *spec)
{
	struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t header_bytes, types_at, types_bytes, strings_at, strings_bytes;
		uint32_t types[26];
		char strings[36];
	} btf = {
		.magic = 0xeb9f,
		.version = 1,
		.header_bytes = 24,
		.types_bytes = sizeof(btf.types),
		.strings_at = sizeof(btf.types),
		.strings_bytes = sizeof(btf.strings),
		.types = {
			/* name, info, size or type, and what the kind adds */
			1, BTF_INFO(BTF_KIND_INT, 0), 4, 32,
			5, BTF_INFO(BTF_KIND_INT, 0), 1, 8,
			0, BTF_INFO(BTF_KIND_ARRAY, 0), 0, CHAR_ID, INT_ID, spec->key_bytes,
			10, BTF_INFO(BTF_KIND_STRUCT, 1), 4, 24, INT_ID, 0,
			28, BTF_INFO(BTF_KIND_STRUCT, 1), spec->value_bytes,
			24, LOCK_ID, 8 * (spec->spin_lock - 1),
		},
		.strings = "\0int\0char\0bpf_spin_lock\0val\0value",
	};
	struct bpf_btf_load attr = { .btf = ptr_u64(&btf), .btf_size = sizeof(btf) };

	return sys_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}

int map_create(const struct map_spec *spec, struct fds before)
{
	struct bpf_map_create attr = {
		.map_type = spec->type,
		.key_size = spec->key_bytes,
		.value_size = spec->value_bytes,
		.max_entries = spec->max_entries,
		.map_flags = spec->flags,
		.inner_map_fd = spec->inner ? fd_at(before, spec->inner - 1) : 0,
	};

	if (spec->kptr) {
		attr.btf_fd = prog_btf();
		attr.btf_key_type_id = INT_TYPE_ID;
		attr.btf_value_type_id = kptr_value_type(spec->value_bytes, spec->kptr - 1);
		return sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	}
	if (!spec->spin_lock)
		return sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	int btf = lock_btf(spec);

	if (btf < 0)
		return btf;
	attr.btf_fd = btf;
	attr.btf_key_type_id = has(spec, INDEXED) ? INT_ID : BYTES_ID;
	attr.btf_value_type_id = VALUE_ID;
	int fd = sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));

	close(btf);
	return fd;
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
	size_t stride = padded_bytes(spec);
	uint8_t *values = scratch(element_bytes(spec));

	if (!values)
		return NULL;
	memset(values, 0, element_bytes(spec));
	for (uint32_t cpu = 0; cpu < values_per_key(spec); cpu++)
		memcpy(values + cpu * stride, value, spec->value_bytes);
	return values;
}

int holds_progs(const struct map_spec *spec)
{
	return spec->type == BPF_MAP_TYPE_PROG_ARRAY;
}

int map_named_fd(const uint8_t *value, struct fds named)
{
	struct reader from = { .at = (uint8_t *)value, .end = (uint8_t *)value + 4 };

	return fd_at(named, read_u32(&from));
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
	int holds_fds = has(spec, HOLDS_FDS) && spec->value_bytes == 4;
	int error = 0;
	uint32_t i = 0;

	for (uint32_t k = 0; k < spec->entry_count; k++)
		map_convert_key(spec, spec->keys + (size_t)k * spec->key_bytes);
	if (spec->entry_count > 1 && spec->key_bytes && !has(spec, PER_CPU) && !holds_fds)
		i = update_batch(fd, spec);
	for (; i < spec->entry_count && !error; i++) {
		const uint8_t *key = spec->keys + (size_t)i * spec->key_bytes;
		const void *value = spec->values + (size_t)i * spec->value_bytes;
		int named_fd;

		if (has(spec, PER_CPU) && !(value = same_on_every_cpu(spec, value)))
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
		if (!lookup(fd, key, elements + count * element_bytes(spec)))
			count++;
		attr.key = attr.value;
	}
	return count;
}

static int64_t list(int fd, const struct map_spec *spec, uint8_t *keys, uint8_t *elements,
		    uint8_t *cursor)
{
	if (has(spec, INDEXED) && !has(spec, SPARSE) && spec->max_entries == 1) {
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
	uint8_t *value = scratch(spec->value_bytes);
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
	size_t elements_bytes = spec->max_entries * element_bytes(spec);
	/* The cursor of a batch takes a key, or a u32. */
	size_t cursor_bytes = spec->key_bytes + 4;
	uint8_t *keys = NULL;
	int64_t count = 0;

	if (has(spec, POPPED)) {
		put_popped(to, fd, spec);
		return;
	}
	if (spec->type == BPF_MAP_TYPE_RINGBUF) {
		put_ring(to, fd, spec->max_entries);
		return;
	}
	if (has(spec, LISTED))
		keys = scratch(keys_bytes + elements_bytes + cursor_bytes);
	uint8_t *elements = keys + keys_bytes;

	if (keys)
		count = list(fd, spec, keys, elements, elements + elements_bytes);
	if (count < 0)
		count = 0;
	put_u32(to, count);
	for (int64_t i = 0; i < count; i++) {
		uint8_t *key = keys + i * spec->key_bytes;
		uint8_t *element = elements + i * element_bytes(spec);

		map_convert_key(spec, key);
		put_bytes(to, key, spec->key_bytes);
		for (uint32_t v = 0; v < values_per_key(spec); v++)
			put_bytes(to, element + v * padded_bytes(spec), spec->value_bytes);
	}
}
