// SPDX-License-Identifier: MIT
#include "functions.h"

#include "slot.h"

/* BPF_MAX_SUBPROGS and the prog itself, include/linux/bpf_verifier.h, 6.1. */
#define FUNCTIONS_MAX 257

#define BTF_INFO(kind) ((uint32_t)(kind) << 24)
#define BTF_KIND_INT 1
#define BTF_KIND_FUNC 12
#define BTF_KIND_FUNC_PROTO 13
#define BTF_INT_SIGNED (1u << 24)

/* Documentation/bpf/btf.rst, 6.1. One `static int f()` stands for every function of every prog. */
static const struct {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t header_bytes, types_at, types_bytes, strings_at, strings_bytes;
	uint32_t types[10];
	char strings[8];
} BTF = {
	.magic = 0xeb9f,
	.version = 1,
	.header_bytes = 24,
	.types_bytes = sizeof(BTF.types),
	.strings_at = sizeof(BTF.types),
	.strings_bytes = sizeof(BTF.strings),
	.types = {
		/* name, info, size or type, and what the kind adds */
		1, BTF_INFO(BTF_KIND_INT), 4, BTF_INT_SIGNED | 32,
		0, BTF_INFO(BTF_KIND_FUNC_PROTO), 1,
		5, BTF_INFO(BTF_KIND_FUNC), 2,
	},
	.strings = "\0int\0f\0",
};
#define FUNC_TYPE_ID 3

#define BPF_FUNC_TAIL_CALL 12

struct func_info {
	uint32_t slot, type_id;
};

/* Kept by the worker for all its cases; a negative errno where the kernel doesn't take it. */
static int btf_fd(void)
{
	static int fd = -1;
	struct bpf_btf_load attr = { .btf = ptr_u64(&BTF), .btf_size = sizeof(BTF) };

	if (fd < 0)
		fd = sys_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
	return fd;
}

/* The slot where a function begins that the insn names; -1 where it names none. */
static int64_t function_of(struct slot slot, uint32_t at)
{
	int src = src_of(slot);

	if ((slot.opcode == BPF_CALL && src == BPF_PSEUDO_CALL) ||
	    (slot.opcode == BPF_LDDW && src == BPF_PSEUDO_FUNC))
		return (int64_t)at + 1 + slot.imm;
	return -1;
}

/* Functions may do so only if it is known that they return an int (check_subprogs, 6.1). */
static int is_tail_call(struct slot slot)
{
	return slot.opcode == BPF_CALL && !src_of(slot) && slot.imm == BPF_FUNC_TAIL_CALL;
}

/* In ascending order and each once; returns how many there are now. */
static uint32_t insert(struct func_info *functions, uint32_t count, uint32_t slot)
{
	uint32_t i = count;

	while (i > 0 && functions[i - 1].slot > slot)
		i--;
	if ((i > 0 && functions[i - 1].slot == slot) || count == FUNCTIONS_MAX)
		return count;
	memmove(&functions[i + 1], &functions[i], (count - i) * sizeof(*functions));
	functions[i] = (struct func_info){ slot, FUNC_TYPE_ID };
	return count + 1;
}

void describe_functions(const struct prog_spec *prog, struct bpf_prog_load *attr)
{
	static struct func_info functions[FUNCTIONS_MAX];
	uint32_t count = insert(functions, 0, 0);
	int takes_address = 0, tail_calls = 0;

	for (uint32_t i = 0; i < prog->slots; i++) {
		struct slot slot = slot_at(prog, i);
		int64_t function = function_of(slot, i);

		if (function >= 0 && function < prog->slots)
			count = insert(functions, count, function);
		tail_calls |= is_tail_call(slot);
		if (slot.opcode == BPF_LDDW) {
			takes_address |= src_of(slot) == BPF_PSEUDO_FUNC;
			i++;
		}
	}
	if (!takes_address && !(tail_calls && count > 1))
		return;
	if (btf_fd() < 0)
		return;
	attr->prog_btf_fd = btf_fd();
	attr->func_info = ptr_u64(functions);
	attr->func_info_cnt = count;
	attr->func_info_rec_size = sizeof(*functions);
}
