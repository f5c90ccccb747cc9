import type { Reach } from '../../campaign/events.ts';
import type { Engine } from '../../targets/target.ts';
import { unreachedMessages } from '../verifier-messages.ts';
import { helperGrid, ksymGrid, resultGrid } from './call-grids.ts';
import { type Grid, type Share, shareOf } from './grid.ts';
import { insnGrid, jumpGrid } from './insn-grids.ts';
import { mapGrid, mapResultGrid, progTypeGrid } from './map-grids.ts';

/** What a page of coverage is made from. */
export interface CoverageData {
  readonly campaigns: readonly { readonly cases: number; readonly divergences: number }[];
  readonly targets: readonly CoveredTarget[];
  readonly known: Known;
  /** What the targets reached together. */
  readonly together: Reach;
}

/** A kernel that was compared. */
export interface CoveredTarget {
  readonly name: string;
  readonly kernel: string;
  readonly arch: string;
  readonly engine: Engine;
  readonly accepted: number;
  readonly rejected: number;
  readonly compared: number;
  readonly reach: Reach;
}

/** What there is to be reached, beside what `isa/` and `case/` know. */
export interface Known {
  readonly progTypes: readonly string[];
  readonly mapTypes: readonly string[];
  /** What a release such as `6.1` lets progs of a type call. */
  readonly offered: (progType: string, release: string) => readonly string[];
}

/** What one or several targets could have reached, and what they did. */
export interface Covered {
  readonly reach: Reach;
  readonly releases: readonly string[];
  readonly known: Known;
}

/** A page of what campaigns reached. Plain data. */
export interface CoveragePage {
  readonly campaigns: number;
  readonly cases: number;
  readonly divergences: number;
  readonly targets: readonly (CoveredTarget & {
    /** By grid. */
    readonly shares: Readonly<Record<string, Share>>;
  })[];
  /** All targets together. */
  readonly grids: readonly Grid[];
  readonly lists: readonly List[];
}

/** What can't be known beforehand, with its counts, the most frequent first. */
export interface List {
  readonly title: string;
  readonly note: string;
  readonly entries: readonly (readonly [name: string, count: number])[];
  /** Whether a terminal is given all of them; absent where the first are enough. */
  readonly shown?: 'all';
}

/** What targets reached, set against what there is. */
export function coveragePage(data: CoverageData): CoveragePage {
  const { campaigns, targets, known, together } = data;
  const releases = targets.map(({ kernel }) => releaseOf(kernel));
  return {
    campaigns: campaigns.length,
    cases: campaigns.reduce((sum, { cases }) => sum + cases, 0),
    divergences: campaigns.reduce((sum, { divergences }) => sum + divergences, 0),
    targets: targets.map((target, i) => {
      const grids = gridsOf({ reach: target.reach, releases: [releases[i]], known });
      return {
        ...target,
        shares: Object.fromEntries(grids.map((grid) => [grid.id, shareOf(grid)])),
      };
    }),
    grids: gridsOf({ reach: together, releases, known }),
    lists: [
      {
        title: 'What verifiers objected to',
        note: 'loads that were rejected, by message; N stands for numbers, R! for registers',
        entries: byCount(together.messages),
      },
      {
        title: 'What verifiers have not objected to',
        note: 'messages in the source of Linux 7.2 that no rejected load ended with',
        entries: unreachedMessages(new Set(Object.keys(together.messages))).map(
          (format) => [format.trimEnd(), 0] as const,
        ),
        shown: 'all',
      },
      {
        title: 'What verifiers went through',
        note: 'insns processed, states in all, states at most at a time, marks read; rounded down',
        entries: byCount(together.statistics),
      },
    ],
  };
}

const GRIDS: readonly ((covered: Covered) => Grid)[] = [
  insnGrid,
  jumpGrid,
  helperGrid,
  resultGrid,
  ksymGrid,
  mapGrid,
  mapResultGrid,
  progTypeGrid,
];

const gridsOf = (covered: Covered): readonly Grid[] => GRIDS.map((grid) => grid(covered));

/** `6.1` of `6.1.176-cloud`. */
const releaseOf = (kernel: string): string => /^\d+\.\d+/.exec(kernel)?.[0] ?? kernel;

const byCount = (counts: Readonly<Record<string, number>>): List['entries'] =>
  Object.entries(counts).sort(([, a], [, b]) => b - a);
