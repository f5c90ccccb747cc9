import { POSSIBLE_CPUS } from '../c/snippets/basics.ts';
import { PROG_TEST } from './prog-test.ts';

/**
 * A stand-in for selftests/bpf/test_progs.h (6.1), with as much of it and of libbpf as our tests use, on bpf(2)
 * alone, and a `main` that does the test and ends with 1 where an assertion failed. What libbpf does beside the
 * command, such as asking what a kernel knows, is left out.
 */
export const TEST_PROGS_HEADER = `
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <linux/types.h>

#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-value"

#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
/* tools/include/linux/filter.h */
#define BPF_RAW_INSN(CODE, DST, SRC, OFF, IMM) \\
	((struct bpf_insn) { .code = CODE, .dst_reg = DST, .src_reg = SRC, .off = OFF, .imm = IMM })
/* tools/lib/bpf/libbpf_common.h */
#define LIBBPF_OPTS(TYPE, NAME, ...) \\
	struct TYPE NAME = { .sz = sizeof(struct TYPE), __VA_ARGS__ }

static int failed;

#define CHECK(condition, tag, ...) ({ \\
	if (condition) { \\
		failed = 1; \\
		printf("%s:FAIL:%s ", __func__, tag); \\
		printf(__VA_ARGS__); \\
	} \\
})
#define ASSERT_EQ(actual, expected, name) ({ \\
	typeof(actual) act = (actual); \\
	typeof(expected) exp = (expected); \\
	CHECK(!(act == exp), (name), "unexpected %s: actual %lld != expected %lld\\n", \\
	      (name), (long long)act, (long long)exp); \\
	act == exp; \\
})
#define ASSERT_GE(actual, expected, name) ({ \\
	typeof(actual) act = (actual); \\
	CHECK(!(act >= (expected)), (name), "unexpected %s: actual %lld < expected %lld\\n", \\
	      (name), (long long)act, (long long)(expected)); \\
	act >= (expected); \\
})
#define ASSERT_STREQ(actual, expected, name) ({ \\
	bool same = !strcmp(actual, expected); \\
	CHECK(!same, (name), "unexpected %s: actual '%s' != expected '%s'\\n", (name), actual, expected); \\
	same; \\
})
#define ASSERT_OK(res, name) ({ \\
	long long result = (res); \\
	CHECK(result, (name), "unexpected error: %lld (errno %d)\\n", result, errno); \\
	!result; \\
})
#define ASSERT_OK_PTR(ptr, name) ({ \\
	bool ok = (ptr) != NULL; \\
	CHECK(!ok, (name), "unexpected error: %d\\n", -errno); \\
	ok; \\
})

static union bpf_attr libbpf_attr;

static union bpf_attr *cleared(void)
{
	memset(&libbpf_attr, 0, sizeof(libbpf_attr));
	return &libbpf_attr;
}

static int sys_bpf(int cmd)
{
	long ret = syscall(__NR_bpf, cmd, &libbpf_attr, sizeof(libbpf_attr));

	return ret < 0 ? -errno : ret;
}

static __u64 ptr_to_u64(const void *ptr)
{
	return (unsigned long)ptr;
}

struct bpf_map_create_opts {
	size_t sz;
	__u32 btf_fd, btf_key_type_id, btf_value_type_id, inner_map_fd, map_flags;
};

static int bpf_map_create(__u32 type, const char *name, __u32 key_size, __u32 value_size,
			  __u32 max_entries, const struct bpf_map_create_opts *opts)
{
	union bpf_attr *attr = cleared();

	attr->map_type = type;
	strncpy(attr->map_name, name, sizeof(attr->map_name) - 1);
	attr->key_size = key_size;
	attr->value_size = value_size;
	attr->max_entries = max_entries;
	if (opts) {
		attr->btf_fd = opts->btf_fd;
		attr->btf_key_type_id = opts->btf_key_type_id;
		attr->btf_value_type_id = opts->btf_value_type_id;
		attr->inner_map_fd = opts->inner_map_fd;
		attr->map_flags = opts->map_flags;
	}
	return sys_bpf(BPF_MAP_CREATE);
}

struct bpf_prog_load_opts {
	size_t sz;
	__u32 expected_attach_type, prog_btf_fd, prog_flags, attach_btf_id;
	const int *fd_array;
	const void *func_info;
	__u32 func_info_cnt, func_info_rec_size;
};

static int bpf_prog_load(__u32 type, const char *name, const char *license,
			 const struct bpf_insn *insns, size_t insn_cnt,
			 const struct bpf_prog_load_opts *opts)
{
	union bpf_attr *attr = cleared();

	(void)name;
	attr->prog_type = type;
	attr->license = ptr_to_u64(license);
	attr->insns = ptr_to_u64(insns);
	attr->insn_cnt = insn_cnt;
	attr->expected_attach_type = opts->expected_attach_type;
	attr->prog_btf_fd = opts->prog_btf_fd;
	attr->prog_flags = opts->prog_flags;
	attr->attach_btf_id = opts->attach_btf_id;
	attr->fd_array = ptr_to_u64(opts->fd_array);
	attr->func_info = ptr_to_u64(opts->func_info);
	attr->func_info_cnt = opts->func_info_cnt;
	attr->func_info_rec_size = opts->func_info_rec_size;
	return sys_bpf(BPF_PROG_LOAD);
}

static int bpf_btf_load(const void *btf, size_t size, const void *opts)
{
	union bpf_attr *attr = cleared();

	(void)opts;
	attr->btf = ptr_to_u64(btf);
	attr->btf_size = size;
	return sys_bpf(BPF_BTF_LOAD);
}

static int bpf_raw_tracepoint_open(const char *name, int prog_fd)
{
	union bpf_attr *attr = cleared();

	attr->raw_tracepoint.name = ptr_to_u64(name);
	attr->raw_tracepoint.prog_fd = prog_fd;
	return sys_bpf(BPF_RAW_TRACEPOINT_OPEN);
}

struct bpf_test_run_opts {
	size_t sz;
	const void *data_in;
	void *data_out;
	__u32 data_size_in, data_size_out;
	const void *ctx_in;
	void *ctx_out;
	__u32 ctx_size_in, ctx_size_out, retval;
	int repeat;
	__u32 duration, flags, cpu, batch_size;
};

static int bpf_prog_test_run_opts(int prog_fd, struct bpf_test_run_opts *opts)
{
	union bpf_attr *attr = cleared();

	attr->test.prog_fd = prog_fd;
	attr->test.data_in = ptr_to_u64(opts->data_in);
	attr->test.data_out = ptr_to_u64(opts->data_out);
	attr->test.data_size_in = opts->data_size_in;
	attr->test.data_size_out = opts->data_size_out;
	attr->test.ctx_in = ptr_to_u64(opts->ctx_in);
	attr->test.ctx_out = ptr_to_u64(opts->ctx_out);
	attr->test.ctx_size_in = opts->ctx_size_in;
	attr->test.ctx_size_out = opts->ctx_size_out;
	attr->test.repeat = opts->repeat;
	attr->test.duration = opts->duration;
	attr->test.flags = opts->flags;
	attr->test.cpu = opts->cpu;
	attr->test.batch_size = opts->batch_size;
	int ret = sys_bpf(BPF_PROG_TEST_RUN);

	opts->data_size_out = attr->test.data_size_out;
	opts->ctx_size_out = attr->test.ctx_size_out;
	opts->duration = attr->test.duration;
	opts->retval = attr->test.retval;
	return ret;
}

static int map_cmd(int cmd, int fd, const void *key, const void *value, __u64 flags)
{
	union bpf_attr *attr = cleared();

	attr->map_fd = fd;
	attr->key = ptr_to_u64(key);
	attr->value = ptr_to_u64(value);
	attr->flags = flags;
	return sys_bpf(cmd);
}

#define bpf_map_update_elem(fd, key, value, flags) \\
	map_cmd(BPF_MAP_UPDATE_ELEM, fd, key, value, flags)
#define bpf_map_lookup_elem(fd, key, value) map_cmd(BPF_MAP_LOOKUP_ELEM, fd, key, value, 0)
#define bpf_map_lookup_elem_flags(fd, key, value, flags) \\
	map_cmd(BPF_MAP_LOOKUP_ELEM, fd, key, value, flags)
#define bpf_map_lookup_and_delete_elem(fd, key, value) \\
	map_cmd(BPF_MAP_LOOKUP_AND_DELETE_ELEM, fd, key, value, 0)
#define bpf_map_lookup_and_delete_elem_flags(fd, key, value, flags) \\
	map_cmd(BPF_MAP_LOOKUP_AND_DELETE_ELEM, fd, key, value, flags)
#define bpf_map_delete_elem_flags(fd, key, flags) \\
	map_cmd(BPF_MAP_DELETE_ELEM, fd, key, NULL, flags)
#define bpf_map_get_next_key(fd, key, next_key) map_cmd(BPF_MAP_GET_NEXT_KEY, fd, key, next_key, 0)
#define bpf_map_freeze(fd) map_cmd(BPF_MAP_FREEZE, fd, NULL, NULL, 0)

struct bpf_map_batch_opts {
	size_t sz;
	__u64 elem_flags, flags;
};

static int batch_cmd(int cmd, int fd, const void *in_batch, const void *out_batch, const void *keys,
		     const void *values, __u32 *count, const struct bpf_map_batch_opts *opts)
{
	union bpf_attr *attr = cleared();

	attr->batch.map_fd = fd;
	attr->batch.in_batch = ptr_to_u64(in_batch);
	attr->batch.out_batch = ptr_to_u64(out_batch);
	attr->batch.keys = ptr_to_u64(keys);
	attr->batch.values = ptr_to_u64(values);
	attr->batch.count = *count;
	attr->batch.elem_flags = opts->elem_flags;
	attr->batch.flags = opts->flags;
	int ret = sys_bpf(cmd);

	*count = attr->batch.count;
	return ret;
}

#define bpf_map_lookup_batch(fd, in, out, keys, values, count, opts) \\
	batch_cmd(BPF_MAP_LOOKUP_BATCH, fd, in, out, keys, values, count, opts)
#define bpf_map_lookup_and_delete_batch(fd, in, out, keys, values, count, opts) \\
	batch_cmd(BPF_MAP_LOOKUP_AND_DELETE_BATCH, fd, in, out, keys, values, count, opts)
#define bpf_map_update_batch(fd, keys, values, count, opts) \\
	batch_cmd(BPF_MAP_UPDATE_BATCH, fd, NULL, NULL, keys, values, count, opts)
#define bpf_map_delete_batch(fd, keys, count, opts) \\
	batch_cmd(BPF_MAP_DELETE_BATCH, fd, NULL, NULL, keys, NULL, count, opts)

${POSSIBLE_CPUS.replace('possible_cpus', 'libbpf_num_possible_cpus').trim()}

typedef int (*ring_buffer_sample_fn)(void *ctx, void *data, size_t size);

struct ring_buffer {
	ring_buffer_sample_fn sample;
	unsigned long *consumer;
	__u8 *ring;
	size_t len;
};

/* The size of its data stands in what is known of the map. */
static struct ring_buffer *ring_buffer__new(int fd, ring_buffer_sample_fn sample, void *ctx,
					    const void *opts)
{
	static struct ring_buffer ring;
	struct bpf_map_info info = { 0 };
	long page = sysconf(_SC_PAGESIZE);
	union bpf_attr *attr = cleared();

	(void)ctx;
	(void)opts;
	attr->info.bpf_fd = fd;
	attr->info.info_len = sizeof(info);
	attr->info.info = ptr_to_u64(&info);
	if (sys_bpf(BPF_OBJ_GET_INFO_BY_FD))
		return NULL;
	ring.sample = sample;
	ring.len = page + info.max_entries;
	ring.consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ring.ring = mmap(NULL, ring.len, PROT_READ, MAP_SHARED, fd, page);
	return ring.consumer == MAP_FAILED || ring.ring == MAP_FAILED ? NULL : &ring;
}

static int ring_buffer__consume(struct ring_buffer *rb)
{
	long page = sysconf(_SC_PAGESIZE);
	unsigned long size = rb->len - page, end = *(unsigned long *)rb->ring;
	int count = 0;

	while (*rb->consumer < end) {
		__u8 *at = rb->ring + page + *rb->consumer % size;
		__u32 header = *(__u32 *)at;
		__u32 len = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (header & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(header & BPF_RINGBUF_DISCARD_BIT)) {
			rb->sample(NULL, at + BPF_RINGBUF_HDR_SZ, len);
			count++;
		}
		*rb->consumer += (BPF_RINGBUF_HDR_SZ + len + 7) / 8 * 8;
	}
	return count;
}

static void ring_buffer__free(struct ring_buffer *rb)
{
	munmap(rb->consumer, sysconf(_SC_PAGESIZE));
	munmap(rb->ring, rb->len);
}

void test_${PROG_TEST}(void);

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Before 5.11 maps and progs count as locked memory. */
	setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
	test_${PROG_TEST}();
	return failed;
}
`;
