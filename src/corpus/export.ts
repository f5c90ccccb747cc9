import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, writeCaseFile } from './case-file.ts';
import type { Corpus } from './corpus.ts';
import type { RecordedCase } from './records.ts';

/** What of a corpus is to be written: all, the cases that are kept in their own right, or some by their ids. */
export type Exported = 'all' | 'agreeing' | readonly string[];

/**
 * Writes `.case` files with recorded answers into a folder, which is made where it is missing: of findings
 * under their ids, of other cases under how their hashes begin. Files that are there are replaced. Yields the
 * paths as they are written. Throws `CorpusError` and `CaseFileError`.
 */
export function* exportCases(
  corpus: Corpus,
  exported: Exported,
  folder: string,
): Iterable<{ readonly path: string; readonly recorded: RecordedCase }> {
  attempt(folder, () => mkdirSync(folder, { recursive: true }));
  for (const { name, recorded } of chosen(corpus, exported)) {
    const path = join(folder, `${name}.case`);
    writeCaseFile(path, recorded);
    yield { path, recorded };
  }
}

interface Named {
  readonly name: string;
  readonly recorded: RecordedCase;
}

function* chosen(corpus: Corpus, exported: Exported): Iterable<Named> {
  const findings = corpus.findings();
  const ofHash = (hash: string): RecordedCase => corpus.recordedCase(hash);
  if (exported === 'all') {
    for (const { id, caseHash } of findings) yield { name: id, recorded: ofHash(caseHash) };
  }
  if (typeof exported === 'string') {
    const shrunk = new Set(findings.map(({ caseHash }) => caseHash));
    for (const recorded of corpus.keptCases()) {
      if (!shrunk.has(recorded.name)) yield { name: shortHash(recorded), recorded };
    }
    return;
  }
  for (const id of exported) {
    const finding = findings.find((candidate) => candidate.id.startsWith(id));
    if (finding === undefined) {
      const recorded = ofHash(id);
      yield { name: shortHash(recorded), recorded };
    } else yield { name: corpus.finding(id).id, recorded: ofHash(corpus.finding(id).caseHash) };
  }
}

const HASH_DIGITS = 16;

const shortHash = ({ name }: RecordedCase): string => name.slice(0, HASH_DIGITS);
