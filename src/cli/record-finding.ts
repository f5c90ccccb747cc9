import type { RecordFinding } from '../campaign/investigate.ts';
import { signatureOf } from '../compare/signature.ts';
import type { Corpus } from '../corpus/corpus.ts';

/** Keeps what a campaign finds in a corpus, one of each signature. */
export const findingRecorder =
  (corpus: Corpus, campaign: number, nowMs: () => number): RecordFinding =>
  (found) => {
    const { causes, located = null, ...rest } = found;
    const named = { ...rest, cause: causes.join('+') };
    const recorded = corpus.recordFinding({
      ...named,
      signature: signatureOf(named),
      located,
      campaign,
      foundAtMs: nowMs(),
    });
    return recorded.kind === 'new' ? recorded.id : undefined;
  };
