import type { Fault } from '../target.ts';
import type { Helper } from './helpers/helper.ts';
import type { AluRule } from './rules/alu.ts';
import type { AtomicRule } from './rules/atomic.ts';
import type { JumpRule } from './rules/jump.ts';
import type { LoadRule, StoreRule } from './rules/memory-access.ts';

/** What the interpreter does with an insn; `X` takes the register `src`, `K` the immediate. */
export const Step = {
  ALU_X: 0,
  ALU_K: 1,
  LOAD: 2,
  STORE_X: 3,
  STORE_K: 4,
  JUMP_X: 5,
  JUMP_K: 6,
  GOTO: 7,
  CONSTANT: 8,
  ATOMIC: 9,
  HELPER: 10,
  CALL: 11,
  EXIT: 12,
  PACKET_ABS: 13,
  PACKET_IND: 14,
  TAIL_CALL: 15,
  FAULT: 16,
  MAY_GOTO: 17,
} as const;
export type Step = (typeof Step)[keyof typeof Step];

/**
 * The progs of a case made ready: dense columns with one row for each insn, one that faults behind each
 * prog, and others behind them all. The columns are used again for the next case, so that preparing
 * allocates nothing.
 */
export interface Code {
  /** Rows in use. */
  length: number;
  /** Slots of all progs. */
  slots: number;
  /** Where each prog begins. */
  firstRows: readonly number[];
  /** Which prog a row belongs to. */
  prog: Uint8Array;
  step: Uint8Array;
  /** The index of its form in `FORMS`. */
  form: Uint8Array;
  dst: Uint8Array;
  src: Uint8Array;
  sizeBytes: Uint8Array;
  off: Int32Array;
  /** Where a jump, a call or `code_addr` leads: a row. */
  target: Int32Array;
  /** The slot at which each insn begins, those of all progs counted together. */
  slot: Int32Array;
  /** The insn that begins at each slot; -1 for the second slot of `lddw`. */
  rowOfSlot: Int32Array;
  /** Immediates, sign-extended to 64 bits; what a `lddw` loads. */
  imm: BigUint64Array;
  /** `imm` as 32-bit words. */
  immWords: Uint32Array;
  /** The columns below hold something sensible where the step has use for it. */
  alu: AluRule[];
  jump: JumpRule[];
  load: LoadRule[];
  store: StoreRule[];
  atomic: AtomicRule[];
  helper: Helper[];
  /** Of rows that fault. */
  faults: Map<number, { readonly reason: Fault['reason']; readonly detail: string }>;
}

export function createCode(rows: number): Code {
  return {
    ...columns(rows),
    length: 0,
    slots: 0,
    firstRows: [],
    alu: [],
    jump: [],
    load: [],
    store: [],
    atomic: [],
    helper: [],
    faults: new Map(),
  };
}

/** Makes room for so many rows; what the columns held is lost. */
export function growCode(code: Code, rows: number): void {
  if (rows > code.step.length) Object.assign(code, columns(2 ** Math.ceil(Math.log2(rows))));
}

/** A row that can't be executed. */
export function faultRow(code: Code, row: number, reason: Fault['reason'], detail: string): void {
  code.step[row] = Step.FAULT;
  code.faults.set(row, { reason, detail });
}

function columns(rows: number) {
  const imm = new BigUint64Array(rows);
  return {
    step: new Uint8Array(rows),
    form: new Uint8Array(rows),
    prog: new Uint8Array(rows),
    dst: new Uint8Array(rows),
    src: new Uint8Array(rows),
    sizeBytes: new Uint8Array(rows),
    off: new Int32Array(rows),
    target: new Int32Array(rows),
    slot: new Int32Array(rows),
    rowOfSlot: new Int32Array(rows),
    imm,
    immWords: new Uint32Array(imm.buffer),
  };
}
