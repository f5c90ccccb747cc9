// SPDX-License-Identifier: MIT
#include "testcase.h"

#include "map-traits.h"
#include "transport.h"

static void parse_ksym(struct reader *from, struct ksym_spec *into)
{
	into->len = read_bounded(from, KSYM_CHARS_MAX, "the name of a kernel symbol is too long");
	into->name = (const char *)read_bytes(from, into->len);
}

static void parse_map(struct reader *from, struct map_spec *into)
{
	into->type = read_u32(from);
	into->key_bytes = read_bounded(from, KEY_BYTES_MAX, "a key is too long");
	into->value_bytes = read_bounded(from, VALUE_BYTES_MAX, "a value is too long");
	into->max_entries = read_u32(from);
	into->flags = read_u32(from);
	into->inner = read_bounded(from, MAPS_MAX, "a map of other maps than there can be");
	into->spin_lock = read_u32(from);
	into->kptr = read_u32(from);
	into->entry_count = read_bounded(from, ENTRIES_PER_MAP_MAX, "a map has too many entries");
	into->keys = read_bytes(from, (uint64_t)into->entry_count * into->key_bytes);
	into->values = read_bytes(from, (uint64_t)into->entry_count * map_entry_value_bytes(into));
	if (map_content_bytes(into) > FRAME_BODY_MAX && !from->problem)
		from->problem = "the content of a map is longer than a frame";
}

static void parse_prog(struct reader *from, struct prog_spec *into)
{
	into->slots = read_bounded(from, SLOTS_PER_PROG_MAX, "a prog is too long");
	into->insns = read_bytes(from, 8ull * into->slots);
}

/* How many keys and values the command has, unless there is a NULL. */
static uint32_t keys_of(const struct command_spec *command)
{
	if (command->kind == COMMAND_UPDATE_BATCH || command->kind == COMMAND_DELETE_BATCH)
		return command->count;
	return command->kind <= COMMAND_LOOKUP_AND_DELETE;
}

static uint32_t values_of(const struct command_spec *command)
{
	if (command->kind == COMMAND_UPDATE_BATCH)
		return command->count;
	return command->kind == COMMAND_LOOKUP || command->kind == COMMAND_UPDATE;
}

void parse_command(struct reader *from, const struct testcase *testcase,
		   struct command_spec *into)
{
	into->kind = read_bounded(from, COMMAND_LOOKUP_AND_DELETE_BATCH,
				   "unknown command");
	into->map = read_u32(from);
	if (into->map >= testcase->map_count && !from->problem)
		from->problem = "a command names a map that is not there";
	if (from->problem)
		into->map = 0;
	const struct map_spec *spec = &testcase->maps[into->map];
	uint32_t parts = read_u32(from);

	into->flags = read_u32(from);
	into->flags |= (uint64_t)read_u32(from) << 32;
	into->count = read_bounded(from, ENTRIES_PER_MAP_MAX, "a batch is too long");
	into->key = into->value = NULL;
	if (parts & COMMAND_HAS_KEY)
		into->key = read_bytes(from, (uint64_t)keys_of(into) * spec->key_bytes);
	if (parts & COMMAND_HAS_VALUE)
		into->value = read_bytes(from, (uint64_t)values_of(into) * spec->value_bytes);
	if (into->count * map_element_bytes(spec) > FRAME_BODY_MAX && !from->problem)
		from->problem = "a batch is longer than a frame";
}

static void parse_overrides(struct reader *from, struct run_spec *into)
{
	uint32_t count = read_bounded(from, OVERRIDES, "a run has too many overrides");

	for (uint32_t i = 0; i < count && !from->problem; i++) {
		uint32_t name = read_bounded(from, OVERRIDES - 1, "unknown override");

		into->overridden |= 1u << name;
		into->overrides[name] = read_u32(from);
	}
}

void parse_run(struct reader *from, const struct testcase *testcase, struct run_spec *into)
{
	struct command_spec command;

	into->parts = read_u32(from);
	into->data_bytes = read_bounded(from, DATA_BYTES_MAX, "data is too long");
	into->ctx_bytes = read_bounded(from, CTX_BYTES_MAX, "a ctx is too long");
	into->data_out_bytes = read_bounded(from, OUT_BYTES_MAX, "data_out is too long");
	into->ctx_out_bytes = read_bounded(from, OUT_BYTES_MAX, "ctx_out is too long");
	into->repeat = read_u32(from);
	into->flags = read_u32(from);
	into->cpu = read_u32(from);
	into->batch_size = read_u32(from);
	into->command_count = read_bounded(from, COMMANDS_PER_RUN_MAX, "a run has too many commands");
	into->data = read_bytes(from, into->data_bytes);
	into->ctx = read_bytes(from, into->ctx_bytes);
	into->overridden = 0;
	if (into->parts & RUN_HAS_ATTR)
		parse_overrides(from, into);
	into->commands = *from;
	for (uint32_t i = 0; i < into->command_count && !from->problem; i++)
		parse_command(from, testcase, &command);
}

void parse_case(struct reader *from, struct testcase *into)
{
	struct run_spec run;

	into->prog_type = read_u32(from);
	into->expected_attach_type = read_u32(from);
	into->prog_flags = read_u32(from);
	into->ksym_count = read_bounded(from, KSYMS_MAX, "a case has too many kernel symbols");
	into->map_count = read_bounded(from, MAPS_MAX, "a case has too many maps");
	into->prog_count = read_bounded(from, PROGS_MAX, "a case has too many progs");
	into->run_count = read_bounded(from, RUNS_MAX, "a case has too many runs");
	parse_ksym(from, &into->attach_btf);
	for (uint32_t i = 0; i < into->ksym_count && !from->problem; i++)
		parse_ksym(from, &into->ksyms[i]);
	for (uint32_t i = 0; i < into->map_count && !from->problem; i++)
		parse_map(from, &into->maps[i]);
	for (uint32_t i = 0; i < into->prog_count && !from->problem; i++)
		parse_prog(from, &into->progs[i]);
	if (!into->prog_count && !from->problem)
		from->problem = "a case has no prog";
	into->runs = *from;
	into->run_flags = 0;
	for (uint32_t i = 0; i < into->run_count && !from->problem; i++) {
		parse_run(from, into, &run);
		into->run_flags |= run.flags;
	}
}
