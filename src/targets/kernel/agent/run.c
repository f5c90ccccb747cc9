// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "run.h"

#include <string.h>
#include <sys/mman.h>

#include "bpf.h"
#include "overrides.h"

/*
 * With a pointer and a size of 0 the kernel copies all there is, without a bound
 * (bpf_test_finish, net/bpf/test_run.c): a linear part and 17 fragments, each a page of 64 KiB at
 * most.
 */
#define SLACK_BYTES (2u * 1024 * 1024)

/* Buffer for what comes out; only what is used of it takes memory. */
static uint8_t *out_buffer(void)
{
	void *memory = mmap(NULL, OUT_BYTES_MAX + SLACK_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The sizes of the buffers for what comes out, as the command came in. */
struct offer {
	uint32_t data_bytes, ctx_bytes;
};

/* No answer is longer, whatever size is offered. */
static uint32_t told_bytes(uint32_t offered)
{
	return min_u32(offered, OUT_BYTES_MAX);
}

/*
 * Whether anything came out. The kernel writes on success, and on ENOSPC the part that fits; then
 * one of the sizes is larger than what was offered. Otherwise ENOSPC came before anything was
 * written (fragments beyond data_size_out, up to 6.18).
 */
static int data_was_written(int error, const struct bpf_prog_test_run *attr, struct offer offer)
{
	return !error || (error == -ENOSPC && (attr->data_size_out > offer.data_bytes ||
					       attr->ctx_size_out > offer.ctx_bytes));
}

/* It is written last, and only if all data fitted. */
static int ctx_was_written(int error, const struct bpf_prog_test_run *attr, struct offer offer)
{
	return !error || (error == -ENOSPC && attr->ctx_size_out > offer.ctx_bytes);
}

/*
 * After a fault, which is told as ENOSPC where a buffer was too short as well, nobody knows how much was
 * written. What is told then ends with the last byte that isn't 0.
 */
static int may_have_faulted(int error, const struct run_spec *run)
{
	return error == -EFAULT || (error == -ENOSPC && run->overridden);
}

static uint32_t bytes_before_zeros(const uint8_t *bytes, uint32_t len)
{
	while (len && !bytes[len - 1])
		len--;
	return len;
}

/* Types whose runs leave data_out and ctx_out alone, and say nothing of it. */
static int writes_outputs(uint32_t prog_type)
{
	return prog_type != BPF_PROG_TYPE_TRACING && prog_type != BPF_PROG_TYPE_STRUCT_OPS &&
	       prog_type != BPF_PROG_TYPE_NETFILTER;
}

/*
 * A syscall prog's ctx is written back to ctx_in (bpf_prog_test_run_syscall), which is what is told of
 * it as ctx_out.
 */
static int writes_to_ctx_in(uint32_t prog_type, const struct bpf_prog_test_run *attr)
{
	return prog_type == BPF_PROG_TYPE_SYSCALL && attr->ctx_in;
}

/*
 * The first argument of a function of bpf_dummy_ops is a pointer: to a state that has the value given,
 * unless that is 0. What becomes of it is told as ctx_out.
 */
static uint32_t *point_to_state(const struct run_spec *run)
{
	static uint32_t state;
	uint64_t value;

	if (run->ctx_bytes < sizeof(value))
		return NULL;
	memcpy(&value, run->ctx, sizeof(value));
	if (!value)
		return NULL;
	state = (uint32_t)value;
	value = override_state(run, state);
	if (!value)
		value = ptr_u64(&state);
	memcpy(run->ctx, &value, sizeof(value));
	return &state;
}

void put_run(struct writer *to, int prog_fd, uint32_t prog_type, const struct run_spec *run)
{
	static uint8_t *data_out, *ctx_out;
	uint32_t data_len = 0, ctx_len = 0;

	if (!data_out)
		data_out = out_buffer();
	if (!ctx_out)
		ctx_out = out_buffer();
	if (!data_out || !ctx_out)
		_exit(1);

	struct bpf_prog_test_run attr = {
		.prog_fd = prog_fd,
		.data_size_in = run->data_bytes,
		.data_in = run->parts & RUN_HAS_DATA ? ptr_u64(run->data) : 0,
		.ctx_size_in = run->ctx_bytes,
		.ctx_in = run->parts & RUN_HAS_CTX ? ptr_u64(run->ctx) : 0,
		.data_size_out = run->data_out_bytes,
		.data_out = run->parts & RUN_HAS_DATA_OUT ? ptr_u64(data_out) : 0,
		.ctx_size_out = run->ctx_out_bytes,
		.ctx_out = run->parts & RUN_HAS_CTX_OUT ? ptr_u64(ctx_out) : 0,
		.repeat = run->repeat,
		.flags = run->flags,
		.cpu = run->cpu,
		.batch_size = run->batch_size,
	};

	uint32_t *state = prog_type == BPF_PROG_TYPE_STRUCT_OPS ? point_to_state(run) : NULL;

	struct command command = {
		.cmd = BPF_PROG_TEST_RUN,
		.attr = &attr,
		.size = sizeof(attr),
	};

	if (run->overridden)
		command = override_command(&attr, run);
	struct offer offer = {
		.data_bytes = attr.data_size_out,
		.ctx_bytes = attr.ctx_size_out,
	};

	memset(data_out, 0, told_bytes(offer.data_bytes));
	memset(ctx_out, 0, told_bytes(offer.ctx_bytes));
	int error = sys_bpf(command.cmd, command.attr, command.size);

	if (run->overridden)
		end_command(&command, &attr);
	int tells_data = writes_outputs(prog_type) && attr.data_out == ptr_u64(data_out);
	int tells_ctx = writes_outputs(prog_type) && attr.ctx_out == ptr_u64(ctx_out);

	if (tells_data && may_have_faulted(error, run))
		data_len = bytes_before_zeros(data_out, told_bytes(offer.data_bytes));
	else if (tells_data && data_was_written(error, &attr, offer))
		data_len = min_u32(attr.data_size_out, told_bytes(offer.data_bytes));
	if (tells_ctx && may_have_faulted(error, run))
		ctx_len = bytes_before_zeros(ctx_out, told_bytes(offer.ctx_bytes));
	else if (tells_ctx && ctx_was_written(error, &attr, offer))
		ctx_len = min_u32(attr.ctx_size_out, told_bytes(offer.ctx_bytes));
	const uint8_t *ctx = ctx_out;

	if (!error && writes_to_ctx_in(prog_type, &attr)) {
		ctx = (const uint8_t *)(uintptr_t)attr.ctx_in;
		ctx_len = attr.ctx_size_in;
	}
	if (!error && state) {
		ctx = (const uint8_t *)state;
		ctx_len = sizeof(*state);
	}
	put_u32(to, -error);
	put_u32(to, attr.retval);
	put_u32(to, attr.data_size_out);
	put_u32(to, attr.ctx_size_out);
	put_u32(to, data_len);
	put_u32(to, ctx_len);
	put_bytes(to, data_out, data_len);
	put_bytes(to, ctx, ctx_len);
}
