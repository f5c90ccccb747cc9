import type { Case } from '../case/case.ts';
import { disassembleForLlvm, disassembleInsn, labelsOf } from '../isa/disassemble.ts';
import { encodeProg, SLOT_BYTES } from '../isa/encode.ts';
import { formOf, type LddwPseudo } from '../isa/forms.ts';
import { type Insn, slotIndex } from '../isa/insn.ts';
import type { Endianness } from '../targets/target.ts';

/** Symbols of maps, by index: of one whose fd, and of one the address of whose value, is loaded. */
export const mapSymbol = (map: number): string => `m${map}`;
export const valueSymbol = (map: number): string => `v${map}`;
/** Of a function or variable of the kernel, by its index among those that the case names. */
export const kernelSymbol = (ksym: number): string => `k${ksym}`;

/** A line of assembly; `raw` is one that is given by its bytes, with what it means. */
export type LlvmLine =
  | { readonly kind: 'label' | 'insn'; readonly text: string }
  | { readonly kind: 'raw'; readonly text: string; readonly means: string };

/** What of a case LLVM's assembler has no words for, each once. */
export function llvmLacks(testCase: Case): readonly string[] {
  const lacks = testCase.progs.flatMap(({ insns }) =>
    insns.flatMap((insn) => lackOf(insn, testCase) ?? []),
  );
  return [...new Set(lacks)];
}

function lackOf(insn: Insn, { maps, ksyms }: Case): string | undefined {
  if (isKfuncCall(insn)) {
    if (ksyms[insn.imm] === undefined) return 'a kfunc that is not there';
    return insn.off === 0 ? undefined : 'a kfunc of a module';
  }
  const pseudo = pseudoOf(insn);
  if (pseudo === 'var_addr' && ksyms[insn.imm] === undefined) return 'a variable that is not there';
  const namesMap = pseudo === 'map_by_fd' || pseudo === 'map_val_by_fd';
  if (namesMap && maps[insn.imm] === undefined) return 'a map that is not there';
  const takesOffset = pseudo !== 'map_by_fd' && pseudo !== 'var_addr';
  return takesOffset || insn.nextImm === 0 ? undefined : 'an offset of what has none';
}

const isKfuncCall = (insn: Insn): boolean => {
  const form = formOf(insn);
  return form?.kind === 'call' && form.callee === 'kfunc';
};

/**
 * A prog in LLVM's syntax, with labels `L<slot>`, and maps by their symbols. What the assembler
 * of LLVM 14 doesn't know is given by its bytes.
 */
export function llvmLines(insns: readonly Insn[], endianness: Endianness): readonly LlvmLine[] {
  const starts = slotIndex(insns);
  const labels = labelsOf(insns, starts);
  return insns.flatMap((insn, i): readonly LlvmLine[] => {
    const label = labels.get(starts[i]);
    const before: readonly LlvmLine[] =
      label === undefined ? [] : [{ kind: 'label', text: `${label}:` }];
    return [
      ...before,
      ...insnLines(insn, endianness, (distance) => labels.get(starts[i] + 1 + distance)),
    ];
  });
}

function insnLines(
  insn: Insn,
  endianness: Endianness,
  labelAt: (distance: number) => string | undefined,
): readonly LlvmLine[] {
  const address = addressOf(insn);
  if (address !== undefined) return [{ kind: 'insn', text: `r${insn.dst} = ${address} ll` }];
  if (isKfuncCall(insn)) return [{ kind: 'insn', text: `call ${kernelSymbol(insn.imm)}` }];
  const byBytes = BY_BYTES.has(pseudoOf(insn) ?? 'imm');
  const text = byBytes ? undefined : disassembleForLlvm(insn, labelAt);
  if (text !== undefined && !/pc[+-]/.test(text)) return [{ kind: 'insn', text }];
  const bytes = encodeProg([insn], endianness);
  return Array.from({ length: bytes.length / SLOT_BYTES }, (_, slot): LlvmLine => {
    const means = slot === 0 ? disassembleInsn(insn, labelAt) : '';
    return { kind: 'raw', text: `.8byte ${wordText(bytes, slot, endianness)}`, means };
  });
}

/** What no symbol stands for: a function's address, and maps by their place in `fd_array`. */
const BY_BYTES: ReadonlySet<LddwPseudo> = new Set(['code_addr', 'map_by_idx', 'map_val_by_idx']);

function addressOf(insn: Insn): string | undefined {
  const pseudo = pseudoOf(insn);
  if (pseudo === 'map_by_fd') return mapSymbol(insn.imm);
  if (pseudo === 'var_addr') return kernelSymbol(insn.imm);
  if (pseudo !== 'map_val_by_fd') return undefined;
  return insn.nextImm ? `${valueSymbol(insn.imm)}+${insn.nextImm}` : valueSymbol(insn.imm);
}

/** A slot as a number of the machine's byte order. */
function wordText(bytes: Uint8Array, slot: number, endianness: Endianness): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset + slot * SLOT_BYTES);
  return `0x${view
    .getBigUint64(0, endianness === 'little')
    .toString(16)
    .padStart(16, '0')}`;
}

export function pseudoOf(insn: Insn): LddwPseudo | undefined {
  const form = formOf(insn);
  return form?.kind === 'lddw' ? form.pseudo : undefined;
}
