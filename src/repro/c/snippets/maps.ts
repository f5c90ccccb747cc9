import type { Snippet } from './snippet.ts';

/** What makes maps and fills them. */
export const MAPS: readonly Snippet[] = [
  {
    names: ['map_create'],
    text: `
static int map_create(__u32 type, __u32 key_size, __u32 value_size, __u32 max_entries, __u32 flags)
{
	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key_size;
	attr.value_size = value_size;
	attr.max_entries = max_entries;
	attr.map_flags = flags;
	return bpf(BPF_MAP_CREATE);
}`,
  },
  {
    names: ['map_in_map_create'],
    text: `
static int map_in_map_create(__u32 type, __u32 key_size, __u32 value_size, __u32 max_entries,
			     __u32 flags, int inner_map_fd)
{
	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key_size;
	attr.value_size = value_size;
	attr.max_entries = max_entries;
	attr.map_flags = flags;
	attr.inner_map_fd = inner_map_fd;
	return bpf(BPF_MAP_CREATE);
}`,
  },
  {
    names: ['btf_map_create'],
    text: `
/* Of a negative btf_fd the errno is returned. */
static int btf_map_create(__u32 type, __u32 key_size, __u32 value_size, __u32 max_entries,
			  __u32 flags, int btf_fd, __u32 key_type, __u32 value_type)
{
	if (btf_fd < 0)
		return btf_fd;
	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key_size;
	attr.value_size = value_size;
	attr.max_entries = max_entries;
	attr.map_flags = flags;
	attr.btf_fd = btf_fd;
	attr.btf_key_type_id = key_type;
	attr.btf_value_type_id = value_type;
	return bpf(BPF_MAP_CREATE);
}`,
  },
  {
    names: ['map_update'],
    text: `
static void map_update(const char *name, int fd, const void *key, const void *value)
{
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = PTR(key);
	attr.value = PTR(value);
	attr.flags = BPF_ANY;
	int error = bpf(BPF_MAP_UPDATE_ELEM);

	if (error)
		rejected(name, error);
}`,
  },
  {
    names: ['on_every_cpu'],
    text: `
/* The value of an element of a per-CPU map. */
static void *on_every_cpu(const void *value, __u32 len)
{
	static __u8 *values;
	__u32 stride = (len + 7) / 8 * 8;

	free(values);
	values = calloc(possible_cpus(), stride);
	for (int cpu = 0; values && cpu < possible_cpus(); cpu++)
		memcpy(values + cpu * stride, value, len);
	return values;
}`,
  },
  {
    names: ['map_freeze'],
    text: `
/* So that the verifier takes its content for known; not every type can be frozen. */
static void map_freeze(int fd)
{
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	bpf(BPF_MAP_FREEZE);
}`,
  },
];
