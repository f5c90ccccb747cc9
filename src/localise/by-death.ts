import { cutShort, type Subject, withoutOwnMaps } from './looked-at.ts';
import { ask, compared, type Session } from './session.ts';
import { momentOf, placeOfStep, type Step } from './steps.ts';

/** Each costs the time limit of a case, or the start of a kernel. */
const DEATHS_MAX = 8;

/**
 * The last of the steps before which the prog can be ended and nobody dies, hangs or complains: what it is at
 * is what they come of. Undefined where they do so wherever it ends, or where that would take too long.
 */
export async function byDeath(
  session: Session,
  steps: readonly Step[],
): Promise<number | undefined> {
  const places = steps.flatMap((step, i) => (hasPoint(session.subject, step) ? [i] : []));
  let lives = -1;
  let dies = places.length;
  let deaths = 0;
  while (dies - lives > 1) {
    const middle = Math.floor((lives + dies) / 2);
    if (await showsAt(session, steps[places[middle]])) {
      dies = middle;
      if (++deaths > DEATHS_MAX) return undefined;
    } else lives = middle;
  }
  return lives < 0 ? undefined : places[lives];
}

const hasPoint = (subject: Subject, step: Step): boolean => {
  const { prog, insn } = placeOfStep(step);
  return subject.points[prog]?.[insn] !== undefined;
};

async function showsAt(session: Session, step: Step): Promise<boolean> {
  const { subject, divergence } = session;
  const cut = cutShort(subject, momentOf(step));
  if (cut === undefined) return false;
  const [answers] = await ask(session, [cut]);
  const shown = { ...subject.testCase, runs: cut.runs };
  const comparison = compared(session, shown, answers, withoutOwnMaps);
  return comparison.kind === 'diverge' && comparison.class === divergence.class;
}
