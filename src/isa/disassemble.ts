import { distanceOf } from './distance.ts';
import { FORMS, type Form, formOf } from './forms.ts';
import { HOLES, type LabelAt } from './holes.ts';
import { type Insn, slotIndex } from './insn.ts';
import { RAW_TEMPLATES, type Template, templatesOf } from './syntax.ts';

/** How jumps and calls name where they go: by distance in slots, or by labels `L<slot>`. */
export type TargetStyle = 'distances' | 'labels';

/** A template taken apart: text and holes by turns, text first. */
interface Pieces {
  readonly texts: readonly string[];
  readonly holes: readonly string[];
  /** Free fields of the form that the template does not hold, and that must be 0 for it to be used. */
  readonly unheld: readonly (keyof Insn)[];
}

const PIECES: ReadonlyMap<Form, readonly Pieces[]> = new Map(
  FORMS.map((form) => [form, templatesOf(form).map((template) => takeApart(template, form))]),
);
const RAW_ONE = takeApart(RAW_TEMPLATES.one);
const RAW_LDDW = takeApart(RAW_TEMPLATES.lddw);
const NO_LABELS: LabelAt = () => undefined;

/**
 * The text of a prog, a line for each insn. What the syntax can't say is printed raw (`.insn ...`), so
 * `assemble` gives the same insns back, whatever they are. With `labels`, each target inside the prog
 * gets a line `L<slot>:` of its own, and insns are indented.
 */
export function disassemble(insns: readonly Insn[], targets: TargetStyle = 'distances'): string {
  if (targets === 'distances') return insns.map((insn) => disassembleInsn(insn)).join('\n');
  const starts = slotIndex(insns);
  const labels = labelsOf(insns, starts);
  return insns
    .map((insn, index) => {
      const line = `  ${disassembleInsn(insn, (distance) => labels.get(starts[index] + 1 + distance))}`;
      const label = labels.get(starts[index]);
      return label === undefined ? line : `${label}:\n${line}`;
    })
    .join('\n');
}

/** The text of one insn. `labelAt` may name the target of a jump, call or `code_addr`. */
export function disassembleInsn(insn: Insn, labelAt: LabelAt = NO_LABELS): string {
  const form = formOf(insn);
  for (const pieces of form === undefined ? [] : PIECES.get(form)!) {
    const text = fill(pieces, insn, labelAt);
    if (text !== undefined) return text;
  }
  return fill(insn.nextImm === undefined ? RAW_ONE : RAW_LDDW, insn, labelAt)!;
}

/**
 * The text of one insn as LLVM's assembler takes it, whose spelling of atomics is another than the kernel's;
 * undefined where LLVM 14 has no words for it.
 */
export function disassembleForLlvm(insn: Insn, labelAt: LabelAt): string | undefined {
  const form = formOf(insn);
  if (form === undefined || isUnknownToLlvm(form)) return undefined;
  const all = PIECES.get(form)!;
  // Of packets the other one has no number beside the register.
  const isOther = form.kind === 'atomic' || (form.kind === 'packet' && form.mode === 'ind');
  for (const pieces of isOther ? all.slice(-1) : all) {
    const text = fill(pieces, insn, labelAt);
    if (text !== undefined) return text.replace(/^call \w+#(\d+)$/, 'call $1');
  }
  return undefined;
}

/** What its assembler can't be told, although its compiler emits some of it: tried with LLVM 14. */
const isUnknownToLlvm = (form: Form): boolean =>
  form.cpu === 4 ||
  (form.kind === 'store' && form.operand === 'k') ||
  (form.kind === 'atomic' && form.op.fetch) ||
  (form.kind === 'alu' && form.op.name === 'mod') ||
  (form.kind === 'jump' && form.op.name === 'jset');

/** Labels of the slots that jumps, calls and `code_addr` go to, where an insn begins there. */
export function labelsOf(
  insns: readonly Insn[],
  starts: readonly number[],
): ReadonlyMap<number, string> {
  const inside = new Set(starts.slice(0, -1));
  const labels = new Map<number, string>();
  insns.forEach((insn, index) => {
    const slot = starts[index] + 1 + (distanceOf(insn) ?? Number.NaN);
    if (inside.has(slot)) labels.set(slot, `L${slot}`);
  });
  return labels;
}

function fill(pieces: Pieces, insn: Insn, labelAt: LabelAt): string | undefined {
  if (pieces.unheld.some((field) => (insn[field] ?? 0) !== 0)) return undefined;
  let text = pieces.texts[0];
  for (const [index, name] of pieces.holes.entries()) {
    const filling = HOLES[name].print(insn, labelAt);
    if (filling === undefined) return undefined;
    text += filling + pieces.texts[index + 1];
  }
  return text;
}

function takeApart(template: Template, form?: Form): Pieces {
  const parts = template.split(/\$([a-z0-9]+)/);
  const holes = parts.filter((_, index) => index % 2 === 1);
  const held = new Set(holes.flatMap((name) => HOLES[name].fields));
  const free = (['dst', 'src', 'off', 'imm'] as const).filter(
    (field) => form !== undefined && typeof form[field] !== 'number',
  );
  return {
    texts: parts.filter((_, index) => index % 2 === 0),
    holes,
    unheld: [...free, 'nextImm' as const].filter((field) => !held.has(field)),
  };
}
