import type { Case } from '../case/case.ts';
import { OBJECT_KFUNCS } from '../case/ksyms.ts';
import { isLiveRun } from '../case/live-run.ts';
import type { ProgType } from '../case/prog-type.ts';
import type { Form } from '../isa/forms.ts';
import { formsOf } from '../isa/forms-of.ts';
import { HELPERS } from '../isa/helpers.ts';
import type { Insn } from '../isa/insn.ts';
import type { Features } from './target.ts';

/**
 * What a case needs and a target lacks, for people, each once: `prog type xdp`, `map type ringbuf`,
 * `insn load_acq.w`, `helper 131 ringbuf_reserve`, `kernel symbol bpf_prog_active`. Empty where it can be tried. Insns of no form and
 * helpers that no Linux has are no features: a case may carry them to see them refused. Prog types
 * whose helpers or kernel symbols were not probed are taken to have them all.
 */
export function missingFeatures(features: Features, testCase: Case): readonly string[] {
  const missing = new Set<string>();
  if (!features.progTypes.has(testCase.progType)) missing.add(`prog type ${testCase.progType}`);
  for (const { type } of testCase.maps) {
    if (!features.mapTypes.has(type)) missing.add(`map type ${type}`);
  }
  if (testCase.runs.some((run) => isLiveRun(testCase, run)) && features.liveFrames === undefined) {
    missing.add('XDP live frames');
  }
  const ksyms = features.ksyms.get(testCase.progType);
  for (const name of testCase.ksyms) {
    if (ksyms?.has(name) === false) missing.add(`kernel symbol ${name}`);
  }
  // Earlier kernels take the pointer for one to a type of their own, or for no kptr.
  const hasKptrs = testCase.maps.some(({ kptr }) => kptr !== undefined);
  if (hasKptrs && ksyms?.has(OBJECT_KFUNCS.make) === false) missing.add('kptrs in maps');
  for (const { insns } of testCase.progs) {
    for (const [i, form] of formsOf(insns).entries()) {
      const insn = insns[i];
      if (form === undefined) continue;
      if (!features.forms.has(form.name)) missing.add(`insn ${form.name}`);
      else if (!hasHelper(features, testCase.progType, form, insn)) {
        missing.add(`helper ${insn.imm} ${HELPERS[insn.imm]}`);
      }
    }
  }
  return [...missing];
}

function hasHelper(features: Features, type: ProgType, form: Form, { imm }: Insn): boolean {
  if (form.kind !== 'call' || form.callee !== 'helper') return true;
  const helpers = features.helpers.get(type);
  return helpers === undefined || helpers.has(imm) || imm <= 0 || imm >= HELPERS.length;
}
