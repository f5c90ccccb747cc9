import type { Case } from '../case/case.ts';
import type { Divergence } from '../compare/compare.ts';
import { type Form, formOf } from '../isa/forms.ts';
import { helperName } from '../isa/helpers.ts';
import type { Target } from '../targets/target.ts';
import { byCut } from './by-cut.ts';
import { byDeath } from './by-death.ts';
import { byPoints } from './by-points.ts';
import { byTrace, type Traced } from './by-trace.ts';
import { byVerdict } from './by-verdict.ts';
import { valuesOf } from './difference.ts';
import type { FoundBy, InsnPlace, Located, LocatedInsn } from './located.ts';
import { subjectOf } from './looked-at.ts';
import type { Session } from './session.ts';
import { placeOfStep, type Step, type Walk } from './steps.ts';

export interface LocateOptions {
  /** The two that diverge, in the order of the divergence's values. */
  readonly pair: readonly [Target, Target];
  /**
   * Emulators of different luck: values that they differ in are addresses, or come of chance. Without
   * them what looks like an address of a kernel is taken for one.
   */
  readonly witnesses: readonly Target[];
}

/**
 * Where a divergence begins: the first executed insn after which the two targets differ. They run the case
 * with insns put in that write registers and stack into maps, or that end the prog early; nothing else is
 * asked of them, so that it works for any kernel and engine. Takes a few batches, where a kernel dies or
 * hangs a few restarts. Rejects with `TargetFailedError` where a target is lost.
 */
export async function locate(
  testCase: Case,
  divergence: Divergence,
  { pair, witnesses }: LocateOptions,
): Promise<Located> {
  const subject = subjectOf(testCase);
  if (subject === undefined) return nowhere('the case has as many maps as it may have');
  const session: Session = { subject, divergence, pair, witnesses };
  if (isOfLoad(divergence)) return ofLoad(session);
  if (isOfDeath(divergence)) return ofDeath(session);
  return ofRuns(session);
}

const isOfLoad = ({ class: of, where }: Divergence): boolean =>
  of === 'verdict' || (of === 'complaint' && where.field === 'load');

/** A fault of an emulator is none. */
const isOfDeath = ({ class: of, where }: Divergence): boolean =>
  (of === 'crash' && where.field !== 'fault') || of === 'hang' || of === 'complaint';

async function ofLoad(session: Session): Promise<Located> {
  const place = await byVerdict(session);
  if (place === undefined) return nowhere('the verifiers differ wherever the prog ends');
  return { ...insnAt(session, place, 'verifier'), values: [], differs: '' };
}

async function ofDeath(session: Session): Promise<Located> {
  // Whoever dies writes nothing down: a witness says where progs go.
  const [witness] = session.witnesses;
  if (witness === undefined) return nowhere('no emulator could say where the prog goes');
  const path = await byTrace({ ...session, pair: [witness, witness] });
  if (path.walk === undefined) return nowhere('no emulator could run the prog');
  const at = await byDeath(session, path.walk.steps);
  if (at === undefined) {
    // The verifier may be who complains. One that dies of a prog would be started anew for each insn.
    return session.divergence.class === 'complaint'
      ? ofLoad(session)
      : nowhere('it is the same wherever the prog is cut short');
  }
  return {
    ...insnAt(session, placeOfStep(path.walk.steps[at]), 'death'),
    ...whenOf(path.walk.steps, at),
    values: [],
    differs: '',
  };
}

async function ofRuns(session: Session): Promise<Located> {
  const traced = await byTrace(session);
  const pointed = await throughPoints(session, traced);
  const { walk } = pointed ?? traced;
  const found = pointed?.at ?? (traced.kind === 'found' ? traced.at : undefined);
  if (walk === undefined)
    return nowhere('not both can run the prog with insns put in that record it');
  const cut = await byCut(session, found === undefined ? walk.steps : walk.steps.slice(0, found));
  if (cut !== undefined) {
    const { divergence } = cut;
    const isOver = (divergence.where.run ?? 0) < walk.steps[cut.at].run;
    if (isOver && divergence.where.run !== undefined) return ofCommands({ ...session, divergence });
    return located(session, walk, cut, 'cut', divergence.description);
  }
  if (pointed !== undefined) return located(session, walk, pointed, 'points', '');
  if (found !== undefined) return located(session, walk, { at: found }, 'trace', '');
  return traced.kind === 'hidden'
    ? nowhere('when the prog is looked at, the two agree')
    : ofCommands(session);
}

