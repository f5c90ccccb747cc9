import type { Limit, Progress, Summary } from '../campaign/events.ts';
import { countOf, countText, durationText, rateText } from '../reports/quantity.ts';
import type { DivergenceState, ScreenState, TargetState } from './screen-state.ts';
import { isEmulator } from './target-rows.ts';

/** How far a campaign is, in words that stand alone. */
export interface HowFar {
  /** 0..1. */
  readonly fraction: number;
  readonly done: string;
  readonly rate: string;
  readonly elapsed: string;
  /** Undefined while it can't be told, and at the end. */
  readonly left: string | undefined;
}

/** Below this share of the cases, the first batch's start is most of the time. */
const TOLD_FROM = 0.05;

/** `elapsedMs` is the time now, which may be later than that of the last progress. */
export function howFar(limit: Limit, progress: Progress, elapsedMs: number): HowFar {
  const { cases, casesPerSecond } = progress;
  const rate = rateText(casesPerSecond);
  if (limit.kind === 'time') {
    const leftMs = Math.max(limit.ms - elapsedMs, 0);
    return {
      fraction: limit.ms === 0 ? 1 : Math.min(elapsedMs / limit.ms, 1),
      done: countOf(cases, 'case'),
      rate,
      elapsed: `${durationText(elapsedMs)} of ${durationText(limit.ms)}`,
      left: leftMs > 0 ? `${durationText(leftMs)} left` : undefined,
    };
  }
  const isTold = cases >= limit.cases * TOLD_FROM;
  const leftMs = isTold ? (1000 * (limit.cases - cases)) / casesPerSecond : Number.NaN;
  return {
    fraction: limit.cases === 0 ? 1 : Math.min(cases / limit.cases, 1),
    done: `${countText(cases)} of ${countOf(limit.cases, 'case')}`,
    rate,
    elapsed: durationText(elapsedMs),
    left: Number.isFinite(leftMs) && leftMs > 0 ? `${durationText(leftMs)} left` : undefined,
  };
}

/** How a campaign ended. */
export function endText({ stopped, durationMs }: Summary): string {
  const duration = durationText(durationMs);
  if (stopped === 'interrupted') return `interrupted after ${duration}`;
  if (stopped === 'max-findings') return `ended after ${duration}: enough findings`;
  return `done in ${duration}`;
}

/** Whether a campaign goes on. */
export function statusText({ summary, ending, campaign }: ScreenState): string {
  if (summary !== undefined) return endText(summary);
  if (ending) return 'ending; Ctrl-C again ends at once';
  return campaign === undefined ? 'preparing targets' : 'running';
}

/** What a target is doing, as long as it isn't just running cases; undefined then. */
export function phaseText({ phase, counts }: TargetState): string | undefined {
  switch (phase.kind) {
    case 'waiting':
      return counts === undefined ? 'waiting' : undefined;
    case 'preparing':
      return phase.what;
    case 'booting':
      return 'booting';
    case 'ready':
      return counts === undefined ? `ready after ${durationText(phase.afterMs)}` : undefined;
    case 'closed':
      return counts === undefined ? 'closed' : undefined;
  }
}

/** What went wrong with a target: crashes, hangs, restarts and why. */
export function troublesText({ counts, restarts, restartReason }: TargetState): string {
  const why = restartReason === undefined ? '' : ` (${restartReason})`;
  return [
    counts !== undefined && counts.crashed > 0 && `${countText(counts.crashed)} crashed`,
    counts !== undefined && counts.hung > 0 && `${countText(counts.hung)} hung`,
    restarts > 0 && `${countText(restarts)} restarted${why}`,
  ]
    .filter((part) => part !== false)
    .join(', ');
}

/** What a person wants to know of a target beside its counts: what was found there, what went wrong. */
export function notesText(target: TargetState): string {
  const { findings } = target;
  return [findings > 0 && countOf(findings, 'finding'), troublesText(target)]
    .filter((part) => part !== false && part !== '')
    .join(', ');
}

/** How many kernels can run cases already; undefined where none was named. */
export function readyText(targets: readonly TargetState[]): string | undefined {
  const kernels = targets.filter(({ name }) => !isEmulator(name));
  if (kernels.length === 0) return undefined;
  const ready = kernels.filter(({ phase }) => phase.kind === 'ready').length;
  return `${ready} of ${countOf(kernels.length, 'kernel target')} ready`;
}

/** How far a divergence is on its way to a finding. */
export function stageText(stage: DivergenceState['stage']): string {
  switch (stage.kind) {
    case 'shrinking': {
      const { tried, insns } = stage;
      if (insns === undefined) return 'shrinking';
      return `shrinking: ${countText(tried)} tried, ${countOf(insns, 'insn')}`;
    }
    case 'rechecking':
      return 'running it on kernels started anew';
    case 'locating':
      return 'looking for where they begin to differ';
    case 'recorded':
      return `finding ${stage.finding}, ${countOf(stage.insns, 'insn')}${atText(stage)}`;
    case 'dismissed':
      return `dismissed: ${stage.why}`;
  }
}

const atText = ({ at }: { readonly at: string }): string => (at === '' ? '' : `, at ${at}`);
