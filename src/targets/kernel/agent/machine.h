/* SPDX-License-Identifier: MIT */
/* Facts about the machine, found once at the start. */
#ifndef BPFDIFF_MACHINE_H
#define BPFDIFF_MACHINE_H

#include "wire.h"

#define NS_PER_MS 1000000ull

struct machine {
	uint32_t cpus; /* possible CPUs: values in an element of a per-CPU map */
	int is_init;   /* PID 1: the machine is ours alone */
};

extern struct machine machine;

/* Finds the facts, and takes CPU 0 and all the locked memory there is. */
void machine_setup(void);

/* The body of the hello. */
void machine_hello(struct writer *to);

/* Has progs that are loaded from here on run by `engine`. Returns 0, or -1 where it can't be had. */
int machine_engine(uint32_t engine);

/* Monotonic. */
uint64_t machine_ns(void);

#endif
