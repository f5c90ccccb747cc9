import type { Case } from '../case/case.ts';
import { formOf } from '../isa/forms.ts';
import { isPerCpu } from './map-traits.ts';

const GET_SMP_PROCESSOR_ID = 8;

/** Whether what is observed depends on the CPU that the runs are done on. */
export const dependsOnCpu = ({ maps, progs }: Case): boolean =>
  maps.some((map) => isPerCpu(map) || map.type.startsWith('lru')) ||
  progs.some(({ insns }) =>
    insns.some((insn) => {
      const form = formOf(insn);
      return form?.kind === 'call' && form.callee === 'helper' && insn.imm === GET_SMP_PROCESSOR_ID;
    }),
  );
