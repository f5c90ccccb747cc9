/* SPDX-License-Identifier: MIT */
#ifndef BPFDIFF_SCRATCH_H
#define BPFDIFF_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

/* Memory that is kept from use to use. */
struct scratch {
	uint8_t *memory;
	size_t size;
};

/* So many bytes of anything, until the next time; NULL where there is no memory. */
uint8_t *scratch_bytes(struct scratch *scratch, size_t bytes);

#endif
