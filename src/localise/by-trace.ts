import type { Outcome } from '../targets/target.ts';
import type { Comparing } from './difference.ts';
import { lookedAt, withoutOwn } from './looked-at.ts';
import { type Detail, ENTRIES } from './recorder.ts';
import { type Answers, ask, compared, type Session } from './session.ts';
import { firstDifference, type Step, stepsOf, type Traces, type Walk } from './steps.ts';
import { readTrace, type Trace } from './trace.ts';
import { steadinessBy } from './witnesses.ts';

/** What recording all insns in one go came to. */
export type Traced =
  /** They differ after the step before `at`. */
  | { readonly kind: 'found'; readonly walk: Walk; readonly at: number }
  /** They differ in nothing that can be read, and yet diverge. */
  | { readonly kind: 'alike'; readonly walk: Walk }
  /** Looked at, they don't diverge, or one of them could not be looked at. The walk is a witness's. */
  | { readonly kind: 'hidden'; readonly walk: Walk | undefined };

/** The less is read, the less a verifier or a JIT minds. */
const DETAILS: readonly Detail[] = ['stack', 'registers', 'path'];

/** Windows of a long trace that are asked for in one batch, and at most. */
const WINDOWS = 8;
const WINDOWS_MAX = 128;

/** Records all insns that the two execute, and compares what they held before each. */
export async function byTrace(session: Session): Promise<Traced> {
  const { subject } = session;
  const cases = DETAILS.map((detail) => lookedAt(subject, { detail, first: 0 }));
  const answers = await ask(session, cases);
  let shown: Walk | undefined;
  for (const [i, detail] of DETAILS.entries()) {
    const traces = tracesOf(session, answers[i], 0);
    if (traces === undefined) continue;
    const long = await completed(session, traces, detail);
    const comparing: Comparing = { subject, detail, steadinessOf: steadinessBy(long.witnesses) };
    const walk = { steps: stepsOf(long), comparing };
    const at = firstDifference(walk);
    if (at !== undefined) return { kind: 'found', walk, at };
    const comparison = compared(session, subject.testCase, answers[i], withoutOwn);
    if (detail !== 'path' && comparison.kind === 'diverge') shown ??= walk;
  }
  if (shown !== undefined) return { kind: 'alike', walk: shown };
  return { kind: 'hidden', walk: witnessed(session, answers[0]) };
}

/** What the two and the witnesses wrote down; undefined where one of the two did not run. */
function tracesOf(session: Session, answers: Answers, first: number): Traces | undefined {
  const read = (outcome: Outcome, endianness: 'little' | 'big'): Trace | undefined =>
    readTrace(outcome, endianness, first);
  const [a, b] = session.pair.map(({ info }, i) => read(answers.pair[i], info.linux.endianness));
  if (a === undefined || b === undefined) return undefined;
  const witnesses = session.witnesses.map(({ info }, i) =>
    read(answers.witnesses[i], info.linux.endianness),
  );
  return { a, b, witnesses };
}

/** With the windows behind the first one, up to the one in which they differ in where they go. */
async function completed(session: Session, traces: Traces, detail: Detail): Promise<Traces> {
  const { subject } = session;
  const windows = Math.ceil(Math.min(traces.a.total, traces.b.total) / ENTRIES);
  let known = traces;
  for (let from = 1; from < Math.min(windows, WINDOWS_MAX); from += WINDOWS) {
    const comparing = { subject, detail, steadinessOf: steadinessBy(known.witnesses) };
    if (firstDifference({ steps: stepsOf(known), comparing }) !== undefined) break;
    const firsts = Array.from(
      { length: Math.min(WINDOWS, windows - from) },
      (_, i) => from + i,
    ).map((window) => window * ENTRIES);
    const answers = await ask(
      session,
      firsts.map((first) => lookedAt(subject, { detail, first })),
    );
    for (const [i, first] of firsts.entries()) {
      const more = tracesOf(session, answers[i], first);
      if (more === undefined) return known;
      known = joined(known, more);
    }
  }
  return known;
}

const joined = (known: Traces, more: Traces): Traces => ({
  a: joinedTrace(known.a, more.a),
  b: joinedTrace(known.b, more.b),
  witnesses: known.witnesses.map((trace, i) => {
    const next = more.witnesses[i];
    return trace === undefined || next === undefined ? undefined : joinedTrace(trace, next);
  }),
});

const joinedTrace = (trace: Trace, more: Trace): Trace => ({
  ...trace,
  entries: [...trace.entries, ...more.entries],
});

/** Where a witness goes, which no verifier keeps from it. */
function witnessed(session: Session, answers: Answers): Walk | undefined {
  const { subject, witnesses } = session;
  const traces = witnesses.map(({ info }, i) =>
    readTrace(answers.witnesses[i], info.linux.endianness, 0),
  );
  const [first] = traces;
  if (first === undefined) return undefined;
  const steps: readonly Step[] = stepsOf({ a: first, b: first, witnesses: [] });
  return { steps, comparing: { subject, detail: 'stack', steadinessOf: steadinessBy(traces) } };
}
