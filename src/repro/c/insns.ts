import type { Case } from '../../case/case.ts';
import { disassembleInsn } from '../../isa/disassemble.ts';
import { formOf } from '../../isa/forms.ts';
import { type Insn, slotIndex } from '../../isa/insn.ts';
import { macroNames } from '../../isa/macro-names.ts';
import { commentText, stringLiteral } from './text.ts';

/**
 * A `BPF_RAW_INSN(code, dst, src, off, imm)` for each slot, as in include/linux/filter.h, with the assembly as
 * comment. What only the running kernel knows is named: fds `map[0]`, and ids of its BTF.
 */
export function insnInitialisers(insns: readonly Insn[], testCase: Case): readonly string[] {
  const starts = slotIndex(insns);
  return insns.flatMap((insn, i) => {
    const text = `${starts[i]}: ${commentText(disassembleInsn(insn))}`;
    const first = `${initialiser(insn, immOf(insn, testCase))},\t/* ${text} */`;
    if (insn.nextImm === undefined) return [first];
    return [first, `${initialiser(SECOND_SLOT, numeral(insn.nextImm))},`];
  });
}

const SECOND_SLOT: Insn = { opcode: 0, dst: 0, src: 0, off: 0, imm: 0 };

const initialiser = ({ opcode, dst, src, off }: Insn, imm: string): string =>
  `BPF_RAW_INSN(${[opcode === 0 ? '0' : macroNames(opcode), dst, src, off, imm].join(', ')})`;

/** C has no literal for the least number. */
const numeral = (imm: number): string => (imm === -(2 ** 31) ? '(-2147483647 - 1)' : `${imm}`);

function immOf(insn: Insn, { maps, ksyms }: Case): string {
  const form = formOf(insn);
  const number = numeral(insn.imm);
  if (form?.kind === 'call' && form.callee === 'kfunc') return ksymOf(insn, ksyms, 'BTF_KIND_FUNC');
  if (form?.kind !== 'lddw') return number;
  const map = insn.imm >= 0 && insn.imm < maps.length ? insn.imm : undefined;
  switch (form.pseudo) {
    case 'map_by_fd':
    case 'map_val_by_fd':
      return map === undefined ? '-1' : `map[${map}]`;
    // Behind the last is one that isn't there.
    case 'map_by_idx':
    case 'map_val_by_idx':
      return `${map ?? maps.length}`;
    case 'var_addr':
      return ksymOf(insn, ksyms, 'BTF_KIND_VAR');
    default:
      return number;
  }
}

const ksymOf = ({ imm }: Insn, ksyms: readonly string[], kind: string): string =>
  ksyms[imm] === undefined ? '0' : `kernel_btf_id(${stringLiteral(ksyms[imm])}, ${kind})`;

/** Whether insns name maps by their place in a list. */
export const namesMapsByIndex = (insns: readonly Insn[]): boolean =>
  insns.some((insn) => {
    const form = formOf(insn);
    return form?.kind === 'lddw' && /_by_idx$/.test(form.pseudo);
  });
