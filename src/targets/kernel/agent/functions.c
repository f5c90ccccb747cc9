// SPDX-License-Identifier: MIT
#include "functions.h"

#include "prog-btf.h"
#include "slot.h"

/* BPF_MAX_SUBPROGS and the prog itself, include/linux/bpf_verifier.h, 6.1. */
#define FUNCTIONS_MAX 257

#define BPF_FUNC_TAIL_CALL 12

struct func_info {
	uint32_t slot, type_id;
};

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
	int takes_address = 0, tail_calls = 0, calls_kfuncs = 0;

	for (uint32_t i = 0; i < prog->slots; i++) {
		struct slot slot = slot_at(prog, i);
		int64_t function = function_of(slot, i);

		if (function >= 0 && function < prog->slots)
			count = insert(functions, count, function);
		tail_calls |= is_tail_call(slot);
		calls_kfuncs |= slot.opcode == BPF_CALL && src_of(slot) == BPF_PSEUDO_KFUNC_CALL;
		if (slot.opcode == BPF_LDDW) {
			takes_address |= src_of(slot) == BPF_PSEUDO_FUNC;
			i++;
		}
	}
	if (!takes_address && !calls_kfuncs && !(tail_calls && count > 1))
		return;
	if (prog_btf() < 0)
		return;
	attr->prog_btf_fd = prog_btf();
	attr->func_info = ptr_u64(functions);
	attr->func_info_cnt = count;
	attr->func_info_rec_size = sizeof(*functions);
}
