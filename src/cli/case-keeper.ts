import type { KeepReaching } from '../campaign/campaign.ts';
import { createFirstReached } from '../campaign/first-reached.ts';
import type { Case } from '../case/case.ts';
import type { Corpus } from '../corpus/corpus.ts';
import type { ReachingCase } from '../corpus/records.ts';

/** Insns and bytes of packets that a kept case may have: a conformance suite is of small cases. */
const INSNS_MAX = 512;
const DATA_BYTES_MAX = 16 * 1024;

/**
 * Keeps in a corpus the cases that reach what none there has reached, with the answers of kernels, until it
 * holds `keptMax` cases. The corpus grows into a conformance suite: the less, the more it has.
 */
export function caseKeeper(corpus: Corpus, keptMax: number): KeepReaching {
  const firsts = createFirstReached(corpus.reached());
  let room = keptMax - corpus.stats().kept;
  let batch: ReachingCase[] = [];
  return {
    add(testCase, reached, observed) {
      if (room <= batch.length || !isSmall(testCase)) return;
      const names = firsts.of(reached);
      if (names.length === 0) return;
      const answers = observed.filter(
        ({ info, outcome }) => info.engine !== 'emulator' && outcome.kind === 'completed',
      );
      if (answers.length > 0) batch.push({ testCase, answers, names });
    },
    flush() {
      if (batch.length === 0) return;
      room -= corpus.keepReaching(batch);
      batch = [];
    },
  };
}

const isSmall = ({ progs, runs }: Case): boolean =>
  progs.reduce((sum, { insns }) => sum + insns.length, 0) <= INSNS_MAX &&
  runs.every(({ data }) => (data?.length ?? 0) <= DATA_BYTES_MAX);
