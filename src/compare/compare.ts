import type { Case } from '../case/case.ts';
import { ctxFieldAt, ctxLayoutOf } from '../case/ctx.ts';
import type {
  CommandOutcome,
  Completed,
  Fault,
  LiveFrames,
  MapContent,
  MapContentEntry,
  Outcome,
  RunOutcome,
  TargetInfo,
} from '../targets/target.ts';
import { excuseOf } from './excuses.ts';

/** What one target observed of a case, and what the target is. */
export interface Observed {
  readonly name: string;
  readonly info: TargetInfo;
  readonly outcome: Outcome;
}

/**
 * In which part of the outcome two targets disagree. `crash` holds faults of the emulator as well;
 * `complaint` is of a kernel that lived on.
 */
export type DivergenceClass =
  | 'verdict'
  | 'errno'
  | 'retval'
  | 'data'
  | 'ctx'
  | 'map'
  | 'crash'
  | 'hang'
  | 'complaint';

/** The first place at which two outcomes differ. */
export interface Divergence {
  readonly kind: 'diverge';
  readonly class: DivergenceClass;
  readonly where: Place;
  /** What each target has there, such as `0x2` or `0001`. */
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
  /** Which command of the run. */
  readonly command?: number;
  /** Of the first differing byte. */
  readonly offset?: number;
  /** The ctx field that the byte lies in, or the attribute that differs. */
  readonly field?: string;
}

/** The oracle's answer on two outcomes of one case. */
export type Comparison =
  | { readonly kind: 'agree' }
  | Divergence
  /** `rule` names the row of excuses.ts. */
  | { readonly kind: 'incomparable'; readonly rule: string };

/**
 * The oracle: whether two targets agree on a case, and if not, where first. Looks at what a kernel
 * should never do (crash, hang, warn, find its verifier at fault), which nothing excuses but that the emulator had to give up as well; then for a
 * rule that makes the two incomparable; then at the verdict, at the runs in order (fault, errno, retval,
 * data, ctx, live frames, commands), and at the maps. Logs, durations and what was executed are never compared. Both outcomes must be of `testCase`.
 */
export function compareOutcomes(testCase: Case, a: Observed, b: Observed): Comparison {
  const excuse = excuseOf(testCase, a, b);
  const trouble = troubleOf(a, b);
  if (trouble !== undefined && !excuse?.excusesHang) return divergence(trouble, a, b);
  if (excuse !== undefined) return { kind: 'incomparable', rule: excuse.name };
  const difference = differenceOf(testCase, a.outcome, b.outcome);
  return difference === undefined ? AGREE : divergence(difference, a, b);
}

const AGREE: Comparison = { kind: 'agree' };

type Difference = Pick<Divergence, 'class' | 'where' | 'values'>;

function divergence(difference: Difference, a: Observed, b: Observed): Divergence {
  const [valueA, valueB] = difference.values;
  const place = placeText(difference.where);
  return {
    kind: 'diverge',
    ...difference,
    description: `${place}${place && ': '}${valueA} on ${a.name}, ${valueB} on ${b.name}`,
  };
}

function placeText({ run, command, map, key, cpu, offset, field }: Place): string {
  const parts = [
    run !== undefined && `run ${run}`,
    command !== undefined && `command ${command}`,
    map !== undefined && `map ${map}`,
    key !== undefined && `key ${key}`,
    cpu !== undefined && `cpu ${cpu}`,
    field,
    offset !== undefined && `byte ${offset}`,
  ];
  return parts.filter(Boolean).join(', ');
}

function troubleOf(a: Observed, b: Observed): Difference | undefined {
  const kinds = [a.outcome.kind, b.outcome.kind] as const;
  const values = [fateText(a.outcome), fateText(b.outcome)] as const;
  if (kinds.includes('crashed')) return { class: 'crash', where: {}, values };
  if (kinds.includes('hung')) return { class: 'hang', where: {}, values };
  const [ofA, ofB] = [complaintOf(a), complaintOf(b)];
  const first = ofA ?? ofB;
  if (first === undefined) return undefined;
  const said = [ofA?.said ?? 'nothing', ofB?.said ?? 'nothing'] as const;
  return { class: 'complaint', where: { field: first.field }, values: said };
}

