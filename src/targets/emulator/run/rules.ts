import type { Case, Run } from '../../../case/case.ts';
import type { ProgType } from '../../../case/prog-type.ts';
import type { RunOutcome } from '../../target.ts';
import type { Machine } from '../machine.ts';
import type { CtxRule } from './ctx-rule.ts';
import { FLOW_DISSECTOR } from './flow-dissector.ts';
import { NETFILTER } from './netfilter.ts';
import { NO_HANDLER, NO_HANDLER_TYPES } from './no-handler.ts';
import { RAW_TRACEPOINT } from './raw-tracepoint.ts';
import { SK_LOOKUP } from './sk-lookup.ts';
import { CGROUP_SKB, LWT, LWT_SEG6LOCAL, LWT_XMIT, SCHED, SOCKET_FILTER } from './skb.ts';
import { STRUCT_OPS } from './struct-ops.ts';
import { SYSCALL } from './syscall.ts';
import { TRACING } from './tracing.ts';
import { XDP } from './xdp.ts';

/** What a prog type is to the emulator. */
export interface RunRule {
  /** Ids of helpers that its progs may call. */
  readonly helpers: ReadonlySet<number>;
  readonly ctx: CtxRule;
  /** BPF_PROG_RUN, behind the checks that all types share. */
  readonly run: (session: RunSession, run: Run) => RunOutcome;
  /** What of a run can't be emulated; empty where all can. */
  readonly unsupported: (run: Run, machine: Machine, testCase: Case) => readonly string[];
}

/** A loaded case. */
export interface RunSession {
  readonly machine: Machine;
  readonly testCase: Case;
  readonly rule: RunRule;
  /** Runs the prog `repeat` times: its last answer, u32; undefined after a fault. */
  readonly execute: (repeat: number, each?: Iteration) => number | undefined;
}

/** What is done before and after each time that a prog runs, if it comes so far. */
export interface Iteration {
  begin(): void;
  /** Given the prog's answer, u32. */
  end(answer: number): void;
}

/** The prog types that are emulated. */
export const RUN_RULES: Partial<Readonly<Record<ProgType, RunRule>>> = {
  xdp: XDP,
  sched_cls: SCHED,
  sched_act: SCHED,
  socket_filter: SOCKET_FILTER,
  raw_tracepoint: RAW_TRACEPOINT,
  syscall: SYSCALL,
  sk_lookup: SK_LOOKUP,
  flow_dissector: FLOW_DISSECTOR,
  netfilter: NETFILTER,
  tracing: TRACING,
  struct_ops: STRUCT_OPS,
  ...Object.fromEntries(NO_HANDLER_TYPES.map((type) => [type, NO_HANDLER])),
  cgroup_skb: CGROUP_SKB,
  lwt_in: LWT,
  lwt_out: LWT,
  lwt_xmit: LWT_XMIT,
  lwt_seg6local: LWT_SEG6LOCAL,
};
