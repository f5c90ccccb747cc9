import type { Case } from '../case/case.ts';
import type { Divergence, Observed } from '../compare/compare.ts';
import type { Located } from '../localise/located.ts';
import type { TargetInfo } from '../targets/target.ts';
import type { KernelRange } from './kernel-range.ts';

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
  /** By name; absent of campaigns that an earlier bpfdiff has recorded. */
  readonly targets?: Readonly<Record<string, CampaignTarget>>;
  /** Absent as `targets`. */
  readonly series?: readonly Sample[];
}

/** What a campaign came to on a target, as `TargetSummary` of the campaign counts it. */
export interface CampaignTarget extends Pick<TargetInfo, 'engine' | 'kernel'> {
  /** `uname -m`. */
  readonly arch: string;
  readonly accepted: number;
  readonly rejected: number;
  readonly compared: number;
  readonly incomparable: number;
  readonly unsupported: number;
  readonly crashed: number;
  readonly hung: number;
  readonly restarted: number;
}

/** How far a campaign was: counts since its start. */
export interface Sample {
  readonly elapsedMs: number;
  readonly cases: number;
  readonly runs: number;
  readonly divergences: number;
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
  /** What other targets observed of it. */
  readonly others?: readonly Observed[];
  /** By `signatureOf`. */
  readonly signature: string;
  /** The known mistake of a kernel that it comes from, by its name in `causes/`; '' for none. */
  readonly cause: string;
  /** Where the two begin to differ; null where that was not looked for. */
  readonly located: Located | null;
  readonly campaign: number | null;
  readonly foundAtMs: number;
}

/** What a finding is shrunk to later; see `NewFinding`. */
export type SmallerFinding = Pick<
  NewFinding,
  'shrunk' | 'divergence' | 'observed' | 'signature' | 'located'
>;

/**
 * What a person has decided about a finding: nothing yet; a divergence that is known, by a rule with a name;
 * a change of Linux that is meant; mended, so that it is recorded anew when it comes back; or left as it is.
 */
export const FINDING_STATUSES = ['new', 'known', 'kernel-change', 'fixed', 'wont-fix'] as const;
export type FindingStatus = (typeof FINDING_STATUSES)[number];

/** A decision about a finding. What is absent stays as it was. */
export interface Decision {
  readonly status: FindingStatus;
  readonly notes?: string;
  /** Of a known one: what campaigns call it; the finding's cause or id where nobody has named it. */
  readonly rule?: string;
  /** Of a known one: the kernels that it is known of. On others it is recorded anew. */
  readonly kernels?: KernelRange;
}

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
  /** As `NewFinding.located`. */
  readonly located: Located | null;
  readonly status: FindingStatus;
  readonly notes: string;
  /** As `Decision.rule`; '' where it is not known. */
  readonly rule: string;
  readonly kernels: KernelRange;
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
  /** What other targets observed of the shrunk case. */
  readonly others: readonly Observed[];
}

/** What `recordFinding` did. */
export interface Recorded {
  readonly id: string;
  /** `known`: a finding of the same signature, whose id this is, was there already. */
  readonly kind: 'new' | 'known';
  /** The rule that it is known by, where a person has decided so. */
  readonly rule?: string;
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

/** What became of a case that was to be added. */
export interface Added {
  /** Its hash. */
  readonly name: string;
  /** `more`: the case was there, and some of its answers were not. `same`: nothing of it was new. */
  readonly kind: 'new' | 'more' | 'same';
  /** Targets that answered otherwise to that case before; the answers that were there stay. */
  readonly conflicts: readonly string[];
}

/** A case that is in a corpus in its own right. */
export interface KeptCase extends RecordedCase {
  /** What it was the first to reach. */
  readonly reached: readonly string[];
}

/** A case that reached something that no case had reached. */
export interface ReachingCase extends Omit<RecordedCase, 'name' | 'claim'> {
  /** What it reached first, by names such as `forms add64.x`. */
  readonly names: readonly string[];
}

/** What became of something that was to be removed. */
export interface Removed {
  readonly id: string;
  readonly kind: 'finding' | 'case';
  /** Cases that went, and those that stayed as something else needs them, by their hashes. */
  readonly cases: readonly string[];
  readonly stayed: readonly string[];
}

/** What another corpus has brought. */
export interface Merged {
  readonly cases: Readonly<Record<Added['kind'], number>>;
  readonly findings: { readonly new: number; readonly same: number; readonly decided: number };
  readonly campaigns: number;
  /** Cases and the targets that answered otherwise to them here, with a space between. */
  readonly conflicts: readonly string[];
}

/** How much a corpus holds. */
export interface CorpusStats {
  readonly cases: number;
  /** Those that are there in their own right. */
  readonly kept: number;
  readonly targets: number;
  readonly outcomes: number;
  readonly findings: number;
  readonly campaigns: number;
  /** Names that a case is kept for, as it reached them first. */
  readonly reached: number;
}

/** How many of each. */
export interface CorpusCounts extends CorpusStats {
  readonly findingsByStatus: Readonly<Record<string, number>>;
  readonly findingsByClass: Readonly<Record<string, number>>;
  /** Recorded outcomes by the name of the target and its kernel. */
  readonly outcomesByTarget: Readonly<Record<string, number>>;
  readonly bytes: number;
}
