// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "overrides.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Pages of any machine are at most that long. */
#define AREA_BYTES 65536u
/* More than is read of a packet: a linear part and 17 fragments. */
#define INPUT_BYTES (DATA_BYTES_MAX + 19 * AREA_BYTES)

/* ATTR_WORDS of src/case/attr.ts. */
enum pointer_word {
	POINTER_NULL,
	POINTER_UNMAPPED,
	POINTER_READ_ONLY,
	/* Of the pointer to bpf_attr alone. */
	POINTER_READ_ONLY_FRONT,
	POINTER_READ_ONLY_BACK,
	POINTER_READ_ONLY_END,
	/* No word, but what is left where there is none. */
	POINTER_WRITABLE,
};

enum state_word {
	STATE_UNMAPPED,
	STATE_READ_ONLY,
};

enum fd_word {
	FD_CLOSED,
	FD_MAP,
	FD_FILE,
};

enum cmd_word {
	CMD_COMMON,
	CMD_UNKNOWN,
};

/* A flag of commands: two more arguments follow (7.2), which are a NULL pointer and its size here. */
#define BPF_COMMON_ATTRS 0x10000

/* An fd that there is not. */
#define CLOSED_FD 0x3fffffff

static struct {
	uint8_t *front, *back; /* one behind the other; bpf_attr is on both sides of their border */
	uint8_t *unmapped;
	uint8_t *read_only;
	uint8_t *data_in, *ctx_in; /* zeros are behind what is given */
	int map_fd, file_fd;
} memory;

static uint8_t *map_area(size_t len, int protection)
{
	void *area = mmap(NULL, len, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (area == MAP_FAILED)
		_exit(1);
	return area;
}

static void set_up(void)
{
	struct bpf_map_create map = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = 4,
		.value_size = 4,
		.max_entries = 1,
	};

	if (memory.front)
		return;
	memory.front = map_area(4 * AREA_BYTES, PROT_READ | PROT_WRITE);
	memory.back = memory.front + AREA_BYTES;
	memory.unmapped = map_area(AREA_BYTES, PROT_NONE);
	memory.read_only = map_area(2 * AREA_BYTES, PROT_READ);
	memory.data_in = map_area(INPUT_BYTES, PROT_READ | PROT_WRITE);
	memory.ctx_in = map_area(INPUT_BYTES, PROT_READ | PROT_WRITE);
	memory.map_fd = sys_bpf(BPF_MAP_CREATE, &map, sizeof(map));
	memory.file_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (memory.map_fd < 0 || memory.file_fd < 0)
		_exit(1);
}

static void make_writable(uint8_t *area, size_t len)
{
	mprotect(area, len, PROT_READ | PROT_WRITE);
}

static uint64_t bad_pointer(uint32_t word)
{
	if (word == POINTER_NULL)
		return 0;
	return ptr_u64(word == POINTER_UNMAPPED ? memory.unmapped : memory.read_only);
}

static void override_fd(uint32_t *fd, const struct run_spec *run)
{
	if (!is_overridden(run, OVERRIDE_PROG_FD))
		return;
	switch (run->overrides[OVERRIDE_PROG_FD]) {
	case FD_CLOSED:
		*fd = CLOSED_FD;
		break;
	case FD_MAP:
		*fd = memory.map_fd;
		break;
	default:
		*fd = memory.file_fd;
	}
}

static void override_number(uint32_t *number, const struct run_spec *run, enum override name)
{
	if (is_overridden(run, name))
		*number = run->overrides[name];
}

static void override_output(uint64_t *pointer, const struct run_spec *run, enum override name)
{
	if (is_overridden(run, name))
		*pointer = bad_pointer(run->overrides[name]);
}

/* What goes in is read where zeros are behind it. */
static void override_input(uint64_t *pointer, const struct run_spec *run, enum override name,
			   uint8_t *area, uint32_t len)
{
	make_writable(area, INPUT_BYTES);
	madvise(area, INPUT_BYTES, MADV_DONTNEED);
	if (*pointer) {
		memcpy(area, (const void *)(uintptr_t)*pointer, len);
		*pointer = ptr_u64(area);
	}
	if (!is_overridden(run, name))
		return;
	if (run->overrides[name] != POINTER_READ_ONLY) {
		*pointer = bad_pointer(run->overrides[name]);
	} else {
		*pointer = ptr_u64(area);
		mprotect(area, INPUT_BYTES, PROT_READ);
	}
}

