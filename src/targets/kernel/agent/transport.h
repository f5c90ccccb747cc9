/* SPDX-License-Identifier: MIT */
/* How frames reach the agent and leave it. See ../link.ts for the header's layout. */
#ifndef BPFDIFF_TRANSPORT_H
#define BPFDIFF_TRANSPORT_H

#include <stdint.h>
#include <stddef.h>

#define FRAME_MAGIC 0x44465042u
#define FRAME_HEADER_BYTES 12u
#define FRAME_BODY_MAX (16u * 1024 * 1024)

struct frame {
	uint32_t seq;
	uint32_t len;
	uint8_t *body; /* owned by the transport, valid until the next receive */
};

/*
 * Finds the way out. As PID 1 it first does what init must (mounts, modules, the host's port or
 * folder, by the kernel's command line); elsewhere frames go over standard input and output.
 * Returns 0, or -1 with a line on stderr.
 */
int transport_open(void);

/* Waits for a frame. Returns 1, 0 at the end of the stream, -1 on a malformed frame. */
int transport_receive(struct frame *frame);

/* Sends a frame. Returns 0, or -1. */
int transport_send(uint32_t seq, const void *body, uint32_t len);

/* Ends: powers the machine off as PID 1, exits elsewhere. */
_Noreturn void transport_shutdown(int status);

#endif
