import type { CasePlan, ProgPlan } from '../plan.ts';
import { REGS_USABLE, STACK_WINDOW_BYTES } from './view.ts';

/** Bytes of the value that registers and stack go to at exit: r0..r9, then the stack window. */
export const SAVED_BYTES = 8 * REGS_USABLE + STACK_WINDOW_BYTES;

/** Its map comes behind those of the plan. */
export const savedMapNumber = (plan: CasePlan): number => plan.maps.length;

/** Whether there is such a map. */
export const isSaving = ({ savedRegs }: ProgPlan): boolean => savedRegs !== 0;
