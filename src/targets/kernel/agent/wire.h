/* SPDX-License-Identifier: MIT */
/*
 * What is in the bodies of frames. All numbers are little-endian, whatever the machine is; only
 * insns and ctx are in its own byte order. ../protocol.ts is the other end, and describes bodies.
 */
#ifndef BPFDIFF_WIRE_H
#define BPFDIFF_WIRE_H

#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_VERSION 10u

enum request_kind {
	REQUEST_BATCH = 1,
	REQUEST_PROGRAM = 2,
};

enum answer_kind {
	ANSWER_BATCH = 1,
	ANSWER_ERROR = 2,
	ANSWER_PROGRAM = 3,
};

enum error_code {
	ERROR_MALFORMED = 1, /* the request is not what the protocol says */
	ERROR_ENGINE = 2,    /* the kernel has no such engine */
	ERROR_TOO_LONG = 3,  /* the answer to the first case alone is longer than a frame */
	ERROR_WORKER = 4,    /* no worker could be started */
	ERROR_PROGRAM = 5,   /* the program could not be started */
};

enum engine {
	ENGINE_KEEP = 0, /* as the machine is set: its settings are not ours to change */
	ENGINE_JIT = 1,
	ENGINE_INTERP = 2,
	ENGINE_HARDENED = 3,
};

enum batch_flag {
	BATCH_WANTS_LOG = 1,
	BATCH_WANTS_MESSAGE = 2,
};

enum hello_flag {
	HELLO_BIG_ENDIAN = 1,
	HELLO_PRIVILEGED = 2, /* CAP_SYS_ADMIN, or CAP_BPF and CAP_NET_ADMIN */
};

enum case_status {
	CASE_COMPLETED = 0,
	CASE_CRASHED = 1,
	CASE_HUNG = 2,
	CASE_NOT_RUN = 3, /* the batch ran out of time or room: to be sent again */
};

/* How far a case came before it was rejected. */
enum load_step {
	STEP_MAP_CREATE = 0,
	STEP_MAP_FILL = 1,
	STEP_PROG_LOAD = 2,
	STEP_NETWORK = 3, /* before all others: where live frames are to go */
};

/* How a program ended. */
enum program_fate {
	PROGRAM_EXITED = 0,
	PROGRAM_KILLED = 1, /* by a signal */
	PROGRAM_TIMED_OUT = 2,
};

enum run_part {
	RUN_HAS_DATA = 1,
	RUN_HAS_CTX = 2,
	RUN_HAS_DATA_OUT = 4,
	RUN_HAS_CTX_OUT = 8,
	RUN_HAS_ATTR = 16,
};

/* What a run says of its command, in the order of ATTR_NAMES of src/case/attr.ts. */
enum override {
	OVERRIDE_PROG_FD = 0,
	OVERRIDE_ATTR = 1,
	OVERRIDE_DATA_IN = 2,
	OVERRIDE_DATA_OUT = 3,
	OVERRIDE_CTX_IN = 4,
	OVERRIDE_CTX_OUT = 5,
	OVERRIDE_STATE = 6,
	OVERRIDE_SIZE = 7,
	OVERRIDE_NONZERO_AT = 8,
	OVERRIDE_DATA_SIZE_IN = 9,
	OVERRIDE_DATA_SIZE_OUT = 10,
	OVERRIDE_CTX_SIZE_IN = 11,
	OVERRIDE_CTX_SIZE_OUT = 12,
	OVERRIDE_RETVAL = 13,
	OVERRIDE_DURATION = 14,
	OVERRIDE_CMD = 15,
	OVERRIDES = 16,
};

enum command_part {
	COMMAND_HAS_KEY = 1,
	COMMAND_HAS_VALUE = 2,
};

enum command_kind {
	COMMAND_LOOKUP = 0,
	COMMAND_UPDATE = 1,
	COMMAND_DELETE = 2,
	COMMAND_NEXT_KEY = 3,
	COMMAND_LOOKUP_AND_DELETE = 4,
	COMMAND_FREEZE = 5,
	COMMAND_LOOKUP_BATCH = 6,
	COMMAND_UPDATE_BATCH = 7,
	COMMAND_DELETE_BATCH = 8,
	COMMAND_LOOKUP_AND_DELETE_BATCH = 9,
};

/* Takes a request apart. What is missing reads as 0 and leaves the first `problem`. */
struct reader {
	uint8_t *at, *end;
	const char *problem;
};

uint32_t read_u32(struct reader *from);
/* A number that must not exceed `max`; `what` names it in the problem. */
uint32_t read_bounded(struct reader *from, uint32_t max, const char *what);
uint8_t *read_bytes(struct reader *from, uint64_t len);

/* Puts an answer together. What has no room is left out and leaves `overflow`. */
struct writer {
	uint8_t *at, *end;
	int overflow;
};

void put_u32(struct writer *to, uint32_t value);
void put_u64(struct writer *to, uint64_t value);
void put_bytes(struct writer *to, const void *bytes, size_t len);
/* Length and bytes. */
void put_text(struct writer *to, const char *text, size_t len);
/* Room for a number that is known later only; NULL where there is none. */
uint8_t *put_later(struct writer *to);
void set_u32(uint8_t *at, uint32_t value);

#endif
