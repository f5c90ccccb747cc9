/* SPDX-License-Identifier: MIT */
/* BTF (Documentation/bpf/btf.rst, 6.1), as far as it is needed here. */
#ifndef BPFDIFF_BTF_H
#define BPFDIFF_BTF_H

#include <stdint.h>

/* The second word of a type: its kind, and how many members it has. */
#define BTF_INFO(kind, members) ((uint32_t)(kind) << 24 | (members))
#define BTF_KIND_INT 1
#define BTF_KIND_PTR 2
#define BTF_KIND_ARRAY 3
#define BTF_KIND_STRUCT 4
#define BTF_KIND_FUNC 12
#define BTF_KIND_FUNC_PROTO 13
#define BTF_KIND_TYPE_TAG 18
#define BTF_INT_SIGNED (1u << 24)

#define BTF_SECTIONS_MAX 1024

/* Types, and the strings that they name. Returns an fd, or a negative errno. */
int load_btf(const uint32_t *types, uint32_t types_bytes, const char *strings,
	     uint32_t strings_bytes);

#endif