const fateText = (outcome: Outcome): string =>
  outcome.kind === 'unsupported' || outcome.trouble === undefined
    ? outcome.kind
    : `${outcome.kind}: ${outcome.trouble.title}`;

interface Complaint {
  readonly field: 'console' | 'load';
  /** One line. */
  readonly said: string;
}

/** An emulator's console holds what progs print, and isn't a kernel's complaint. */
function complaintOf({ info, outcome }: Observed): Complaint | undefined {
  if (outcome.kind !== 'completed' || info.engine === 'emulator') return undefined;
  const { trouble, console, load } = outcome;
  const said = trouble?.title ?? firstLine(console);
  return said === '' ? verifierBugOf(load) : { field: 'console', said };
}

const EFAULT = 14;

/**
 * A load that ends with EFAULT, where all pointers of the command are good, as the agent's are, is a
 * mistake of the verifier that it found out itself ("verifier bug"; kernel/bpf/verifier.c and fixups.c,
 * 7.2). It warns of it once a boot only. The one other meaning, up to 6.12: more than 8192 jumps wait to
 * be followed (`push_stack`), as in no prog of a sensible size.
 */
function verifierBugOf(load: Completed['load']): Complaint | undefined {
  if (load.verdict === 'accepted' || load.errno !== EFAULT) return undefined;
  const reason = firstLine(load.log);
  return { field: 'load', said: `ended with EFAULT${reason && `: ${reason}`}` };
}

const firstLine = (text: string): string => text.trimStart().split('\n', 1)[0];

