import type { Case } from '../case/case.ts';
import { ctxFieldAt, ctxLayoutOf } from '../case/ctx.ts';
import type { Completed, MapContent, Outcome, RunOutcome, TargetInfo } from '../targets/target.ts';
import { excuseOf } from './excuses.ts';

/** What one target observed of a case, and what the target is. */
export interface Observed {
  readonly name: string;
  readonly info: TargetInfo;
  readonly outcome: Outcome;
}

/** In which part of the outcome two targets disagree; `crash` holds faults of the emulator as well. */
export type DivergenceClass =
  | 'verdict'
  | 'errno'
  | 'retval'
  | 'data'
  | 'ctx'
  | 'map'
  | 'crash'
  | 'hang';

/** The first place at which two outcomes differ. */
export interface Divergence {
  readonly kind: 'diverge';
  readonly class: DivergenceClass;
  readonly where: Place;
  /** What each target has there, such as `0x2` or `00 01`. */
  readonly values: readonly [string, string];
  /** One line for people. */
  readonly description: string;
}

/** Where in an outcome: which run, which map and key, which byte. Absent parts don't apply. */
export interface Place {
  readonly run?: number;
  /** Name of the map. */
  readonly map?: string;
  /** Key in hex. */
  readonly key?: string;
  readonly cpu?: number;
  /** Of the first differing byte. */
  readonly offset?: number;
  /** The ctx field that the byte lies in, or the attribute that differs. */
  readonly field?: string;
}

export type Comparison =
  | { readonly kind: 'agree' }
  | Divergence
  /** `rule` names the row of excuses.ts. */
  | { readonly kind: 'incomparable'; readonly rule: string };

/**
 * The oracle: whether two targets agree on a case, and if not, where first. Looks at what ended a
 * target, then at the verdict, then at the runs in order (errno, retval, data, ctx), then at the maps.
 * Durations, logs and what was executed are never compared.
 */
export function compareOutcomes(testCase: Case, a: Observed, b: Observed): Comparison {
  const rule = excuseOf(a, b);
  if (rule !== undefined) return { kind: 'incomparable', rule };
  for (const difference of differences(testCase, a.outcome, b.outcome)) {
    const [valueA, valueB] = difference.values;
    const place = placeText(difference.where);
    return {
      kind: 'diverge',
      ...difference,
      description: `${place}${place && ': '}${valueA} on ${a.name}, ${valueB} on ${b.name}`,
    };
  }
  return { kind: 'agree' };
}

type Difference = Pick<Divergence, 'class' | 'where' | 'values'>;

function* differences(testCase: Case, a: Outcome, b: Outcome): Iterable<Difference> {
  if (a.kind !== 'completed' || b.kind !== 'completed') {
    const ends = [a.kind, b.kind];
    yield {
      class: ends.includes('crashed') ? 'crash' : 'hang',
      where: {},
      values: [a.kind, b.kind],
    };
    return;
  }
  yield* trouble(a, b);
  yield* unequal('verdict', { field: 'load' }, loadText(a), loadText(b));
  for (const [run, ofA] of a.runs.entries()) yield* runDifferences(testCase, run, ofA, b.runs[run]);
  for (const [i, { name }] of testCase.maps.entries()) {
    yield* mapDifferences(name, a.maps[i] ?? [], b.maps[i] ?? []);
  }
}

/** What a kernel said on its console is trouble of its own, whatever the other target did. */
function* trouble(a: Completed, b: Completed): Iterable<Difference> {
  const said = [a, b].map(({ console }) => console.split('\n', 1)[0]);
  if (said.some((line) => line !== '')) {
    yield {
      class: 'crash',
      where: { field: 'console' },
      values: [said[0] || 'nothing', said[1] || 'nothing'],
    };
  }
}

const loadText = ({ load }: Completed): string =>
  load.verdict === 'accepted' ? 'accepted' : `rejected with errno ${load.errno}`;

function* runDifferences(
  testCase: Case,
  run: number,
  a: RunOutcome,
  b: RunOutcome,
): Iterable<Difference> {
  const at = (field: string): Place => ({ run, field });
  const faults = [a.fault, b.fault].map((fault) =>
    fault === undefined
      ? 'no fault'
      : `${fault.reason} fault at slot ${fault.slot}: ${fault.detail}`,
  );
  yield* unequal('crash', at('fault'), faults[0], faults[1]);
  yield* unequal('errno', at('errno'), `errno ${a.errno}`, `errno ${b.errno}`);
  yield* unequal('retval', at('retval'), hex(a.retval), hex(b.retval));
  yield* unequal('data', at('data_size_out'), `${a.dataSizeOut}`, `${b.dataSizeOut}`);
  yield* unequalBytes('data', at('data_out'), a.dataOut, b.dataOut);
  yield* unequal('ctx', at('ctx_size_out'), `${a.ctxSizeOut}`, `${b.ctxSizeOut}`);
  for (const found of unequalBytes('ctx', at('ctx_out'), a.ctxOut, b.ctxOut)) {
    const layout = ctxLayoutOf(testCase.progType);
    const field = layout && ctxFieldAt(layout, found.where.offset ?? 0)?.name;
    yield { ...found, where: { ...found.where, field: `ctx_out ${field ?? 'padding'}` } };
  }
}

/** Both are sorted by key, so the first that differs is in one of the two first unequal entries. */
function* mapDifferences(map: string, a: MapContent, b: MapContent): Iterable<Difference> {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const keys = [a[i], b[i]].map((entry) => (entry ? bytesHex(entry.key) : undefined));
    if (keys[0] !== keys[1]) {
      const key = [keys[0], keys[1]].filter((k) => k !== undefined).sort()[0];
      const has = keys.map((k) => (k === key ? 'an entry' : 'no entry'));
      yield { class: 'map', where: { map, key }, values: [has[0], has[1]] };
      return;
    }
    for (const [cpu, value] of a[i].values.entries()) {
      const where = { map, key: keys[0], ...(a[i].values.length > 1 && { cpu }) };
      yield* unequalBytes('map', where, value, b[i].values[cpu] ?? new Uint8Array());
    }
  }
}

function* unequal(of: DivergenceClass, where: Place, a: string, b: string): Iterable<Difference> {
  if (a !== b) yield { class: of, where, values: [a, b] };
}

const SHOWN_BYTES = 8;

function* unequalBytes(
  of: DivergenceClass,
  where: Place,
  a: Uint8Array,
  b: Uint8Array,
): Iterable<Difference> {
  if (Buffer.compare(a, b) === 0) return;
  let offset = 0;
  while (offset < a.length && a[offset] === b[offset]) offset++;
  const shown = (bytes: Uint8Array): string =>
    bytesHex(bytes.subarray(offset, offset + SHOWN_BYTES)) || 'the end';
  yield { class: of, where: { ...where, offset }, values: [shown(a), shown(b)] };
}

function placeText({ run, map, key, cpu, offset, field }: Place): string {
  return [
    run === undefined ? [] : [`run ${run}`],
    map === undefined ? [] : [`map ${map}`],
    key === undefined ? [] : [`key ${key}`],
    cpu === undefined ? [] : [`cpu ${cpu}`],
    field === undefined ? [] : [field],
    offset === undefined ? [] : [`byte ${offset}`],
  ]
    .flat()
    .join(', ');
}

const hex = (value: number): string => `0x${value.toString(16)}`;
const bytesHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
