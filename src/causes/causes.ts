import type { Case } from '../case/case.ts';
import type { TargetInfo } from '../targets/target.ts';
import type { Cause } from './cause.ts';
import { LOST_ZERO_EXTENSION } from './lost-zero-extension.ts';

/** Every known cause. A row is for what campaigns would find again and again until kernels mend it. */
export const CAUSES: readonly Cause[] = [LOST_ZERO_EXTENSION];

/** Causes that may be behind it that these targets disagree about the case. */
export const causesFor = (infos: readonly TargetInfo[], testCase: Case): readonly Cause[] =>
  CAUSES.filter(({ concerns }) => infos.some((info) => concerns(info, testCase)));

/** The row of a name that a finding has, unless it is one of another bpfdiff. */
export const causeNamed = (name: string): Cause | undefined =>
  CAUSES.find((cause) => cause.name === name);
