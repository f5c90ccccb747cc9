/* SPDX-License-Identifier: MIT */
/* A slot of a prog, and the insns that name what is outside of it. */
#ifndef BPFDIFF_SLOT_H
#define BPFDIFF_SLOT_H

#include <stdint.h>
#include <string.h>

#include "testcase.h"

#define BPF_LDDW 0x18
#define BPF_CALL 0x85

/* Pseudo sources of lddw. */
#define BPF_PSEUDO_MAP_FD 1
#define BPF_PSEUDO_MAP_VALUE 2
#define BPF_PSEUDO_BTF_ID 3
#define BPF_PSEUDO_FUNC 4
#define BPF_PSEUDO_MAP_IDX 5
#define BPF_PSEUDO_MAP_IDX_VALUE 6

/* Pseudo sources of a call. */
#define BPF_PSEUDO_CALL 1
#define BPF_PSEUDO_KFUNC_CALL 2

/* `regs` holds dst and src as the machine lays out bit fields. */
struct slot {
	uint8_t opcode;
	uint8_t regs;
	int16_t off;
	int32_t imm;
};

static inline struct slot slot_at(const struct prog_spec *prog, uint32_t i)
{
	struct slot slot;

	memcpy(&slot, prog->insns + 8ull * i, sizeof(slot));
	return slot;
}

static inline void set_slot(const struct prog_spec *prog, uint32_t i, struct slot slot)
{
	memcpy(prog->insns + 8ull * i, &slot, sizeof(slot));
}

static inline int src_of(struct slot slot)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? slot.regs & 0xf : slot.regs >> 4;
}

#endif
