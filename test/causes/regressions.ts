import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCaseFolder } from '../../src/corpus/case-folder.ts';
import type { RecordedCase } from '../../src/corpus/records.ts';

const FOLDER = fileURLToPath(new URL('../../corpus/regressions', import.meta.url));

/** The cases of `corpus/regressions/` by their names without `.case`. */
export const regressions = (): ReadonlyMap<string, RecordedCase> =>
  new Map(readCaseFolder(FOLDER).cases.map((one) => [basename(one.name, '.case'), one]));
