import { TargetFailedError, TargetUnavailableError } from '../targets/target.ts';

/** What the shell is told. */
export const ExitStatus = {
  /** All agree. */
  AGREE: 0,
  /** Targets diverged. */
  DIVERGE: 1,
  /** Bad usage or bad input. */
  USAGE: 2,
  /** A target could not be had, or compared next to nothing. */
  UNAVAILABLE: 3,
  /** Ended by Ctrl-C: 128 + SIGINT. */
  INTERRUPTED: 130,
} as const;
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus];

/** Bad usage that the command line's parser can't see: says what was expected, found, and the fix. */
export class UsageError extends Error {
  readonly code = 'USAGE';

  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/**
 * The lines that an error deserves on stderr, and the status it ends with. Errors of a person's
 * making and of the surroundings get their message; our own mistakes also get their stack.
 */
export function explainError(error: unknown): { lines: readonly string[]; status: ExitStatus } {
  if (error instanceof TargetUnavailableError) {
    return {
      lines: [`bpfdiff: ${error.message}`, `  ${error.remedy}`],
      status: ExitStatus.UNAVAILABLE,
    };
  }
  if (error instanceof TargetFailedError) {
    return { lines: [`bpfdiff: ${error.message}`], status: ExitStatus.UNAVAILABLE };
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return { lines: [`bpfdiff: ${error.message}`], status: ExitStatus.USAGE };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    lines: ['bpfdiff: this is a mistake of bpfdiff itself:', stack],
    status: ExitStatus.USAGE,
  };
}
