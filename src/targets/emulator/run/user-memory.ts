import { ATTR_BYTES } from '../../../case/attr.ts';
import type { Run } from '../../../case/case.ts';

/** A pointer of the command to a buffer. */
export type Pointer = 'data_in' | 'data_out' | 'ctx_in' | 'ctx_out';

/** Whether the pointer is there, good or bad. */
export function isGiven(run: Run, pointer: Pointer): boolean {
  if (run.attr?.[pointer] === 'null') return false;
  return run.attr?.[pointer] !== undefined || PART[pointer](run) !== null;
}

const PART: Readonly<Record<Pointer, (run: Run) => unknown>> = {
  data_in: (run) => run.data,
  data_out: (run) => run.dataOutBytes,
  ctx_in: (run) => run.ctx,
  ctx_out: (run) => run.ctxOutBytes,
};

/** Whether `copy_from_user` of any byte from there fails. */
export const isUnreadable = (run: Run, pointer: Pointer): boolean =>
  !isGiven(run, pointer) || run.attr?.[pointer] === 'unmapped';

/** Whether `copy_to_user` of any byte to there fails. */
export const isUnwritable = (run: Run, pointer: Pointer): boolean =>
  isUnreadable(run, pointer) || run.attr?.[pointer] === 'read_only';

/** A field of `bpf_attr.test` that comes out, at its offset. */
const OUT_FIELDS = { retval: 4, data_size_out: 12, duration: 36, ctx_size_out: 44 } as const;

/** Where of `bpf_attr` no byte can be written to: from the first offset up to the second. */
const READ_ONLY: Partial<Record<string, readonly [number, number]>> = {
  read_only: [0, ATTR_BYTES],
  read_only_front: [0, 8],
  read_only_back: [32, ATTR_BYTES],
  read_only_end: [40, ATTR_BYTES],
};

/** Whether `copy_to_user` of a field of `bpf_attr` fails. */
export function isFieldUnwritable({ attr }: Run, field: keyof typeof OUT_FIELDS): boolean {
  const [start, end] = READ_ONLY[attr?.attr ?? ''] ?? [0, 0];
  const offset = OUT_FIELDS[field];
  return offset >= start && offset < end;
}
