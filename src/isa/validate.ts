import { distanceOf } from './distance.ts';
import { type Form, formOf, formsOfOpcode } from './forms.ts';
import { type Insn, slotIndex } from './insn.ts';
import { REGS } from './opcode.ts';

/** One thing that every kernel refuses whatever the prog does. `slot` is that of the insn at fault. */
export interface Problem {
  readonly code:
    | 'empty-prog'
    | 'unknown-opcode'
    | 'reserved-field'
    | 'register'
    | 'immediate'
    | 'target'
    | 'last-insn';
  readonly slot: number;
  /** "Expected `off` of sdiv64.k to be 1, got `0` (slot 4)". */
  readonly message: string;
}

/**
 * What is wrong with the structure of a prog: opcodes and fields that no form has, registers above
 * r10, immediates that the operation forbids, targets that no insn begins at, an end that is run
 * past. Empty where all is well, which says nothing about what the verifier makes of its meaning
 * (Linux 6.1 kernel/bpf/verifier.c: `check_alu_op`, `check_cond_jmp_op`, `do_check`, `check_subprogs`).
 */
export function validateProg(insns: readonly Insn[]): Problem[] {
  if (insns.length === 0) return [problem('empty-prog', 0, 'at least one insn', 'none')];
  const starts = slotIndex(insns);
  const inside = new Set(starts.slice(0, -1));
  const problems = insns.flatMap((insn, index) => {
    const form = formOf(insn);
    if (form === undefined) return [unknownForm(insn, starts[index])];
    return [
      ...registerProblems(insn, form, starts[index]),
      ...immediateProblems(insn, form, starts[index]),
      ...targetProblems(insn, form, starts[index], inside, starts[insns.length]),
    ];
  });
  return [...problems, ...lastInsnProblems(insns[insns.length - 1], starts[insns.length - 1])];
}

const FIELDS = ['dst', 'src', 'off', 'imm'] as const;
type FieldName = (typeof FIELDS)[number];

/** Names the field that stands in the way of the form, or forms, which the insn comes closest to. */
function unknownForm(insn: Insn, slot: number): Problem {
  const candidates = formsOfOpcode(insn.opcode);
  if (candidates.length === 0) {
    return problem('unknown-opcode', slot, 'the opcode of an operation', hex(insn.opcode));
  }
  const wrongFields = (form: Form): readonly FieldName[] =>
    FIELDS.filter((name) => typeof form[name] === 'number' && form[name] !== insn[name]);
  const fewest = Math.min(...candidates.map((form) => wrongFields(form).length));
  const closest = candidates.filter((form) => wrongFields(form).length === fewest);
  const field = wrongFields(closest[0])[0];
  const sharing = closest.filter((form) => wrongFields(form)[0] === field);
  const values = [...new Set(sharing.map((form) => form[field] as number))].sort((a, b) => a - b);
  const names =
    sharing.length > 3 ? `opcode ${hex(insn.opcode)}` : sharing.map(({ name }) => name).join(', ');
  const expected = `\`${field}\` of ${names} to be ${alternatives(values)}`;
  return problem('reserved-field', slot, expected, `${insn[field]}`);
}

function registerProblems(insn: Insn, form: Form, slot: number): Problem[] {
  return (['dst', 'src'] as const)
    .filter((field) => form[field] === 'reg' && insn[field] >= REGS)
    .map((field) => {
      const expected = `\`${field}\` of ${form.name} to be a register r0..r10`;
      return problem('register', slot, expected, `r${insn[field]}`);
    });
}

function immediateProblems(insn: Insn, form: Form, slot: number): Problem[] {
  if (form.kind !== 'alu' || form.operand !== 'k') return [];
  const expected = `\`imm\` of ${form.name} to be`;
  if (form.op.imm === 'nonzero' && insn.imm === 0) {
    return [problem('immediate', slot, `${expected} other than 0`, '0')];
  }
  if (form.op.imm === 'shift' && (insn.imm < 0 || insn.imm >= form.bits)) {
    return [problem('immediate', slot, `${expected} from 0 to ${form.bits - 1}`, `${insn.imm}`)];
  }
  return [];
}

function targetProblems(
  insn: Insn,
  form: Form,
  slot: number,
  inside: ReadonlySet<number>,
  slots: number,
): Problem[] {
  const distance = distanceOf(insn);
  if (distance === undefined) return [];
  const target = slot + 1 + distance;
  if (inside.has(target)) return [];
  const second = target > 0 && target < slots;
  const expected = `${form.name} to go to an insn of this prog`;
  const found = `slot ${target}${second ? ', the second of an lddw' : ` of ${slots}`}`;
  return [problem('target', slot, expected, found)];
}

function lastInsnProblems(last: Insn, slot: number): Problem[] {
  const form = formOf(last);
  if (form?.kind === 'exit' || form?.kind === 'goto' || form === undefined) return [];
  return [problem('last-insn', slot, 'the last insn to be exit or goto', form.name)];
}

function problem(code: Problem['code'], slot: number, expected: string, found: string): Problem {
  return { code, slot, message: `Expected ${expected}, got \`${found}\` (slot ${slot})` };
}

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

function alternatives(values: readonly number[]): string {
  if (values.length === 1) return `${values[0]}`;
  return `${values.slice(0, -1).join(', ')} or ${values[values.length - 1]}`;
}
