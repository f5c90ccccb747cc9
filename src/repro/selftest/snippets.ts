import { BASICS } from '../c/snippets/basics.ts';
import { BTF } from '../c/snippets/btf.ts';
import { LIVE } from '../c/snippets/live.ts';
import { MAPS } from '../c/snippets/maps.ts';
import type { Snippet } from '../c/snippets/snippet.ts';
import { MACROS } from '../c/snippets/snippets.ts';

const named = (snippets: readonly Snippet[], ...names: readonly string[]): readonly Snippet[] =>
  snippets.filter((snippet) => snippet.names.some((name) => names.includes(name)));

/** What tests of prog_tests need beside test_progs.h, before what is declared for the case. */
export const TEST_MACROS: readonly Snippet[] = named(MACROS, 'U32', 'BYTES', 'BTF_TYPE');

/** Behind it. */
export const TEST_FUNCTIONS: readonly Snippet[] = [
  ...named(BASICS, 'take_first_cpu'),
  {
    names: ['possible_cpus'],
    text: '#define possible_cpus() libbpf_num_possible_cpus()',
  },
  ...named(BTF, 'put_btf'),
  {
    names: ['btf_load'],
    text: `
static int btf_load(const __u32 *types, __u32 types_len, const char *strings, __u32 strings_len)
{
	return bpf_btf_load(btf, put_btf(types, types_len, strings, strings_len), NULL);
}`,
  },
  ...BTF.filter(({ names: [name] }) => name !== 'put_btf' && name !== 'btf_load'),
  ...named(MAPS, 'on_every_cpu', 'pack_values', 'put_in_ring'),
  ...named(LIVE, 'taps', 'enter_live_net', 'take_frames'),
  {
    names: ['check_frame'],
    text: `
static void check_frame(__u32 i, const char *way, __u32 ifindex, __u32 times, const void *bytes,
			__u32 len, const char *what)
{
	const struct frames *frame = &frames[i];

	if (i >= frame_count)
		return;
	ASSERT_STREQ(frame->way, way, what);
	ASSERT_EQ(frame->ifindex, ifindex, what);
	ASSERT_EQ(frame->times, times, what);
	if (ASSERT_EQ(frame->len, len, what))
		ASSERT_OK(memcmp(frame->bytes, bytes, len), what);
}`,
  },
  {
    names: ['check_value'],
    text: `
static void check_value(int fd, const void *key, const void *expected, __u32 len, const char *what)
{
	void *value = calloc(1, len);

	if (ASSERT_OK_PTR(value, "calloc") && ASSERT_OK(bpf_map_lookup_elem(fd, key, value), what))
		ASSERT_OK(memcmp(value, expected, len), what);
	free(value);
}`,
  },
  {
    names: ['check_percpu_value'],
    text: `
/* Of as many CPUs as there were when it was recorded. */
static void check_percpu_value(int fd, const void *key, const __u8 *expected, __u32 len, int cpus,
			       const char *what)
{
	__u32 stride = (len + 7) / 8 * 8;
	__u8 *values = calloc(possible_cpus(), stride);

	if (ASSERT_OK_PTR(values, "calloc") && ASSERT_OK(bpf_map_lookup_elem(fd, key, values), what)) {
		for (int cpu = 0; cpu < cpus && cpu < possible_cpus(); cpu++)
			ASSERT_OK(memcmp(values + cpu * stride, expected + cpu * len, len), what);
	}
	free(values);
}`,
  },
  {
    names: ['count_keys'],
    text: `
static int count_keys(int fd, __u32 key_size)
{
	__u8 *key = calloc(1, key_size), *previous = NULL;
	int count = 0;

	while (key && !bpf_map_get_next_key(fd, previous, key)) {
		previous = key;
		count++;
	}
	free(key);
	return count;
}`,
  },
  {
    names: ['check_popped'],
    text: `
/* And nothing after so many. */
static void check_popped(int fd, const __u8 *expected, __u32 len, int count, const char *what)
{
	void *value = calloc(1, len);

	for (int i = 0; i < count; i++) {
		if (ASSERT_OK(bpf_map_lookup_and_delete_elem(fd, NULL, value), what))
			ASSERT_OK(memcmp(value, expected + i * len, len), what);
	}
	ASSERT_EQ(bpf_map_lookup_and_delete_elem(fd, NULL, value), -ENOENT, what);
	free(value);
}`,
  },
  {
    names: ['check_ring'],
    text: `
static __u8 records[1 << 20];
static size_t records_len;

static int append_record(void *ctx, void *data, size_t size)
{
	(void)ctx;
	if (size > sizeof(records) - records_len)
		return -ENOSPC;
	memcpy(records + records_len, data, size);
	records_len += size;
	return 0;
}

static void check_ring(int fd, const void *expected, size_t len, int count, const char *what)
{
	struct ring_buffer *ring = ring_buffer__new(fd, append_record, NULL, NULL);

	if (!ASSERT_OK_PTR(ring, what))
		return;
	records_len = 0;
	ASSERT_EQ(ring_buffer__consume(ring), count, what);
	if (ASSERT_EQ(records_len, len, what))
		ASSERT_OK(memcmp(records, expected, len), what);
	ring_buffer__free(ring);
}`,
  },
];
