import type { Case, Run } from '../../../case/case.ts';
import { RAW_TP_ARGS } from '../../../case/ctx.ts';
import { s64, u32 } from '../../../isa/integers.ts';
import type { RunOutcome } from '../../target.ts';
import { EINVAL } from '../errno.ts';
import { offeredTo } from '../helpers/offered.ts';
import { failed, faulted, returned } from './answer.ts';
import { enterCtx } from './ctx-exchange.ts';
import type { RunRule, RunSession } from './rules.ts';

/** BPF_TRACE_FENTRY, BPF_TRACE_FEXIT and BPF_MODIFY_RETURN, `enum bpf_attach_type`. */
const AttachType = { FENTRY: 24, FEXIT: 25, MODIFY_RETURN: 26 } as const;

/** A function that a run calls: what it is given, and what it returns. */
interface Traced {
  readonly calledFor: 'entry' | 'modify';
  readonly args: readonly number[];
  readonly returns: number;
}

/** `bpf_prog_test_run_tracing`, net/bpf/test_run.c 6.1 and 6.12; pointers are not told. */
const FUNCTIONS: Readonly<Record<string, Traced>> = {
  bpf_fentry_test1: { calledFor: 'entry', args: [1], returns: 2 },
  bpf_fentry_test2: { calledFor: 'entry', args: [2, 3], returns: 5 },
  bpf_fentry_test3: { calledFor: 'entry', args: [4, 5, 6], returns: 15 },
  bpf_fentry_test4: { calledFor: 'entry', args: [7, 8, 9, 10], returns: 34 },
  bpf_fentry_test5: { calledFor: 'entry', args: [11, 12, 13, 14, 15], returns: 65 },
  bpf_fentry_test6: { calledFor: 'entry', args: [16, 17, 18, 19, 20, 21], returns: 111 },
  bpf_modify_return_test: { calledFor: 'modify', args: [1, 0], returns: 4 },
  bpf_modify_return_test2: { calledFor: 'modify', args: [1, 0, 3, 4, 5, 6, 7], returns: 29 },
};

export const TRACING: RunRule = {
  helpers: offeredTo('tracing'),
  ctx: { layout: RAW_TP_ARGS, kernelBytes: {}, stores: {}, writeBack: [] },
  run: runTracing,
  unsupported: (_run, _machine, { expectedAttachType, attachBtf = '' }) => {
    const isKnown = (Object.values(AttachType) as number[]).includes(expectedAttachType);
    return isKnown && Object.hasOwn(FUNCTIONS, attachBtf) ? [] : ['tracing of that kind'];
  },
};

/** Most attributes are not looked at, and nothing but `retval` comes out. */
function runTracing(session: RunSession, run: Run): RunOutcome {
  const { machine, testCase } = session;
  if (run.flags !== 0 || run.cpu !== 0 || run.batchSize !== 0) return failed(run, EINVAL);
  const retval =
    testCase.expectedAttachType === AttachType.MODIFY_RETURN
      ? modified(session)
      : traced(session, testCase);
  return retval === undefined ? faulted(run, machine.fault!) : returned(run, retval);
}

/** The prog runs when its function is called, if that is called at all, and can't change what comes. */
function traced(session: RunSession, { attachBtf, expectedAttachType }: Case): number | undefined {
  const { calledFor, args, returns } = FUNCTIONS[attachBtf!];
  if (calledFor !== 'entry') return 0;
  const result = expectedAttachType === AttachType.FEXIT ? returns : undefined;
  return executeWith(session, args, result) === undefined ? undefined : 0;
}

/**
 * Low half: the sum of what the functions returned; high half: how many of them were not replaced by a
 * prog that returned something else than 0, in all 64 bits.
 */
function modified(session: RunSession): number | undefined {
  const { machine, testCase } = session;
  let sum = 0;
  let ran = 0;
  for (const name of machine.release.modifiedFunctions) {
    const { args, returns } = FUNCTIONS[name];
    let result = 0n;
    if (name === testCase.attachBtf) {
      if (executeWith(session, args, 0) === undefined) return undefined;
      result = machine.regs[0];
    }
    sum += result === 0n ? returns : Number(s64(u32(result)));
    ran += Number(result === 0n);
  }
  return ran * 0x10000 + (sum & 0xffff);
}

/** The prog's answer to a call with these arguments, and with what came of it, if that is known. */
function executeWith(
  session: RunSession,
  args: readonly number[],
  result?: number,
): number | undefined {
  const words = result === undefined ? args : [...args, result];
  enterCtx(session, null, Object.fromEntries(words.map((word, i) => [`w${i}`, word])));
  session.machine.traced = {
    args: args.length,
    result: result === undefined ? 'unknown' : 'known',
  };
  return session.execute(1);
}
