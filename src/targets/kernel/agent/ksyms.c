// SPDX-License-Identifier: MIT
#include "ksyms.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpf.h"
#include "slot.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* More than ten times what kernels have. */
#define BTF_BYTES_MAX (128u * 1024 * 1024)
#define BTF_MAGIC 0xeb9f

enum btf_kind {
	BTF_KIND_INT = 1,
	BTF_KIND_ARRAY = 3,
	BTF_KIND_STRUCT = 4,
	BTF_KIND_UNION = 5,
	BTF_KIND_ENUM = 6,
	BTF_KIND_FUNC = 12,
	BTF_KIND_FUNC_PROTO = 13,
	BTF_KIND_VAR = 14,
	BTF_KIND_DATASEC = 15,
	BTF_KIND_DECL_TAG = 17,
	BTF_KIND_ENUM64 = 19,
};

/* Documentation/bpf/btf.rst, 6.1; in the machine's byte order. */
struct btf_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_bytes, types_at, types_bytes, strings_at, strings_bytes;
};

struct btf_type {
	uint32_t name_at, info, size_or_type;
};

/* The kernel's BTF; without types where it has none. */
struct btf {
	const uint8_t *types, *types_end;
	const char *strings;
	uint32_t strings_bytes;
};

/* What a type has behind its three words: for each of its members, or once. */
static uint64_t extra_bytes(const struct btf_type *type)
{
	uint64_t members = type->info & 0xffff;

	switch (type->info >> 24 & 0x1f) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return 12;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case BTF_KIND_ENUM64:
		return 12 * members;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return 8 * members;
	default:
		return 0;
	}
}

/* The whole file, which can't be mapped before 6.16; NULL where there is none. */
static uint8_t *read_btf(size_t *len)
{
	struct stat stat;
	uint8_t *bytes = NULL;
	int fd = open(KERNEL_BTF, O_RDONLY | O_CLOEXEC);

	*len = 0;
	if (fd >= 0 && !fstat(fd, &stat) && stat.st_size > 0 && stat.st_size <= BTF_BYTES_MAX)
		bytes = malloc(stat.st_size);
	while (bytes && *len < (size_t)stat.st_size) {
		ssize_t n = read(fd, bytes + *len, stat.st_size - *len);

		if (n <= 0)
			break;
		*len += n;
	}
	if (fd >= 0)
		close(fd);
	return bytes;
}

static struct btf parse_btf(const uint8_t *bytes, size_t len)
{
	struct btf_header header;
	const struct btf none = { 0 };

	if (!bytes || len < sizeof(header))
		return none;
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != BTF_MAGIC || header.header_bytes > len)
		return none;
	const uint8_t *rest = bytes + header.header_bytes;

	len -= header.header_bytes;
	if (header.types_at > len || header.types_bytes > len - header.types_at ||
	    header.strings_at > len || header.strings_bytes > len - header.strings_at)
		return none;
	return (struct btf){
		.types = rest + header.types_at,
		.types_end = rest + header.types_at + header.types_bytes,
		.strings = (const char *)rest + header.strings_at,
		.strings_bytes = header.strings_bytes,
	};
}

/* Read once by each worker, when a case first names a symbol. */
static const struct btf *kernel_btf(void)
{
	static struct btf btf;
	static int was_read;

	if (!was_read) {
		size_t len;
		const uint8_t *bytes = read_btf(&len);

		btf = parse_btf(bytes, len);
		was_read = 1;
	}
	return &btf;
}

static int is_named(const struct btf *btf, const struct btf_type *type, const struct ksym_spec *ksym)
{
	return type->name_at < btf->strings_bytes &&
	       btf->strings_bytes - type->name_at > ksym->len &&
	       !memcmp(btf->strings + type->name_at, ksym->name, ksym->len) &&
	       !btf->strings[type->name_at + ksym->len];
}

/* Types are numbered from 1. */
static uint32_t find_type(const struct ksym_spec *ksym, enum btf_kind kind)
{
	const struct btf *btf = kernel_btf();
	const uint8_t *at = btf->types;
	struct btf_type type;

	for (uint32_t id = 1; (size_t)(btf->types_end - at) >= sizeof(type); id++) {
		memcpy(&type, at, sizeof(type));
		at += sizeof(type);
		uint64_t extra = extra_bytes(&type);

		if ((type.info >> 24 & 0x1f) == kind && is_named(btf, &type, ksym))
			return id;
		if (extra > (size_t)(btf->types_end - at))
			break;
		at += extra;
	}
	return 0;
}

/* There are 100,000 types and more, and cases name the same few symbols again and again. */
static uint32_t known_type(const struct ksym_spec *ksym, enum btf_kind kind)
{
	static struct {
		enum btf_kind kind;
		uint32_t len, id;
		char name[KSYM_CHARS_MAX];
	} known[64];
	static uint32_t count;
	const uint32_t room = sizeof(known) / sizeof(*known);

	for (uint32_t i = 0; i < count && i < room; i++)
		if (known[i].kind == kind && known[i].len == ksym->len &&
		    !memcmp(known[i].name, ksym->name, ksym->len))
			return known[i].id;
	uint32_t i = count++ % room;

	known[i].kind = kind;
	known[i].len = ksym->len;
	memcpy(known[i].name, ksym->name, ksym->len);
	return known[i].id = find_type(ksym, kind);
}

void name_ksyms(const struct testcase *testcase, const struct prog_spec *prog)
{
	for (uint32_t i = 0; i < prog->slots; i++) {
		struct slot slot = slot_at(prog, i);
		uint32_t index = slot.imm;
		enum btf_kind kind;

		if (slot.opcode == BPF_CALL && src_of(slot) == BPF_PSEUDO_KFUNC_CALL)
			kind = BTF_KIND_FUNC;
		else if (slot.opcode == BPF_LDDW && src_of(slot) == BPF_PSEUDO_BTF_ID)
			kind = BTF_KIND_VAR;
		else
			kind = 0;
		if (kind) {
			slot.imm = index < testcase->ksym_count ?
					   known_type(&testcase->ksyms[index], kind) :
					   0;
			set_slot(prog, i, slot);
		}
		i += slot.opcode == BPF_LDDW;
	}
}

uint32_t attach_btf_id(const struct testcase *testcase)
{
	enum btf_kind kind = testcase->prog_type == BPF_PROG_TYPE_STRUCT_OPS ? BTF_KIND_STRUCT :
										BTF_KIND_FUNC;

	return testcase->attach_btf.len ? known_type(&testcase->attach_btf, kind) : 0;
}
