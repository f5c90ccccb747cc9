import type { Run } from '../../../case/case.ts';
import { DUMMY_OPS_ARGS } from '../../../case/ctx.ts';
import type { RunOutcome } from '../../target.ts';
import { EFAULT, EINVAL } from '../errno.ts';
import { offeredTo } from '../helpers/offered.ts';
import { Access, setBounds } from '../memory.ts';
import { failed, faulted, returned } from './answer.ts';
import type { RunRule, RunSession } from './rules.ts';
import { structIn } from './struct-in.ts';
import { isFieldUnwritable } from './user-memory.ts';

/** Members of `struct bpf_dummy_ops`, which `expected_attach_type` counts; whether NULL is for them. */
const MEMBERS = [
  { args: 1, nullable: true },
  { args: 5, nullable: false },
] as const;

/** `sizeof(struct bpf_dummy_ops_state)`, include/linux/bpf.h 6.1. */
const STATE_BYTES = 4;

export const STRUCT_OPS: RunRule = {
  helpers: offeredTo('struct_ops'),
  ctx: { layout: DUMMY_OPS_ARGS, kernelBytes: {}, stores: {}, writeBack: [] },
  run: runStructOps,
  unsupported: (_run, _machine, { expectedAttachType, attachBtf }) =>
    attachBtf === 'bpf_dummy_ops' && expectedAttachType < MEMBERS.length
      ? []
      : ['struct_ops of that kind'],
};

/**
 * `bpf_struct_ops_test_run`, net/bpf/bpf_dummy_struct_ops.c 6.1. No attribute is looked at but the ctx.
 * What becomes of the state is told as `ctxOut`.
 */
function runStructOps(session: RunSession, run: Run): RunOutcome {
  const { machine, testCase } = session;
  const { memory, ctx, release, objectRegion } = machine;
  const { args, nullable } = MEMBERS[testCase.expectedAttachType];
  if ((run.ctx?.sizeBytes ?? 0) !== 8 * args) return failed(run, EINVAL);
  const given = structIn(machine, run, DUMMY_OPS_ARGS) as Uint8Array | number;
  if (typeof given === 'number') return failed(run, given);
  const hasState = given.subarray(0, 8).some((byte) => byte !== 0);
  if (hasState && run.attr?.state === 'unmapped') return failed(run, EFAULT);
  if (!hasState && !nullable && release.structOpsNull === 'refused') return failed(run, EINVAL);

  const state = memory.starts[objectRegion];
  setBounds(memory, objectRegion, state, state + STATE_BYTES);
  const low = machine.littleEndian ? 0 : 8 - STATE_BYTES;
  memory.bytes.set(given.subarray(low, low + STATE_BYTES), state);
  ctx.sizeBytes = DUMMY_OPS_ARGS.sizeBytes;
  memory.bytes.set(given, ctx.start);
  memory.view.setBigUint64(ctx.start, hasState ? BigInt(state) : 0n, machine.littleEndian);
  memory.access[objectRegion] = Access.BOTH;
  const retval = session.execute(1);
  memory.access[objectRegion] = Access.NONE;
  if (retval === undefined) return faulted(run, machine.fault!);
  const isLost = isFieldUnwritable(run, 'retval') || (hasState && run.attr?.state === 'read_only');
  if (isLost) return failed(run, EFAULT);
  const ctxOut = hasState ? memory.bytes.slice(state, state + STATE_BYTES) : new Uint8Array(0);
  return { ...returned(run, retval), ctxOut };
}
