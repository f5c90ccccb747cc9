import { caseReport } from '../corpus/case-report.ts';
import type { RecordedCase } from '../corpus/records.ts';
import { replay } from '../corpus/replay.ts';
import { sourceOf } from '../corpus/source.ts';
import { createEmulator } from '../targets/emulator/emulator.ts';
import type { LinuxSetting, Target } from '../targets/target.ts';

/** The part of vitest's `it` that is used; that of `node:test` will do as well. */
export type It = (
  name: string,
  test: (context: { skip(note?: string): unknown }) => Promise<void>,
) => unknown;

export interface CorpusTestsOptions {
  /** What is tested, told which Linux to be; bpfdiff's own emulator if not given. */
  readonly target?: (linux: LinuxSetting) => Target;
}

/**
 * Makes a test of every recorded case of a folder of `.case` files, of one such file, or of a corpus: that the
 * target answers as kernels answered when the case was recorded. A case that nothing can be compared of is
 * skipped. Throws `CaseFileError` and `CorpusError` where `path` can't be read.
 */
export function corpusTests(it: It, path: string, { target }: CorpusTestsOptions = {}): void {
  const targets = new Map<string, Target>();
  function emulatorFor(linux: LinuxSetting): Target {
    const key = JSON.stringify(linux);
    const made = targets.get(key) ?? target?.(linux) ?? createEmulator({ linux });
    targets.set(key, made);
    return made;
  }
  const source = sourceOf(path);
  const cases: readonly RecordedCase[] = source.names.map(source.read);
  source.close();
  for (const recorded of cases) {
    it(`${recorded.name}: ${recorded.claim}`, async ({ skip }) => {
      for await (const replayed of replay([recorded], { emulatorFor, live: [] })) {
        const { compared, mistakes, divergences } = caseReport(replayed);
        if (divergences.length > 0) throw new Error(divergences.join('\n'));
        if (compared + mistakes.length === 0) skip('no answer to compare with');
      }
    });
  }
}
