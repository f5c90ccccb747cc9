/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_KMSG_H
#define BPFDIFF_KMSG_H

#include <stddef.h>

/* From here on the kernel's messages are watched, where they can be read. */
void kmsg_open(void);

/*
 * Warnings and worse since the last call, if the kernel is in trouble; '' otherwise. On a machine
 * that others use as well, only trouble about BPF. The text is valid until the next call.
 */
const char *kmsg_trouble(size_t *len);

#endif
