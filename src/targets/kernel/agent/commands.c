// SPDX-License-Identifier: MIT
#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "bpf.h"
#include "machine.h"
#include "map-content.h"
#include "map-traits.h"
#include "scratch.h"

/* A command, its map, and memory for what goes in and comes out of it. */
struct job {
	const struct map_spec *spec;
	const struct command_spec *command;
	int fd;
	struct fds named;
	uint32_t elements;	  /* for which there is room */
	uint8_t *keys, *values;	  /* as the kernel takes and gives them */
};

static int is_batch(uint32_t kind)
{
	return kind >= COMMAND_LOOKUP_BATCH;
}

static int gives_elements(uint32_t kind)
{
	return kind == COMMAND_LOOKUP_BATCH || kind == COMMAND_LOOKUP_AND_DELETE_BATCH;
}

/* By the flags of 7.2 a command is about one value; kernels without them refuse them. */
static uint32_t values_per_key(const struct job *job)
{
	if (job->command->flags & (BPF_F_CPU | BPF_F_ALL_CPUS) || !map_has(job->spec, PER_CPU))
		return 1;
	return machine.cpus;
}

static size_t stride(const struct job *job)
{
	size_t bytes = job->spec->value_bytes;

	return values_per_key(job) == 1 && !map_has(job->spec, PER_CPU) ? bytes : (bytes + 7) / 8 * 8;
}

/* What belongs to one key: a value alone is not padded. */
static size_t element_bytes(const struct job *job)
{
	if (job->command->flags & (BPF_F_CPU | BPF_F_ALL_CPUS))
		return job->spec->value_bytes;
	return values_per_key(job) * stride(job);
}

static void take_value(const struct job *job, uint32_t index)
{
	const struct map_spec *spec = job->spec;
	const uint8_t *value = job->command->value + (size_t)index * spec->value_bytes;
	uint8_t *element = job->values + index * element_bytes(job);

	for (uint32_t cpu = 0; cpu < values_per_key(job); cpu++)
		memcpy(element + cpu * stride(job), value, spec->value_bytes);
	if (map_has(spec, HOLDS_FDS) && spec->value_bytes >= 4) {
		int fd = map_named_fd(value, job->named);

		memcpy(element, &fd, sizeof(fd));
	}
}

static void take_parts(const struct job *job, uint32_t count)
{
	const struct command_spec *command = job->command;
	uint32_t key_bytes = job->spec->key_bytes;

	for (uint32_t i = 0; i < count && command->key; i++) {
		memcpy(job->keys + (size_t)i * key_bytes, command->key + (size_t)i * key_bytes, key_bytes);
		map_convert_key(job->spec, job->keys + (size_t)i * key_bytes);
	}
	for (uint32_t i = 0; i < count && command->value; i++)
		take_value(job, i);
}

static void put_keys(struct writer *to, const struct job *job, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint8_t *key = job->keys + (size_t)i * job->spec->key_bytes;

		map_convert_key(job->spec, key);
		put_bytes(to, key, job->spec->key_bytes);
	}
}

/* Ids of progs and maps are the kernel's own, and say nothing. */
static void put_values(struct writer *to, const struct job *job, uint32_t count)
{
	if (map_has(job->spec, HOLDS_FDS) || job->spec->type == BPF_MAP_TYPE_BLOOM_FILTER)
		return;
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t cpu = 0; cpu < values_per_key(job); cpu++)
			put_bytes(to, job->values + i * element_bytes(job) + cpu * stride(job),
				  job->spec->value_bytes);
}

