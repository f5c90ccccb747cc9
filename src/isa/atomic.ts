/**
 * One atomic read-modify-write, selected by `imm`. `meaning` gives the low bits of the new content of
 * memory; `r0` counts in `cmpxchg` only. With `fetch`, the old content goes, zero-extended, to `src`
 * (`cmpxchg`: to r0).
 */
export interface AtomicOp {
  readonly name: string;
  /** The whole `imm`. */
  readonly imm: number;
  readonly fetch: boolean;
  readonly meaning: (old: bigint, src: bigint, r0: bigint) => bigint;
}

const FETCH = 0x01;

/** RFC 9669 section 5.3, tables 11 and 12. */
export const ATOMIC_OPS: readonly AtomicOp[] = [
  ...both('add', 0x00, (old, src) => old + src),
  ...both('or', 0x40, (old, src) => old | src),
  ...both('and', 0x50, (old, src) => old & src),
  ...both('xor', 0xa0, (old, src) => old ^ src),
  { name: 'xchg', imm: 0xe0 | FETCH, fetch: true, meaning: (_old, src) => src },
  {
    name: 'cmpxchg',
    imm: 0xf0 | FETCH,
    fetch: true,
    meaning: (old, src, r0) => (old === r0 ? src : old),
  },
];

/** `imm` of load-acquire and store-release (Linux 6.15, `include/uapi/linux/bpf.h`). */
export const LOAD_ACQ_IMM = 0x100;
export const STORE_REL_IMM = 0x110;

function both(name: string, imm: number, meaning: AtomicOp['meaning']): AtomicOp[] {
  return [
    { name, imm, fetch: false, meaning },
    { name: `fetch_${name}`, imm: imm | FETCH, fetch: true, meaning },
  ];
}
