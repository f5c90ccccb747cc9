// SPDX-License-Identifier: MIT
#include "ring.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* struct bpf_ringbuf_hdr and its bits, include/uapi/linux/bpf.h, 6.1. */
#define HEADER_BYTES 8
#define BUSY_BIT (1u << 31)
#define DISCARD_BIT (1u << 30)

static uint32_t put_records(struct writer *to, const uint8_t *data, uint64_t end)
{
	uint32_t count = 0;

	for (uint64_t at = 0; at + HEADER_BYTES <= end;) {
		uint32_t header = *(const uint32_t *)(data + at);
		uint32_t len = header & ~(BUSY_BIT | DISCARD_BIT);

		if (header & BUSY_BIT || len > end - at - HEADER_BYTES)
			break;
		if (!(header & DISCARD_BIT)) {
			put_u32(to, len);
			put_bytes(to, data + at + HEADER_BYTES, len);
			count++;
		}
		at += (HEADER_BYTES + (uint64_t)len + 7) / 8 * 8;
	}
	return count;
}

/* One page of the consumer's, one of the producer's, and the data: nothing was consumed. */
void put_ring(struct writer *to, int fd, uint32_t ring_bytes)
{
	uint8_t *count_at = put_later(to);
	size_t page = sysconf(_SC_PAGESIZE);
	uint8_t *memory = mmap(NULL, page + ring_bytes, PROT_READ, MAP_SHARED, fd, page);

	if (memory == MAP_FAILED) {
		set_u32(count_at, 0);
		return;
	}
	set_u32(count_at, put_records(to, memory + page, *(const _Atomic uint64_t *)memory));
	munmap(memory, page + ring_bytes);
}

/* One page of the consumer's, then one of the producer's and the data, which may be written to. */
int fill_ring(int fd, uint32_t ring_bytes, const uint8_t *pieces, uint32_t count)
{
	size_t page = sysconf(_SC_PAGESIZE);
	uint64_t bytes = (uint64_t)count * RING_PIECE_BYTES;

	if (!count)
		return 0;
	if (bytes > ring_bytes)
		return -ENOSPC;
	uint8_t *memory = mmap(NULL, page + ring_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, page);

	if (memory == MAP_FAILED)
		return -errno;
	memcpy(memory + page, pieces, bytes);
	*(_Atomic uint64_t *)memory = bytes;
	munmap(memory, page + ring_bytes);
	return 0;
}
