/* SPDX-License-Identifier: MIT */
/* A case as it came: pointers into the body of its frame. */
#ifndef BPFDIFF_TESTCASE_H
#define BPFDIFF_TESTCASE_H

#include "limits.h"
#include "wire.h"

struct map_spec {
	uint32_t type, key_bytes, value_bytes, max_entries, flags;
	uint32_t inner; /* index of a map, and 1; 0 for none */
	uint32_t spin_lock; /* offset in the value, and 1; 0 for none */
	uint32_t kptr; /* the same */
	uint32_t entry_count;
	uint8_t *keys, *values; /* one behind the other */
};

/* The name of a function or a variable of the kernel; no NUL at its end. */
struct ksym_spec {
	uint32_t len;
	const char *name;
};

struct prog_spec {
	uint32_t slots;
	uint8_t *insns;
};

struct run_spec {
	uint32_t parts; /* enum run_part */
	uint32_t data_bytes, ctx_bytes, data_out_bytes, ctx_out_bytes;
	uint32_t repeat, flags, cpu, batch_size;
	uint8_t *data, *ctx;
	uint32_t overridden; /* a bit for each enum override */
	uint32_t overrides[OVERRIDES];
	uint32_t command_count;
	struct reader commands; /* which parse_command reads one by one */
};

/* Keys and values lie one behind the other; NULL where a pointer is to be. */
struct command_spec {
	uint32_t kind; /* enum command_kind */
	uint32_t map;
	uint64_t flags;
	uint32_t count;
	uint8_t *key, *value;
};

struct testcase {
	uint32_t prog_type, expected_attach_type, prog_flags;
	uint32_t ksym_count, map_count, prog_count, run_count;
	struct ksym_spec attach_btf; /* without a name where there is none */
	struct ksym_spec ksyms[KSYMS_MAX];
	struct map_spec maps[MAPS_MAX];
	struct prog_spec progs[PROGS_MAX];
	uint32_t run_flags; /* of any run */
	struct reader runs; /* `run_count` of them, which parse_run reads one by one */
};

/* Reads a case with all its runs. What is wrong with it is the reader's problem. */
void parse_case(struct reader *from, struct testcase *into);

void parse_run(struct reader *from, const struct testcase *testcase, struct run_spec *into);

void parse_command(struct reader *from, const struct testcase *testcase,
		   struct command_spec *into);

#endif
