import type { RecordFinding } from '../campaign/investigate.ts';
import { signatureOf } from '../compare/signature.ts';
import type { Corpus } from '../corpus/corpus.ts';

/** Keeps what a campaign finds in a corpus, one of each signature. */
export const findingRecorder =
  (corpus: Corpus, campaign: number, nowMs: () => number): RecordFinding =>
  (found) => {
    const recorded = corpus.recordFinding({
      ...found,
      signature: signatureOf(found),
      firstSlot: null,
      campaign,
      foundAtMs: nowMs(),
    });
    return recorded.kind === 'new' ? recorded.id : undefined;
  };
