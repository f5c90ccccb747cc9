import { badArgument, mapArgument, u32Argument } from './helpers/helper.ts';
import type { Machine } from './machine.ts';
import { numberIn } from './registers.ts';

/** `MAX_TAIL_CALL_CNT`: 33 calls, which 5.10 writes as "not more than 32". */
const TAIL_CALLS_MAX = 33;

/**
 * `bpf_tail_call(ctx, prog_array, index)`: the first row of the prog that takes the place of the one at
 * hand; undefined where there is none, or too many came before (kernel/bpf/core.c `JMP_TAIL_CALL` and
 * arch/x86/net/bpf_jit_comp.c, 6.1).
 */
export function tailCall(machine: Machine, row: number): number | undefined {
  const { code, tailCalls, depth, release, linux } = machine;
  machine.row = row;
  if (numberIn(machine.words, 1) !== machine.ctx.pointer) badArgument(machine, 1, 'the ctx');
  const map = mapArgument(machine, 2);
  if (map === undefined) return undefined;
  if (map.progAt === undefined) {
    badArgument(machine, 2, 'an array of progs');
    return undefined;
  }
  const index = u32Argument(machine, 3);
  if (index >= map.spec.maxEntries) return undefined;
  const counter = release.tailCallCount === 'shared' ? 0 : depth;
  if (tailCalls[counter] >= TAIL_CALLS_MAX) return undefined;
  const prog = map.progAt(index);
  const empty =
    linux.execution === 'jit' ? release.jitedEmptyTailCall : release.interpretedEmptyTailCall;
  if (prog !== undefined || empty === 'counts') tailCalls[counter]++;
  return prog === undefined ? undefined : code.firstRows[prog];
}
