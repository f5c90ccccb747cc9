// SPDX-License-Identifier: MIT
#include "maps.h"

#include "bpf.h"
#include "btf.h"
#include "map-traits.h"
#include "prog-btf.h"

/* Type ids, in the order of the types below. */
enum { INT_ID = 1, CHAR_ID, BYTES_ID, LOCK_ID, VALUE_ID };

static const char STRINGS[] = "\0int\0char\0bpf_spin_lock\0val\0value";

/* `int`, which keys of arrays must be, and so many bytes of anything. */
#define INT_AND_BYTES(bytes) \
	1, BTF_INFO(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED | 32, \
	5, BTF_INFO(BTF_KIND_INT, 0), 1, 8, \
	0, BTF_INFO(BTF_KIND_ARRAY, 0), 0, CHAR_ID, INT_ID, bytes

/* Of a map whose value has a lock in it and nothing else that matters. */
static int lock_btf(const struct map_spec *spec)
{
	uint32_t types[] = {
		/* name, info, size or type, and what the kind adds */
		INT_AND_BYTES(spec->key_bytes),
		10, BTF_INFO(BTF_KIND_STRUCT, 1), 4, 24, INT_ID, 0,
		28, BTF_INFO(BTF_KIND_STRUCT, 1), spec->value_bytes,
		24, LOCK_ID, 8 * (spec->spin_lock - 1),
	};

	return load_btf(types, sizeof(types), STRINGS, sizeof(STRINGS));
}

/* Of a map that must have some, although nothing matters of its values. */
static int plain_btf(const struct map_spec *spec)
{
	uint32_t types[] = { INT_AND_BYTES(spec->value_bytes) };

	return load_btf(types, sizeof(types), STRINGS, sizeof(STRINGS));
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
	if (!spec->spin_lock && !map_has(spec, OWNED))
		return sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	int btf = spec->spin_lock ? lock_btf(spec) : plain_btf(spec);

	if (btf < 0)
		return btf;
	attr.btf_fd = btf;
	attr.btf_key_type_id = map_has(spec, INDEXED | OWNED) ? INT_ID : BYTES_ID;
	attr.btf_value_type_id = spec->spin_lock ? VALUE_ID : BYTES_ID;
	int fd = sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));

	close(btf);
	return fd;
}
