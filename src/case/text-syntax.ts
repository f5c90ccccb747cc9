import type { Case, MapSpec, Run } from './case.ts';
import { CASE_LIMITS, U32_MAX } from './limits.ts';

/** A number in the text form: its keyword, the field that it fills, and how it is printed. */
export interface NumberSyntax<Field> {
  readonly keyword: string;
  readonly field: Field;
  readonly base: 10 | 16;
  readonly max: number;
}

/** Lines of their own above all sections; 0 where they are missing. */
export const HEADERS: readonly NumberSyntax<
  keyof Pick<Case, 'expectedAttachType' | 'progFlags'>
>[] = [
  { keyword: 'expected_attach_type', field: 'expectedAttachType', base: 10, max: U32_MAX },
  { keyword: 'prog_flags', field: 'progFlags', base: 16, max: U32_MAX },
];

/** Pairs behind a map's name and type; 0 where they are missing. */
export const MAP_NUMBERS: readonly NumberSyntax<
  keyof Pick<MapSpec, 'keyBytes' | 'valueBytes' | 'maxEntries' | 'flags'>
>[] = [
  { keyword: 'key', field: 'keyBytes', base: 10, max: U32_MAX },
  { keyword: 'value', field: 'valueBytes', base: 10, max: U32_MAX },
  { keyword: 'max_entries', field: 'maxEntries', base: 10, max: U32_MAX },
  { keyword: 'flags', field: 'flags', base: 16, max: U32_MAX },
];

/** Lines of a run; as in `PLAIN_RUN` where they are missing. */
export const RUN_NUMBERS: readonly NumberSyntax<
  keyof Pick<Run, 'repeat' | 'flags' | 'cpu' | 'batchSize' | 'dataOutBytes' | 'ctxOutBytes'>
>[] = [
  { keyword: 'repeat', field: 'repeat', base: 10, max: U32_MAX },
  { keyword: 'flags', field: 'flags', base: 16, max: U32_MAX },
  { keyword: 'cpu', field: 'cpu', base: 10, max: U32_MAX },
  { keyword: 'batch_size', field: 'batchSize', base: 10, max: U32_MAX },
  { keyword: 'data_out', field: 'dataOutBytes', base: 10, max: CASE_LIMITS.outBytes },
  { keyword: 'ctx_out', field: 'ctxOutBytes', base: 10, max: CASE_LIMITS.outBytes },
];

export const printNumber = (value: number | bigint, base: 10 | 16): string =>
  base === 16 ? `0x${value.toString(16)}` : value.toString();

/** What stands for no bytes at all. */
export const NO_BYTES = 'empty';
