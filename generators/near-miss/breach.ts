import type { Random } from 'fast-check';
import type { Case, MapSpec } from '../../src/case/case.ts';
import type { ProgType } from '../../src/case/prog-type.ts';
import { formOf } from '../../src/isa/forms.ts';
import type { Capabilities } from '../capabilities.ts';
import { percent, pick } from '../random.ts';
import { ALTERATIONS, type AlterationName } from './alterations.ts';
import { MAPS } from './maps.ts';
import type { Rule } from './rule.ts';
import { RULES } from './rules.ts';
import { snippetOf, withSnippet } from './snippet.ts';

/** What is wrong on purpose with the case of a plan, or right by a hair. It stays when the plan shrinks. */
export type Breach =
  /** The text of one side of a rule (rule.ts). */
  | { readonly kind: 'snippet'; readonly text: string; readonly progFlags: number }
  | {
      readonly kind: 'alteration';
      readonly how: AlterationName;
      readonly at: number;
      readonly by: number;
    }
  /** How the case is loaded: see `LOADS`. */
  | { readonly kind: 'load'; readonly how: LoadName; readonly by: number };

/** Shares of the kinds; the rest are snippets that break a rule. Together half of the cases are valid. */
const SHARES = { kept: 40, alteration: 14, load: 4 } as const;

/** One breach, for a case of that type. */
export function drawBreach(random: Random, known: Variants): Breach {
  const drawn = random.nextInt(0, 99);
  if (drawn < SHARES.alteration) {
    const how = pick(random, ALTERATION_NAMES);
    return { kind: 'alteration', how, at: random.nextInt(0, 0xffff), by: random.nextInt(0, 255) };
  }
  if (drawn < SHARES.alteration + SHARES.load) {
    return { kind: 'load', how: pick(random, LOAD_NAMES), by: random.nextInt(0, 255) };
  }
  const side = percent(random, (100 * SHARES.kept) / (100 - SHARES.alteration - SHARES.load))
    ? known.kept
    : known.broken;
  const { texts, progFlags } = pick(random, side);
  return { kind: 'snippet', text: pick(random, texts), progFlags };
}

const ALTERATION_NAMES = Object.keys(ALTERATIONS) as AlterationName[];

/** The variants of rules that a target can be asked about in a prog of one type, rule by rule. */
export interface Variants {
  readonly kept: readonly Side[];
  readonly broken: readonly Side[];
}

interface Side {
  readonly texts: readonly string[];
  readonly progFlags: number;
}

/**
 * What is kept must be possible at all: forms, maps, helpers and kernel symbols must be there. What is broken may
 * name helpers and symbols that the type may not use.
 */
export function variantsOf(capabilities: Capabilities, progType: ProgType): Variants {
  const sides = (side: 'kept' | 'broken', suits: Suits): readonly Side[] =>
    RULES.filter(({ types }) => types?.includes(progType) !== false).flatMap((rule: Rule) => {
      const texts = (rule[side] ?? []).filter((text) => suits(text, capabilities, progType));
      return texts.length === 0 ? [] : [{ texts, progFlags: rule.progFlags ?? 0 }];
    });
  return { kept: sides('kept', isAllowed), broken: sides('broken', isPossible) };
}

type Suits = (text: string, capabilities: Capabilities, progType: ProgType) => boolean;

function isPossible(text: string, { forms, mapTypes }: Capabilities): boolean {
  const { insns, maps } = snippetOf(text);
  return (
    maps.every((name) => mapTypes.has(MAPS[name].type)) &&
    insns.every((insn) => {
      const form = formOf(insn);
      return form === undefined || forms.has(form.name);
    })
  );
}

function isAllowed(text: string, capabilities: Capabilities, progType: ProgType): boolean {
  const { insns, ksyms } = snippetOf(text);
  const helpers = capabilities.helpers.get(progType);
  const known = capabilities.ksyms.get(progType);
  return (
    isPossible(text, capabilities) &&
    ksyms.every((name) => known?.has(name)) &&
    insns.every((insn) => formOf(insn)?.name !== 'call.helper' || helpers?.has(insn.imm) === true)
  );
}

/** The case with its breach. */
export function breached(testCase: Case, breach: Breach): Case {
  switch (breach.kind) {
    case 'snippet': {
      const changed = withSnippet(testCase, snippetOf(breach.text));
      return { ...changed, progFlags: changed.progFlags | breach.progFlags };
    }
    case 'alteration': {
      const [main, ...others] = testCase.progs;
      const insns = ALTERATIONS[breach.how](main.insns, breach.at, breach.by);
      return insns.length === 0
        ? testCase
        : { ...testCase, progs: [{ ...main, insns }, ...others] };
    }
    case 'load':
      return LOADS[breach.how](testCase, breach.by);
  }
}

/** Breaches that are simpler. */
export function* shrinkBreach(breach: Breach | undefined): Generator<Breach> {
  if (breach?.kind !== 'alteration') return;
  if (breach.by > 0) yield { ...breach, by: 0 };
  if (breach.at > 0) yield { ...breach, at: 0 };
  if (breach.at > 1) yield { ...breach, at: breach.at >> 1 };
  if (breach.at > 0) yield { ...breach, at: breach.at - 1 };
}

/** The case with a change of what is said beside its insns. */
const LOADS = {
  attachType: (testCase: Case, by: number): Case => ({ ...testCase, expectedAttachType: by % 64 }),
  progFlags: (testCase: Case, by: number): Case => ({
    ...testCase,
    progFlags: testCase.progFlags ^ (1 << (by % 9)),
  }),
  /** Of what is attached by name. */
  attachBtf: (testCase: Case, by: number): Case =>
    testCase.attachBtf === undefined
      ? testCase
      : { ...testCase, attachBtf: NO_HOOKS[by % NO_HOOKS.length] },
  mapFlags: (testCase: Case, by: number): Case =>
    withMap(testCase, by, (spec) => ({
      ...spec,
      flags: spec.flags ^ (by % 2 === 0 ? 0x80 : 0x100),
    })),
  /** A smaller value than what the prog was made for. */
  valueBytes: (testCase: Case, by: number): Case =>
    withMap(testCase, by, (spec) =>
      spec.valueBytes < 2 ||
      spec.inner !== undefined ||
      spec.kptr !== undefined ||
      spec.spinLock !== undefined ||
      spec.type === 'prog_array'
        ? spec
        : {
            ...spec,
            valueBytes: spec.valueBytes - 1,
            entries: spec.entries.map(({ key, value }) => ({ key, value: value.subarray(1) })),
          },
    ),
} as const;
export type LoadName = keyof typeof LOADS;
const LOAD_NAMES = Object.keys(LOADS) as LoadName[];

/** Names that nothing may be attached to (kernel/bpf/verifier.c `btf_id_deny`, 7.2), or of other things. */
const NO_HOOKS = [
  'no_such_function',
  'migrate_disable',
  'rcu_read_unlock_strict',
  'task_struct',
  'sk_buff',
];

/** Changes one map; runs with commands to maps are left without them, as those were made for another one. */
function withMap(testCase: Case, by: number, change: (spec: MapSpec) => MapSpec): Case {
  if (testCase.maps.length === 0) return testCase;
  const chosen = by % testCase.maps.length;
  const maps = testCase.maps.map((spec, i) => (i === chosen ? change(spec) : spec));
  const runs = testCase.runs.map(({ commands: _, ...run }) => run);
  return { ...testCase, maps, runs };
}
