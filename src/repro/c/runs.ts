import type { Case, CtxInput, Run } from '../../case/case.ts';
import { allFields, ctxLayoutOf, encodeCtx } from '../../case/ctx.ts';
import type { ProgType } from '../../case/prog-type.ts';
import type { Endianness } from '../../targets/target.ts';
import { commandLines } from './commands.ts';
import { byteLines, byteList } from './text.ts';

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

/** A page of fragments and more: with a size of 0 a kernel copies all there is, without a bound. */
const SLACK_BYTES = 2 * 1024 * 1024;

/** What goes into runs, and room for what comes out. */
export function runDeclarations(testCase: Case, endianness: Endianness): readonly string[] {
  const { runs, progType } = testCase;
  const dataOut = runs.flatMap((run) => (run.dataOutBytes === null ? [] : sizesOf(run).dataOut));
  const ctxOut = runs.flatMap((run) => (run.ctxOutBytes === null ? [] : sizesOf(run).ctxOut));
  const readOnly = runs.some(({ attr }) => [attr?.data_out, attr?.ctx_out].includes('read_only'));
  return [
    ...(readOnly ? ['static const __u8 read_only[65536];'] : []),
    ...runs.flatMap((run, i) => {
      const { data, ctx, attr = {} } = run;
      const { dataIn, ctxIn } = sizesOf(run);
      return [
        ...(data === null || attr.data_in !== undefined
          ? []
          : byteArray(`run${i}_data`, Math.max(data.length, dataIn), byteLines(data))),
        ...(ctx === null || attr.ctx_in !== undefined
          ? []
          : byteArray(
              `run${i}_ctx`,
              Math.max(ctx.sizeBytes, ctxIn),
              ctxLines(ctx, progType, endianness),
            )),
      ];
    }),
    ...(dataOut.length === 0 ? [] : [`static __u8 data_out[${roomOf(dataOut)}];`]),
    ...(ctxOut.length === 0 ? [] : [`static __u8 ctx_out[${roomOf(ctxOut)}];`]),
  ];
}

/** As the command says them, which need not be what there is. */
const sizesOf = ({ data, ctx, dataOutBytes, ctxOutBytes, attr = {} }: Run) => ({
  dataIn: attr.data_size_in ?? data?.length ?? 0,
  ctxIn: attr.ctx_size_in ?? ctx?.sizeBytes ?? 0,
  dataOut: attr.data_size_out ?? dataOutBytes ?? 0,
  ctxOut: attr.ctx_size_out ?? ctxOutBytes ?? 0,
});

/** Where a pointer of the command leads: to `own`, unless an override says otherwise. */
function pointerOf(own: string | undefined, word: string | undefined): string | undefined {
  if (word === 'null') return undefined;
  if (word === 'unmapped') return '0x1000';
  return word === 'read_only' ? 'PTR(read_only)' : own && `PTR(${own})`;
}

const SIZE_MAX = 1024 * 1024;
const WRITABLE: ReadonlySet<string> = new Set([
  ...['data_in', 'ctx_in', 'data_out', 'ctx_out', 'retval', 'duration'],
  ...['data_size_in', 'ctx_size_in', 'data_size_out', 'ctx_size_out'],
]);

/** Whether what a run overrides of its command can be written. */
export function canOverride(run: Run): boolean {
  const { attr = {} } = run;
  return (
    Object.keys(attr).every((name) => WRITABLE.has(name)) &&
    attr.data_in !== 'read_only' &&
    attr.ctx_in !== 'read_only' &&
    Object.values(sizesOf(run)).every((size) => size <= SIZE_MAX)
  );
}

const roomOf = (sizes: readonly number[]): number =>
  Math.max(...sizes) + (sizes.includes(0) ? SLACK_BYTES : 0);

const byteArray = (name: string, size: number, lines: readonly string[]): readonly string[] =>
  lines.length === 0
    ? [`static __u8 ${name}[${Math.max(1, size)}];`]
    : [`static __u8 ${name}[${size}] = {`, ...lines.map((line) => `\t${line}`), '};'];

/** By field, as far as the ctx goes. */
function ctxLines(
  { fields, sizeBytes }: CtxInput,
  type: ProgType,
  endianness: Endianness,
): readonly string[] {
  const layout = ctxLayoutOf(type);
  if (layout === undefined) return [];
  const bytes = encodeCtx(layout, fields, sizeBytes, endianness === 'little');
  return allFields(layout).flatMap(({ name, offset, sizeBytes: width }) => {
    const value = bytes.subarray(offset, offset + width);
    if (value.every((byte) => byte === 0)) return [];
    return [`[${offset}] = ${byteList(value)}, /* ${name} */`];
  });
}

/** What does a run, and prints what comes of it. */
export function runLines(testCase: Case, index: number, endianness: Endianness): readonly string[] {
  const run = testCase.runs[index];
  const { data, ctx, repeat, flags, cpu, batchSize, commands = [], attr = {} } = run;
  const test = (field: string, value: string | number): string => `attr.test.${field} = ${value};`;
  const sizes = sizesOf(run);
  const pointers = {
    data_in: pointerOf(data === null ? undefined : `run${index}_data`, attr.data_in),
    data_out: pointerOf(run.dataOutBytes === null ? undefined : 'data_out', attr.data_out),
    ctx_in: pointerOf(ctx === null ? undefined : `run${index}_ctx`, attr.ctx_in),
    ctx_out: pointerOf(run.ctxOutBytes === null ? undefined : 'ctx_out', attr.ctx_out),
  };
  const numbers = {
    ...{ data_size_in: sizes.dataIn, data_size_out: sizes.dataOut },
    ...{ ctx_size_in: sizes.ctxIn, ctx_size_out: sizes.ctxOut },
    ...{ repeat, flags: hex(flags), cpu, batch_size: batchSize },
    ...{ retval: attr.retval ?? 0, duration: attr.duration ?? 0 },
  };
  return [
    'memset(&attr, 0, sizeof(attr));',
    test('prog_fd', 'prog[0]'),
    ...Object.entries(pointers).flatMap(([field, value]) =>
      value === undefined ? [] : [test(field, value)],
    ),
    ...Object.entries(numbers).flatMap(([field, value]) =>
      value === 0 || value === '0x0' ? [] : [test(field, value)],
    ),
    `prog_run(${index});`,
    ...commands.flatMap((command, i) => commandLines(testCase, index, i, command, endianness)),
  ];
}

const hex = (value: number): string => `0x${value.toString(16)}`;

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