/* How much of bpf_attr is before the border. */
static uint32_t bytes_before_border(uint32_t word)
{
	switch (word) {
	case POINTER_READ_ONLY_FRONT:
		return 8;
	case POINTER_READ_ONLY_BACK:
		return 32;
	case POINTER_READ_ONLY_END:
		return 40;
	default:
		return 0;
	}
}

/* Lays out `size` bytes, as far as a kernel could look at them, on both sides of the border. */
static uint8_t *lay_out(const struct bpf_prog_test_run *attr, const struct run_spec *run,
			uint32_t size, uint32_t word)
{
	uint8_t *at = memory.back - bytes_before_border(word);

	make_writable(memory.front, 4 * AREA_BYTES);
	memset(at, 0, AREA_BYTES);
	memcpy(at, attr, size < sizeof(*attr) ? size : sizeof(*attr));
	if (is_overridden(run, OVERRIDE_NONZERO_AT) &&
	    run->overrides[OVERRIDE_NONZERO_AT] < size && run->overrides[OVERRIDE_NONZERO_AT] < AREA_BYTES)
		at[run->overrides[OVERRIDE_NONZERO_AT]] = 1;
	if (word == POINTER_READ_ONLY_FRONT)
		mprotect(memory.front, AREA_BYTES, PROT_READ);
	else if (word != POINTER_WRITABLE)
		mprotect(memory.back, 3 * AREA_BYTES, PROT_READ);
	return at;
}

static enum bpf_cmd overridden_cmd(const struct run_spec *run)
{
	if (!is_overridden(run, OVERRIDE_CMD))
		return BPF_PROG_TEST_RUN;
	return run->overrides[OVERRIDE_CMD] == CMD_COMMON ? BPF_PROG_TEST_RUN | BPF_COMMON_ATTRS :
							    0x7fff;
}

struct command override_command(struct bpf_prog_test_run *attr, const struct run_spec *run)
{
	uint32_t word = POINTER_WRITABLE;
	struct command command = { .cmd = overridden_cmd(run), .size = sizeof(*attr) };

	set_up();
	override_fd(&attr->prog_fd, run);
	override_input(&attr->data_in, run, OVERRIDE_DATA_IN, memory.data_in, run->data_bytes);
	override_input(&attr->ctx_in, run, OVERRIDE_CTX_IN, memory.ctx_in, run->ctx_bytes);
	override_output(&attr->data_out, run, OVERRIDE_DATA_OUT);
	override_output(&attr->ctx_out, run, OVERRIDE_CTX_OUT);
	override_number(&attr->data_size_in, run, OVERRIDE_DATA_SIZE_IN);
	override_number(&attr->data_size_out, run, OVERRIDE_DATA_SIZE_OUT);
	override_number(&attr->ctx_size_in, run, OVERRIDE_CTX_SIZE_IN);
	override_number(&attr->ctx_size_out, run, OVERRIDE_CTX_SIZE_OUT);
	override_number(&attr->retval, run, OVERRIDE_RETVAL);
	override_number(&attr->duration, run, OVERRIDE_DURATION);
	override_number(&command.size, run, OVERRIDE_SIZE);
	if (command.size < sizeof(*attr))
		memset((uint8_t *)attr + command.size, 0, sizeof(*attr) - command.size);
	if (is_overridden(run, OVERRIDE_ATTR))
		word = run->overrides[OVERRIDE_ATTR];
	if (word == POINTER_NULL || word == POINTER_UNMAPPED)
		command.attr = (void *)(uintptr_t)bad_pointer(word);
	else
		command.attr = lay_out(attr, run, command.size, word);
	return command;
}

void end_command(const struct command *command, struct bpf_prog_test_run *attr)
{
	if (command->attr && command->attr != memory.unmapped)
		memcpy(attr, command->attr, sizeof(*attr));
}

uint64_t override_state(const struct run_spec *run, uint32_t value)
{
	if (!is_overridden(run, OVERRIDE_STATE))
		return 0;
	set_up();
	if (run->overrides[OVERRIDE_STATE] == STATE_UNMAPPED)
		return ptr_u64(memory.unmapped);
	uint8_t *at = memory.read_only + AREA_BYTES;

	make_writable(at, AREA_BYTES);
	memcpy(at, &value, sizeof(value));
	mprotect(at, AREA_BYTES, PROT_READ);
	return ptr_u64(at);
}
