import { ATTR_BYTES, type AttrOverrides } from '../../../case/attr.ts';
import type { Run } from '../../../case/case.ts';
import type { Endianness } from '../../target.ts';
import { E2BIG, EBADF, EFAULT, EINVAL } from '../errno.ts';
import type { Machine } from '../machine.ts';
import { isGiven, type Pointer } from './user-memory.ts';

/**
 * The run as the kernel reads it out of `bpf_attr`: what lies behind its end is 0, and sizes are those
 * that the command says.
 */
export function readRun(run: Run, endianness: Endianness): Run {
  if (run.attr === undefined) return run;
  const end = run.attr.size ?? ATTR_BYTES;
  let read = run;
  for (const { offset, get, set } of NUMBERS) {
    if (offset + 4 > end) read = set(read, cut(get(read), end - offset, endianness));
  }
  for (const [offset, name] of POINTERS) {
    if (offset >= end) read = withAttr(read, { [name]: 'null' });
  }
  return withSizes(read);
}

/** What of the overrides can't be emulated: half of a pointer, and a limit beyond all that is read. */
export function unsupportedAttr({ attr = {}, ctx }: Run): readonly string[] {
  const { size = ATTR_BYTES, data_size_in = 0 } = attr;
  const isCut = POINTERS.some(
    ([offset, pointer]) => attr[pointer] !== 'null' && size > offset && size < offset + 8,
  );
  const isFar =
    data_size_in > INPUT_MAX_BYTES && (ctx?.fields.data_end ?? 0n) > BigInt(INPUT_MAX_BYTES);
  return [
    ...(isCut ? ['a pointer of which a part is left'] : []),
    ...(isFar ? ['data_end beyond the memory of a packet'] : []),
  ];
}

/**
 * `__sys_bpf` and `bpf_prog_test_run`, kernel/bpf/syscall.c 6.1: what is wrong with the command whatever
 * the prog is; 0 for nothing. `run` is what `readRun` gives.
 */
export function checkCommand(machine: Machine, run: Run): number {
  const { release, linux } = machine;
  const { size = ATTR_BYTES, attr: at, nonzero_at = 0, prog_fd, cmd } = run.attr ?? {};
  if (size > linux.pageBytes) return E2BIG;
  if (size > 0 && (at === 'null' || at === 'unmapped')) return EFAULT;
  const isNonzero = nonzero_at > 0 && nonzero_at < size;
  if (isNonzero && nonzero_at >= release.attrBytes) return E2BIG;
  const isCommand = cmd === undefined || (cmd === 'common' && release.commonAttrs === 'known');
  if (!isCommand) return EINVAL;
  // A field that the kernel's `bpf_attr` lacks must be zero.
  if (isNonzero || (release.batchSize === 'unknown' && run.batchSize !== 0)) return EINVAL;
  for (const pointer of ['ctx_in', 'ctx_out'] as const) {
    const sizeBytes = GIVEN[SIZE_OF[pointer]](run);
    if (isGiven(run, pointer) !== sizeBytes > 0) return EINVAL;
  }
  if (prog_fd === 'closed' && size > 0) return EBADF;
  const hasFd = machine.littleEndian ? size > 0 : size >= 4;
  return prog_fd !== undefined || !hasFd ? EINVAL : 0;
}

/** Fields of `bpf_attr.test` by offset: what a run is where `bpf_attr` ends before their end. */
interface Field {
  readonly offset: number;
  readonly get: (run: Run) => number;
  readonly set: (run: Run, value: number) => Run;
}

const number = (offset: number, name: 'repeat' | 'flags' | 'cpu' | 'batchSize'): Field => ({
  offset,
  get: (run) => run[name],
  set: (run, value) => ({ ...run, [name]: value }),
});
type Size = 'data_size_in' | 'data_size_out' | 'ctx_size_in' | 'ctx_size_out';
const size = (offset: number, name: Size | 'retval' | 'duration'): Field => ({
  offset,
  get: (run) => run.attr?.[name] ?? GIVEN[name](run),
  set: (run, value) => withAttr(run, { [name]: value }),
});

/** What a field is where nothing overrides it. */
const GIVEN: Readonly<Record<Size | 'retval' | 'duration', (run: Run) => number>> = {
  retval: () => 0,
  duration: () => 0,
  data_size_in: ({ data }) => data?.length ?? 0,
  data_size_out: ({ dataOutBytes }) => dataOutBytes ?? 0,
  ctx_size_in: ({ ctx }) => ctx?.sizeBytes ?? 0,
  ctx_size_out: ({ ctxOutBytes }) => ctxOutBytes ?? 0,
};

const NUMBERS: readonly Field[] = [
  size(4, 'retval'),
  size(8, 'data_size_in'),
  size(12, 'data_size_out'),
  number(32, 'repeat'),
  size(36, 'duration'),
  size(40, 'ctx_size_in'),
  size(44, 'ctx_size_out'),
  number(64, 'flags'),
  number(68, 'cpu'),
  number(72, 'batchSize'),
];

const POINTERS: readonly (readonly [offset: number, name: Pointer])[] = [
  [16, 'data_in'],
  [24, 'data_out'],
  [48, 'ctx_in'],
  [56, 'ctx_out'],
];

const withAttr = (run: Run, attr: AttrOverrides): Run => ({
  ...run,
  attr: { ...run.attr, ...attr },
});

/** What is left of 32 bits of which so many bytes are there. */
function cut(value: number, bytes: number, endianness: Endianness): number {
  const bits = 8 * Math.max(0, bytes);
  const lost = 32 - bits;
  const kept = endianness === 'little' ? 2 ** bits - 1 : 2 ** 32 - 2 ** lost;
  return Number(BigInt(value) & BigInt(kept));
}

/** The sizes that the command says; without a pointer and with a size of 0 there is nothing. */
function withSizes(run: Run): Run {
  const [dataIn, dataOut, ctxIn, ctxOut] = POINTERS.map(([, pointer]) => {
    const sizeBytes = run.attr?.[SIZE_OF[pointer]] ?? GIVEN[SIZE_OF[pointer]](run);
    return isGiven(run, pointer) || sizeBytes > 0 ? sizeBytes : null;
  });
  const nulls = POINTERS.filter(([, pointer]) => !isGiven(run, pointer));
  return {
    ...run,
    data: dataIn === null ? null : resized(run.data ?? new Uint8Array(), dataIn),
    dataOutBytes: dataOut,
    ctx: ctxIn === null ? null : { fields: run.ctx?.fields ?? {}, sizeBytes: ctxIn },
    ctxOutBytes: ctxOut,
    attr: {
      ...run.attr,
      ...Object.fromEntries(nulls.map(([, pointer]) => [pointer, 'null'])),
    },
  };
}

const SIZE_OF = {
  data_in: 'data_size_in',
  data_out: 'data_size_out',
  ctx_in: 'ctx_size_in',
  ctx_out: 'ctx_size_out',
} as const;

/** Cut, or with zeros behind. */
function resized(data: Uint8Array, lenBytes: number): Uint8Array {
  if (lenBytes <= data.length) return data.subarray(0, lenBytes);
  const longer = new Uint8Array(Math.min(lenBytes, Math.max(INPUT_MAX_BYTES, data.length)));
  longer.set(data);
  return longer;
}

/** More of a packet is never looked at: a linear part and 17 frags, each a page of 64 KiB at most. */
const INPUT_MAX_BYTES = 1 << 21;
