import type { Snippet } from './snippet.ts';

/** BTF that progs and maps are loaded with, and ids of the running kernel's own. */
export const BTF: readonly Snippet[] = [
  {
    names: ['put_btf'],
    text: `
static __u8 btf[4096];

/* Documentation/bpf/btf.rst. Returns the length of what it puts there. */
static __u32 put_btf(const __u32 *types, __u32 types_len, const char *strings, __u32 strings_len)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = types_len,
		.str_off = types_len,
		.str_len = strings_len,
	};

	memcpy(btf, &header, sizeof(header));
	memcpy(btf + sizeof(header), types, types_len);
	memcpy(btf + sizeof(header) + types_len, strings, strings_len);
	return sizeof(header) + types_len + strings_len;
}`,
  },
  {
    names: ['btf_load'],
    text: `
static int btf_load(const __u32 *types, __u32 types_len, const char *strings, __u32 strings_len)
{
	__u32 len = put_btf(types, types_len, strings, strings_len);

	memset(&attr, 0, sizeof(attr));
	attr.btf = PTR(btf);
	attr.btf_size = len;
	return bpf(BPF_BTF_LOAD);
}`,
  },
  {
    names: ['bytes_btf', 'lock_btf', 'BTF_INT'],
    text: `
/* Types of a map's keys and values: int, so many bytes, and a struct with a lock in it. */
#define BTF_INT 1
#define BTF_CHAR 2
#define BTF_BYTES 3
#define BTF_LOCK 4
#define BTF_VALUE 5

static const char map_strings[] = "\\0int\\0char\\0bpf_spin_lock\\0val\\0value";`,
  },
  {
    names: ['bytes_btf'],
    text: `
static int bytes_btf(__u32 len)
{
	__u32 types[] = {
		1, BTF_TYPE(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32,
		5, BTF_TYPE(BTF_KIND_INT, 0), 1, 8,
		0, BTF_TYPE(BTF_KIND_ARRAY, 0), 0, BTF_CHAR, BTF_INT, len,
	};

	return btf_load(types, sizeof(types), map_strings, sizeof(map_strings));
}`,
  },
  {
    names: ['lock_btf'],
    text: `
static int lock_btf(__u32 key_size, __u32 value_size, __u32 offset)
{
	__u32 types[] = {
		1, BTF_TYPE(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32,
		5, BTF_TYPE(BTF_KIND_INT, 0), 1, 8,
		0, BTF_TYPE(BTF_KIND_ARRAY, 0), 0, BTF_CHAR, BTF_INT, key_size,
		10, BTF_TYPE(BTF_KIND_STRUCT, 1), 4, 24, BTF_INT, 0,
		28, BTF_TYPE(BTF_KIND_STRUCT, 1), value_size, 24, BTF_LOCK, 8 * offset,
	};

	return btf_load(types, sizeof(types), map_strings, sizeof(map_strings));
}`,
  },
  {
    names: ['func_btf', 'object_btf'],
    text: `
/* int f(void), which stands for every function; and struct object { u64 a, b, c; struct bpf_refcount r; } */
#define FUNC_TYPES \\
	1, BTF_TYPE(BTF_KIND_INT, 0), 4, BTF_INT_SIGNED << 24 | 32, \\
	0, BTF_TYPE(BTF_KIND_FUNC_PROTO, 0), 1, \\
	5, BTF_TYPE(BTF_KIND_FUNC, 0), 2, \\
	7, BTF_TYPE(BTF_KIND_INT, 0), 8, 64, \\
	11, BTF_TYPE(BTF_KIND_STRUCT, 1), 4, 24, 1, 0, \\
	26, BTF_TYPE(BTF_KIND_STRUCT, 4), 32, 33, 4, 0, 35, 4, 64, 37, 4, 128, 24, 5, 192

static const char func_strings[] = "\\0int\\0f\\0u64\\0bpf_refcount\\0r\\0object\\0a\\0b\\0c\\0kptr";`,
  },
  {
    names: ['func_btf'],
    text: `
static int func_btf(void)
{
	static const __u32 types[] = { FUNC_TYPES };
	static int fd;

	if (!fd)
		fd = btf_load(types, sizeof(types), func_strings, sizeof(func_strings));
	return fd;
}`,
  },
  {
    names: ['object_btf', 'BTF_HOLDER'],
    text: `
#define BTF_HOLDER 9

/* And a value of so many bytes, at the offset of which lies a struct object __kptr *; type tags: 5.18. */
static int object_btf(__u32 value_size, __u32 offset)
{
	__u32 types[] = {
		FUNC_TYPES,
		39, BTF_TYPE(18 /* BTF_KIND_TYPE_TAG */, 0), 6,
		0, BTF_TYPE(BTF_KIND_PTR, 0), 7,
		0, BTF_TYPE(BTF_KIND_STRUCT, 1), value_size, 39, 8, 8 * offset,
	};
	static int fd;

	if (!fd)
		fd = btf_load(types, sizeof(types), func_strings, sizeof(func_strings));
	return fd;
}`,
  },
  {
    names: ['kernel_btf_id'],
    text: `
/* The id of a type in the kernel's own BTF, or 0. */
static __u32 kernel_btf_id(const char *name, __u32 kind)
{
	static __u8 *btf;
	static size_t len;
	FILE *file = btf ? NULL : fopen("/sys/kernel/btf/vmlinux", "rb");

	while (file && !feof(file) && !ferror(file)) {
		btf = realloc(btf, len + (1 << 20));
		if (!btf)
			return 0;
		len += fread(btf + len, 1, 1 << 20, file);
	}
	if (file)
		fclose(file);
	if (len < sizeof(struct btf_header))
		return 0;

	struct btf_header *header = (void *)btf;
	const __u8 *at = btf + header->hdr_len + header->type_off;
	const __u8 *end = at + header->type_len;
	const char *strings = (char *)btf + header->hdr_len + header->str_off;

	for (__u32 id = 1; at < end; id++) {
		const struct btf_type *type = (void *)at;
		__u32 vlen = type->info & 0xffff;

		if (BTF_INFO_KIND(type->info) == kind && !strcmp(strings + type->name_off, name))
			return id;
		at += sizeof(*type);
		switch (type->info >> 24 & 0x1f) {
		case BTF_KIND_INT:
		case BTF_KIND_VAR:
		case 17: /* BTF_KIND_DECL_TAG */
			at += 4;
			break;
		case BTF_KIND_ARRAY:
			at += 12;
			break;
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_DATASEC:
		case 19: /* BTF_KIND_ENUM64 */
			at += 12 * vlen;
			break;
		case BTF_KIND_ENUM:
		case BTF_KIND_FUNC_PROTO:
			at += 8 * vlen;
			break;
		}
	}
	return 0;
}`,
  },
];
