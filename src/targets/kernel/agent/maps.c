// SPDX-License-Identifier: MIT
#include "maps.h"

#include "bpf.h"
#include "map-traits.h"
#include "prog-btf.h"

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
	attr.btf_key_type_id = map_has(spec, INDEXED) ? INT_ID : BYTES_ID;
	attr.btf_value_type_id = VALUE_ID;
	int fd = sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));

	close(btf);
	return fd;
}
