import type { Case, CtxInput, Run } from '../../case/case.ts';
import { allFields, ctxLayoutOf, encodeCtx } from '../../case/ctx.ts';
import type { ProgType } from '../../case/prog-type.ts';
import type { Endianness } from '../../targets/target.ts';
import { byteLines, byteList } from './text.ts';

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
export const sizesOf = ({ data, ctx, dataOutBytes, ctxOutBytes, attr = {} }: Run) => ({
  dataIn: attr.data_size_in ?? data?.length ?? 0,
  ctxIn: attr.ctx_size_in ?? ctx?.sizeBytes ?? 0,
  dataOut: attr.data_size_out ?? dataOutBytes ?? 0,
  ctxOut: attr.ctx_size_out ?? ctxOutBytes ?? 0,
});

/** Pointers of the command of a run, as C has them, by field; undefined for NULL. */
export function pointersOf(run: Run, index: number): Readonly<Record<string, string | undefined>> {
  const { data, ctx, dataOutBytes, ctxOutBytes, attr = {} } = run;
  return {
    data_in: pointerOf(data === null ? undefined : `run${index}_data`, attr.data_in),
    data_out: pointerOf(dataOutBytes === null ? undefined : 'data_out', attr.data_out),
    ctx_in: pointerOf(ctx === null ? undefined : `run${index}_ctx`, attr.ctx_in),
    ctx_out: pointerOf(ctxOutBytes === null ? undefined : 'ctx_out', attr.ctx_out),
  };
}

/** Where a pointer leads: to `own`, unless an override says otherwise. */
function pointerOf(own: string | undefined, word: string | undefined): string | undefined {
  if (word === 'null') return undefined;
  if (word === 'unmapped') return '(void *)0x1000';
  return word === 'read_only' ? '(void *)read_only' : own;
}

/** Numbers of it, by field. */
export function numbersOf(run: Run): Readonly<Record<string, number>> {
  const { repeat, flags, cpu, batchSize, attr = {} } = run;
  const sizes = sizesOf(run);
  return {
    ...{ data_size_in: sizes.dataIn, data_size_out: sizes.dataOut },
    ...{ ctx_size_in: sizes.ctxIn, ctx_size_out: sizes.ctxOut },
    ...{ repeat, flags, cpu, batch_size: batchSize },
    ...{ retval: attr.retval ?? 0, duration: attr.duration ?? 0 },
  };
}

/** Flags are bits. */
export const numberText = (field: string, value: number): string =>
  field === 'flags' ? `0x${value.toString(16)}` : `${value}`;

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
