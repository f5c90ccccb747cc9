import type { CampaignEvent, Limit, Progress, Summary } from '../campaign/events.ts';
import { printable } from '../reports/printable.ts';
import { countOf, countText, durationText, shareText } from '../reports/quantity.ts';
import type { TargetEvent } from '../targets/target.ts';
import type { Display } from './display.ts';
import { foldedNames, isEmulator } from './target-rows.ts';
import { endText, howFar, stageText } from './words.ts';

export interface PlainOptions {
  /** Takes one line, without its newline. */
  readonly write: (line: string) => void;
}

/** Between two lines that say how far the campaign is, and the same as a share of its time. */
const PROGRESS_MS = 5_000;
const PROGRESS_SHARE = 1 / 8;
/** Candidates after which a shrinking is first spoken of; then whenever they have doubled. */
const TRIED_FIRST = 200;

/**
 * Tells a campaign line by line, for files, pipes and terminals that can't draw. Each line stands
 * alone, in ASCII. The lines are few: they do not grow with the number of events, and the engines of
 * a kernel, which share its machine, have one line together.
 */
export function plainProgress({ write }: PlainOptions): Display {
  let limit: Limit | undefined;
  let nextProgressMs = PROGRESS_MS;
  let nextTried = TRIED_FIRST;
  const kernels = kernelLines();
  const divergences = divergenceLines();

  /** None for what isn't worth a line. */
  function linesOf(event: CampaignEvent): readonly string[] {
    switch (event.kind) {
      case 'started':
        limit = event.limit;
        return [startText(event)];
      case 'target':
        return kernels.take(event.name, event.event);
      case 'progress': {
        const { elapsedMs } = event.progress;
        if (limit === undefined || elapsedMs < nextProgressMs) return [];
        nextProgressMs = elapsedMs + Math.max(PROGRESS_MS, elapsedMs * PROGRESS_SHARE);
        return [progressText(limit, event.progress)];
      }
      case 'divergence':
        nextTried = TRIED_FIRST;
        return divergences.take(event);
      case 'shrinking':
        if (event.tried < nextTried) return [];
        nextTried = event.tried * 2;
        return divergences.take(event);
      case 'locating':
        return [];
      case 'rechecking':
      case 'recorded':
      case 'dismissed':
        return divergences.take(event);
      case 'summary':
        return [...divergences.left(), summaryText(event.summary)];
    }
  }

  return {
    onEvent(event) {
      for (const line of linesOf(event)) write(printable(line));
    },
    interrupted: () => write('ending after what is under way; Ctrl-C again ends at once'),
    close: async () => {},
  };
}

/**
 * What becomes of kernels. The first engine that is heard of speaks for its machine: all of them hear of what
 * happens to it. It is ready once; restarts are told of each time when twice as many have happened.
 */
function kernelLines(): { take(name: string, event: TargetEvent): readonly string[] } {
  const kernels = new Map<string, { speaker: string; isReady: boolean; restarts: number }>();

  return {
    take(name, event) {
      if (isEmulator(name)) return [];
      const kernel = machineOf(name);
      const known = kernels.get(kernel) ?? { speaker: name, isReady: false, restarts: 0 };
      kernels.set(kernel, known);
      if (known.speaker !== name) return [];
      switch (event.kind) {
        case 'preparing':
          return [`${kernel}: ${event.what}`];
        case 'ready':
          if (known.isReady) return [];
          known.isReady = true;
          return [`${kernel}: ready after ${durationText(event.afterMs)}`];
        case 'restarted': {
          const count = ++known.restarts;
          if (!isPowerOf2(count)) return [];
          const times = count === 1 ? '' : `, ${countText(count)} times by now`;
          return [`${kernel}: restarted: ${event.why}${times}`];
        }
        default:
          return [];
      }
    },
  };
}

/** The engines of a kernel share its machine; bpftool has one of its own. */
const machineOf = (name: string): string =>
  name.endsWith(':bpftool') ? name : name.replace(/:.*/, '');

const isPowerOf2 = (count: number): boolean => (count & (count - 1)) === 0;

type DivergenceEvent = Extract<
  CampaignEvent,
  { kind: 'divergence' | 'shrinking' | 'rechecking' | 'recorded' | 'dismissed' }
>;

/**
 * What becomes of divergences. One that is dismissed at once, for a reason that was given before, is
 * only counted: a known cause is met again and again.
 */
function divergenceLines() {
  let untold: string | undefined;
  const reasons = new Map<string, number>();

  return {
    take(event: DivergenceEvent): readonly string[] {
      if (event.kind === 'divergence') {
        untold = `${event.id}: ${event.targets.join(' and ')} diverge in ${event.class}: ${event.where}`;
        return [];
      }
      const first = untold === undefined ? [] : [untold];
      untold = undefined;
      if (event.kind === 'dismissed') {
        const again = reasons.get(event.why);
        reasons.set(event.why, (again ?? -1) + 1);
        if (again !== undefined && first.length > 0) return [];
      }
      return [...first, `${event.id}: ${becameText(event)}`];
    },
    /** What was only counted, and a divergence of which nothing has become. */
    left: (): readonly string[] => [
      ...(untold === undefined ? [] : [untold]),
      ...[...reasons]
        .filter(([, again]) => again > 0)
        .map(([why, again]) => `dismissed ${countText(again)} more: ${why}`),
    ],
  };
}

/** A line stands alone, so it says again of what class a finding is. */
function becameText(event: Exclude<DivergenceEvent, { kind: 'divergence' }>): string {
  if (event.kind !== 'recorded') return stageText(event);
  const at = event.at === '' ? '' : `at ${event.at}, `;
  return `recorded ${event.finding}: ${event.class}, ${at}${countOf(event.insns, 'insn')}`;
}

function startText({ seed, profile, targets, limit }: CampaignEvent & { kind: 'started' }): string {
  const amount = limit.kind === 'time' ? durationText(limit.ms) : countOf(limit.cases, 'case');
  return `seed ${seed}, profile ${profile}, ${amount} on ${foldedNames(targets).join(', ')}`;
}

function progressText(limit: Limit, progress: Progress): string {
  const { fraction, done, rate, elapsed, left } = howFar(limit, progress, progress.elapsedMs);
  return [
    `${done} (${shareText(Math.floor(fraction * 1000), 1000)})`,
    rate,
    elapsed,
    left,
    `${countText(progress.divergences)} diverged`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
}

const summaryText = (summary: Summary): string =>
  `${endText(summary)}: ${countOf(summary.cases, 'case')}, ${countOf(summary.findings.length, 'finding')}`;
