import type { Run } from '../../../case/case.ts';
import { SK_LOOKUP as LAYOUT } from '../../../case/ctx.ts';
import type { RunOutcome } from '../../target.ts';
import { EAFNOSUPPORT, EINVAL, ERANGE } from '../errno.ts';
import { offeredTo } from '../helpers/offered.ts';
import { failed, faulted, finish } from './answer.ts';
import { enterCtx } from './ctx-exchange.ts';
import { readField } from './ctx-rule.ts';
import type { RunRule, RunSession } from './rules.ts';
import { isZero, structIn } from './struct-in.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const U16_MAX = 0xffff;
const SK_PASS = 1;
const NOTHING = new Uint8Array(0);

/** Behind the struct: `remote_port` with 16 zero bits above it, for a load of 32 bits. */
const WIDE_PORT_AT = 72;
const REMOTE_PORT_AT = 36;
const PAD_AT = 38;

export const SK_LOOKUP: RunRule = {
  helpers: offeredTo('sk_lookup'),
  ctx: {
    layout: LAYOUT,
    // `sk_lookup_convert_ctx_access`, net/core/filter.c 6.1.
    kernelBytes: { family: 2, protocol: 2, local_port: 2 },
    moved: (offset, sizeBytes, { skLookupRemotePort }) => {
      if (offset === REMOTE_PORT_AT && sizeBytes === 4) return WIDE_PORT_AT;
      // Half of a field of 32 bits, of which the kernel keeps 16: the same ones at either offset.
      if (offset === PAD_AT && sizeBytes === 2 && skLookupRemotePort === 'u32') {
        return REMOTE_PORT_AT;
      }
      return undefined;
    },
    stores: {},
    writeBack: [],
  },
  run: runSkLookup,
  unsupported: () => [],
};

/** `bpf_prog_test_run_sk_lookup`, net/bpf/test_run.c 6.1. */
function runSkLookup(session: RunSession, run: Run): RunOutcome {
  const { machine } = session;
  const { release, memory, littleEndian } = machine;
  if (run.flags !== 0 || run.cpu !== 0 || run.batchSize !== 0) return failed(run, EINVAL);
  if (run.data !== null || run.dataOutBytes !== null) return failed(run, EINVAL);
  const ctx = structIn(machine, run, LAYOUT, release.skLookupBytes);
  if (typeof ctx === 'number') return failed(run, ctx);
  if (ctx === null) return failed(run, EINVAL);

  const view = new DataView(ctx.buffer);
  const given = (name: string) =>
    Number(readField(view, 0, machine.ctx.access.fields.get(name)!, littleEndian));
  if (!isZero(ctx, 0, 8) || !isZero(ctx, 64, ctx.length)) return failed(run, EINVAL);
  const isPortWide = release.skLookupRemotePort === 'u32' && hasWidePort(view, littleEndian);
  if (given('local_port') > U16_MAX || isPortWide) return failed(run, ERANGE);
  const family = given('family') & U16_MAX;
  if (family !== AF_INET && family !== AF_INET6) return failed(run, EAFNOSUPPORT);

  const fields: Record<string, number> = {
    family,
    protocol: given('protocol') & U16_MAX,
    remote_port: given('remote_port'),
    local_port: given('local_port'),
  };
  for (const name of family === AF_INET ? V4_FIELDS : V6_FIELDS) fields[name] = given(name);
  enterCtx(session, null, fields);
  memory.view.setUint32(machine.ctx.start + WIDE_PORT_AT, fields.remote_port, littleEndian);

  const r0 = session.execute(run.repeat);
  if (r0 === undefined) return faulted(run, machine.fault!);
  // `BPF_PROG_SK_LOOKUP_RUN_ARRAY`, include/linux/filter.h: no socket was selected.
  const retval = r0 === 0 ? 0 : SK_PASS;
  return finish(session, run, { retval, head: NOTHING, frags: NOTHING, ctx });
}

const V4_FIELDS = ['remote_ip4', 'local_ip4'];
const V6_FIELDS = ['remote_ip6', 'local_ip6'].flatMap((name) =>
  [0, 1, 2, 3].map((i) => `${name}_${i}`),
);

const hasWidePort = (view: DataView, littleEndian: boolean): boolean =>
  view.getUint32(REMOTE_PORT_AT, littleEndian) > U16_MAX;
