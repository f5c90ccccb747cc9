import { formsOf } from '../isa/forms-of.ts';
import { differingRegs, differs } from './difference.ts';
import type { InsnPlace } from './located.ts';
import { lookedAt, withoutOwn } from './looked-at.ts';
import type { Detail } from './recorder.ts';
import { effectOf, type RegSet } from './registers.ts';
import { type Answers, ask, compared, type Session } from './session.ts';
import { placeOfStep, type Step, type Walk } from './steps.ts';
import { readTrace, type Trace } from './trace.ts';

/** What recording each insn in a load of its own came to. */
export interface PointsFound {
  /** Of the walk that was given, with what the two held there, as far as it could be read. */
  readonly walk: Walk;
  /** The index of the first step before which they differ, or at which a look makes them agree. */
  readonly at: number;
  /** The index of the step at which it shows; behind `at` where looks in between mended it. */
  readonly shown: number;
}

/** Insns that are looked at; a case has rarely more. */
const POINTS_MAX = 256;
const DETAILS: readonly Detail[] = ['stack', 'registers', 'path'];

/**
 * Follows the walk, with one insn recorded in each case: a verifier or a JIT that minds all of them together
 * may not mind one. Reading what a mistake has left can mend it, as a verifier then knows that it is
 * wanted: where that makes the two agree, the insn before the first such look is taken to be the one.
 */
export async function byPoints(session: Session, walk: Walk): Promise<PointsFound | undefined> {
  const places = distinct(walk.steps.map(placeOfStep).filter(({ insn }) => insn >= 0));
  const tried = places.slice(0, POINTS_MAX);
  const seen = await lookAtEach(session, tried);
  const steps = walk.steps.map((step): Step => {
    const found = seen.get(keyOf(placeOfStep(step)));
    const entry = (trace: Trace | undefined) => trace?.entries[step.time - 1];
    return found === undefined
      ? step
      : { ...step, a: entry(found.a) ?? step.a, b: entry(found.b) ?? step.b };
  });
  const comparing = { ...walk.comparing };
  const at = steps.findIndex((step) => {
    const found = seen.get(keyOf(placeOfStep(step)));
    if (found === undefined) return false;
    return found.agrees || differs(step, { ...comparing, detail: found.detail });
  });
  if (at < 1) return undefined;
  const found = seen.get(keyOf(placeOfStep(steps[at])));
  const regs = differingRegs(steps[at], { ...comparing, detail: found!.detail });
  return {
    walk: { steps, comparing },
    at: regs ? writtenAt(session, steps, at, regs) : at,
    shown: at,
  };
}

/**
 * The step behind the last insn that can have put something into the registers that differ before `at`:
 * between the two, looking has mended them.
 */
function writtenAt({ subject }: Session, steps: readonly Step[], at: number, regs: RegSet): number {
  for (let i = at; i > 1; i--) {
    const { prog, insn } = placeOfStep(steps[i - 1]);
    const { insns } = subject.testCase.progs[prog];
    if (insn < 0) return i;
    if ((effectOf(insns[insn], formsOf(insns)[insn]).writes & regs) !== 0) return i;
  }
  return at;
}

interface Seen {
  readonly a: Trace;
  readonly b: Trace;
  readonly detail: Detail;
  /** Whether the two agree on the case, when it is looked at there. */
  readonly agrees: boolean;
}

async function lookAtEach(
  session: Session,
  places: readonly InsnPlace[],
): Promise<ReadonlyMap<string, Seen>> {
  const { subject } = session;
  const looks = places.flatMap((only) => DETAILS.map((detail) => ({ only, detail, first: 0 })));
  const answers = await ask(
    session,
    looks.map((look) => lookedAt(subject, look)),
  );
  const seen = new Map<string, Seen>();
  for (const [i, { only, detail }] of looks.entries()) {
    const found = seenIn(session, answers[i], detail);
    if (found === undefined) continue;
    const known = seen.get(keyOf(only));
    if (known === undefined) seen.set(keyOf(only), found);
    // What is merely in the way can make them agree as well.
    else if (detail === 'path' && found.agrees) seen.set(keyOf(only), { ...known, agrees: false });
  }
  return seen;
}

function seenIn(session: Session, answers: Answers, detail: Detail): Seen | undefined {
  const { pair, subject } = session;
  const [a, b] = pair.map(({ info }, i) => readTrace(answers.pair[i], info.linux.endianness, 0));
  if (a === undefined || b === undefined) return undefined;
  const comparison = compared(session, subject.testCase, answers, withoutOwn);
  return { a, b, detail, agrees: comparison.kind === 'agree' };
}

const keyOf = ({ prog, insn }: InsnPlace): string => `${prog} ${insn}`;

const distinct = (places: readonly InsnPlace[]): readonly InsnPlace[] => [
  ...new Map(places.map((place) => [keyOf(place), place])).values(),
];
