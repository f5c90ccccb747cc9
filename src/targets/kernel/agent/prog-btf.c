// SPDX-License-Identifier: MIT
#include "prog-btf.h"

#include <string.h>

#include "btf.h"

/* Values with kptrs: of 1 to 4 words, and in each of them. */
#define VALUE_WORDS_MAX 4
#define VALUE_TYPES (VALUE_WORDS_MAX * (VALUE_WORDS_MAX + 1) / 2)
#define KPTR_ID 8
#define FIRST_VALUE_ID (KPTR_ID + 1)

/*
 * Documentation/bpf/btf.rst, 6.1. One `static int f()` stands for every function of every prog. Progs may
 * have objects of type 6, `struct object { u64 a, b, c; struct bpf_refcount r; }`.
 */
static const uint32_t TYPES[] = {
	/* name, info, size or type, and what the kind adds */
	1, BTF_INFO(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED | 32,
	0, BTF_INFO(BTF_KIND_FUNC_PROTO, 0), 1,
	5, BTF_INFO(BTF_KIND_FUNC, 0), 2,
	7, BTF_INFO(BTF_KIND_INT, 0), 8, 64,
	11, BTF_INFO(BTF_KIND_STRUCT, 1), 4, 24, 1, 0,
	26, BTF_INFO(BTF_KIND_STRUCT, 4), 32,
	33, 4, 0, 35, 4, 64, 37, 4, 128, 24, 5, 192,
};
static const char STRINGS[] = "\0int\0f\0u64\0bpf_refcount\0r\0object\0a\0b\0c\0kptr";

/* `struct object __kptr *`, since 5.18; each value is a struct with one such member. */
static const uint32_t KPTR_TYPES[] = {
	39, BTF_INFO(BTF_KIND_TYPE_TAG, 0), 6,
	0, BTF_INFO(BTF_KIND_PTR, 0), 7,
};
#define VALUE_TYPE_WORDS 6

/* Kernels that know no type tags are told of no kptrs. */
static int load_largest(void)
{
	uint32_t types[(sizeof(TYPES) + sizeof(KPTR_TYPES)) / 4 + VALUE_TYPE_WORDS * VALUE_TYPES];
	uint32_t *at = types + sizeof(TYPES) / 4;

	memcpy(types, TYPES, sizeof(TYPES));
	memcpy(at, KPTR_TYPES, sizeof(KPTR_TYPES));
	at += sizeof(KPTR_TYPES) / 4;
	for (uint32_t words = 1; words <= VALUE_WORDS_MAX; words++) {
		for (uint32_t word = 0; word < words; word++) {
			uint32_t value[VALUE_TYPE_WORDS] = {
				0, BTF_INFO(BTF_KIND_STRUCT, 1), 8 * words, 39, KPTR_ID, 64 * word,
			};

			memcpy(at, value, sizeof(value));
			at += VALUE_TYPE_WORDS;
		}
	}
	int fd = load_btf(types, sizeof(types), STRINGS, sizeof(STRINGS));

	return fd < 0 ? load_btf(TYPES, sizeof(TYPES), STRINGS, sizeof(STRINGS)) : fd;
}

int prog_btf(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = load_largest();
	return fd;
}

uint32_t kptr_value_type(uint32_t value_bytes, uint32_t offset)
{
	uint32_t words = value_bytes / 8, word = offset / 8;

	if (value_bytes % 8 || offset % 8 || words > VALUE_WORDS_MAX || word >= words)
		return 0;
	return FIRST_VALUE_ID + words * (words - 1) / 2 + word;
}
