// SPDX-License-Identifier: MIT
#include "wire.h"

#include <string.h>

uint8_t *read_bytes(struct reader *from, uint64_t len)
{
	uint8_t *at = from->at;

	if (len > (uint64_t)(from->end - at)) {
		if (!from->problem)
			from->problem = "the request is cut short";
		from->at = from->end;
		return NULL;
	}
	from->at += len;
	return at;
}

uint32_t read_u32(struct reader *from)
{
	const uint8_t *at = read_bytes(from, 4);

	return at ? at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24 : 0;
}

uint32_t read_bounded(struct reader *from, uint32_t max, const char *what)
{
	uint32_t value = read_u32(from);

	if (value <= max)
		return value;
	if (!from->problem)
		from->problem = what;
	return 0;
}

void set_u32(uint8_t *at, uint32_t value)
{
	if (!at)
		return;
	for (int i = 0; i < 4; i++)
		at[i] = value >> (8 * i);
}

static uint8_t *put_space(struct writer *to, size_t len)
{
	uint8_t *at = to->at;

	if (len > (size_t)(to->end - at)) {
		to->overflow = 1;
		return NULL;
	}
	to->at += len;
	return at;
}

uint8_t *put_later(struct writer *to)
{
	return put_space(to, 4);
}

void put_u32(struct writer *to, uint32_t value)
{
	set_u32(put_later(to), value);
}

void put_u64(struct writer *to, uint64_t value)
{
	put_u32(to, value);
	put_u32(to, value >> 32);
}

void put_bytes(struct writer *to, const void *bytes, size_t len)
{
	uint8_t *at = put_space(to, len);

	if (at && len)
		memcpy(at, bytes, len);
}

void put_text(struct writer *to, const char *text, size_t len)
{
	put_u32(to, len);
	put_bytes(to, text, len);
}
