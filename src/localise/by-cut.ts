import type { Divergence } from '../compare/compare.ts';
import { formsOf } from '../isa/forms-of.ts';
import type { Insn } from '../isa/insn.ts';
import { cutShort, type Subject, withoutOwnMaps } from './looked-at.ts';
import { type Answers, ask, compared, isSteady, type Session } from './session.ts';
import { momentOf, placeOfStep, type Step } from './steps.ts';

/** Where cutting short shows a difference. */
export interface CutFound {
  /** The index of the step; they differ in what is left behind when the prog is ended right before it. */
  readonly at: number;
  /** What differs. */
  readonly divergence: Divergence;
}

/** Cuts that are tried in one batch. */
const CUTS = 64;

/**
 * The first of the steps before which maps, packet or ctx differ, which registers and stack don't tell:
 * found by ending the prog there. Only steps behind an insn that may change them are tried, and the
 * first of each run.
 */
export async function byCut(
  session: Session,
  steps: readonly Step[],
): Promise<CutFound | undefined> {
  const { subject } = session;
  let candidates = steps.flatMap((step, i) => (canDiffer(subject, steps[i - 1], step) ? [i] : []));
  let found: CutFound | undefined;
  while (candidates.length > 0) {
    const tried = spread(candidates, CUTS);
    const shown = await differencesAt(session, steps, tried);
    const first = shown.findIndex((difference) => difference !== undefined);
    if (first < 0) return found;
    found = { at: tried[first], divergence: shown[first]! };
    const agreed = first === 0 ? -1 : tried[first - 1];
    if (tried.length === candidates.length) return found;
    candidates = candidates.filter((at) => at > agreed && at < tried[first]);
  }
  return found;
}

function canDiffer(subject: Subject, before: Step | undefined, step: Step): boolean {
  const { insn } = placeOfStep(step);
  if (insn < 0) return false;
  if (before === undefined) return true;
  const last = placeOfStep(before);
  return last.insn < 0 || mayWrite(subject.testCase.progs[last.prog].insns, last.insn);
}

const WRITERS: ReadonlySet<string | undefined> = new Set(['store', 'store_rel', 'atomic', 'call']);

const mayWrite = (insns: readonly Insn[], at: number): boolean =>
  WRITERS.has(formsOf(insns)[at]?.kind);

/** What differs when the prog is ended before those steps; undefined for nothing, or where it can't be. */
async function differencesAt(
  session: Session,
  steps: readonly Step[],
  tried: readonly number[],
): Promise<readonly (Divergence | undefined)[]> {
  const cuts = tried.map((at) => cutShort(session.subject, momentOf(steps[at])));
  const cases = cuts.flatMap((cut) => cut ?? []);
  const answers = (await ask(session, cases)).values();
  return cuts.map((cut, i) => {
    if (cut === undefined) return undefined;
    return differenceOf(session, steps[tried[i]], answers.next().value!);
  });
}

function differenceOf(session: Session, step: Step, answers: Answers): Divergence | undefined {
  const { testCase } = session.subject;
  const runs = testCase.runs.slice(0, step.run + 1);
  const { commands: _, ...last } = runs[step.run];
  const shown = { ...testCase, runs: [...runs.slice(0, -1), last] };
  const comparison = compared(session, shown, answers, withoutOwnMaps);
  if (comparison.kind !== 'diverge' || comparison.class === 'verdict') return undefined;
  return isSteady(session, shown, answers, withoutOwnMaps) ? comparison : undefined;
}

/** At most so many of them, evenly, the last one always. */
function spread(items: readonly number[], most: number): readonly number[] {
  if (items.length <= most) return items;
  return Array.from(
    { length: most },
    (_, i) => items[Math.floor(((i + 1) * items.length) / most) - 1],
  );
}
