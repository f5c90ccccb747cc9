import type { CampaignEvent, Limit, Progress, Summary, TargetCounts } from '../campaign/events.ts';
import type { TargetEvent } from '../targets/target.ts';

/** All that the screen shows. Its size does not grow with the campaign. */
export interface ScreenState {
  readonly campaign: { readonly seed: string; readonly profile: string } | undefined;
  readonly limit: Limit | undefined;
  /** In the campaign's order; before it has started, as they were named. */
  readonly targets: readonly TargetState[];
  readonly progress: Progress | undefined;
  /** The newest first, at most `DIVERGENCES_MAX`. */
  readonly divergences: readonly DivergenceState[];
  readonly recorded: number;
  readonly dismissed: number;
  /** A person has asked to end; what is under way is finished first. */
  readonly ending: boolean;
  readonly summary: Summary | undefined;
}

/** A target and what it is doing. */
export interface TargetState {
  readonly name: string;
  readonly phase: Phase;
  readonly counts: TargetCounts | undefined;
  readonly restarts: number;
  /** Why it was restarted last. */
  readonly restartReason: string | undefined;
  /** Findings in which it disagrees. */
  readonly findings: number;
}

/** What a target is doing; `waiting` until it says so itself. */
export type Phase = { readonly kind: 'waiting' } | Exclude<TargetEvent, { kind: 'restarted' }>;

/** A divergence on its way to a finding. */
export interface DivergenceState {
  readonly id: string;
  /** For how many it stands: those that are dismissed for the same reason are one. */
  readonly times: number;
  readonly class: string;
  readonly targets: readonly [string, string];
  readonly where: string;
  /** The text of the smallest case that shows it, as far as one was told. */
  readonly smallest: string | undefined;
  readonly stage:
    | { readonly kind: 'shrinking'; readonly tried: number; readonly insns: number | undefined }
    | { readonly kind: 'rechecking' | 'locating' }
    | {
        readonly kind: 'recorded';
        readonly finding: string;
        readonly class: string;
        readonly at: string;
        readonly insns: number;
      }
    | { readonly kind: 'dismissed'; readonly why: string };
}

/** What the screen is told: the campaign's events, and that a person has asked to end it. */
export type ScreenEvent = CampaignEvent | { readonly kind: 'interrupted' };

/** More than a screen has room for. */
const DIVERGENCES_MAX = 64;

/** Before the first event. */
export const INITIAL_SCREEN: ScreenState = {
  campaign: undefined,
  limit: undefined,
  targets: [],
  progress: undefined,
  divergences: [],
  recorded: 0,
  dismissed: 0,
  ending: false,
  summary: undefined,
};

/** Before the first event of a campaign on targets that are named so. */
export const screenOf = (names: readonly string[]): ScreenState => ({
  ...INITIAL_SCREEN,
  targets: names.map((name) => targetOf(INITIAL_SCREEN, name)),
});

/** The state after an event. */
export function screenState(state: ScreenState, event: ScreenEvent): ScreenState {
  switch (event.kind) {
    case 'started': {
      const { seed, profile, limit } = event;
      const targets = event.targets.map((name) => targetOf(state, name));
      return { ...state, campaign: { seed, profile }, limit, targets };
    }
    case 'target':
      return withTarget(state, afterTargetEvent(targetOf(state, event.name), event.event));
    case 'progress':
      return withCounts({ ...state, progress: event.progress }, event.progress.targets);
    case 'divergence': {
      const { kind: _, ...divergence } = event;
      const stage = { kind: 'shrinking', tried: 0, insns: undefined } as const;
      const added = { ...divergence, times: 1, smallest: undefined, stage };
      return { ...state, divergences: bounded([added, ...state.divergences]) };
    }
    case 'shrinking': {
      const { id, smallest, ...stage } = event;
      return withDivergence(state, id, { stage, ...(smallest !== undefined && { smallest }) });
    }
    case 'rechecking':
    case 'locating': {
      const { id, ...stage } = event;
      return withDivergence(state, id, { stage });
    }
    case 'recorded': {
      const { id, ...stage } = event;
      const counted = { ...withFinding(state, id), recorded: state.recorded + 1 };
      return withDivergence(counted, id, { stage });
    }
    case 'dismissed': {
      const { id, ...stage } = event;
      const counted = { ...state, dismissed: state.dismissed + 1 };
      const dismissed = withDivergence(counted, id, { stage });
      return { ...dismissed, divergences: foldDismissed(dismissed.divergences, event) };
    }
    case 'interrupted':
      return { ...state, ending: true };
    case 'summary':
      return withCounts({ ...state, summary: event.summary }, event.summary.targets);
  }
}

