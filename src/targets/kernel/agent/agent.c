// SPDX-License-Identifier: MIT
/*
 * Does on a kernel what the host asks for: /init of a VM or of UML, or a child process. It says
 * hello, then answers each frame with a frame.
 */
#include <stdio.h>

#include "batch.h"
#include "kmsg.h"
#include "machine.h"
#include "transport.h"

#define HELLO_BYTES_MAX 16384

static int send_hello(void)
{
	static uint8_t body[HELLO_BYTES_MAX];
	struct writer hello = { .at = body, .end = body + sizeof(body) };

	machine_hello(&hello);
	return transport_send(0, body, hello.at - body);
}

int main(void)
{
	struct frame frame;
	int got = 1;

	if (transport_open())
		transport_shutdown(1);
	if (batch_setup()) {
		perror("bpfdiff agent");
		transport_shutdown(1);
	}
	machine_setup();
	kmsg_open();
	if (send_hello())
		transport_shutdown(1);
	while ((got = transport_receive(&frame)) == 1)
		if (batch_answer(&frame))
			transport_shutdown(1);
	transport_shutdown(got ? 1 : 0);
}
