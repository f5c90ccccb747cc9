import type { Random } from 'fast-check';
import type { ProgType } from '../../src/case/prog-type.ts';
import type { Palette } from '../capabilities.ts';
import { drawCasePlan } from '../case-plan.ts';
import type { DrawPlan } from '../draw-plan.ts';
import { typesFor } from '../map-kinds.ts';
import type { CasePlan, FragmentKind } from '../plan.ts';
import { oneIn } from '../random.ts';
import { repeated } from '../repeated.ts';
import type { Shrinkable } from '../shrinkable.ts';
import { createAgenda } from './agenda.ts';
import { aimAt } from './aims.ts';
import { createNovelty, pickSomeByScore } from './novelty.ts';
import { createTopics, profileAbout, type Topic } from './topics.ts';

/** What a case reached, by name; see `Reach` of campaigns. What isn't there wasn't reached, or isn't known. */
export interface Feedback {
  /** Prog type and helper. */
  readonly helpers?: Iterable<string>;
  /** Prog type, helper or kfunc, and what it came to. */
  readonly results?: Iterable<string>;
  /** Map type, operation, and what it came to. */
  readonly mapOps?: Iterable<string>;
  /** Prog type and errno. */
  readonly errnos?: Iterable<string>;
  readonly branches?: Iterable<string>;
  readonly ksyms?: Iterable<string>;
  readonly operands?: readonly number[];
}

/** Steers the drawing of plans by what earlier cases reached. */
export interface Guide {
  readonly drawPlan: DrawPlan;
  /** What came of a case; returns how many names are new. */
  learn(made: Shrinkable, feedback: Feedback): number;
}

/** What was chosen for a case because of what others reached. */
interface Choices {
  readonly topics: readonly Topic[];
  readonly callees: readonly string[];
  readonly jumps: ReadonlySet<string>;
}

/** Prog types that one is chosen of. */
const TYPES_DRAWN = 3;
/** Helper calls, kfuncs and jumps that a case is given, of each. */
const CHOSEN = 5;
/** Map types that every second map of a case is of. */
const MAP_TYPES = 3;
/** Operands that a case is to execute at most. */
const AIMS_MAX = 5;

export function createGuide(random: Random): Guide {
  const novelty = createNovelty();
  const topics = createTopics();
  const agenda = createAgenda(random);
  const chosen = new WeakMap<CasePlan, Choices>();

  function choosePalette(drawPalette: () => Palette): Palette {
    const [first, ...others] = repeated(TYPES_DRAWN, drawPalette);
    return others.reduce(
      (best, other) => (novelty.of(other.progType) > novelty.of(best.progType) ? other : best),
      first,
    );
  }

  /** Some of what a prog of the type can have. */
  function chooseSome<T>(
    from: Random,
    all: readonly T[],
    choices: readonly string[],
  ): readonly T[] {
    if (all.length <= CHOSEN || oneIn(from, 4)) return all;
    return pickSomeByScore(from, CHOSEN, all, (_, i) => novelty.of(choices[i]));
  }

  function chooseMapTypes(from: Random, palette: Palette, about: readonly Topic[]) {
    const needed = about.flatMap((topic) => [...(typesFor(topic as FragmentKind) ?? [])]);
    const usual = palette.mapTypes.filter((type) => needed.includes(type));
    const all = usual.length > 0 && oneIn(from, 2) ? usual : palette.mapTypes;
    return pickSomeByScore(from, MAP_TYPES, all, (type) => novelty.of(mapChoice(type)));
  }

  /** Operands that nothing was executed with, between the steps of the prog. */
  function withAims(from: Random, plan: CasePlan, allowed: ReadonlySet<string>): CasePlan {
    let { body } = plan.prog;
    for (let aims = from.nextInt(0, AIMS_MAX); aims > 0; aims--) {
      const key = agenda.next(allowed);
      if (key === undefined) break;
      body = body.toSpliced(from.nextInt(0, body.length), 0, ...(aimAt(from, key) ?? []));
    }
    return { ...plan, prog: { ...plan.prog, body } };
  }

  return {
    drawPlan(from, drawPalette, profile) {
      const palette = choosePalette(drawPalette);
      const { mapTypes } = palette;
      const about = topics.choose(from, palette, profile);
      const choices = choicesIn(palette);
      const helperCalls = chooseSome(from, palette.helperCalls, choices.helperCalls);
      const kfuncs = chooseSome(from, palette.kfuncs, choices.kfuncs);
      const jumps = chooseSome(from, palette.jumps, choices.jumps);
      const plan = drawCasePlan(
        from,
        { ...palette, helperCalls, kfuncs, jumps },
        {
          ...profileAbout(profile, about),
          ...(mapTypes.length > 0 && { mapTypes: chooseMapTypes(from, palette, about) }),
        },
      );
      const aimed = withAims(from, plan, formsOf(palette));
      const callees = [
        ...(helperCalls === palette.helperCalls ? [] : helperCalls.map(({ helper }) => helper)),
        ...(kfuncs === palette.kfuncs ? [] : kfuncs.map(({ name }) => name)),
      ];
      chosen.set(aimed, { topics: about, callees, jumps: new Set(jumps.map(({ name }) => name)) });
      return { plan: aimed, palette };
    },
    learn({ testCase: { progType, maps }, plan }, feedback) {
      const choices = plan && chosen.get(plan);
      novelty.try(progType);
      for (const type of new Set(maps.map(({ type }) => type))) novelty.try(mapChoice(type));
      for (const callee of new Set(choices?.callees)) novelty.try(calleeChoice(progType, callee));
      for (const form of choices?.jumps ?? []) novelty.try(form);
      let fresh = 0;
      for (const [kind, choicesOf] of CHOICES) {
        for (const name of feedback[kind] ?? []) {
          let isNew = false;
          for (const choice of choicesOf(name, progType))
            isNew = novelty.see(choice, name) || isNew;
          if (isNew) fresh++;
        }
      }
      agenda.reach(feedback.operands ?? []);
      if (choices !== undefined) topics.learn(choices.topics, fresh);
      return fresh;
    },
  };
}

