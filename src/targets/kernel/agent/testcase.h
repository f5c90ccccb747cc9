/* SPDX-License-Identifier: MIT */
/* A case as it came: pointers into the body of its frame. */
#ifndef BPFDIFF_TESTCASE_H
#define BPFDIFF_TESTCASE_H

#include "limits.h"
#include "wire.h"

struct map_spec {
	uint32_t type, key_bytes, value_bytes, max_entries, flags;
	uint32_t inner; /* index of a map, and 1; 0 for none */
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
};

struct testcase {
	uint32_t prog_type, expected_attach_type, prog_flags;
	uint32_t ksym_count, map_count, prog_count, run_count;
	struct ksym_spec attach_btf; /* without a name where there is none */
	struct ksym_spec ksyms[KSYMS_MAX];
	struct map_spec maps[MAPS_MAX];
	struct prog_spec progs[PROGS_MAX];
	struct reader runs; /* `run_count` of them, which parse_run reads one by one */
};

/* Reads a case with all its runs. What is wrong with it is the reader's problem. */
void parse_case(struct reader *from, struct testcase *into);

void parse_run(struct reader *from, struct run_spec *into);

#endif
