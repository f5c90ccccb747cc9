import type { Replayed, ReplayedPair } from './replay.ts';

/** What a replay found of one case, in words: plain data that is small. */
export interface CaseReport {
  readonly name: string;
  readonly claim: string;
  /** Pairs of answers that agree, or that show that something is wrong. */
  readonly compared: number;
  readonly divergences: readonly string[];
  /** Answers of kernels that are wrong in the way that they are known to be. */
  readonly mistakes: readonly string[];
}

/** Puts into words what a replay found of a case. */
export function caseReport({ recorded, compared }: Replayed): CaseReport {
  const { name, claim } = recorded;
  return {
    name,
    claim,
    compared: compared.filter(isCompared).length,
    divergences: compared.filter((pair) => !isKnownMistake(pair)).flatMap(divergenceOf),
    mistakes: compared.filter(isKnownMistake).map(({ mistake, b }) => `${mistake}: ${b.name}`),
  };
}

/** What says that something is wrong with the emulator, with a live kernel, or with what was recorded. */
function divergenceOf({ a, b, comparison, mistake }: ReplayedPair): readonly string[] {
  if (mistake !== undefined) {
    return [`mistake: ${b.name} was recorded with ${mistake}; ${a.name} no longer differs from it`];
  }
  return comparison.kind === 'diverge' ? [`${comparison.class}: ${comparison.description}`] : [];
}

/** A kernel that is wrong in the way that it is known to be. */
const isKnownMistake = ({ mistake, comparison }: ReplayedPair): boolean =>
  mistake !== undefined && comparison.kind === 'diverge';

/** A pair that says of two targets that they agree, or that something is wrong. */
const isCompared = ({ mistake, comparison }: ReplayedPair): boolean =>
  mistake === undefined ? comparison.kind !== 'incomparable' : comparison.kind !== 'diverge';
