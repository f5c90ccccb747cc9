// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "load.h"

#include <string.h>
#include <sys/mman.h>

#include "bpf.h"
#include "functions.h"
#include "ksyms.h"
#include "map-content.h"
#include "map-traits.h"
#include "maps.h"
#include "slot.h"

/* Before 6.4 a log that doesn't fit keeps its beginning. Touched only as far as it is written. */
#define LOG_BUFFER_BYTES (16u * 1024 * 1024)

/* include/linux/bpf_verifier.h: all that the verifier does, or its message and statistics alone. */
#define BPF_LOG_LEVEL1 1u
#define BPF_LOG_STATS 4u

/* The verifier gives up with EAGAIN when a signal is pending. */
#define LOAD_TRIES 5

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/*
 * Replaces indexes of maps: by fds, or by indexes into the list of fds. An index without a map
 * becomes that of the -1 at the list's end, hence EBADF: no other fd of ours is ever named.
 * Returns whether the list is needed.
 */
static int relocate(const struct prog_spec *prog, const struct loaded *loaded)
{
	int needs_list = 0;

	for (uint32_t i = 0; i < prog->slots; i++) {
		struct slot slot = slot_at(prog, i);

		if (slot.opcode != BPF_LDDW)
			continue;
		uint32_t index = slot.imm;
		if (index > loaded->map_count)
			index = loaded->map_count;
		switch (src_of(slot)) {
		case BPF_PSEUDO_MAP_FD:
		case BPF_PSEUDO_MAP_VALUE:
			slot.imm = loaded->maps[index];
			break;
		case BPF_PSEUDO_MAP_IDX:
		case BPF_PSEUDO_MAP_IDX_VALUE:
			slot.imm = index;
			needs_list = 1;
			break;
		}
		set_slot(prog, i++, slot);
	}
	return needs_list;
}

static int prog_load(struct bpf_prog_load *attr)
{
	int result = -EAGAIN;

	for (int tries = 0; result == -EAGAIN && tries < LOAD_TRIES; tries++)
		result = sys_bpf(BPF_PROG_LOAD, attr, sizeof(*attr));
	return result;
}

/* NULL where there is no memory. */
static char *log_buffer(void)
{
	static char *log;

	if (!log) {
		log = mmap(NULL, LOG_BUFFER_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (log == MAP_FAILED)
			log = NULL;
	}
	return log;
}

/* Loads, and keeps what the verifier says at that level. */
static int load_with_log(struct bpf_prog_load *attr, uint32_t level, struct rejection *why)
{
	char *log = log_buffer();

	if (!log)
		return prog_load(attr);
	log[0] = 0;
	attr->log_level = level;
	attr->log_size = LOG_BUFFER_BYTES;
	attr->log_buf = ptr_u64(log);
	int fd = prog_load(attr);
	size_t len = strnlen(log, LOG_BUFFER_BYTES);

	why->log_len = len < LOG_BYTES_MAX ? len : LOG_BYTES_MAX;
	why->log = log + len - why->log_len;
	return fd;
}

static struct rejection load_prog(const struct testcase *testcase, uint32_t index, uint32_t wants,
				  struct loaded *into)
{
	const struct prog_spec *prog = &testcase->progs[index];
	struct rejection why = { .step = STEP_PROG_LOAD, .index = index };
	struct bpf_prog_load attr = {
		.prog_type = testcase->prog_type,
		.insn_cnt = prog->slots,
		.insns = ptr_u64(prog->insns),
		.license = ptr_u64("GPL"),
		.prog_flags = testcase->prog_flags,
		.expected_attach_type = testcase->expected_attach_type,
		.attach_btf_id = attach_btf_id(testcase),
	};

	if (relocate(prog, into))
		attr.fd_array = ptr_u64(into->maps);
	name_ksyms(testcase, prog);
	describe_functions(prog, &attr);
	int fd = wants & BATCH_WANTS_MESSAGE ? load_with_log(&attr, BPF_LOG_STATS, &why) :
					       prog_load(&attr);

	if (fd >= 0) {
		into->progs[into->prog_count++] = fd;
		return why;
	}
	why.error = -fd;
	/* Once more: to ask for all of it at once would slow down all that is accepted. */
	if (wants & BATCH_WANTS_LOG) {
		fd = load_with_log(&attr, BPF_LOG_LEVEL1, &why);
		if (fd >= 0)
			close(fd);
	}
	return why;
}

static struct rejection load_map(const struct testcase *testcase, uint32_t index,
				 struct loaded *into)
{
	struct rejection why = { .step = STEP_MAP_CREATE, .index = index };
	const struct fds before = { into->maps, into->map_count };
	int fd = map_create(&testcase->maps[index], before);

	if (fd < 0) {
		why.error = -fd;
		return why;
	}
	into->maps[into->map_count++] = fd;
	into->maps[into->map_count] = -1;
	why.step = STEP_MAP_FILL;
	if (!holds_progs(&testcase->maps[index]))
		why.error = -map_fill(fd, &testcase->maps[index], before);
	return why;
}

struct rejection load_case(const struct testcase *testcase, uint32_t wants, struct loaded *into)
{
	struct rejection why = { 0 };

	into->map_count = into->prog_count = 0;
	into->maps[0] = -1;
	for (uint32_t i = 0; i < testcase->map_count && !why.error; i++)
		why = load_map(testcase, i, into);
	for (uint32_t i = 0; i < testcase->prog_count && !why.error; i++)
		why = load_prog(testcase, i, wants, into);
	for (uint32_t i = 0; i < testcase->map_count && !why.error; i++) {
		const struct fds progs = { into->progs, into->prog_count };

		if (!holds_progs(&testcase->maps[i]))
			continue;
		why.step = STEP_MAP_FILL;
		why.index = i;
		why.error = -map_fill(into->maps[i], &testcase->maps[i], progs);
	}
	return why;
}

static int is_ascending(const int *fds, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++)
		if (fds[i] < fds[i - 1])
			return 0;
	return 1;
}

/* In one syscall where the fds lie side by side, as they do. */
void unload_case(const struct loaded *loaded)
{
	uint32_t count = loaded->map_count + loaded->prog_count;
	int fds[MAPS_MAX + PROGS_MAX];

	memcpy(fds, loaded->maps, loaded->map_count * sizeof(int));
	memcpy(fds + loaded->map_count, loaded->progs, loaded->prog_count * sizeof(int));
	if (count && fds[count - 1] - fds[0] == (int)count - 1 && is_ascending(fds, count) &&
	    !syscall(SYS_close_range, fds[0], fds[count - 1], 0))
		return;
	for (uint32_t i = 0; i < count; i++)
		close(fds[i]);
}
