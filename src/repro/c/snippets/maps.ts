import type { Snippet } from './snippet.ts';

/** What makes maps and fills them. */
export const MAPS: readonly Snippet[] = [
  {
    names: ['map_create', 'map_in_map_create', 'btf_map_create'],
    text: `
static void map_attr(__u32 type, __u32 key_size, __u32 value_size, __u32 max_entries, __u32 flags)
{
	memset(&attr, 0, sizeof(attr));
	attr.map_type = type;
	attr.key_size = key_size;
	attr.value_size = value_size;
	attr.max_entries = max_entries;
	attr.map_flags = flags;
}`,
  },
  {
    names: ['map_create'],
    text: `
static int map_create(__u32 type, __u32 key_size, __u32 value_size, __u32 max_entries, __u32 flags)
{
	map_attr(type, key_size, value_size, max_entries, flags);
	return bpf(BPF_MAP_CREATE);
}`,
  },
  {
    names: ['map_in_map_create'],
    text: `
static int map_in_map_create(__u32 type, __u32 key_size, __u32 value_size, __u32 max_entries,
			     __u32 flags, int inner_map_fd)
{
	map_attr(type, key_size, value_size, max_entries, flags);
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
	map_attr(type, key_size, value_size, max_entries, flags);
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
    names: ['pack_values'],
    text: `
/* Values of so many CPUs, one behind the other. */
static const __u8 *pack_values(__u8 *values, __u32 len, int cpus)
{
	for (int cpu = 0; cpu < cpus && cpu < possible_cpus(); cpu++)
		memmove(values + cpu * len, values + cpu * ((len + 7) / 8 * 8), len);
	return values;
}`,
  },
  {
    names: ['put_in_ring'],
    text: `
/* What user space has written to a ring buffer: a page of the consumer's, one of the producer's, the data. */
static int put_in_ring(int fd, __u32 size, const void *bytes, __u32 len)
{
	long page = sysconf(_SC_PAGESIZE);
	__u8 *ring = mmap(NULL, page + size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, page);

	if (ring == MAP_FAILED || len > size)
		return ring == MAP_FAILED ? -errno : -ENOSPC;
	memcpy(ring + page, bytes, len);
	*(volatile unsigned long *)ring = len;
	munmap(ring, page + size);
	return 0;
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
