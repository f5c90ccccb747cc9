// SPDX-License-Identifier: MIT
#include "scratch.h"

#include <stdlib.h>

uint8_t *scratch_bytes(struct scratch *scratch, size_t bytes)
{
	if (bytes > scratch->size) {
		uint8_t *larger = realloc(scratch->memory, bytes);

		if (!larger)
			return NULL;
		scratch->memory = larger;
		scratch->size = bytes;
	}
	return scratch->memory;
}
