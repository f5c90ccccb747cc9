// SPDX-License-Identifier: MIT
#include "btf.h"

#include <string.h>

#include "bpf.h"

int load_btf(const uint32_t *types, uint32_t types_bytes, const char *strings,
	     uint32_t strings_bytes)
{
	struct {
		uint16_t magic;
		uint8_t version, flags;
		uint32_t header_bytes, types_at, types_bytes, strings_at, strings_bytes;
		uint8_t sections[BTF_SECTIONS_MAX];
	} btf = {
		.magic = 0xeb9f,
		.version = 1,
		.header_bytes = 24,
		.types_bytes = types_bytes,
		.strings_at = types_bytes,
		.strings_bytes = strings_bytes,
	};
	struct bpf_btf_load attr = {
		.btf = ptr_u64(&btf),
		.btf_size = 24 + types_bytes + strings_bytes,
	};

	if (types_bytes + strings_bytes > sizeof(btf.sections))
		return -E2BIG;
	memcpy(btf.sections, types, types_bytes);
	memcpy(btf.sections + types_bytes, strings, strings_bytes);
	return sys_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
}
