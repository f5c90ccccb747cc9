import { writeFileSync } from 'node:fs';
import { UsageError } from './exit-status.ts';

/** Writes what a person asked for into the file that they named. Throws `UsageError`. */
export function writeOutput(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UsageError(`${path}: it can't be written (${(error as Error).message})`);
  }
}
