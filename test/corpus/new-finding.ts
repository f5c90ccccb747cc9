import type { Case } from '../../src/case/case.ts';
import { compareOutcomes, type Divergence } from '../../src/compare/compare.ts';
import type { NewFinding } from '../../src/corpus/records.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { CASE, completed, emulator, run, uml } from '../compare/observed.ts';

/** A case that no other number gives. */
export const caseNumber = (number: number): Case => ({
  ...CASE,
  progs: [{ insns: assemble(`r0 = ${number}\nexit`) }],
});

/** A finding with case, signature and id of its own. */
export function findingNumber(number: number, over: Partial<NewFinding> = {}): NewFinding {
  const shrunk = caseNumber(number);
  const observed = [
    emulator(completed()),
    uml(completed({ runs: [run({ retval: number + 3 }), run()] })),
  ] as const;
  return {
    shrunk,
    original: caseNumber(number + 1_000_000),
    divergence: compareOutcomes(shrunk, ...observed) as Divergence,
    observed,
    signature: `retval emulator/interp: mov64.k of ${number}`,
    cause: '',
    located: null,
    campaign: null,
    foundAtMs: 1_700_000_000_000 + number,
    ...over,
  };
}
