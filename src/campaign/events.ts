import type { OperandsReached } from '../case/operand-counts.ts';
import type { TargetEvent, TargetInfo } from '../targets/target.ts';

/** All that a campaign tells the outside while it goes. Plain data; drawn by `ui`, printed by `cli`. */
export type CampaignEvent =
  | {
      readonly kind: 'started';
      readonly seed: string;
      readonly profile: string;
      readonly targets: readonly string[];
      readonly limit: Limit;
    }
  | { readonly kind: 'target'; readonly name: string; readonly event: TargetEvent }
  | { readonly kind: 'progress'; readonly progress: Progress }
  /** A divergence was seen; shrinking begins. `id` stays with it until `recorded` or `dismissed`. */
  | {
      readonly kind: 'divergence';
      readonly id: string;
      readonly class: string;
      readonly targets: readonly [string, string];
      readonly where: string;
    }
  | {
      readonly kind: 'shrinking';
      readonly id: string;
      readonly tried: number;
      readonly insns: number;
      /** The smallest case so far, as the text of a `.case`; absent where it is the one told before. */
      readonly smallest?: string;
    }
  /** What is left of it is run on kernels that are started anew. */
  | { readonly kind: 'rechecking'; readonly id: string }
  /** Where the two begin to differ on it is looked for. */
  | { readonly kind: 'locating'; readonly id: string }
  | {
      readonly kind: 'recorded';
      readonly id: string;
      readonly finding: string;
      readonly class: string;
      /** Where the two begin to differ, as `Located.form`; '' where that is not known. */
      readonly at: string;
      readonly insns: number;
    }
  /** The divergence did not show again on fresh targets, or is known already. */
  | { readonly kind: 'dismissed'; readonly id: string; readonly why: string }
  | { readonly kind: 'summary'; readonly summary: Summary };

/** When a campaign ends by itself. */
export type Limit =
  | { readonly kind: 'cases'; readonly cases: number }
  | { readonly kind: 'time'; readonly ms: number };

/** Counts so far. */
export interface Progress {
  readonly cases: number;
  readonly runs: number;
  readonly elapsedMs: number;
  readonly casesPerSecond: number;
  readonly divergences: number;
  readonly targets: Readonly<Record<string, TargetCounts>>;
}

/** Cases by what a target did with them: accepted + rejected + crashed + hung is what it ran. */
export interface TargetCounts {
  readonly accepted: number;
  readonly rejected: number;
  /** Its outcome was compared with another target's. */
  readonly compared: number;
  /** Compared, but excused by a named rule. */
  readonly incomparable: number;
  /** Not tried: the target lacks a feature that the case needs. */
  readonly unsupported: number;
  readonly crashed: number;
  readonly hung: number;
  readonly restarted: number;
}

/** What a campaign came to. */
export interface Summary {
  readonly seed: string;
  readonly cases: number;
  readonly runs: number;
  readonly durationMs: number;
  readonly casesPerSecond: number;
  /** Ids of findings, recorded in the corpus. */
  readonly findings: readonly string[];
  readonly divergences: number;
  readonly targets: Readonly<Record<string, TargetSummary>>;
  /** Which rule excused how many comparisons. */
  readonly excused: Readonly<Record<string, number>>;
  /** How many divergences came of what known mistake of a kernel or change. */
  readonly causes: Readonly<Record<string, number>>;
  /** In how many cases targets diverged by what known rule of the corpus; not counted as divergences. */
  readonly known: Readonly<Record<string, number>>;
  /** Ended by Ctrl-C or by `--max-findings` rather than by its limit. */
  readonly stopped: 'limit' | 'interrupted' | 'max-findings';
}

/** What a target came to, and what it is. */
export interface TargetSummary extends TargetCounts, Pick<TargetInfo, 'engine' | 'kernel'> {
  /** `uname -m`. */
  readonly arch: string;
  readonly reach: Reach;
}

/**
 * In how many compared cases something was executed or answered, by its name. What is not named was
 * never compared.
 */
export interface Reach extends NamedReach {
  /** With what values forms were executed. */
  readonly operands: OperandsReached;
}

/** The part of it that is counted by name. */
export interface NamedReach {
  /** Forms of insns, such as `add64.x`. */
  readonly forms: Counts;
  readonly progTypes: Counts;
  /** Prog type and helper, such as `xdp redirect_map`. */
  readonly helpers: Counts;
  /** Functions and variables of the kernel. */
  readonly ksyms: Counts;
  /** Types of the maps that a case created. */
  readonly mapTypes: Counts;
  /** What the target answered: `load 22`, or prog type and errno of a run, such as `xdp 28`. */
  readonly errnos: Counts;
  /**
   * Conditional jumps of cases that were reached, each insn once for all runs of its case, by form and
   * the ways that it went: `jeq32.k both`, `jeq32.k taken` or `jeq32.k not-taken`.
   */
  readonly branches: Counts;
  /** Prog type, helper or kfunc, and what it came to, such as `xdp map_lookup_elem null`. */
  readonly results: Counts;
  /**
   * Map type, operation and what it came to: of progs `hash map_update_elem EEXIST`, of map commands
   * `hash update EEXIST`.
   */
  readonly mapOps: Counts;
  /** What the verifier said of loads that it refused, compared or not; see verifier-message.ts. */
  readonly messages: Counts;
  /** What the verifier's work came to, compared or not: `insns 8 states 0 peak 0 read 0`. */
  readonly statistics: Counts;
}

type Counts = Readonly<Record<string, number>>;
