/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_PROG_BTF_H
#define BPFDIFF_PROG_BTF_H

#include <stdint.h>

/* Type ids: `int`, and `static int f()`. */
#define INT_TYPE_ID 1
#define FUNC_TYPE_ID 3

/*
 * An fd of the BTF of progs, and of maps that they keep objects in, kept by the worker for all its cases; a
 * negative errno where the kernel takes none.
 */
int prog_btf(void);

/*
 * The id of the type of values of so many bytes with a pointer to an object at an offset, both multiples of 8;
 * 0 where there is none.
 */
uint32_t kptr_value_type(uint32_t value_bytes, uint32_t offset);

#endif
