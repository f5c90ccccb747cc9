import { statSync } from 'node:fs';
import { CaseFileError, readCaseFile } from './case-file.ts';
import { entriesBelow } from './case-folder.ts';
import { openCorpus } from './corpus.ts';
import type { RecordedCase } from './records.ts';

/** Whatever kind of thing recorded cases lie in: `.case` files, or a corpus. */
export interface Source {
  /** Every case, in an order that is always the same. */
  readonly names: readonly string[];
  /** What lies there and is no case. */
  readonly skipped: readonly string[];
  read(name: string): RecordedCase;
  close(): void;
}

/**
 * What lies at `path`: a folder of `.case` files, one such file, or a corpus. Throws `CaseFileError` where there
 * is nothing, and `CorpusError`.
 */
export function sourceOf(path: string): Source {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new CaseFileError(path, 'Expected a folder of .case files or a corpus, got nothing');
  }
  const files = { read: readCaseFile, close: () => {} };
  if (found.isDirectory()) {
    const entries = entriesBelow(path);
    const isCase = entries.map(({ path, kind }) => kind === 'file' && path.endsWith('.case'));
    const paths = entries.map((entry) => entry.path);
    const [names, skipped] = [true, false].map((is) => paths.filter((_, i) => isCase[i] === is));
    return { ...files, names, skipped };
  }
  if (path.endsWith('.case')) return { ...files, names: [path], skipped: [] };
  const corpus = openCorpus(path, { mode: 'read' });
  return {
    names: corpus.answeredHashes(),
    skipped: [],
    read: corpus.recordedCase,
    close: corpus.close,
  };
}