const calleeChoice = (progType: ProgType, callee: string): string => `${progType} ${callee}`;
const mapChoice = (type: string): string => `map ${type}`;

/** For each kind of names, which choices led to one. */
const CHOICES: readonly (readonly [
  Exclude<keyof Feedback, 'operands'>,
  (name: string, progType: ProgType) => readonly string[],
])[] = [
  ['helpers', (_, progType) => [progType]],
  ['results', (name, progType) => [progType, name.slice(0, name.lastIndexOf(' '))]],
  ['mapOps', (name) => [mapChoice(name.slice(0, name.indexOf(' ')))]],
  ['errnos', (_, progType) => [progType]],
  ['branches', (name) => [name.slice(0, name.indexOf(' '))]],
  ['ksyms', () => ['ksyms']],
];

/** The choices that there are in a palette, in its order. */
interface PaletteChoices {
  readonly helperCalls: readonly string[];
  readonly kfuncs: readonly string[];
  readonly jumps: readonly string[];
}
const CHOICES_OF = new WeakMap<Palette, PaletteChoices>();

/** Put together once: a name that is put together anew must be hashed anew as well. */
function choicesIn(palette: Palette): PaletteChoices {
  const known = CHOICES_OF.get(palette);
  if (known !== undefined) return known;
  const { progType, helperCalls, kfuncs, jumps } = palette;
  const choices = {
    helperCalls: helperCalls.map(({ helper }) => calleeChoice(progType, helper)),
    kfuncs: kfuncs.map(({ name }) => calleeChoice(progType, name)),
    jumps: jumps.map(({ name }) => name),
  };
  CHOICES_OF.set(palette, choices);
  return choices;
}

const FORMS_OF = new WeakMap<Palette, ReadonlySet<string>>();

/** Names of the forms that can be aimed at: put together once. */
function formsOf(palette: Palette): ReadonlySet<string> {
  const known = FORMS_OF.get(palette);
  if (known !== undefined) return known;
  const { alu, jumps, accesses, kinds } = palette;
  const forms = new Set(
    [...alu, ...(kinds.has('branch') ? jumps : []), ...accesses].map(({ name }) => name),
  );
  FORMS_OF.set(palette, forms);
  return forms;
}
