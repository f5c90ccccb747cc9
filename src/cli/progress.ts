import type { CampaignEvent, Summary } from '../campaign/events.ts';
import type { Display } from '../ui/display.ts';
import { plainProgress } from '../ui/plain-progress.ts';
import { type ScreenKeyboard, startScreen } from '../ui/start-screen.tsx';
import { detectTerminal } from '../ui/terminal.ts';
import type { Surroundings } from './surroundings.ts';

export interface ProgressFlags {
  /** Names, separated by commas. */
  readonly targets: string;
  /** Events go to stdout as NDJSON, and nothing is drawn. */
  readonly json?: boolean;
  /** False: plain lines even on a terminal. */
  readonly tui: boolean;
}

/** What a person may do while a campaign goes. */
export interface ProgressActions {
  readonly interrupt: () => void;
  readonly findingText: ScreenKeyboard['findingText'];
}

/**
 * How a campaign is shown while it goes: a screen on a terminal, plain lines elsewhere, or NDJSON. Keys are
 * read where the screen is drawn and stdin is a terminal.
 */
export function openProgress(
  flags: ProgressFlags,
  { env, stderrIsTerminal, stdinIsTerminal, isInForeground }: Surroundings,
  actions: ProgressActions,
): Display {
  if (flags.json) return ndjson((value) => process.stdout.write(`${JSON.stringify(value)}\n`));
  const terminal = detectTerminal(env, stderrIsTerminal);
  if (flags.tui && terminal.drawing === 'screen') {
    const targets = flags.targets.split(',').map((name) => name.trim());
    return startScreen({
      stream: process.stderr,
      terminal,
      targets,
      ...(stdinIsTerminal && {
        keyboard: { stdin: process.stdin, isOurs: isInForeground, suspend, ...actions },
      }),
      now: () => performance.now(),
    });
  }
  return plainProgress({ write: (line) => process.stderr.write(`${line}\n`) });
}

/** What a terminal does at Ctrl-Z: it stops all that was started with this process, which so is not alone. */
const suspend = (): boolean => process.kill(0, 'SIGTSTP');

/** One event a line; the summary, which comes last, is what `design.md` promises to scripts. */
function ndjson(write: (value: object) => void): Display {
  let summary: Summary | undefined;
  return {
    onEvent(event: CampaignEvent) {
      if (event.kind === 'summary') summary = event.summary;
      else write(event);
    },
    interrupted() {},
    async close() {
      if (summary !== undefined) write({ kind: 'summary', ...summary });
      summary = undefined;
    },
  };
}
