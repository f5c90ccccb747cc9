import type { Random } from 'fast-check';
import type { CtxInput } from '../src/case/case.ts';
import {
  type CtxLayout,
  DUMMY_OPS_ARGS,
  FLOW_KEYS,
  NF_HOOK_STATE,
  RAW_TP_ARGS,
  SK_LOOKUP,
  SYSCALL_CTX,
} from '../src/case/ctx.ts';
import { type GeneratedType, UNRUN_TYPES } from './ctx-access.ts';
import { noFields } from './no-fields.ts';
import { oneIn, percent, pick } from './random.ts';
import { drawU64, type Pool } from './values.ts';

type Draw = (random: Random, pool: Pool) => CtxInput;

/** How the ctx of a run is drawn, for types that have one of their own: mostly one that is taken. */
export const OWN_CTX: Partial<Record<GeneratedType, Draw>> = {
  raw_tracepoint: (random, pool) => ({
    sizeBytes: percent(random, 70) ? RAW_TP_ARGS.sizeBytes : pick(random, [8, 16, 48, 95, 97, 104]),
    fields: drawFields(random, pool, RAW_TP_ARGS),
  }),
  syscall: (random, pool) => ({
    sizeBytes: percent(random, 80)
      ? random.nextInt(SYSCALL_CTX.sizeBytes / 2, SYSCALL_CTX.sizeBytes)
      : pick(random, [1, 7, 8, 64, 257, 300, 4096, 4097, 65_535, 65_536]),
    fields: drawFields(random, pool, SYSCALL_CTX),
  }),
  sk_lookup: drawSkLookup,
  flow_dissector: drawFlowKeys,
  netfilter: drawHookState,
  tracing: (random) => ({ sizeBytes: random.nextInt(1, 64), fields: {} }),
  struct_ops: drawDummyOps,
  ...Object.fromEntries(
    UNRUN_TYPES.map((type) => [
      type,
      (random: Random) => ({ sizeBytes: random.nextInt(0, 64), fields: {} }),
    ]),
  ),
};

function drawFields(random: Random, pool: Pool, { fields }: CtxLayout): Record<string, bigint> {
  const drawn = noFields();
  for (const { name, sizeBytes } of fields) {
    if (percent(random, 60)) drawn[name] = BigInt.asUintN(8 * sizeBytes, drawU64(random, pool));
  }
  return drawn;
}

const AF_INET = 2n;
const AF_INET6 = 10n;

const REFUSED = ['cookie', 'ingress_ifindex'];
/** What may be set of it. */
const SK_LOOKUP_INPUT: CtxLayout = {
  ...SK_LOOKUP,
  fields: SK_LOOKUP.fields.filter(({ name }) => !REFUSED.includes(name)),
};

/** Rules of `bpf_prog_test_run_sk_lookup` (net/bpf/test_run.c, 6.1). */
function drawSkLookup(random: Random, pool: Pool): CtxInput {
  const fields = drawFields(random, pool, SK_LOOKUP_INPUT);
  fields.family = oneIn(random, 2) ? AF_INET : AF_INET6;
  if (oneIn(random, 8)) fields.family += 0x10000n;
  fields.local_port = BigInt(random.nextInt(0, 0xffff));
  // Up to 5.17 the pad was a part of the port.
  if (percent(random, 80)) delete fields.remote_port_pad;
  if (oneIn(random, 8)) {
    const [name, value] = pick(random, [
      ['local_port', 0x10000n],
      ['local_port', 0xffffffffn],
      ['cookie', 1n],
      ['ingress_ifindex', 1n],
      ['local_port', 0x10000n],
      ['family', 0n],
      ['family', 1n],
      ['family', 0xffffn],
    ] as const);
    fields[name] = value;
  }
  return { sizeBytes: drawSize(random, SK_LOOKUP.sizeBytes), fields };
}

/** `verify_user_bpf_flow_keys` takes flags alone. */
function drawFlowKeys(random: Random, pool: Pool): CtxInput {
  const fields = noFields();
  fields.flags = BigInt.asUintN(32, drawU64(random, pool));
  if (oneIn(random, 10)) fields[pick(random, FLOW_KEYS.fields).name] = 1n;
  return { sizeBytes: drawSize(random, FLOW_KEYS.sizeBytes), fields };
}

const PF_IPV4 = 2n;
const PF_IPV6 = 10n;

/** `verify_and_copy_hook_state`, and hooks up to `NF_INET_INGRESS` and beyond. */
function drawHookState(random: Random): CtxInput {
  const fields = noFields();
  fields.pf = percent(random, 60) ? PF_IPV4 : PF_IPV6;
  fields.hook = oneIn(random, 2) ? 3n : BigInt(pick(random, [0, 1, 2, 4, 5, 200, 255]));
  if (oneIn(random, 10)) fields[pick(random, ['in', 'out', 'sk', 'net', 'okfn'])] = 1n;
  if (oneIn(random, 15)) fields.pf = BigInt(pick(random, [0, 1, 3, 5, 255]));
  return { sizeBytes: drawSize(random, NF_HOOK_STATE.sizeBytes), fields };
}

/** As many arguments as one of the members has; never NULL, which 6.1 lets progs write to. */
function drawDummyOps(random: Random, pool: Pool): CtxInput {
  const fields = drawFields(random, pool, DUMMY_OPS_ARGS);
  fields.w0 = BigInt(random.nextInt(1, 0x7fffffff));
  return {
    sizeBytes: oneIn(random, 10) ? pick(random, [7, 16, 48]) : pick(random, [8, 40, 40]),
    fields,
  };
}

/** The struct's, mostly; now and then a part of it, or more than the struct and more than a page. */
function drawSize(random: Random, sizeBytes: number): number {
  if (!oneIn(random, 10)) return sizeBytes;
  return pick(random, [sizeBytes + 8, sizeBytes - 8, 4, 4096, 4097, sizeBytes / 2]);
}