function differenceOf(testCase: Case, a: Outcome, b: Outcome): Difference | undefined {
  if (a.kind !== 'completed' || b.kind !== 'completed') {
    throw new Error(`no rule excuses a ${a.kind} and a ${b.kind} outcome`);
  }
  const verdict = unequal('verdict', { field: 'load' }, loadText(a.load), loadText(b.load));
  if (verdict !== undefined) return verdict;
  for (const [run, ofA] of a.runs.entries()) {
    const found = runDifference(testCase, run, ofA, b.runs[run]);
    if (found !== undefined) return found;
  }
  for (const [map, ofA] of a.maps.entries()) {
    const found = mapDifference(testCase.maps[map].name, ofA, b.maps[map]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The verdict as it is compared: logs differ between kernels that agree. */
const loadText = (load: Extract<Outcome, { kind: 'completed' }>['load']): string =>
  load.verdict === 'accepted' ? 'accepted' : `rejected with errno ${load.errno}`;

function runDifference(
  testCase: Case,
  run: number,
  a: RunOutcome,
  b: RunOutcome,
): Difference | undefined {
  const at = (field: string): Place => ({ run, field });
  return (
    faultDifference(at('fault'), a.fault, b.fault) ??
    unequal('errno', at('errno'), a.errno, b.errno) ??
    unequal('retval', at('retval'), a.retval, b.retval, hex) ??
    unequal('data', at('data_size_out'), a.dataSizeOut, b.dataSizeOut) ??
    unequalBytes('data', at('data_out'), a.dataOut, b.dataOut) ??
    unequal('ctx', at('ctx_size_out'), a.ctxSizeOut, b.ctxSizeOut) ??
    ctxDifference(testCase, unequalBytes('ctx', { run }, a.ctxOut, b.ctxOut)) ??
    framesDifference(run, a.frames ?? [], b.frames ?? []) ??
    commandsDifference(testCase, run, a.commands ?? [], b.commands ?? [])
  );
}

function commandsDifference(
  testCase: Case,
  run: number,
  a: readonly CommandOutcome[],
  b: readonly CommandOutcome[],
): Difference | undefined {
  for (const [command, { kind, map }] of (testCase.runs[run].commands ?? []).entries()) {
    const [ofA, ofB] = [a[command], b[command]];
    const at = (field: string): Place => ({
      run,
      command,
      map: testCase.maps[map].name,
      field: `${kind} ${field}`,
    });
    const found =
      unequal('errno', at('errno'), ofA.errno, ofB.errno) ??
      unequal('map', at('count'), ofA.count, ofB.count) ??
      unequalBytes('map', at('output'), ofA.output, ofB.output);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What left a live run, in order: the first entry that differs, and where. */
function framesDifference(
  run: number,
  a: readonly LiveFrames[],
  b: readonly LiveFrames[],
): Difference | undefined {
  const at = a.findIndex((ofA, i) => frameText(ofA) !== frameText(b[i]));
  const index = at < 0 ? a.length : at;
  const [ofA, ofB] = [a[index], b[index]];
  if (ofA === undefined && ofB === undefined) return undefined;
  const where = { run, field: `frame ${index}` };
  const [textA, textB] = [wayText(ofA), wayText(ofB)];
  return textA === textB
    ? unequalBytes('data', where, ofA.bytes, ofB.bytes)
    : { class: 'data', where, values: [textA, textB] };
}

const wayText = (frames: LiveFrames | undefined): string =>
  frames === undefined
    ? 'none'
    : `${frames.times} of ${frames.bytes.length} bytes ${frames.way}, ifindex ${frames.ifindex}`;

const frameText = (frames: LiveFrames | undefined): string =>
  frames === undefined ? '' : `${wayText(frames)}: ${bytesHex(frames.bytes)}`;

/** Only emulators have faults: one that has fallen over can agree with no kernel. */
function faultDifference(
  where: Place,
  a: Fault | undefined,
  b: Fault | undefined,
): Difference | undefined {
  const same = a?.reason === b?.reason && a?.prog === b?.prog && a?.slot === b?.slot;
  return same ? undefined : { class: 'crash', where, values: [faultText(a), faultText(b)] };
}

const faultText = (fault: Fault | undefined): string =>
  fault === undefined
    ? 'no fault'
    : `${fault.reason} fault at slot ${fault.slot} of prog ${fault.prog}: ${fault.detail}`;

/** Names the field that the first differing byte lies in. */
function ctxDifference({ progType }: Case, found: Difference | undefined): Difference | undefined {
  if (found === undefined) return undefined;
  const layout = ctxLayoutOf(progType);
  const field = layout && ctxFieldAt(layout, found.where.offset!);
  return { ...found, where: { ...found.where, field: `ctx_out ${field?.name ?? 'padding'}` } };
}

/** Both are sorted by key, so what differs first is at the first index where they differ. */
function mapDifference(map: string, a: MapContent, b: MapContent): Difference | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareKeys(a[i], b[i]);
    if (order !== 0) {
      const key = bytesHex((order < 0 ? a[i] : b[i]).key);
      const values = order < 0 ? (['an entry', 'none'] as const) : (['none', 'an entry'] as const);
      return { class: 'map', where: { map, key }, values };
    }
    const found = valueDifference(map, a[i], b[i]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Below 0 where `a` has the smaller key; a missing entry is behind all others. */
function compareKeys(a: MapContentEntry | undefined, b: MapContentEntry | undefined): number {
  if (a === undefined) return 1;
  return b === undefined ? -1 : Buffer.compare(a.key, b.key);
}

function valueDifference(
  map: string,
  a: MapContentEntry,
  b: MapContentEntry,
): Difference | undefined {
  const count = Math.max(a.values.length, b.values.length);
  for (let cpu = 0; cpu < count; cpu++) {
    const [ofA, ofB] = [a.values[cpu] ?? NONE, b.values[cpu] ?? NONE];
    if (sameBytes(ofA, ofB)) continue;
    const where = { map, key: bytesHex(a.key), ...(count > 1 && { cpu }) };
    return unequalBytes('map', where, ofA, ofB);
  }
  return undefined;
}

const NONE = new Uint8Array();

function unequal<T extends string | number>(
  of: DivergenceClass,
  where: Place,
  a: T,
  b: T,
  print: (value: T) => string = String,
): Difference | undefined {
  return a === b ? undefined : { class: of, where, values: [print(a), print(b)] };
}

const SHOWN_BYTES = 8;

function unequalBytes(
  of: DivergenceClass,
  where: Place,
  a: Uint8Array,
  b: Uint8Array,
): Difference | undefined {
  if (sameBytes(a, b)) return undefined;
  let offset = 0;
  while (offset < a.length && a[offset] === b[offset]) offset++;
  const shown = (bytes: Uint8Array): string =>
    bytesHex(bytes.subarray(offset, offset + SHOWN_BYTES)) || 'the end';
  return { class: of, where: { ...where, offset }, values: [shown(a), shown(b)] };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;
const hex = (value: number): string => `0x${value.toString(16)}`;
const bytesHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
