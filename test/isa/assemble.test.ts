import { describe, expect, it } from 'vitest';
import { AssembleError, assemble } from '../../src/isa/assemble.ts';
import { disassemble } from '../../src/isa/disassemble.ts';

/** What others write, and how it is printed here. The first group is llvm-objdump 14's output. */
const SPELLINGS: readonly (readonly [text: string, printed: string])[] = [
  ['w1 = *(u8 *)(r2 + 3)', 'r1 = *(u8 *)(r2 +3)'],
  ['*(u16 *)(r1 - 2) = w2', '*(u16 *)(r1 -2) = r2'],
  ['lock *(u32 *)(r1 + 4) |= w2', 'lock *(u32 *)(r1 +4) |= r2'],
  ['w2 = atomic_fetch_add((u32 *)(r1 + 4), w2)', 'r2 = atomic_fetch_add((u32 *)(r1 +4), r2)'],
  ['r2 = atomic_fetch_xor((u64 *)(r1 + 8), r2)', 'r2 = atomic64_fetch_xor((u64 *)(r1 +8), r2)'],
  ['w2 = xchg32_32(r1 + 4, w2)', 'r2 = atomic_xchg((u32 *)(r1 +4), r2)'],
  ['r2 = xchg_64(r1 + 8, r2)', 'r2 = atomic64_xchg((u64 *)(r1 +8), r2)'],
  ['w0 = cmpxchg32_32(r1 + 4, w0, w2)', 'r0 = atomic_cmpxchg((u32 *)(r1 +4), r0, r2)'],
  ['r0 = cmpxchg_64(r1 + 8, r0, r2)', 'r0 = atomic64_cmpxchg((u64 *)(r1 +8), r0, r2)'],
  ['r1 = 1234605616436508552 ll', 'r1 = 0x1122334455667788 ll'],
  ['r0 = *(u16 *)skb[r3]', 'r0 = *(u16 *)skb[r3 + 0]'],
  ['if r1 == 0x0 goto +0x2 <main+0x20>', 'if r1 == 0 goto +2'],
  ['call 1', 'call map_lookup_elem#1'],
  // The kernel's.
  ['goto pc-1', 'goto -1'],
  ['if w1 s> 0xfffffffb goto pc+2', 'if w1 s> -5 goto +2'],
  ['call bpf_map_lookup_elem#1', 'call map_lookup_elem#1'],
  ['call unknown#5000', 'call 5000'],
  ['call kernel-function#12', 'call kfunc#12'],
  // People's.
  ['call map_lookup_elem', 'call map_lookup_elem#1'],
  ['r1=-r1', 'r1 = -r1'],
  ['  r1  s>>=3 ; comment', 'r1 s>>= 3'],
  ['r1 = -1 ll // comment', 'r1 = 0xffffffffffffffff ll'],
  ['exit # comment', 'exit'],
  ['r1 = var_addr(5, 7) ll', 'r1 = var_addr(5, 7) ll'],
  ['.insn 0x07 dst=1 src=0 off=0 imm=5', 'r1 += 5'],
  ['.insn 0x18 dst=1 src=0 off=0 imm=5', 'r1 = 0x5 ll'],
];

/** What no operation has is written field by field. */
const RAW = [
  '.insn 0x97 dst=1 src=3 off=-7 imm=5',
  '.insn 0x07 dst=11 src=0 off=0 imm=5',
  '.insn 0xff dst=15 src=15 off=32767 imm=-2147483648',
  '.insn 0x18 dst=1 src=1 off=0 imm=0 next=5',
  '.insn 0x95 dst=0 src=0 off=0 imm=1',
];

