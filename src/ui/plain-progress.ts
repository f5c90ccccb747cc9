import type { CampaignEvent, Limit, Progress, Summary } from '../campaign/events.ts';
import { printable } from '../reports/printable.ts';
import { countOf, countText, durationText, shareText } from '../reports/quantity.ts';
import type { TargetEvent } from '../targets/target.ts';
import type { Display } from './display.ts';
import { endText, howFar, stageText } from './words.ts';

export interface PlainOptions {
  /** Takes one line, without its newline. */
  readonly write: (line: string) => void;
}

/** Between two lines that say how far the campaign is. */
const PROGRESS_MS = 5_000;
/** Candidates after which a shrinking is first spoken of; then whenever they have doubled. */
const TRIED_FIRST = 200;

/**
 * Tells a campaign line by line, for files, pipes and terminals that can't draw. Each line stands
 * alone, in ASCII. The lines are few: they do not grow with the number of events.
 */
export function plainProgress({ write }: PlainOptions): Display {
  let limit: Limit | undefined;
  let nextProgressMs = PROGRESS_MS;
  let nextTried = TRIED_FIRST;

  /** Undefined for what isn't worth a line. */
  function lineOf(event: CampaignEvent): string | undefined {
    switch (event.kind) {
      case 'started':
        limit = event.limit;
        return startText(event);
      case 'target':
        return `${event.name}: ${targetText(event.event)}`;
      case 'progress': {
        const { elapsedMs } = event.progress;
        if (limit === undefined || elapsedMs < nextProgressMs) return undefined;
        nextProgressMs = elapsedMs + PROGRESS_MS;
        return progressText(limit, event.progress);
      }
      case 'divergence':
        nextTried = TRIED_FIRST;
        return `${event.id}: ${event.targets.join(' and ')} diverge in ${event.class}: ${event.where}`;
      case 'shrinking':
        if (event.tried < nextTried) return undefined;
        nextTried = event.tried * 2;
        return `${event.id}: ${stageText(event)}`;
      case 'recorded':
      case 'dismissed':
        return `${event.id}: ${stageText(event)}`;
      case 'summary':
        return summaryText(event.summary);
    }
  }

  return {
    onEvent(event) {
      const line = lineOf(event);
      if (line !== undefined) write(printable(line));
    },
    interrupted: () => write('ending after what is under way; Ctrl-C again ends at once'),
    close: async () => {},
  };
}

function startText({ seed, profile, targets, limit }: CampaignEvent & { kind: 'started' }): string {
  const amount = limit.kind === 'time' ? durationText(limit.ms) : countOf(limit.cases, 'case');
  return `seed ${seed}, profile ${profile}, ${amount} on ${targets.join(', ')}`;
}

function targetText(event: TargetEvent): string {
  switch (event.kind) {
    case 'preparing':
      return event.what;
    case 'ready':
      return `ready after ${durationText(event.afterMs)}`;
    case 'restarted':
      return `restarted: ${event.why}`;
    default:
      return event.kind;
  }
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
