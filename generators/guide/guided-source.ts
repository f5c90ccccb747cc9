import { type CaseSource, createCaseSource, type SourceOptions } from '../case-source.ts';
import { percent, seededRandom } from '../random.ts';
import { repeated } from '../repeated.ts';
import type { Shrinkable } from '../shrinkable.ts';
import { createGuide, type Feedback } from './guide.ts';
import { pickByScore } from './novelty.ts';
import { createYields } from './yields.ts';

export interface GuidedSource extends CaseSource {
  /** What a case of this source came to. The cases that follow depend on it, and on the order of calls. */
  learn(made: Shrinkable, feedback: Feedback): void;
}

/** Cases that reached something new and are kept for mutants of them. */
const KEPT_MAX = 128;
/** Cases that parts of a mutant may come from, beside the first. */
const DONORS = 2;
/** Share of mutants where they show as much as drawn cases do; where they show more or less, so is their share. */
const MUTANTS_PERCENT = 20;
const MUTANTS_PERCENT_MIN = 2;
const MUTANTS_PERCENT_MAX = 60;

interface Kept {
  readonly made: Shrinkable;
  /** Names that it was the first to reach, and those that its mutants were. */
  gain: number;
  mutants: number;
}

/**
 * Endless cases, drawn by what earlier ones reached: choices that still show what is new are made more often,
 * operands that nothing was executed with are aimed at, and cases that reached something new are mutated.
 * The same cases for the same seed, options and calls of `learn` in between.
 */
export function createGuidedSource(options: SourceOptions): GuidedSource {
  const random = seededRandom(`guidance of ${options.seed}`);
  const guide = createGuide(random);
  const source = createCaseSource(options, guide.drawPlan);
  const kept: Kept[] = [];
  const parents = new WeakMap<Shrinkable, Kept>();
  const yields = createYields<'drawn' | 'mutated'>();
  let given = 0;

  function mutantsPercent(): number {
    const share = MUTANTS_PERCENT * (yields.of('mutated') / yields.of('drawn'));
    return Math.min(Math.max(share, MUTANTS_PERCENT_MIN), MUTANTS_PERCENT_MAX);
  }

  function mutant(): Shrinkable | undefined {
    if (kept.length === 0 || !percent(random, mutantsPercent())) return undefined;
    const draw = (): Kept => pickByScore(random, kept, ({ gain, mutants }) => gain / (mutants + 1));
    const parent = draw();
    const made = source.mutantOf([parent.made, ...repeated(DONORS, () => draw().made)]);
    if (made === undefined) return undefined;
    parent.mutants++;
    parents.set(made, parent);
    return made;
  }

  return {
    ...source,
    next() {
      return (given++ < source.fixedCases ? undefined : mutant()) ?? source.next();
    },
    learn(made, feedback) {
      const fresh = guide.learn(made, feedback);
      const parent = parents.get(made);
      yields.learn(parent === undefined ? 'drawn' : 'mutated', fresh);
      if (parent !== undefined) parent.gain += fresh;
      if (fresh === 0) return;
      if (kept.length >= KEPT_MAX) kept.shift();
      kept.push({ made, gain: fresh, mutants: 0 });
    },
  };
}
