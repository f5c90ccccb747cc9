import type { Case, Run } from '../../../case/case.ts';
import type { ProgType } from '../../../case/prog-type.ts';
import type { RunOutcome } from '../../target.ts';
import type { Machine } from '../machine.ts';
import type { CtxRule } from './ctx-rule.ts';
import { SCHED_CLS, SOCKET_FILTER } from './skb.ts';
import { XDP } from './xdp.ts';

/** What a prog type is to the emulator. */
export interface RunRule {
  /** Ids of helpers that its progs may call. */
  readonly helpers: ReadonlySet<number>;
  readonly ctx: CtxRule;
  /** BPF_PROG_RUN, behind the checks that all types share. */
  readonly run: (session: RunSession, run: Run) => RunOutcome;
  /** What of a run can't be emulated; empty where all can. */
  readonly unsupported: (run: Run, machine: Machine) => readonly string[];
}

/** A loaded case. */
export interface RunSession {
  readonly machine: Machine;
  readonly testCase: Case;
  readonly rule: RunRule;
  /** Runs the prog `repeat` times: its last answer, u32; undefined after a fault. */
  readonly execute: (repeat: number) => number | undefined;
}

/** The prog types that are emulated. */
export const RUN_RULES: Partial<Readonly<Record<ProgType, RunRule>>> = {
  xdp: XDP,
  sched_cls: SCHED_CLS,
  socket_filter: SOCKET_FILTER,
};
