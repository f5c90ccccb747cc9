import { REGS } from '../../isa/opcode.ts';
import { type Code, Step } from './code.ts';
import type { Pointers } from './pointers.ts';

/** How far into its ctx a prog reaches, as far as that shows without a verifier. */
export interface CtxExtent {
  /** Behind the last byte that is accessed before the first choice of the prog's own. */
  readonly leastBytes: number;
  /** Behind the last byte that any insn may access. */
  readonly mostBytes: number;
}

/**
 * The extent of what insns access through the ctx, which r1 holds at first: found by following it from
 * register to register, on all ways that insns name. A verifier walks fewer of them: it leaves out
 * those that its bounds of values rule out.
 */
export function ctxExtent(code: Code, pointers: Pointers): CtxExtent {
  return { leastBytes: leastBytes(code), mostBytes: mostBytes(code, pointers) };
}

/** What a register holds: the ctx at a distance, or NONE of it, or ANY distance. */
type Held = Int32Array;
const NONE = -0x8000_0000;
const ANY = 0x7fff_ffff;
/** A pointer as arithmetic sees it, far from all numbers in progs; and how far from it counts. */
const BASE = 0x5a5a_0000_0000_0000n;
const NEAR = 1n << 29n;

const atEntry = (): Held => {
  const held = new Int32Array(REGS).fill(NONE);
  held[1] = 0;
  return held;
};

function leastBytes(code: Code): number {
  // Of a may_goto a verifier surely walks both ways.
  const ways = [{ row: 0, held: atEntry() }];
  const isBehind = new Set<number>();
  let least = 0;
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    const { held } = way;
    let { row } = way;
    for (let steps = 0; steps < code.length; steps++) {
      const step = code.step[row];
      if (ENDS_CERTAINTY.has(step)) break;
      const end = accessEnd(code, row, held);
      if (end !== ANY) least = Math.max(least, end);
      if (step === Step.MAY_GOTO && !isBehind.has(row)) {
        isBehind.add(row);
        ways.push({ row: code.target[row], held: held.slice() });
      }
      advance(code, row, held, NONE);
      row = step === Step.GOTO ? code.target[row] : row + 1;
    }
  }
  return least;
}

/** Those that may go on behind as well. */
const JUMPS: ReadonlySet<number> = new Set([Step.JUMP_X, Step.JUMP_K, Step.MAY_GOTO]);

const ENDS_CERTAINTY: ReadonlySet<number> = new Set([
  ...[Step.JUMP_X, Step.JUMP_K, Step.CALL, Step.EXIT],
  ...[Step.PACKET_ABS, Step.PACKET_IND, Step.FAULT],
]);

function mostBytes(code: Code, { functionRowOf }: Pointers): number {
  const states: (Held | undefined)[] = [];
  /** The ctx where it was put in memory, or is returned: nobody asks where. */
  let elsewhere = NONE;
  let most = 0;
  let waiting = [0];
  const flow = (row: number, held: Held) => {
    const known = states[row];
    if (known === undefined) states[row] = held.slice();
    else if (!join(known, held)) return;
    waiting.push(row);
  };
  states[0] = atEntry();
  while (waiting.length > 0) {
    const row = waiting.pop()!;
    const held = states[row]!.slice();
    const step = code.step[row];
    most = Math.max(most, accessEnd(code, row, held), givenEnd(code, row, held));
    const put = leaving(code, row, held);
    const joined = put === NONE ? elsewhere : joinOne(elsewhere, put);
    if (joined !== elsewhere) {
      elsewhere = joined;
      waiting = states.flatMap((state, i) => (state === undefined ? [] : [i]));
    }
    if (step === Step.CALL) {
      const args = held.slice().fill(NONE, 6);
      args[0] = NONE;
      flow(code.target[row], args);
    }
    const callback = step === Step.CONSTANT ? functionRowOf(code.imm[row]) : undefined;
    if (callback !== undefined && callback < code.length) {
      flow(callback, new Int32Array(REGS).fill(NONE));
    }
    advance(code, row, held, elsewhere);
    if (step === Step.EXIT || step === Step.FAULT) continue;
    if (JUMPS.has(step)) flow(code.target[row], held);
    flow(step === Step.GOTO ? code.target[row] : row + 1, held);
  }
  return most;
}

/** Behind what the row accesses of the ctx; 0 where it accesses none. */
function accessEnd(code: Code, row: number, held: Held): number {
  const step = code.step[row];
  const isStore = step === Step.STORE_X || step === Step.STORE_K || step === Step.ATOMIC;
  if (step !== Step.LOAD && !isStore) return 0;
  const base = held[isStore ? code.dst[row] : code.src[row]];
  if (base === NONE) return 0;
  return base === ANY ? ANY : base + code.off[row] + code.sizeBytes[row];
}

/**
 * Behind what a helper may access of the ctx as memory that it is given: in r1 too it may be that, but
 * mostly it is the ctx itself.
 */
function givenEnd({ step }: Code, row: number, held: Held): number {
  const isGiven = step[row] === Step.HELPER && held.subarray(2, 6).some((given) => given !== NONE);
  return isGiven ? ANY : 0;
}

/** What of the ctx a row puts where registers are not followed. */
function leaving(code: Code, row: number, held: Held): number {
  if (code.step[row] === Step.STORE_X) return held[code.src[row]];
  return code.step[row] === Step.EXIT ? held[0] : NONE;
}

/** What the row makes of the registers. */
function advance(code: Code, row: number, held: Held, elsewhere: number): void {
  const dst = code.dst[row];
  switch (code.step[row]) {
    case Step.ALU_X:
      held[dst] = sumOf(code, row, held[dst], held[code.src[row]]);
      break;
    case Step.ALU_K:
      held[dst] = held[dst] === ANY ? ANY : shifted(code, row, held[dst]);
      break;
    case Step.LOAD:
      held[dst] = code.sizeBytes[row] === 8 ? elsewhere : NONE;
      break;
    case Step.CONSTANT:
      held[dst] = NONE;
      break;
    case Step.ATOMIC:
      // What was there comes into the one or the other, or into none.
      if (code.atomic[row].fetchInto === 'src') held[code.src[row]] = elsewhere;
      if (code.atomic[row].fetchInto === 'r0') held[0] = elsewhere;
      break;
    case Step.CALL:
    case Step.HELPER:
    case Step.PACKET_ABS:
    case Step.PACKET_IND:
      held.fill(NONE, 1, 6);
      held[0] = code.step[row] === Step.CALL ? elsewhere : NONE;
      break;
  }
}

/** The operation tells by what it makes of numbers whether it moves, or counts on. */
function sumOf(code: Code, row: number, dst: number, src: number): number {
  const rule = code.alu[row];
  const moves = rule(1n, BASE) === BASE && rule(2n, BASE) === BASE;
  if (moves) return src;
  return dst === NONE && src === NONE ? NONE : ANY;
}

function shifted(code: Code, row: number, dst: number): number {
  if (dst === NONE) return NONE;
  const from = BigInt.asIntN(64, code.alu[row](BASE, code.imm[row]) - BASE);
  return from > -NEAR && from < NEAR ? dst + Number(from) : NONE;
}

/** Widens `held`; whether that changed it. */
function join(held: Held, other: Held): boolean {
  let changed = false;
  for (let reg = 0; reg < held.length; reg++) {
    const joined = other[reg] === NONE ? held[reg] : joinOne(held[reg], other[reg]);
    changed ||= joined !== held[reg];
    held[reg] = joined;
  }
  return changed;
}

const joinOne = (a: number, b: number): number => (a === NONE || a === b ? b : ANY);
