import type { Case } from '../case/case.ts';
import type { Divergence, Observed } from '../compare/compare.ts';

/** What is known of a campaign when it begins. */
export interface CampaignStart {
  readonly seed: string;
  readonly profile: string;
  /** What ran it, such as `{ bpfdiff: '0.1.0', node: '20.20.2' }`. */
  readonly versions: Readonly<Record<string, string>>;
  /** Milliseconds since 1970, as every time in a corpus. */
  readonly startedAtMs: number;
}

/** What is known of a campaign when it has ended. */
export interface CampaignEnd {
  readonly endedAtMs: number;
  readonly cases: number;
  readonly runs: number;
  readonly divergences: number;
  /** As `Summary.stopped` of the campaign. */
  readonly stopped: string;
}

/** One run of the loop, as it was recorded. */
export interface Campaign extends CampaignStart {
  readonly id: number;
  /** Null where it has not ended yet, or was killed. */
  readonly end: CampaignEnd | null;
}

/** A divergence to be recorded. */
export interface NewFinding {
  readonly shrunk: Case;
  readonly original: Case;
  readonly divergence: Divergence;
  /** What the two targets observed of the shrunk case, in the order of the divergence's values. */
  readonly observed: readonly [Observed, Observed];
  /** By `signatureOf`. */
  readonly signature: string;
  /** The known mistake of a kernel that it comes from, by its name in `causes/`; '' for none. */
  readonly cause: string;
  /** Slot of the first insn at which the two traces differ, where that is known. */
  readonly firstSlot: number | null;
  readonly campaign: number | null;
  readonly foundAtMs: number;
}

/** What a finding is shrunk to later; see `NewFinding`. */
export type SmallerFinding = Pick<NewFinding, 'shrunk' | 'divergence' | 'observed' | 'signature'>;

/** What a person has decided about a finding. */
export const FINDING_STATUSES = ['open', 'fixed', 'wontfix'] as const;
export type FindingStatus = (typeof FINDING_STATUSES)[number];

/** A finding without its cases, for lists. */
export interface FindingHead {
  /** Eight hex digits, or more where they are taken. */
  readonly id: string;
  readonly divergence: Divergence;
  /** Names of the two targets. */
  readonly targets: readonly [string, string];
  readonly signature: string;
  /** As `NewFinding.cause`. */
  readonly cause: string;
  readonly firstSlot: number | null;
  readonly status: FindingStatus;
  readonly notes: string;
  readonly campaign: number | null;
  readonly foundAtMs: number;
  /** Hash of the shrunk case. */
  readonly caseHash: string;
}

/** A recorded, shrunk divergence with all that is known of it. */
export interface Finding extends FindingHead {
  readonly shrunk: Case;
  readonly original: Case;
  readonly observed: readonly [Observed, Observed];
}

/** What `recordFinding` did. */
export interface Recorded {
  readonly id: string;
  /** `known`: a finding of the same signature, whose id this is, was there already. */
  readonly kind: 'new' | 'known';
}

/** What a target answered to a case when it was recorded. */
export interface Answer extends Observed {
  /**
   * The mistake that the kernel made, by its name in `causes/` or, of one that bpfdiff does not know,
   * any other; absent where it made none. Such an answer is kept to see that it stays wrong.
   */
  readonly mistake?: string;
}

/** A case with what targets answered to it: what a `.case` file holds, and what is replayed. */
export interface RecordedCase {
  /** The path of its file, or its hash in a corpus. */
  readonly name: string;
  /** What the case shows, in one line. */
  readonly claim: string;
  readonly testCase: Case;
  readonly answers: readonly Answer[];
}

/** How much a corpus holds. */
export interface CorpusStats {
  readonly cases: number;
  readonly targets: number;
  readonly outcomes: number;
  readonly findings: number;
  readonly campaigns: number;
}
