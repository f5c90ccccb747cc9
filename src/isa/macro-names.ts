import { formsOfOpcode } from './forms.ts';
import { InsnClass, Mode, SizeBits, SourceBit } from './opcode.ts';

/** Names of include/uapi/linux/bpf.h and bpf_common.h, 7.2, by the bits that they stand for. */
const CLASSES = ['LD', 'LDX', 'ST', 'STX', 'ALU', 'JMP', 'JMP32', 'ALU64'];
const ALU_CODES = 'ADD SUB MUL DIV OR AND LSH RSH NEG MOD XOR MOV ARSH END'.split(' ');
const JMP_CODES = 'JA JEQ JGT JGE JSET JNE JSGT JSGE CALL EXIT JLT JLE JSLT JSLE JCOND'.split(' ');
const MODES = new Map<number, string>([
  [Mode.IMM, 'IMM'],
  [Mode.ABS, 'ABS'],
  [Mode.IND, 'IND'],
  [Mode.MEM, 'MEM'],
  [Mode.MEMSX, 'MEMSX'],
  [Mode.ATOMIC, 'ATOMIC'],
]);
const SIZES = new Map<number, string>([
  [SizeBits[1], 'B'],
  [SizeBits[2], 'H'],
  [SizeBits[4], 'W'],
  [SizeBits[8], 'DW'],
]);

/** Those that headers have got since Linux 5.10, with what they stand for. */
export const YOUNG_MACROS: Readonly<Record<string, number>> = {
  BPF_MEMSX: Mode.MEMSX,
  BPF_ATOMIC: Mode.ATOMIC,
  BPF_JCOND: 0xe0,
};

/**
 * An opcode as C writes it, such as `BPF_ALU64 | BPF_MOV | BPF_K`, in the order of the kernel's own
 * `include/linux/filter.h`; its number where no form has it.
 */
export function macroNames(opcode: number): string {
  if (formsOfOpcode(opcode).length === 0) return `0x${opcode.toString(16)}`;
  const insnClass = opcode & 0x07;
  const names = isArithmetic(insnClass)
    ? [codesOf(insnClass)[opcode >> 4], opcode & SourceBit.X ? 'X' : 'K']
    : [SIZES.get(opcode & 0x18)!, MODES.get(opcode & 0xe0)!];
  return [CLASSES[insnClass], ...names].map((name) => `BPF_${name}`).join(' | ');
}

const isArithmetic = (insnClass: number): boolean =>
  insnClass >= InsnClass.ALU && insnClass <= InsnClass.ALU64;

const codesOf = (insnClass: number): readonly string[] =>
  insnClass === InsnClass.JMP || insnClass === InsnClass.JMP32 ? JMP_CODES : ALU_CODES;
