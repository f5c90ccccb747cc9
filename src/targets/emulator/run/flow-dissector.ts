import type { Run } from '../../../case/case.ts';
import { type CtxLayout, FLOW_KEYS, SK_BUFF } from '../../../case/ctx.ts';
import type { RunOutcome } from '../../target.ts';
import { EFAULT, EINVAL } from '../errno.ts';
import { offeredTo } from '../helpers/offered.ts';
import { Access, setBounds } from '../memory.ts';
import { failed, faulted, finish } from './answer.ts';
import { enterCtx } from './ctx-exchange.ts';
import { ETHERNET_BYTES } from './ethernet.ts';
import type { RunRule, RunSession } from './rules.ts';
import { isZero, structIn } from './struct-in.ts';
import { isUnreadable } from './user-memory.ts';

const FLAGS_AT = 48;
const N_PROTO_AT = 10;
const NHOFF_AT = 0;
const THOFF_AT = 2;
const NO_FRAGS = new Uint8Array(0);

/** `flow_dissector_is_valid_access`, net/core/filter.c 6.1: three fields of `struct __sk_buff`. */
const CTX: CtxLayout = {
  ...SK_BUFF,
  fields: SK_BUFF.fields.filter(({ name }) => ['data', 'data_end', 'flow_keys'].includes(name)),
};

export const FLOW_DISSECTOR: RunRule = {
  helpers: offeredTo('flow_dissector'),
  ctx: { layout: CTX, kernelBytes: {}, stores: {}, writeBack: [] },
  run: runFlowDissector,
  unsupported: () => [],
};

/** `bpf_prog_test_run_flow_dissector`, net/bpf/test_run.c 6.1. */
function runFlowDissector(session: RunSession, run: Run): RunOutcome {
  const { machine } = session;
  const { memory, linux, release } = machine;
  const data = run.data ?? new Uint8Array(0);
  if (run.flags !== 0 || run.cpu !== 0 || run.batchSize !== 0) return failed(run, EINVAL);
  if (data.length < ETHERNET_BYTES || data.length > linux.pageBytes) return failed(run, EINVAL);
  if (isUnreadable(run, 'data_in')) return failed(run, EFAULT);
  const ctx = structIn(machine, run, FLOW_KEYS);
  if (typeof ctx === 'number') return failed(run, ctx);
  if (ctx !== null && !isFlagsOnly(ctx)) return failed(run, EINVAL);

  const start = machine.packetStart;
  memory.bytes.set(data, start);
  setBounds(memory, machine.packetRegion, start, start + data.length);
  const keys = memory.starts[machine.objectRegion];
  setBounds(memory, machine.objectRegion, keys, keys + FLOW_KEYS.sizeBytes);
  enterCtx(session, null, { data: start, data_end: start + data.length, flow_keys: keys });

  memory.access[machine.packetRegion] = Access.READ;
  memory.access[machine.objectRegion] = Access.BOTH;
  const retval = dissect(session, run.repeat, ctx);
  memory.access[machine.packetRegion] = Access.BOTH;
  memory.access[machine.objectRegion] = Access.NONE;
  if (retval === undefined) return faulted(run, machine.fault!);
  return finish(session, run, {
    retval: release.flowRetval === 'whether-ok' ? Number(retval === 0) : retval,
    head: memory.bytes.slice(keys, keys + FLOW_KEYS.sizeBytes),
    frags: NO_FRAGS,
    ctx,
  });
}

/** `verify_user_bpf_flow_keys` */
const isFlagsOnly = (keys: Uint8Array): boolean =>
  isZero(keys, 0, FLAGS_AT) && isZero(keys, FLAGS_AT + 4, keys.length);

/** `bpf_flow_dissect`, net/core/flow_dissector.c 6.1: the keys are new for each repetition. */
function dissect(session: RunSession, repeat: number, ctx: Uint8Array | null): number | undefined {
  const { machine } = session;
  const { memory, littleEndian, packetStart } = machine;
  const { bytes, view } = memory;
  const keys = memory.starts[machine.objectRegion];
  const hlen = memory.ends[machine.packetRegion] - packetStart;
  let retval: number | undefined;
  for (let i = 0; i < Math.max(1, repeat); i++) {
    bytes.fill(0, keys, keys + FLOW_KEYS.sizeBytes);
    bytes.copyWithin(keys + N_PROTO_AT, packetStart + 12, packetStart + 14);
    view.setUint16(keys + NHOFF_AT, ETHERNET_BYTES, littleEndian);
    view.setUint16(keys + THOFF_AT, ETHERNET_BYTES, littleEndian);
    if (ctx !== null) bytes.set(ctx.subarray(FLAGS_AT, FLAGS_AT + 4), keys + FLAGS_AT);
    retval = session.execute(1);
    if (retval === undefined) return undefined;
    const clamp = (at: number, low: number): number => {
      const clamped = Math.min(Math.max(view.getUint16(at, littleEndian), low), hlen);
      view.setUint16(at, clamped, littleEndian);
      return clamped;
    };
    clamp(keys + THOFF_AT, clamp(keys + NHOFF_AT, ETHERNET_BYTES));
  }
  return retval;
}
