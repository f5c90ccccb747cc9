import type { Prog } from '../../case/case.ts';
import { type CallSeen, ERRNO_MAX, type Execution, OTHER_NEGATIVE } from '../../case/execution.ts';
import { CASE_LIMITS } from '../../case/limits.ts';
import {
  FORM_SHIFT,
  OPERANDS_KEYS_END,
  OPERANDS_MASKS,
  type OperandsKey,
  TAKEN_BIT,
} from '../../isa/operands.ts';
import { valueClassOf } from '../../isa/value-class.ts';
import type { Code } from './code.ts';
import { ENOENT } from './errno.ts';
import type { Machine } from './machine.ts';
import { HIGH, LOW } from './registers.ts';

/** What is seen of a case while it runs; see `Execution`. One for each emulator, used again. */
export interface Observations {
  /** By row, as in `Execution`. */
  executed: Uint8Array;
  operands: OperandsKey[];
  /** See `callKey`. */
  readonly calls: Set<number>;
  /** By key: the last case that had it. */
  readonly lastCase: Uint16Array;
  caseNumber: number;
}

export const createObservations = (): Observations => ({
  executed: new Uint8Array(0),
  operands: [],
  calls: new Set(),
  lastCase: new Uint16Array(OPERANDS_KEYS_END),
  caseNumber: 0,
});

/** Forgets the last case; the new one has so many rows. */
export function startObserving(seen: Observations, rows: number): void {
  seen.executed = new Uint8Array(rows);
  seen.operands = [];
  seen.calls.clear();
  seen.caseNumber++;
  if (seen.caseNumber > CASE_NUMBER_MAX) {
    seen.lastCase.fill(0);
    seen.caseNumber = 1;
  }
}

const CASE_NUMBER_MAX = 0xffff;

/** An insn is executed with its two registers. `outcome` is `TAKEN_BIT`, or 0. */
export function seeRegs(machine: Machine, row: number, outcome: number): void {
  const { observations, code, words } = machine;
  const classes = (classIn(words, code.dst[row]) << 4) | classIn(words, code.src[row]);
  see(observations, code.form[row], outcome | classes);
}

/** An insn is executed with a register and its immediate. */
export function seeImm(machine: Machine, row: number, outcome: number): void {
  const { observations, code, words } = machine;
  const classes = (classIn(words, code.dst[row]) << 4) | classIn(code.immWords, row);
  see(observations, code.form[row], outcome | classes);
}

/** An insn loads or stores the value of a register. */
export function seeValue({ observations, code, words }: Machine, row: number, reg: number): void {
  see(observations, code.form[row], classIn(words, reg));
}

/** An atomic is executed at an address. */
export function seeAtomic(machine: Machine, row: number, address: number): void {
  const { observations, code, words, memory, littleEndian } = machine;
  const word = (at: number): number => memory.view.getUint32(address + at, littleEndian);
  const old =
    code.sizeBytes[row] === 4
      ? valueClassOf(0, word(0))
      : valueClassOf(word(littleEndian ? 4 : 0), word(littleEndian ? 0 : 4));
  see(observations, code.form[row], (old << 4) | classIn(words, code.src[row]));
}

/** The class of the 64-bit value at an index. */
const classIn = (words: Uint32Array, index: number): number =>
  valueClassOf(words[2 * index + HIGH], words[2 * index + LOW]);

function see(observations: Observations, form: number, classes: number): void {
  const key = (form << FORM_SHIFT) | (classes & (OPERANDS_MASKS[form] | TAKEN_BIT));
  if (observations.lastCase[key] === observations.caseNumber) return;
  observations.lastCase[key] = observations.caseNumber;
  observations.operands.push(key);
}

/** A call has come back, with r0; what map it was given is in the machine. */
export function seeCall({ observations, words, mapGiven }: Machine, row: number): void {
  observations.calls.add(callKey(row, mapGiven, resultOf(words[HIGH], words[LOW])));
}

/** A tail call: 0 where it found a prog. It has no result, so that of none is our own. */
export function seeTailCall(
  { observations, mapGiven }: Machine,
  row: number,
  found: unknown,
): void {
  observations.calls.add(callKey(row, mapGiven, found === undefined ? -ENOENT : 0));
}

/** An `int` may come without its upper half (see `mapResult`). */
function resultOf(high: number, low: number): number {
  const value = low - 2 ** 32;
  if ((high === 0 || high === 0xffff_ffff) && value >= -ERRNO_MAX) return value;
  if (high === 0 && low === 0) return 0;
  return high < 0x8000_0000 ? POSITIVE : OTHER_NEGATIVE;
}

const POSITIVE = 1;

/** Row, map + 1 and result in one number. */
const callKey = (row: number, map: number, result: number): number =>
  (row * MAPS + map + 1) * RESULTS + result - OTHER_NEGATIVE;

const MAPS = CASE_LIMITS.maps + 1;
const RESULTS = POSITIVE - OTHER_NEGATIVE + 1;

function callOfKey(key: number, { firstRows, prog }: Code): CallSeen {
  const result = (key % RESULTS) + OTHER_NEGATIVE;
  const place = Math.floor(key / RESULTS);
  const map = (place % MAPS) - 1;
  const row = Math.floor(place / MAPS);
  const call = { prog: prog[row], insn: row - firstRows[prog[row]], result };
  return map < 0 ? call : { ...call, map };
}

/** What was seen of a case with these progs. */
export function executionOf({ observations, code }: Machine, progs: readonly Prog[]): Execution {
  return {
    executed: progs.map(({ insns }, prog) => {
      const first = code.firstRows[prog];
      return observations.executed.subarray(first, first + insns.length);
    }),
    operands: observations.operands,
    calls: Array.from(observations.calls, (key) => callOfKey(key, code)),
  };
}