async function throughPoints(session: Session, traced: Traced) {
  if (traced.kind !== 'hidden' || traced.walk === undefined) return undefined;
  return byPoints(session, traced.walk);
}

/** Progs did the same. */
function ofCommands({ divergence, subject: { testCase } }: Session): Located {
  const { run = 0, command } = divergence.where;
  if (command === undefined) return { kind: 'run', form: `run ${testCase.progType}`, run };
  const { kind, map } = testCase.runs[run].commands![command];
  const form = `command ${kind} ${testCase.maps[map].type}`;
  return { kind: 'command', form, run, command };
}

/** The insn before the step at which a difference shows. */
function located(
  session: Session,
  { steps, comparing }: Walk,
  { at, shown = at }: { readonly at: number; readonly shown?: number },
  by: FoundBy,
  differs: string,
): Located {
  const before = steps[at - 1];
  const after = steps[at];
  const { progType } = session.subject.testCase;
  // Where the difference is there before the first insn, or comes after the last one of a run.
  if (before === undefined) return { kind: 'run', form: `run ${progType}`, run: after.run };
  const place = placeOfStep(before);
  const isLast = [after.a, after.b].some((entry) => entry === undefined || entry.place.insn < 0);
  const form = formOf(session.subject.testCase.progs[place.prog].insns[place.insn] ?? NO_INSN);
  if (place.insn < 0 || (form?.kind === 'exit' && isLast)) {
    return { kind: 'run', form: `run ${progType}`, run: before.run };
  }
  return {
    ...insnAt(session, place, by),
    ...whenOf(steps, at - 1),
    next: [nextPlace(after.a?.place, form), nextPlace(after.b?.place, form)],
    values: valuesOf(before, steps[shown], comparing),
    differs,
  };
}

/** Where a prog begins, another one was called, or the run is over. */
function nextPlace(place: InsnPlace | undefined, last: Form | undefined): InsnPlace | null {
  if (place === undefined) return null;
  if (place.insn >= 0) return place;
  return last?.kind === 'call' ? { ...place, insn: 0 } : null;
}

const NO_INSN = { opcode: 0, dst: 0, src: 0, off: 0, imm: 0 };

function insnAt(
  { subject: { testCase } }: Session,
  { prog, insn }: InsnPlace,
  by: FoundBy,
): Pick<LocatedInsn, 'kind' | 'form' | 'prog' | 'insn' | 'by'> {
  return { kind: 'insn', form: formText(testCase, { prog, insn }), prog, insn, by };
}

/** Its form's name; of calls, of what. */
function formText({ progs, ksyms }: Case, { prog, insn: at }: InsnPlace): string {
  const insn = progs[prog].insns[at];
  const form = formOf(insn);
  if (form?.kind !== 'call') return form?.name ?? 'unknown';
  if (form.callee === 'helper') return `call ${helperName(insn.imm) ?? insn.imm}`;
  return form.callee === 'kfunc' ? `call ${ksyms[insn.imm] ?? insn.imm}` : form.name;
}

/** In which run, and the how manieth time in it. */
function whenOf(steps: readonly Step[], at: number): Pick<LocatedInsn, 'run' | 'iteration'> {
  const { run } = steps[at];
  const { prog, insn } = placeOfStep(steps[at]);
  const earlier = steps.slice(0, at + 1).filter((step) => {
    const place = placeOfStep(step);
    return step.run === run && place.prog === prog && place.insn === insn;
  });
  return { run, iteration: earlier.length };
}

const nowhere = (why: string): Located => ({ kind: 'nowhere', form: '', why });