static int do_single(const struct job *job)
{
	static const enum bpf_cmd commands[] = {
		[COMMAND_LOOKUP] = BPF_MAP_LOOKUP_ELEM,
		[COMMAND_UPDATE] = BPF_MAP_UPDATE_ELEM,
		[COMMAND_DELETE] = BPF_MAP_DELETE_ELEM,
		[COMMAND_NEXT_KEY] = BPF_MAP_GET_NEXT_KEY,
		[COMMAND_LOOKUP_AND_DELETE] = BPF_MAP_LOOKUP_AND_DELETE_ELEM,
		[COMMAND_FREEZE] = BPF_MAP_FREEZE,
	};
	const struct command_spec *command = job->command;
	struct bpf_map_elem attr = {
		.map_fd = job->fd,
		.key = command->key ? ptr_u64(job->keys) : 0,
		.value = ptr_u64(job->values),
		.flags = command->flags,
	};
	int asks_for_value = command->kind == COMMAND_LOOKUP &&
			     job->spec->type == BPF_MAP_TYPE_BLOOM_FILTER;

	if ((command->kind == COMMAND_UPDATE || asks_for_value) && !command->value)
		attr.value = 0;
	if (command->kind == COMMAND_DELETE || command->kind == COMMAND_FREEZE)
		attr.value = 0;
	if (command->kind == COMMAND_NEXT_KEY)
		attr.value = ptr_u64(job->keys);
	return sys_bpf(commands[command->kind], &attr, sizeof(attr));
}

static int do_batch(const struct job *job, uint32_t *count)
{
	static const enum bpf_cmd commands[] = {
		[COMMAND_LOOKUP_BATCH] = BPF_MAP_LOOKUP_BATCH,
		[COMMAND_UPDATE_BATCH] = BPF_MAP_UPDATE_BATCH,
		[COMMAND_DELETE_BATCH] = BPF_MAP_DELETE_BATCH,
		[COMMAND_LOOKUP_AND_DELETE_BATCH] = BPF_MAP_LOOKUP_AND_DELETE_BATCH,
	};
	const struct command_spec *command = job->command;
	int looks_up = gives_elements(command->kind);
	/* It takes a key, or a u32. */
	uint8_t *cursor = job->values + job->elements * element_bytes(job);
	struct bpf_map_batch attr = {
		.out_batch = looks_up ? ptr_u64(cursor) : 0,
		.keys = command->key || looks_up ? ptr_u64(job->keys) : 0,
		.values = command->value || looks_up ? ptr_u64(job->values) : 0,
		.count = command->count,
		.map_fd = job->fd,
		.elem_flags = command->flags,
	};
	int error = sys_bpf(commands[command->kind], &attr, sizeof(attr));

	*count = attr.count;
	return error;
}

/* Errno, count, and the length of what follows. */
static void put_command(struct writer *to, const struct job *job)
{
	uint32_t kind = job->command->kind, count = 0;
	int error = is_batch(kind) ? do_batch(job, &count) : do_single(job);

	put_u32(to, -error);
	put_u32(to, count);
	uint8_t *len_at = put_later(to);
	const uint8_t *before = to->at;

	/* ENOENT: the batch has come to the end of the map. */
	if (gives_elements(kind) && (!error || error == -ENOENT) && count <= job->elements) {
		put_keys(to, job, count);
		put_values(to, job, count);
	} else if (!error && kind == COMMAND_NEXT_KEY) {
		put_keys(to, job, 1);
	} else if (!error && (kind == COMMAND_LOOKUP || kind == COMMAND_LOOKUP_AND_DELETE)) {
		put_values(to, job, 1);
	}
	set_u32(len_at, to->at - before);
}

void put_commands(struct writer *to, const struct testcase *testcase, const struct run_spec *run,
		  const struct loaded *loaded)
{
	static struct scratch scratch;
	struct reader from = run->commands;
	struct command_spec command;

	for (uint32_t i = 0; i < run->command_count; i++) {
		parse_command(&from, testcase, &command);
		const struct map_spec *spec = &testcase->maps[command.map];
		struct job job = {
			.spec = spec,
			.command = &command,
			.fd = loaded->maps[command.map],
			.elements = is_batch(command.kind) ? command.count : 1,
		};

		job.named = holds_progs(spec) ?
				    (struct fds){ loaded->progs, loaded->prog_count } :
				    (struct fds){ loaded->maps, loaded->map_count };
		/* A key and a value more: the cursor of a batch, and what is padded. */
		size_t bytes = (job.elements + 2) * (map_element_bytes(spec) + 8);

		job.keys = scratch_bytes(&scratch, bytes);
		if (!job.keys) {
			put_u32(to, ENOMEM);
			put_u32(to, 0);
			put_u32(to, 0);
			continue;
		}
		memset(job.keys, 0, bytes);
		job.values = job.keys + ((job.elements * (size_t)spec->key_bytes + 7) & ~7ull);
		take_parts(&job, job.elements);
		put_command(to, &job);
	}
}
