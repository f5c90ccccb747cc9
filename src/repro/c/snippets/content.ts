import type { Snippet } from './snippet.ts';

/** What an element holds: one value, or one for each CPU. */
interface Values {
  /** Of names of functions. */
  readonly prefix: '' | 'percpu_';
  /** Arguments of calloc(3) for them. */
  readonly room: string;
  readonly say: 'say_bytes' | 'say_values';
  /** Whether `say` is not called, where it would print zeros. */
  readonly skip: string;
}

const VALUES: readonly Values[] = [
  {
    prefix: '',
    room: '1, value_size',
    say: 'say_bytes',
    skip: ' || is_zero(value, value_size)',
  },
  {
    prefix: 'percpu_',
    room: 'possible_cpus(), (value_size + 7) / 8 * 8',
    say: 'say_values',
    skip: '',
  },
];

const arraySnippet = ({ prefix, room, say, skip }: Values): Snippet => ({
  names: [`say_${prefix}array`],
  text: `
/* Elements of zeros are left out. */
static void say_${prefix}array(const char *name, int fd, __u32 max_entries, __u32 value_size)
{
	__u8 *value = calloc(${room});
	char what[64];

	for (__u32 i = 0; i < max_entries; i++) {
		if (map_lookup(fd, &i, value)${skip})
			continue;
		snprintf(what, sizeof(what), "map %s[%u]", name, i);
		${say}(what, value, value_size);
	}
	free(value);
}`,
});

const hashSnippet = ({ prefix, room, say }: Values): Snippet => ({
  names: [`say_${prefix}hash`],
  text: `
static void say_${prefix}hash(const char *name, int fd, __u32 max_entries, __u32 key_size,
		     __u32 value_size)
{
	__u8 *keys = calloc(max_entries, key_size), *value = calloc(${room});
	__u32 count = list_keys(fd, max_entries, key_size, keys);
	char what[64];

	for (__u32 i = 0; i < count; i++) {
		if (map_lookup(fd, keys + i * key_size, value))
			continue;
		snprintf(what, sizeof(what), "map %s: key", name);
		say_bytes(what, keys + i * key_size, key_size);
		snprintf(what, sizeof(what), "map %s: value", name);
		${say}(what, value, value_size);
	}
	free(value);
	free(keys);
}`,
});

/** What prints the content of maps, as `observationLines` has it. */
export const CONTENT: readonly Snippet[] = [
  {
    names: ['map_lookup'],
    text: `
static int map_lookup(int fd, const void *key, void *value)
{
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = PTR(key);
	attr.value = PTR(value);
	return bpf(BPF_MAP_LOOKUP_ELEM);
}`,
  },
  {
    names: ['say_values'],
    text: `
/* Of the CPUs that there were when it was recorded. */
static void say_values(const char *what, const __u8 *values, __u32 len)
{
	char name[128];

	for (int cpu = 0; cpu < CPUS && cpu < possible_cpus(); cpu++) {
		const __u8 *value = values + cpu * ((len + 7) / 8 * 8);

		snprintf(name, sizeof(name), "%s of cpu %d", what, cpu);
		if (!is_zero(value, len))
			say_bytes(name, value, len);
	}
}`,
  },
  ...VALUES.map(arraySnippet),
  {
    names: ['list_keys'],
    text: `
static __u32 key_len;

static int compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, key_len);
}

/* In the order of their bytes. */
static __u32 list_keys(int fd, __u32 max_entries, __u32 key_size, __u8 *keys)
{
	__u32 count = 0;

	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	while (count < max_entries) {
		attr.next_key = PTR(keys + count * key_size);
		if (bpf(BPF_MAP_GET_NEXT_KEY))
			break;
		attr.key = attr.next_key;
		count++;
	}
	key_len = key_size;
	qsort(keys, count, key_size, compare_keys);
	return count;
}`,
  },
  ...VALUES.map(hashSnippet),
  {
    names: ['say_queue'],
    text: `
static void say_queue(const char *name, int fd, __u32 max_entries, __u32 value_size)
{
	__u8 *value = calloc(1, value_size);
	char what[64];

	snprintf(what, sizeof(what), "map %s: gives", name);
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.value = PTR(value);
	for (__u32 i = 0; i < max_entries && !bpf(BPF_MAP_LOOKUP_AND_DELETE_ELEM); i++)
		say_bytes(what, value, value_size);
	free(value);
}`,
  },
  {
    names: ['say_ring'],
    text: `
/* Records that were committed: a page of the producer's, then the data. */
static void say_ring(const char *name, int fd, __u32 size)
{
	long page = sysconf(_SC_PAGESIZE);
	__u8 *ring = mmap(NULL, page + size, PROT_READ, MAP_SHARED, fd, page);
	char what[64];

	if (ring == MAP_FAILED)
		return;
	snprintf(what, sizeof(what), "map %s: gives", name);
	for (unsigned long at = 0, end = *(unsigned long *)ring; at < end;) {
		__u32 header = *(__u32 *)(ring + page + at);
		__u32 len = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (header & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(header & BPF_RINGBUF_DISCARD_BIT))
			say_bytes(what, ring + page + at + BPF_RINGBUF_HDR_SZ, len);
		at += (BPF_RINGBUF_HDR_SZ + len + 7) / 8 * 8;
	}
	munmap(ring, page + size);
}`,
  },
];
