import type { Case } from '../../case/case.ts';
import { isLiveRun } from '../../case/live-run.ts';
import type { ProgType } from '../../case/prog-type.ts';
import type { Endianness } from '../../targets/target.ts';
import { commandLines } from './commands.ts';
import { numbersOf, numberText, pointersOf, sizesOf } from './run-buffers.ts';

/** Where what comes out of a ctx is found: in a buffer of its own, in what went in, nowhere. */
type CtxWay = 'out' | 'in' | 'none';

const ctxWayOf = (type: ProgType): CtxWay =>
  type === 'syscall' ? 'in' : WITHOUT_OUTPUT.has(type) ? 'none' : 'out';

/** Types whose runs leave data_out and ctx_out alone (targets/kernel/agent/run.c). */
const WITHOUT_OUTPUT: ReadonlySet<ProgType> = new Set<ProgType>([
  'tracing',
  'struct_ops',
  'netfilter',
]);

/** What does a run, and prints what comes of it. */
export function runLines(testCase: Case, index: number, endianness: Endianness): readonly string[] {
  const run = testCase.runs[index];
  const { commands = [] } = run;
  const test = (field: string, value: string): string => `attr.test.${field} = ${value};`;
  return [
    'memset(&attr, 0, sizeof(attr));',
    test('prog_fd', 'prog[0]'),
    ...Object.entries(pointersOf(run, index)).flatMap(([field, value]) =>
      value === undefined ? [] : [test(field, `PTR(${value})`)],
    ),
    ...Object.entries(numbersOf(run)).flatMap(([field, value]) =>
      value === 0 ? [] : [test(field, numberText(field, value))],
    ),
    `prog_run(${index});`,
    ...(isLiveRun(testCase, run) ? [`say_frames(${index});`] : []),
    ...commands.flatMap((command, i) => commandLines(testCase, index, i, command, endianness)),
  ];
}

/** `prog_run`, which does a run that attr describes; told of what the runs of a case have. */
export function progRunFunction({ progType, runs }: Case): string {
  const way = ctxWayOf(progType);
  const data =
    !WITHOUT_OUTPUT.has(progType) &&
    runs.some((run) => run.dataOutBytes !== null && sizesOf(run).dataOut > 0);
  const ctx =
    way === 'out' && runs.some((run) => run.ctxOutBytes !== null && sizesOf(run).ctxOut > 0);
  const back = way === 'in' && runs.some((run) => run.ctx !== null);
  const condition = ctx
    ? '(data_size > data_room || ctx_size > ctx_room)'
    : 'data_size > data_room';
  return lines([
    '/* As attr says. What a kernel left alone on its way out is not printed. */',
    'static void prog_run(int number)',
    '{',
    data && '\t__u32 data_room = attr.test.data_size_out;',
    ctx && '\t__u32 ctx_room = attr.test.ctx_size_out;',
    (data || ctx || back) && '\tchar what[64];',
    (data || ctx || back) && '',
    data && '\tif (attr.test.data_out == PTR(data_out))',
    data && '\t\tmemset(data_out, 0, data_room);',
    ctx && '\tif (attr.test.ctx_out == PTR(ctx_out))',
    ctx && '\t\tmemset(ctx_out, 0, ctx_room);',
    '\tint error = bpf(BPF_PROG_TEST_RUN);',
    '\t__u32 data_size = attr.test.data_size_out, ctx_size = attr.test.ctx_size_out;',
    '',
    '\tif (error)',
    '\t\tsay("run %d: errno %d", number, -error);',
    '\tsay("run %d: retval 0x%x", number, attr.test.retval);',
    '\tif (data_size)',
    '\t\tsay("run %d: data_size_out %u", number, data_size);',
    data && '\tsnprintf(what, sizeof(what), "run %d: data_out", number);',
    data && '\tif (attr.test.data_out == PTR(data_out) && data_size && data_room &&',
    data && `\t    (!error || (error == -ENOSPC && ${condition})))`,
    data && '\t\tsay_bytes(what, data_out, data_size < data_room ? data_size : data_room);',
    '\tif (ctx_size)',
    '\t\tsay("run %d: ctx_size_out %u", number, ctx_size);',
    (ctx || back) && '\tsnprintf(what, sizeof(what), "run %d: ctx_out", number);',
    ctx && '\tif (attr.test.ctx_out == PTR(ctx_out) && ctx_size && ctx_room &&',
    ctx && '\t    (!error || (error == -ENOSPC && ctx_size > ctx_room)))',
    ctx && '\t\tsay_bytes(what, ctx_out, ctx_size < ctx_room ? ctx_size : ctx_room);',
    back && '\t/* It comes back where it came from. */',
    back && '\tif (!error && attr.test.ctx_in && attr.test.ctx_size_in)',
    back && '\t\tsay_bytes(what, (void *)(unsigned long)attr.test.ctx_in, attr.test.ctx_size_in);',
    '}',
  ]);
}

/** What is there of them, one below the other. */
const lines = (all: readonly (string | false | 0 | null | undefined)[]): string =>
  all.filter((line) => typeof line === 'string').join('\n');