const ERRORS: readonly (readonly [
  text: string,
  code: AssembleError['code'],
  line: number,
  column: number,
  message: string,
])[] = [
  ['r0 = 0\n  foo', 'ASSEMBLE_SYNTAX', 2, 3, 'Expected an insn or a label, got `foo`'],
  ['r11 = 5', 'ASSEMBLE_SYNTAX', 1, 1, 'Expected a register r0..r10 or w0..w10, got `r11`'],
  ['r1 = -r2', 'ASSEMBLE_SYNTAX', 1, 7, 'Expected register 1 again, got `r2`'],
  ['r1 = 5000000000', 'ASSEMBLE_SYNTAX', 1, 16, 'Expected `ll`, got the end of the line'],
  ['exit now', 'ASSEMBLE_SYNTAX', 1, 6, 'Expected the end of the line, got `now`'],
  ['*(u9 *)(r1 +0) = 3', 'ASSEMBLE_SYNTAX', 1, 3, 'Expected `u8`, `u16`, `u32` or `u64`, got `u9`'],
  ['lock *(u8 *)(r1 +0) += r2', 'ASSEMBLE_SYNTAX', 1, 8, 'Expected `u32` or `u64`, got `u8`'],
  [
    'r1 = *(u8 *)(r2 +99999)',
    'ASSEMBLE_SYNTAX',
    1,
    17,
    'Expected an offset of 16 bits such as `+8`, got `+99999`',
  ],
  [
    'if r1 > w2 goto +1',
    'ASSEMBLE_SYNTAX',
    1,
    9,
    'Expected a number of 32 bits or a register r0..r10, got `w2`',
  ],
  ['a: exit\na: exit', 'ASSEMBLE_LABEL', 2, 1, 'Expected a new label, got `a` for a second time'],
  [
    'goto nowhere',
    'ASSEMBLE_LABEL',
    1,
    6,
    'Expected a label of this prog or a distance such as `+2`, got `nowhere`',
  ],
  [
    '.insn 0x07 dst=1 src=0 off=0 imm=5 next=1',
    'ASSEMBLE_RANGE',
    1,
    7,
    'Expected the opcode of lddw, got `0x07`',
  ],
  [
    `if r1 > 2 goto far\n${'exit\n'.repeat(32768)}far: exit`,
    'ASSEMBLE_RANGE',
    1,
    16,
    'Expected a label within 16 bits (`gotol` reaches further), got `far`, 32768 slots away',
  ],
];

describe('assemble', () => {
  it.each(SPELLINGS)('reads `%s` as `%s`', (text, printed) => {
    expect(disassemble(assemble(text))).toBe(printed);
  });

  it.each(RAW)('reads and prints `%s`', (text) => {
    expect(disassemble(assemble(text))).toBe(text);
  });

  it.each(ERRORS)('refuses %j with %s at %d:%d', (text, code, line, column, said) => {
    const message = `${said} (line ${line}, column ${column})`;
    expect(() => assemble(text)).toThrow(expect.objectContaining({ code, line, column, message }));
  });

  it('counts lines from firstLine and insns up to insnsMax', () => {
    const options = { firstLine: 10, insnsMax: 1 };
    expect(() => assemble('exit\n\nexit', options)).toThrow(
      new AssembleError('ASSEMBLE_LIMIT', { line: 12, column: 1 }, 'at most 1 insns', 'one more'),
    );
  });

  it('cuts what it quotes', () => {
    expect(() => assemble('x'.repeat(100_000))).toThrow(/^.{1,120}$/);
  });
});

describe('a label', () => {
  it('is counted in slots, of which lddw has two', () => {
    const text = 'goto end\nr1 = 1 ll\nend: exit';
    expect(disassemble(assemble(text))).toBe('goto +2\nr1 = 0x1 ll\nexit');
  });

  it('serves jumps, calls and code_addr, the last counting from its first slot', () => {
    const text = [
      'back:',
      'r1 = code_addr(f) ll',
      'gotol back',
      'if w1 & w2 goto back',
      'call f',
      'exit',
      'f:',
      'exit',
    ].join('\n');
    expect(disassemble(assemble(text)).split('\n')).toEqual([
      'r1 = code_addr(pc+5) ll',
      'gotol -3',
      'if w1 & w2 goto -4',
      'call pc+1',
      'exit',
      'exit',
    ]);
  });

  it('goes before the helper of its name', () => {
    expect(disassemble(assemble('call redirect\nexit\nredirect: exit'))).toContain('call pc+1');
  });

  it('is printed at the slots that are gone to, and only inside the prog', () => {
    const text = 'if r1 == 0 goto +3\nr1 = 1 ll\ngoto -5\ncall pc+0\nexit';
    expect(disassemble(assemble(text), 'labels').split('\n')).toEqual([
      '  if r1 == 0 goto L4',
      '  r1 = 0x1 ll',
      '  goto -5',
      'L4:',
      '  call L5',
      'L5:',
      '  exit',
    ]);
  });
});
