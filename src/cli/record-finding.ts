import type { RecordFinding, RuleFor, ShrunkDivergence } from '../campaign/investigate.ts';
import { signatureOf } from '../compare/signature.ts';
import type { Corpus } from '../corpus/corpus.ts';

/** Keeps what a campaign finds in a corpus, one of each signature. */
export const findingRecorder =
  (corpus: Corpus, campaign: number, nowMs: () => number): RecordFinding =>
  (found) => {
    const named = withCause(found);
    const recorded = corpus.recordFinding({
      ...named,
      signature: signatureOf(named),
      campaign,
      foundAtMs: nowMs(),
    });
    return recorded.kind === 'new' ? recorded.id : undefined;
  };

/** What a corpus knows of divergences: those of a finding that a person has said to be known. */
export const knownIn =
  (corpus: Corpus): RuleFor =>
  (found) => {
    const releases = found.observed.map(({ info }) => info.linux.release);
    return corpus.standing(signatureOf(withCause(found)), releases)?.rule;
  };

function withCause({ causes, located, ...found }: ShrunkDivergence) {
  return { ...found, located: located ?? null, cause: causes.join('+') };
}
