import { formOf } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import { type Case, PLAIN_RUN, type Run } from './case.ts';

/**
 * What a case is made of, without the values in it: its prog type, the forms of its insns, the helpers
 * it calls, its kernel symbols, the types of its maps, and the attributes and ctx fields that its runs set. Each name
 * once, sorted. Cases that were shrunk from one cause mostly have the same shape.
 */
export function caseShape({
  progType,
  attachBtf,
  maps,
  ksyms,
  progs,
  runs,
}: Case): readonly string[] {
  const names = new Set([
    progType,
    ...progs.flatMap(({ insns }) => insns.map(insnName)),
    ...(attachBtf === undefined ? [] : [`attach_btf.${attachBtf}`]),
    ...ksyms.map((name) => `ksym.${name}`),
    ...maps.map(({ type }) => `map.${type}`),
    ...(maps.some(({ spinLock }) => spinLock !== undefined) ? ['map.spin_lock'] : []),
    ...(maps.some(({ kptr }) => kptr !== undefined) ? ['map.kptr'] : []),
    ...runs.flatMap(runNames),
  ]);
  return [...names].sort();
}

function insnName(insn: Insn): string {
  const form = formOf(insn);
  if (form === undefined) return `opcode.0x${insn.opcode.toString(16)}`;
  return form.kind === 'call' && form.callee === 'helper' ? `${form.name}#${insn.imm}` : form.name;
}

function runNames(run: Run): readonly string[] {
  const attributes = Object.keys(PLAIN_RUN) as (keyof Run)[];
  return [
    ...attributes.filter((name) => run[name] !== PLAIN_RUN[name]).map((name) => `run.${name}`),
    ...Object.keys(run.attr ?? {}).map((name) => `attr.${name}`),
    ...(run.commands ?? []).map(({ kind }) => `command.${kind}`),
    ...Object.keys(run.ctx?.fields ?? {}).map((name) => `ctx.${name}`),
  ];
}
