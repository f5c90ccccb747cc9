import type { Case } from '../../case/case.ts';
import { FORMS, type Form, type FormKind, type FormOf, insnOf } from '../../isa/forms.ts';
import type { Insn } from '../../isa/insn.ts';
import { R10 } from '../../isa/opcode.ts';
import { insn, RETURN_0, TINY_MAP, tinyCase } from './tiny-case.ts';

const SLOT = -8;
/** get_prandom_u32: every type has it, and it takes no arguments. */
const HELPER = 7;

/** r0 and r2 hold numbers, r6 the ctx, and the topmost slot of the stack is initialised. */
const PROLOGUE: readonly Insn[] = [
  insn('mov64.x', { dst: 6, src: 1 }),
  insn('mov64.k', { dst: 0, imm: 7 }),
  insn('mov64.k', { dst: 2, imm: 1 }),
  insn('stdw', { dst: R10, off: SLOT }),
];

/**
 * Insns in whose midst an insn of the form stands; undefined for forms that name a kernel symbol, which
 * probe-ksyms.ts tries. Jumps go to the next insn.
 */
const BODIES: {
  readonly [Kind in FormKind]: (form: FormOf<Kind>) => readonly Insn[] | undefined;
} = {
  alu: (form) => [insnOf(form, { src: 2, imm: 1 })],
  movsx: (form) => [insnOf(form, { src: 2 })],
  end: (form) => [insnOf(form)],
  load: (form) => [insnOf(form, { src: R10, off: SLOT })],
  store: (form) => [insnOf(form, { dst: R10, src: 2, off: SLOT })],
  atomic: (form) => [insnOf(form, { dst: R10, src: 2, off: SLOT })],
  load_acq: (form) => [insnOf(form, { src: R10, off: SLOT })],
  store_rel: (form) => [insnOf(form, { dst: R10, src: 2, off: SLOT })],
  jump: (form) => [insnOf(form, { src: 2, imm: 1 })],
  goto: (form) => [insnOf(form)],
  // A jump to the next insn is refused up to 6.12.
  may_goto: (form) => [insnOf(form, { off: 1 }), insn('mov64.k')],
  call: (form) => {
    if (form.callee === 'kfunc') return undefined;
    if (form.callee === 'helper') return [insnOf(form, { imm: HELPER })];
    // Calls what stands behind its own end.
    return [insnOf(form, { imm: RETURN_0.length }), ...RETURN_0];
  },
  exit: () => [],
  lddw: (form) => {
    if (form.pseudo === 'var_addr') return undefined;
    if (form.pseudo !== 'code_addr') return [insnOf(form)];
    // Of what stands behind its own end.
    return [insnOf(form, { imm: 1 + RETURN_0.length }), ...RETURN_0];
  },
  packet: (form) => [insnOf(form, { src: 2 })],
};

/** A case for each form that can be tried, by the form's name. */
export const FORM_PROBES: ReadonlyMap<string, Case> = new Map(
  FORMS.flatMap((form) => {
    const body = bodyOf(form);
    if (body === undefined) return [];
    const insns = [...PROLOGUE, ...body, ...RETURN_0];
    return [
      [form.name, tinyCase({ insns, maps: form.kind === 'lddw' ? [TINY_MAP] : [] })] as const,
    ];
  }),
);

function bodyOf(form: Form): readonly Insn[] | undefined {
  const body = BODIES[form.kind] as (form: Form) => readonly Insn[] | undefined;
  return body(form);
}
