import type { Rule } from './rule.ts';

/** Fields that must be 0, opcodes and registers that there are not (`check_and_resolve_insns`, 7.2). */
export const ENCODING: readonly Rule[] = [
  { name: 'neg-fields', broken: fieldsOf('r2 = -r2', 'src=1', 'off=1', 'imm=1') },
  { name: 'end-fields', broken: fieldsOf('r2 = be16 r2', 'imm=24', 'imm=8', 'src=1', 'off=1') },
  { name: 'mov-fields', broken: fieldsOf('r2 = 1', 'src=1', 'off=1', 'off=8') },
  {
    name: 'mov-register-fields',
    kept: ['r3 = (s8)r2', 'w3 = (s16)w2', 'r3 = (s32)r2'].map((insn) => `r2 = 1; ${insn}`),
    broken: fieldsOf('r3 = r2', 'imm=1', 'off=5', 'off=64', 'off=1'),
  },
  { name: 'mov32-extension', broken: fieldsOf('w3 = w2', 'off=32', 'off=-8', 'imm=-1') },
  {
    name: 'address-space',
    broken: fieldsOf('r3 = r2', 'off=1, imm=1', 'off=1, imm=0x10000', 'off=1, imm=0x10001'),
  },
  { name: 'alu-fields', broken: fieldsOf('r2 += 1', 'src=1', 'off=1', 'off=-1') },
  { name: 'alu-register-fields', broken: fieldsOf('r3 += r2', 'imm=1', 'off=1') },
  {
    name: 'division-off',
    kept: ['r2 = 7; r2 s/= 3', 'r2 = 7; w2 s%= -1'],
    broken: fieldsOf('r2 /= 3', 'off=2', 'off=-1', 'src=1'),
  },
  { name: 'alu-opcode', broken: fieldsOf('r2 += 1', 'op^=0xe0', 'op^=0xf0') },
  { name: 'end-opcode', broken: fieldsOf('r2 = be16 r2', 'op^=0xb') },
  {
    name: 'call-fields',
    broken: fieldsOf('call get_prandom_u32', 'dst=1', 'off=1', 'src=3', 'src=9'),
  },
  { name: 'call-by-register', broken: fieldsOf('call get_prandom_u32', 'op^=8', 'op^=3') },
  {
    name: 'goto-fields',
    kept: ['goto +0', 'gotol +0'],
    broken: fieldsOf('goto +0', 'imm=1', 'dst=1', 'src=1', 'op^=8'),
  },
  { name: 'gotol-fields', broken: fieldsOf('gotol +0', 'off=1', 'dst=1', 'op^=8') },
  {
    name: 'exit-fields',
    broken: fieldsOf(
      'r0 = 0; if r2 == 0 goto end; exit',
      'imm=1',
      'dst=1',
      'src=2',
      'off=1',
      'op^=3',
    ),
  },
  {
    name: 'may-goto-fields',
    kept: ['may_goto +0'],
    broken: fieldsOf('may_goto +0', 'imm=1', 'dst=1', 'src=1', 'op^=3'),
  },
  { name: 'jump-fields', broken: fieldsOf('if r2 == 1 goto +0', 'src=1', 'op^=0xe0', 'op^=0xd0') },
  { name: 'jump-register-fields', broken: fieldsOf('if r2 == r3 goto +0', 'imm=1', 'src=12') },
  {
    name: 'load-fields',
    broken: fieldsOf(
      '*(u64 *)(r10 -8) = 1; r3 = *(u64 *)(r10 -8)',
      'imm=1',
      'op^=0x20',
      'op^=0xe0',
    ),
  },
  {
    name: 'signed-load-size',
    broken: fieldsOf('*(u64 *)(r10 -8) = 1; r3 = *(s32 *)(r10 -8)', 'op^=0x18', 'imm=2'),
  },
  {
    name: 'store-fields',
    broken: fieldsOf('*(u64 *)(r10 -8) = 1', 'src=1', 'op^=0x20', 'op^=0x80'),
  },
  { name: 'store-register-fields', broken: fieldsOf('*(u64 *)(r10 -8) = r2', 'imm=1', 'op^=0x20') },
  {
    name: 'packet-load-fields',
    types: ['socket_filter', 'sched_cls', 'sched_act'],
    kept: ['r0 = *(u8 *)skb[0]'],
    broken: fieldsOf('r0 = *(u8 *)skb[0]', 'dst=1', 'src=1', 'off=1', 'op^=0x8', 'op^=0x60'),
  },
  {
    name: 'lddw-fields',
    kept: ['r2 = -1 ll'],
    broken: fieldsOf('r2 = 1 ll', 'off=1', 'src=7', 'src=9', 'src=15', 'op^=8'),
  },
  {
    name: 'lddw-of-map-fields',
    kept: ['r2 = map:array'],
    broken: fieldsOf('r2 = map:array', 'next=1', 'off=1', 'src=5', 'src=6'),
  },
  {
    name: 'lddw-of-function',
    broken: [
      'r2 = 1 ll {src=4}',
      'r2 = -1 ll {src=4}',
      'r2 = 0 ll {src=4}',
      'r2 = 100000 ll {src=4}',
    ],
  },
  {
    name: 'lddw-of-variable',
    kept: ['r2 = var:bpf_prog_active'],
    broken: [
      'r2 = var:no_such_variable',
      'r2 = var:task_struct',
      'r2 = var:bpf_prog_active; *(u32 *)(r2 +0) = 1',
      'r2 = var:bpf_prog_active; r3 = *(u32 *)(r2 +0)',
      'r2 = var:bpf_prog_active; r2 += 4; r1 = r2; call this_cpu_ptr',
      'r1 = var:bpf_prog_active; call this_cpu_ptr; r2 = *(u64 *)(r0 +0)',
      'r1 = var:bpf_prog_active; call this_cpu_ptr; *(u32 *)(r0 +0) = 1',
      'r1 = var:bpf_prog_active; r2 = 0; call per_cpu_ptr; r2 = *(u32 *)(r0 +0)',
      'r2 = var:bpf_prog_active {next=1}',
      'r2 = var:bpf_prog_active {off=1}',
    ],
  },
  {
    name: 'registers',
    kept: ['r9 = r1', 'r2 = r10'],
    broken: [
      ...fieldsOf('r3 = r2', 'src=11', 'src=15', 'dst=11', 'dst=12'),
      ...fieldsOf('*(u64 *)(r10 -8) = r2', 'src=11', 'dst=13'),
      ...fieldsOf('r2 = 1 ll', 'dst=11'),
    ],
  },
  {
    name: 'atomic-operation',
    kept: ['*(u64 *)(r10 -8) = 1; r2 = 3; lock *(u64 *)(r10 -8) += r2'],
    broken: [
      ...fieldsOf(
        '*(u64 *)(r10 -8) = 1; lock *(u64 *)(r10 -8) += r2',
        'imm=0x10',
        'imm=0x02',
        'imm=0xff',
        'imm=0x101',
      ),
      ...fieldsOf(
        '*(u64 *)(r10 -8) = 1; lock *(u64 *)(r10 -8) += r2',
        'op^=0x08',
        'op^=0x10',
        'op^=1',
      ),
    ],
  },
];

/** The last insn with each of the settings; r2 and r3 are set before. */
function fieldsOf(insns: string, ...settings: readonly string[]): readonly string[] {
  return settings.map((setting) => `r2 = 1; r3 = 2; ${insns} {${setting}}`);
}
