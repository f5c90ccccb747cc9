import { type CtxInput, PLAIN_RUN, type Run } from '../../src/case/case.ts';
import { ETHERNET_BYTES } from '../packet.ts';
import { shortenBytes, zeroBytes } from './bytes.ts';
import { shrinkBigInt, shrinkNumber } from './number.ts';

/** Smaller runs: parts left out, packets shorter and of more zeros, fields dropped, numbers plainer. */
export function* shrinkRun(run: Run): Generator<Run> {
  const plain = (name: 'flags' | 'cpu' | 'batchSize' | 'ctx' | 'dataOutBytes' | 'ctxOutBytes') =>
    run[name] === PLAIN_RUN[name] ? [] : [{ ...run, [name]: PLAIN_RUN[name] }];
  // Some targets take both or neither.
  if (run.ctx !== null && run.ctxOutBytes !== null) yield { ...run, ctx: null, ctxOutBytes: null };
  yield* plain('ctx');
  yield* plain('ctxOutBytes');
  yield* plain('dataOutBytes');
  yield* withFewerOverrides(run);
  if (run.repeat !== 1) yield { ...run, repeat: 1 };
  if (run.repeat > 2) yield { ...run, repeat: 2 };
  yield* plain('flags');
  yield* plain('cpu');
  yield* plain('batchSize');
  const { data, ctx } = run;
  if (data !== null) {
    for (const shorter of shortenBytes(data, Math.min(ETHERNET_BYTES, data.length))) {
      yield { ...run, data: shorter, ctx: ctx && followLength(ctx, data, shorter) };
    }
  }
  if (ctx !== null) for (const smaller of shrinkCtx(ctx)) yield { ...run, ctx: smaller };
  if (data !== null) for (const zeroed of zeroBytes(data)) yield { ...run, data: zeroed };
  for (const name of ['flags', 'dataOutBytes', 'ctxOutBytes'] as const) {
    for (const smaller of shrinkNumber(run[name] ?? 0)) {
      if (smaller !== 0) yield { ...run, [name]: smaller };
    }
  }
}

function* withFewerOverrides({ attr = {}, ...run }: Run): Generator<Run> {
  const entries = Object.entries(attr);
  if (entries.length > 1) yield run;
  for (const [at] of entries.entries()) {
    const fewer = entries.toSpliced(at, 1);
    yield fewer.length === 0 ? run : { ...run, attr: Object.fromEntries(fewer) };
  }
}

/** An `xdp_md` whose `data_end` was the packet's end keeps that. */
function followLength(ctx: CtxInput, before: Uint8Array, after: Uint8Array): CtxInput {
  if (ctx.fields.data_end !== BigInt(before.length)) return ctx;
  return { ...ctx, fields: { ...ctx.fields, data_end: BigInt(after.length) } };
}

function* shrinkCtx(ctx: CtxInput): Generator<CtxInput> {
  for (const name of Object.keys(ctx.fields)) {
    const { [name]: _dropped, ...fields } = ctx.fields;
    yield { ...ctx, fields };
  }
  for (const [name, value] of Object.entries(ctx.fields)) {
    for (const smaller of shrinkBigInt(value)) {
      yield { ...ctx, fields: { ...ctx.fields, [name]: smaller } };
    }
  }
}
