import type { Case } from '../case/case.ts';
import { withInlinedCalls, withSlices, withStraightBranches } from './flow-passes.ts';
import {
  withFewerEntries,
  withFewerKsyms,
  withFewerMaps,
  withSmallerMaps,
  withZeroedEntries,
} from './map-passes.ts';
import { withFewerInsns, withJumpsTaken, withSmallerImmediates } from './prog-passes.ts';
import { withLowerRegs, withMovesForwarded, withSmallerOffsets } from './register-passes.ts';
import {
  withFewerCommands,
  withFewerCtxFields,
  withFewerOverrides,
  withFewerRepeats,
  withFewerRuns,
  withPlainAttributes,
  withPlainerCommands,
  withShorterData,
  withSmallerCtxFields,
  withZeroedData,
} from './run-passes.ts';
import { withFewerProgs } from './tail-passes.ts';
import { withConstants, withImmediateOperands } from './value-passes.ts';

/** One way of making a case smaller. */
export interface Pass {
  readonly name: string;
  /**
   * Other cases, lazily, the most promising first. Those that are not simpler in the one total order
   * (case/simplicity.ts) are left out by who tries them, so that passes can't undo each other. Whether a
   * target takes them is for the predicate to say.
   */
  readonly smaller: (testCase: Case) => Iterable<Case>;
}

/**
 * What a case loses when its own tree is at its end, or isn't known: in this order, again and again,
 * until none of them helps. What makes every later candidate cheaper stands first.
 */
export const PASSES: readonly Pass[] = [
  // A case carries many runs because they are nearly free, and mostly one of them tells all. State goes
  // from run to run, so an earlier one may be needed to set up a map: chunks, and not only the one.
  { name: 'drop runs', smaller: withFewerRuns },

  // A command that stays keeps its map, and the commands before it matter only where they filled it.
  { name: 'drop commands', smaller: withFewerCommands },

  // A prog that is called by a tail call is read like the first. Where it shows the divergence by itself, the
  // call is not needed.
  { name: 'drop progs', smaller: withFewerProgs },

  // One observation shows it, and what that one depends on is mostly a small part of the prog: found in one
  // step where chunks need many.
  { name: 'slices', smaller: withSlices },

  // The prog is what a person reads first. Chunks from the end: what stands late uses what stands early,
  // so the reverse order would mostly try to remove definitions that are still in use.
  { name: 'drop insns', smaller: withFewerInsns },

  // A branch whose body does not matter can't go chunk by chunk where the chunks don't match it: its
  // bounds check would stay without a use, or a use without its check.
  { name: 'take jumps', smaller: withJumpsTaken },

  // The same where what is jumped over is also jumped to, and for jumps back: a loop that is left in its first
  // round. One that is never jumped back in has lost that jump as an insn.
  { name: 'straighten branches', smaller: withStraightBranches },

  // A function's frame, its call and its exit are three things to think of beside what it does.
  { name: 'inline functions', smaller: withInlinedCalls },

  // What an insn is given matters, and not where it comes from. A call with all its arguments, or a sum of
  // many parts, can't go as long as its result is used; a number in its place lets all of that go.
  { name: 'constants', smaller: withConstants },
  { name: 'immediate operands', smaller: withImmediateOperands },

  // A copy is one more name for a value.
  { name: 'forward moves', smaller: withMovesForwarded },

  // Only when insns are gone maps and kernel symbols become unused. A used one can't go, whatever is
  // in it.
  { name: 'drop maps', smaller: withFewerMaps },
  { name: 'drop kernel symbols', smaller: withFewerKsyms },
  { name: 'drop map entries', smaller: withFewerEntries },

  // What is bad of a command mostly ends it early, and then nothing else matters.
  { name: 'drop overrides', smaller: withFewerOverrides },

  // Attributes of bpf_attr.test are many, and each that stays says to a reader that it matters.
  { name: 'plain attributes', smaller: withPlainAttributes },
  { name: 'drop ctx fields', smaller: withFewerCtxFields },

  // Shorter before zeroed: a packet cut in half is zeroed in half the time.
  { name: 'shorten packets', smaller: withShorterData },
  { name: 'zero packets', smaller: withZeroedData },

  // What is left are values. Zeros, and numbers as near to 0 as they get, show which of them matter and
  // where the boundary lies: `if r1 > 0x7fffffff` is a find, `if r1 > 0x8123abcd` a riddle.
  { name: 'zero map entries', smaller: withZeroedEntries },
  { name: 'plainer commands', smaller: withPlainerCommands },
  { name: 'smaller maps', smaller: withSmallerMaps },
  { name: 'fewer repeats', smaller: withFewerRepeats },
  { name: 'smaller ctx fields', smaller: withSmallerCtxFields },
  { name: 'smaller immediates', smaller: withSmallerImmediates },

  // Last, as it changes nothing but how a prog reads: the same registers and offsets in all findings.
  { name: 'lower registers', smaller: withLowerRegs },
  { name: 'smaller offsets', smaller: withSmallerOffsets },
];
