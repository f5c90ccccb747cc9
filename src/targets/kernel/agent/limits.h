/* SPDX-License-Identifier: MIT */
/* How much a request may have. ../protocol.ts has the same, and a test compares them. */
#ifndef BPFDIFF_LIMITS_H
#define BPFDIFF_LIMITS_H

#define CASES_MAX 4096u
#define KSYMS_MAX 64u
#define KSYM_CHARS_MAX 128u
#define MAPS_MAX 64u
#define ENTRIES_PER_MAP_MAX 65536u
#define KEY_BYTES_MAX 65536u
#define VALUE_BYTES_MAX (1024u * 1024)
#define PROGS_MAX 64u
#define SLOTS_PER_PROG_MAX (2u * 65536)
#define RUNS_MAX 4096u
#define COMMANDS_PER_RUN_MAX 256u
#define DATA_BYTES_MAX (1024u * 1024)
#define CTX_BYTES_MAX 65536u
#define OUT_BYTES_MAX (1024u * 1024)
/* Tails of the verifier's log and of what the kernel said. */
#define LOG_BYTES_MAX 4096u
#define CONSOLE_BYTES_MAX 4096u
/* What a run of live frames is told of. */
#define LIVE_FRAMES_MAX 8192u
#define LIVE_FRAME_BYTES_MAX 4096u
/* What is kept of what a program prints. */
#define PROGRAM_OUTPUT_MAX (1024u * 1024)

#endif