/** Where there are too many, the oldest that was dismissed goes, or else the oldest. */
function bounded(divergences: readonly DivergenceState[]): readonly DivergenceState[] {
  if (divergences.length <= DIVERGENCES_MAX) return divergences;
  // -1, where none was, is the last of all to toSpliced.
  const dismissed = divergences.findLastIndex(({ stage }) => stage.kind === 'dismissed');
  return divergences.toSpliced(dismissed, 1);
}

const targetOf = (state: ScreenState, name: string): TargetState =>
  state.targets.find((target) => target.name === name) ?? {
    name,
    phase: { kind: 'waiting' },
    counts: undefined,
    restarts: 0,
    restartReason: undefined,
    findings: 0,
  };

const afterTargetEvent = (target: TargetState, event: TargetEvent): TargetState =>
  event.kind === 'restarted'
    ? { ...target, restarts: target.restarts + 1, restartReason: event.why }
    : { ...target, phase: event };

function withTarget(state: ScreenState, changed: TargetState): ScreenState {
  const known = state.targets.some(({ name }) => name === changed.name);
  const targets = known
    ? state.targets.map((target) => (target.name === changed.name ? changed : target))
    : [...state.targets, changed];
  return { ...state, targets };
}

function withCounts(
  state: ScreenState,
  counts: Readonly<Record<string, TargetCounts>>,
): ScreenState {
  const targets = state.targets.map((target) => ({
    ...target,
    counts: counts[target.name] ?? target.counts,
    restarts: Math.max(target.restarts, counts[target.name]?.restarted ?? 0),
  }));
  return { ...state, targets };
}

function withDivergence(
  state: ScreenState,
  id: string,
  changed: Partial<DivergenceState>,
): ScreenState {
  const divergences = state.divergences.map((divergence) =>
    divergence.id === id ? { ...divergence, ...changed } : divergence,
  );
  return { ...state, divergences };
}

function withFinding(state: ScreenState, id: string): ScreenState {
  const found = state.divergences.find((divergence) => divergence.id === id);
  const targets = state.targets.map((target) =>
    found?.targets.includes(target.name) ? { ...target, findings: target.findings + 1 } : target,
  );
  return { ...state, targets };
}

/** The newest that was dismissed takes the place of those that were dismissed for the same reason. */
function foldDismissed(
  divergences: readonly DivergenceState[],
  { id, why }: { readonly id: string; readonly why: string },
): readonly DivergenceState[] {
  const isSame = ({ stage }: DivergenceState) => stage.kind === 'dismissed' && stage.why === why;
  const times = divergences.filter(isSame).reduce((sum, same) => sum + same.times, 0);
  return divergences
    .filter((divergence) => divergence.id === id || !isSame(divergence))
    .map((divergence) => (divergence.id === id ? { ...divergence, times } : divergence));
}

/** As a person wants to see them: what is under way, what was found, what is none; the newest first in each. */
export const inOrder = ({ divergences }: ScreenState): readonly DivergenceState[] =>
  divergences.toSorted((a, b) => rank(a) - rank(b));

/** -1 for what is under way. */
const rank = ({ stage }: DivergenceState): number => ['recorded', 'dismissed'].indexOf(stage.kind);
