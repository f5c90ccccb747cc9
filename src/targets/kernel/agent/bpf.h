/* SPDX-License-Identifier: MIT */
/*
 * What is used of bpf(2), laid out as in include/uapi/linux/bpf.h, so that the agent is the same
 * whatever headers it is compiled with.
 */
#ifndef BPFDIFF_BPF_H
#define BPFDIFF_BPF_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum bpf_cmd {
	BPF_MAP_CREATE = 0,
	BPF_MAP_LOOKUP_ELEM = 1,
	BPF_MAP_UPDATE_ELEM = 2,
	BPF_MAP_DELETE_ELEM = 3,
	BPF_MAP_GET_NEXT_KEY = 4,
	BPF_PROG_LOAD = 5,
	BPF_PROG_TEST_RUN = 10,
	BPF_RAW_TRACEPOINT_OPEN = 17,
	BPF_BTF_LOAD = 18,
	BPF_MAP_LOOKUP_AND_DELETE_ELEM = 21,
	BPF_MAP_FREEZE = 22,
	BPF_MAP_LOOKUP_BATCH = 24,
	BPF_MAP_LOOKUP_AND_DELETE_BATCH = 25,
	BPF_MAP_UPDATE_BATCH = 26,
	BPF_MAP_DELETE_BATCH = 27,
};

enum bpf_map_type {
	BPF_MAP_TYPE_HASH = 1,
	BPF_MAP_TYPE_ARRAY = 2,
	BPF_MAP_TYPE_PROG_ARRAY = 3,
	BPF_MAP_TYPE_PERF_EVENT_ARRAY = 4,
	BPF_MAP_TYPE_PERCPU_HASH = 5,
	BPF_MAP_TYPE_PERCPU_ARRAY = 6,
	BPF_MAP_TYPE_CGROUP_ARRAY = 8,
	BPF_MAP_TYPE_LRU_HASH = 9,
	BPF_MAP_TYPE_LRU_PERCPU_HASH = 10,
	BPF_MAP_TYPE_LPM_TRIE = 11,
	BPF_MAP_TYPE_ARRAY_OF_MAPS = 12,
	BPF_MAP_TYPE_HASH_OF_MAPS = 13,
	BPF_MAP_TYPE_DEVMAP = 14,
	BPF_MAP_TYPE_SOCKMAP = 15,
	BPF_MAP_TYPE_CPUMAP = 16,
	BPF_MAP_TYPE_XSKMAP = 17,
	BPF_MAP_TYPE_SOCKHASH = 18,
	BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE = 21,
	BPF_MAP_TYPE_QUEUE = 22,
	BPF_MAP_TYPE_STACK = 23,
	BPF_MAP_TYPE_DEVMAP_HASH = 25,
	BPF_MAP_TYPE_SK_STORAGE = 24,
	BPF_MAP_TYPE_RINGBUF = 27,
	BPF_MAP_TYPE_TASK_STORAGE = 29,
	BPF_MAP_TYPE_USER_RINGBUF = 31,
	BPF_MAP_TYPE_CGRP_STORAGE = 32,
	BPF_MAP_TYPE_BLOOM_FILTER = 30,
};

/* Map flags. */
enum {
	BPF_F_RDONLY_PROG = 1 << 7,
};

enum bpf_prog_type {
	BPF_PROG_TYPE_XDP = 6,
	BPF_PROG_TYPE_TRACING = 26,
	BPF_PROG_TYPE_STRUCT_OPS = 27,
	BPF_PROG_TYPE_SYSCALL = 31,
	BPF_PROG_TYPE_NETFILTER = 32,
};

#define BPF_ANY 0

/* Flags by which one value, of one CPU or for all of them, stands for a value of each (7.2). */
#define BPF_F_CPU 8
#define BPF_F_ALL_CPUS 16

/* Errno of what the kernel has not got; it has no name in libc. */
#define ENOTSUPP 524

struct bpf_map_create {
	uint32_t map_type, key_size, value_size, max_entries, map_flags;
	uint32_t inner_map_fd;
	uint32_t numa_node;
	char map_name[16];
	uint32_t map_ifindex;
	uint32_t btf_fd, btf_key_type_id, btf_value_type_id;
};

struct bpf_map_elem {
	uint32_t map_fd;
	uint32_t zero;
	uint64_t key;
	uint64_t value; /* BPF_MAP_GET_NEXT_KEY: next_key */
	uint64_t flags;
};

struct bpf_map_batch {
	uint64_t in_batch, out_batch, keys, values;
	uint32_t count;
	uint32_t map_fd;
	uint64_t elem_flags, flags;
};

struct bpf_prog_load {
	uint32_t prog_type, insn_cnt;
	uint64_t insns, license;
	uint32_t log_level, log_size;
	uint64_t log_buf;
	uint32_t kern_version, prog_flags;
	char prog_name[16];
	uint32_t prog_ifindex, expected_attach_type;
	uint32_t prog_btf_fd, func_info_rec_size;
	uint64_t func_info;
	uint32_t func_info_cnt, line_info_rec_size;
	uint64_t line_info;
	uint32_t line_info_cnt, attach_btf_id;
	uint32_t attach_prog_fd, core_relo_cnt;
	uint64_t fd_array; /* since 5.14 */
};

struct bpf_btf_load {
	uint64_t btf, log_buf;
	uint32_t btf_size, log_size, log_level;
	uint32_t zero;
};

struct bpf_raw_tracepoint_open {
	uint64_t name;
	uint32_t prog_fd;
	uint32_t zero;
};

struct bpf_prog_test_run {
	uint32_t prog_fd, retval, data_size_in, data_size_out;
	uint64_t data_in, data_out;
	uint32_t repeat, duration, ctx_size_in, ctx_size_out;
	uint64_t ctx_in, ctx_out;
	uint32_t flags, cpu;
	uint32_t batch_size; /* since 5.18 */
	uint32_t zero;
};

/* Returns what the kernel did, or a negative errno. */
static inline int sys_bpf(enum bpf_cmd cmd, void *attr, uint32_t size)
{
	long result = syscall(SYS_bpf, cmd, attr, size, NULL, 0);

	return result < 0 ? -errno : result;
}

static inline uint64_t ptr_u64(const void *ptr)
{
	return (uintptr_t)ptr;
}

#endif
