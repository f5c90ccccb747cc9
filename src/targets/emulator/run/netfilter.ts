import type { Run } from '../../../case/case.ts';
import { type CtxLayout, NF_HOOK_STATE } from '../../../case/ctx.ts';
import type { RunOutcome } from '../../target.ts';
import { EFAULT, EINVAL, EPROTO } from '../errno.ts';
import { offeredTo } from '../helpers/offered.ts';
import { Access, setBounds } from '../memory.ts';
import { failed, faulted, finish } from './answer.ts';
import { enterCtx } from './ctx-exchange.ts';
import {
  ETHERNET_BYTES,
  etherTypeOf,
  IPV4,
  IPV4_HEADER_BYTES,
  IPV6,
  IPV6_HEADER_BYTES,
} from './ethernet.ts';
import { linearBytesMax } from './packet-room.ts';
import type { RunRule, RunSession } from './rules.ts';
import { isZero, structIn } from './struct-in.ts';
import { isUnreadable } from './user-memory.ts';

/** `NFPROTO_*` and `NF_INET_LOCAL_OUT`, include/uapi/linux/netfilter.h. */
const PF_IPV4 = 2;
const PF_IPV6 = 10;
const LOCAL_OUT = 3;
const NOTHING = new Uint8Array(0);

/** `struct bpf_nf_ctx`, include/linux/netfilter_bpf.h 6.12: pointers to structs of the kernel's own. */
const CTX: CtxLayout = {
  struct: 'bpf_nf_ctx',
  sizeBytes: 16,
  fields: [
    { name: 'state', offset: 0, sizeBytes: 8 },
    { name: 'skb', offset: 8, sizeBytes: 8 },
  ],
  tail: { name: 'tail', offset: 16, sizeBytes: 8 },
};

/** A pointer that nothing here follows. */
const SKB_POINTER = 0xe100_0000;

export const NETFILTER: RunRule = {
  helpers: offeredTo('netfilter'),
  ctx: { layout: CTX, kernelBytes: {}, stores: {}, writeBack: [] },
  run: runNetfilter,
  unsupported: () => [],
};

/** `bpf_prog_test_run_nf`, net/bpf/test_run.c 6.12. What a prog leaves behind is its verdict alone. */
function runNetfilter(session: RunSession, run: Run): RunOutcome {
  const { machine } = session;
  const { memory } = machine;
  const data = run.data ?? new Uint8Array(0);
  if (run.flags !== 0 || run.cpu !== 0 || run.batchSize !== 0) return failed(run, EINVAL);
  if (data.length < IPV4_HEADER_BYTES) return failed(run, EINVAL);
  if (data.length > linearBytesMax(machine)) return failed(run, EINVAL);
  if (isUnreadable(run, 'data_in')) return failed(run, EFAULT);
  const given = structIn(machine, run, NF_HOOK_STATE);
  if (typeof given === 'number') return failed(run, given);
  if (given !== null && !isHookState(given)) return failed(run, EINVAL);
  const hook = given?.[0] ?? LOCAL_OUT;
  const pf = given?.[1] ?? PF_IPV4;
  const errno = hook === LOCAL_OUT ? 0 : checkFrame(data, pf);
  if (errno !== 0) return failed(run, errno);

  const state = memory.starts[machine.objectRegion];
  setBounds(memory, machine.objectRegion, state, state + NF_HOOK_STATE.sizeBytes);
  memory.bytes.fill(0, state, state + NF_HOOK_STATE.sizeBytes);
  memory.bytes[state] = hook;
  memory.bytes[state + 1] = pf;
  enterCtx(session, null, { state, skb: SKB_POINTER });
  memory.access[machine.objectRegion] = Access.READ;
  const retval = session.execute(run.repeat);
  memory.access[machine.objectRegion] = Access.NONE;
  if (retval === undefined) return faulted(run, machine.fault!);
  return finish(session, run, { retval, head: NOTHING, frags: NOTHING, ctx: null });
}

/** `verify_and_copy_hook_state`: no pointers, and a protocol family of IP. Padding is not looked at. */
const isHookState = (state: Uint8Array): boolean =>
  isZero(state, 8, state.length) && (state[1] === PF_IPV4 || state[1] === PF_IPV6);

/** A packet of another hook than LOCAL_OUT begins with its Ethernet header, which must fit. */
function checkFrame(data: Uint8Array, pf: number): number {
  if (data.length < ETHERNET_BYTES + IPV4_HEADER_BYTES) return EINVAL;
  switch (etherTypeOf(data)) {
    case IPV4:
      return pf === PF_IPV4 ? 0 : EINVAL;
    case IPV6:
      return data.length >= ETHERNET_BYTES + IPV6_HEADER_BYTES && pf === PF_IPV6 ? 0 : EINVAL;
    default:
      return EPROTO;
  }
}
