import type { Case } from '../case/case.ts';
import type {
  CommandOutcome,
  Completed,
  LiveFrames,
  MapContentEntry,
  Outcome,
  RunOutcome,
} from '../targets/target.ts';
import { hexBytes } from './hex-dump.ts';
import { errnoText } from './names.ts';
import { printable } from './printable.ts';

/**
 * One thing that the targets of a case observed, in their order, in words or in bytes. Undefined where
 * a target did not come so far; null where it did and found nothing, such as no entry in a map.
 */
export type Observation = { readonly label: string } & (
  | { readonly kind: 'words'; readonly values: readonly (string | undefined)[] }
  | { readonly kind: 'bytes'; readonly values: readonly Bytes[] }
);
type Bytes = Uint8Array | null | undefined;

/** All that targets observed of a case, in the order in which it happened. */
export function observationsOf(
  testCase: Case,
  outcomes: readonly Outcome[],
): readonly Observation[] {
  const done = outcomes.map((outcome) => (outcome.kind === 'completed' ? outcome : undefined));
  return [
    words('load', outcomes.map(loadText)),
    words('console', done.map(consoleText)),
    ...testCase.runs.flatMap((_, run) => [
      ...runObservations(run, done),
      ...commandObservations(testCase, run, done),
    ]),
    ...testCase.maps.flatMap(({ name }, map) => mapObservations(name, map, done)),
  ].filter(isTelling);
}

/** Whether all targets that came so far observed the same. */
export const agrees = (observation: Observation): boolean =>
  new Set(observedTexts(observation)).size <= 1;

/** The first byte in which the values that are there differ; undefined where they are equal. */
export function firstDifference(values: readonly Bytes[]): number | undefined {
  const bytes = values.filter((value) => value instanceof Uint8Array);
  const length = Math.max(...bytes.map((value) => value.length), 0);
  for (let i = 0; i < length; i++) {
    if (bytes.some((value) => value[i] !== bytes[0][i])) return i;
  }
  return undefined;
}

type MaybeCompleted = Completed | undefined;

const words = (label: string, values: readonly (string | undefined)[]): Observation => ({
  kind: 'words',
  label,
  values,
});

/** Whether any target has something to show. */
const isTelling = (observation: Observation): boolean =>
  observedTexts(observation).some((text) => text !== '' && text !== QUIET);

/** Stands for what is the usual case, so that an observation of it alone is left out. */
const QUIET = '-';

function loadText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'completed':
      return outcome.load.verdict === 'accepted'
        ? 'accepted'
        : `rejected, ${errnoText(outcome.load.errno)}`;
    case 'unsupported':
      return `unsupported: ${outcome.missing.join(', ')}`;
    default:
      return outcome.kind;
  }
}

const consoleText = (outcome: MaybeCompleted): string | undefined =>
  outcome && (printable(outcome.console) || QUIET);

function runObservations(run: number, done: readonly MaybeCompleted[]): readonly Observation[] {
  const runs = done.map((outcome) => outcome?.runs[run]);
  const label = (what: string): string => `run ${run} ${what}`;
  const text = (what: string, of: (outcome: RunOutcome) => string): Observation =>
    words(
      label(what),
      runs.map((outcome) => outcome && of(outcome)),
    );
  const bytes = (what: 'dataOut' | 'ctxOut', name: string): Observation => ({
    kind: 'bytes',
    label: label(name),
    values: runs.map((outcome) => outcome?.[what]),
  });
  return [
    text('fault', ({ fault }) =>
      fault === undefined ? QUIET : `${fault.reason} at slot ${fault.slot}: ${fault.detail}`,
    ),
    text('errno', ({ errno }) => (errno === 0 ? QUIET : errnoText(errno))),
    text('retval', ({ retval }) => `0x${retval.toString(16)}`),
    text('data_size_out', ({ dataSizeOut }) => (dataSizeOut === 0 ? QUIET : `${dataSizeOut}`)),
    bytes('dataOut', 'data_out'),
    text('ctx_size_out', ({ ctxSizeOut }) => (ctxSizeOut === 0 ? QUIET : `${ctxSizeOut}`)),
    bytes('ctxOut', 'ctx_out'),
    ...frameObservations(runs, label),
  ];
}

/** One for each place in what left a live run. */
function frameObservations(
  runs: readonly (RunOutcome | undefined)[],
  label: (what: string) => string,
): readonly Observation[] {
  const count = Math.max(0, ...runs.map((outcome) => outcome?.frames?.length ?? 0));
  return Array.from({ length: count }, (_, i) =>
    words(
      label(`frame ${i}`),
      runs.map((outcome) => outcome && frameText(outcome.frames?.[i])),
    ),
  );
}

const frameText = (frames: LiveFrames | undefined): string =>
  frames === undefined
    ? 'none'
    : `${frames.times}x ${frames.way} ${frames.ifindex} ${hexBytes(frames.bytes).replaceAll(' ', '')}`;

/** Two for each command: the errno (and the count), and what came back. */
function commandObservations(
  { runs, maps }: Case,
  run: number,
  done: readonly MaybeCompleted[],
): readonly Observation[] {
  return (runs[run].commands ?? []).flatMap(({ kind, map }, index): readonly Observation[] => {
    const answers = done.map((outcome) => outcome?.runs[run]?.commands?.[index]);
    const label = `run ${run} command ${index} ${kind} ${maps[map].name}`;
    return [
      words(
        label,
        answers.map((answer) => answer && commandText(answer)),
      ),
      { kind: 'bytes', label: `${label} gives`, values: answers.map((answer) => answer?.output) },
    ];
  });
}

const commandText = ({ errno, count }: CommandOutcome): string =>
  [errno === 0 ? 'done' : errnoText(errno), ...(count === 0 ? [] : [`count ${count}`])].join(', ');

/** One observation for each key that any target has, and for each CPU of a per-CPU map. */
function mapObservations(
  name: string,
  map: number,
  done: readonly MaybeCompleted[],
): readonly Observation[] {
  const byKey = done.map(
    (outcome) => outcome?.maps[map] && new Map(outcome.maps[map].map((e) => [keyText(e), e])),
  );
  const keys = [...new Set(byKey.flatMap((entries) => [...(entries?.keys() ?? [])]))].sort();
  return keys.flatMap((key) => {
    const entries = byKey.map((content) => content && (content.get(key) ?? null));
    const cpus = Math.max(...entries.map((entry) => entry?.values.length ?? 0));
    return Array.from(
      { length: cpus },
      (_, cpu): Observation => ({
        kind: 'bytes',
        label: `${name}[${key}]${cpus > 1 ? ` cpu ${cpu}` : ''}`,
        values: entries.map((entry) => entry && (entry.values[cpu] ?? null)),
      }),
    );
  });
}

const keyText = ({ key }: MapContentEntry): string => hexBytes(key).replaceAll(' ', '');

const observedTexts = (observation: Observation): readonly string[] =>
  observation.kind === 'words'
    ? observation.values.filter((value) => value !== undefined)
    : observation.values.filter((value) => value !== undefined).map(bytesText);

const bytesText = (value: Uint8Array | null): string => (value === null ? 'none' : hexBytes(value));
