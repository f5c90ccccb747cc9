import type { Case } from '../case/case.ts';
import { causeNamed } from '../causes/causes.ts';
import { changeNamed } from '../causes/changes.ts';
import { agreementOf } from '../compare/agreement.ts';
import type { Divergence, Observed } from '../compare/compare.ts';
import type { Located } from '../localise/located.ts';
import { agreementLines } from './agreement.ts';
import { caseSections } from './case-sections.ts';
import { CLAIMS, placeWords } from './divergence-words.ts';
import { hexDump } from './hex-dump.ts';
import { locatedSections } from './located.ts';
import { infoText } from './names.ts';
import { firstDifference, observationsOf } from './observations.ts';
import { outcomesTable } from './outcomes.ts';
import { printable, printableHead, printableTail } from './printable.ts';
import { countOf } from './quantity.ts';
import { INDENT, indented, type Section, sectionsText } from './section.ts';
import { tableLines } from './table.ts';
import type { TextOptions } from './text-options.ts';

/** All that is known of a finding. */
export interface FindingView {
  readonly id: string;
  /** Shrunk. */
  readonly testCase: Case;
  readonly divergence: Divergence;
  /** The two that disagree, in the order of the divergence's values. */
  readonly observed: readonly [Observed, Observed];
  /** Known mistakes of kernels or changes that it comes from, with `+` between; '' for none. */
  readonly cause: string;
  /** Where they begin to differ; null where that was not looked for. */
  readonly located: Located | null;
  /** What other targets observed; absent where none was asked. */
  readonly others?: readonly Observed[];
  /** What a person has decided; absent of what is not in a corpus. */
  readonly status?: string;
  readonly rule?: string;
  readonly kernels?: string;
  readonly notes?: string;
  /** Command lines that run the case again. */
  readonly commands: readonly string[];
}

/** Explains a finding to a person: what disagrees, who says what, the case, and how to run it again. */
export function findingText(finding: FindingView, options: TextOptions): string {
  const { testCase, observed, commands } = finding;
  const inner = { ...options, width: options.width - INDENT.length };
  const sections: readonly Section[] = [
    { title: headline(finding), lines: valueLines(finding, inner) },
    { title: 'Status', lines: statusLines(finding) },
    { title: 'Cause', lines: causeLines(finding) },
    ...locatedLines(finding, inner),
    { title: 'Targets', lines: targetLines(observed, inner) },
    { title: 'Who agrees with whom', lines: matrixLines(finding, inner) },
    ...caseSections(testCase, inner),
    { title: 'Outcomes', lines: outcomesTable(testCase, observed, inner) },
    ...differingBytes(finding, inner),
    ...observed.flatMap(logSections),
    { title: 'Run it again', lines: commands },
  ];
  return sectionsText(sections, options);
}

function locatedLines(
  { testCase, located, observed: [a, b] }: FindingView,
  options: TextOptions,
): readonly Section[] {
  return located === null ? [] : locatedSections(testCase, located, [a.name, b.name], options);
}

function statusLines({ status, rule, kernels, notes }: FindingView): readonly string[] {
  if (status === undefined) return [];
  const known = rule ? `, by the rule ${rule} on ${kernels || 'all kernels'}` : '';
  return [printable(status + known), ...(notes ? [printable(notes)] : [])];
}

/** Nothing of two alone: the headline says that they disagree. */
function matrixLines(
  { testCase, observed, others = [] }: FindingView,
  options: TextOptions,
): readonly string[] {
  if (others.length === 0) return [];
  return agreementLines(agreementOf(testCase, [...observed, ...others]), options);
}

/** What is known of the mistakes and changes that a finding comes from. */
export function causeLines({ cause: name }: Pick<FindingView, 'cause'>): readonly string[] {
  if (name === '') return [];
  return name.split('+').flatMap(causeText);
}

function causeText(name: string): readonly string[] {
  const change = changeNamed(name);
  if (change !== undefined) {
    return [
      `${name}, a change: an emulator of one release that has it from the other answers as that does.`,
      change.what,
      `Source: ${change.source}`,
    ];
  }
  const cause = causeNamed(name);
  if (cause === undefined) return [printable(name)];
  const { reason, kernels, source } = cause;
  return [
    `${name}, a mistake of the kernel: written so that it can't matter, the case agrees.`,
    reason,
    `Kernels: ${kernels}`,
    `Source: ${source}`,
  ];
}

const headline = ({ id, divergence, observed: [a, b] }: FindingView): string =>
  `${id}: ${a.name} and ${b.name} disagree (${divergence.class}): ${CLAIMS[divergence.class]}`;

function valueLines(
  { divergence, observed }: FindingView,
  options: TextOptions,
): readonly string[] {
  const place = placeWords(divergence.where);
  return [
    ...(place === '' ? [] : [`First in ${printable(place)}:`]),
    ...tableLines(
      observed.map(({ name }, i) => [
        `  ${name}`,
        { text: printable(divergence.values[i]), tone: 'bad' },
      ]),
      options,
    ),
  ];
}

const targetLines = (observed: readonly Observed[], options: TextOptions): readonly string[] =>
  tableLines(
    observed.map(({ name, info }) => [name, infoText(info), printable(info.build)]),
    options,
  );

const DUMP_LINES_DIFFERING = 4;

/** The first bytes that differ of all that was observed, dumped from each target. */
function differingBytes({ testCase, observed }: FindingView, { width }: TextOptions): Section[] {
  const observations = observationsOf(
    testCase,
    observed.map(({ outcome }) => outcome),
  );
  for (const observation of observations) {
    if (observation.kind !== 'bytes') continue;
    const markOffset = firstDifference(observation.values);
    if (markOffset === undefined) continue;
    const dump = { markOffset, linesMax: DUMP_LINES_DIFFERING, width: width - INDENT.length };
    const lines = observation.values.flatMap((value, i) =>
      value instanceof Uint8Array
        ? [
            `${observed[i].name}, ${countOf(value.length, 'byte')}`,
            ...hexDump(value, dump).map(indented),
          ]
        : [],
    );
    return [{ title: `First differing byte: ${observation.label}, byte ${markOffset}`, lines }];
  }
  return [];
}

const LOG_LINES = 12;
/** A report of a kernel begins with what matters: what it is, where, and how it came there. */
const CONSOLE_LINES = 32;

/** The verifier's log of a target that rejected, and what a kernel said on its console. */
function logSections({ name, outcome }: Observed): readonly Section[] {
  if (outcome.kind === 'unsupported') return [];
  const log =
    outcome.kind === 'completed' && outcome.load.verdict === 'rejected' ? outcome.load.log : '';
  return [
    { title: `Verifier of ${name}`, lines: printableTail(log, LOG_LINES) },
    { title: `Console of ${name}`, lines: printableHead(outcome.console, CONSOLE_LINES) },
  ];
}
