import { TIMES_BITS, TIMES_MAX, Way } from '../../case/execution.ts';
import { R10, STACK_BYTES } from '../../isa/opcode.ts';
import { TAKEN_BIT } from '../../isa/operands.ts';
import { Step } from './code.ts';
import { isBesideOurs } from './helpers/kernel-byte.ts';
import { type Machine, raise } from './machine.ts';
import { Access, allows, GUESS_START, NOWHERE } from './memory.ts';
import { seeAtomic, seeCall, seeImm, seeRegs, seeTailCall, seeValue } from './observations.ts';
import { HIGH, LOW, numberIn } from './registers.ts';
import type { AtomicRule } from './rules/atomic.ts';
import { loadFromPacket } from './run/packet.ts';
import { tailCall } from './tail-call.ts';

/**
 * Executes from a row on until the function that it belongs to exits, or faults: the answer is in r0,
 * the fault in the machine. What an insn means stands in the rules that its row holds; here is only how
 * a machine goes from one to the next.
 */
export function execute(machine: Machine, startRow: number): void {
  const { code, regs, words, littleEndian, observations } = machine;
  const { executed } = observations;
  const { step, dst, src, off, imm, sizeBytes, target } = code;
  const { alu, jump, load, store, atomic, helper } = code;
  const { memory } = machine;
  let { view } = memory;
  const baseDepth = machine.depth;
  let stepsLeft = machine.stepsLeft;
  let row = startRow;
  for (;;) {
    if (--stepsLeft < 0) {
      raise(machine, 'steps', row, 'the limit of executed insns');
      return;
    }
    const fresh = (executed[row] & TIMES_BITS) < TIMES_MAX;
    if (fresh) executed[row]++;
    switch (step[row]) {
      case Step.ALU_X:
        if (fresh) seeRegs(machine, row, 0);
        regs[dst[row]] = alu[row](regs[dst[row]], regs[src[row]]);
        row++;
        break;
      case Step.ALU_K:
        if (fresh) seeImm(machine, row, 0);
        regs[dst[row]] = alu[row](regs[dst[row]], imm[row]);
        row++;
        break;
      case Step.LOAD: {
        const address = effective(words, src[row], off[row]);
        const from = allows(memory, address, sizeBytes[row], Access.READ)
          ? address
          : loadable(machine, row, address);
        if (from === NOWHERE) return;
        regs[dst[row]] = load[row](view, from, littleEndian);
        if (fresh) seeValue(machine, row, dst[row]);
        row++;
        break;
      }
      case Step.STORE_X: {
        if (fresh) seeValue(machine, row, src[row]);
        const address = effective(words, dst[row], off[row]);
        if (allows(memory, address, sizeBytes[row], Access.WRITE)) {
          store[row](view, address, regs[src[row]], littleEndian);
        } else if (!storeToCtx(machine, row, address, regs[src[row]], 'x')) return;
        row++;
        break;
      }
      case Step.STORE_K: {
        if (fresh) seeImm(machine, row, 0);
        const address = effective(words, dst[row], off[row]);
        if (allows(memory, address, sizeBytes[row], Access.WRITE)) {
          store[row](view, address, imm[row], littleEndian);
        } else if (!storeToCtx(machine, row, address, imm[row], 'k')) return;
        row++;
        break;
      }
      case Step.JUMP_X: {
        const taken = jump[row](regs[dst[row]], regs[src[row]]);
        executed[row] |= taken ? Way.TAKEN : Way.NOT_TAKEN;
        if (fresh) seeRegs(machine, row, taken ? TAKEN_BIT : 0);
        row = taken ? target[row] : row + 1;
        break;
      }
      case Step.JUMP_K: {
        const taken = jump[row](regs[dst[row]], imm[row]);
        executed[row] |= taken ? Way.TAKEN : Way.NOT_TAKEN;
        if (fresh) seeImm(machine, row, taken ? TAKEN_BIT : 0);
        row = taken ? target[row] : row + 1;
        break;
      }
      case Step.GOTO:
        row = target[row];
        break;
      case Step.MAY_GOTO:
        // It jumps after 1 << 23 times, or a quarter of a second (7.2), which no case waits for.
        row++;
        break;
      case Step.CONSTANT:
        regs[dst[row]] = imm[row];
        row++;
        break;
      case Step.ATOMIC: {
        const address = effective(words, dst[row], off[row]);
        if (!allows(memory, address, sizeBytes[row], Access.BOTH)) {
          raiseAccess(machine, row, address, 'atomic');
          return;
        }
        if (fresh) seeAtomic(machine, row, address);
        atomically(machine, row, address, atomic[row]);
        row++;
        break;
      }
      case Step.HELPER:
        machine.row = row;
        machine.stepsLeft = stepsLeft;
        machine.mapGiven = -1;
        regs[0] = helper[row](machine);
        if (machine.fault !== null) return;
        if (fresh) seeCall(machine, row);
        stepsLeft = machine.stepsLeft;
        // Memory may have grown.
        view = memory.view;
        clobber(machine);
        row++;
        break;
      case Step.TAIL_CALL: {
        const firstRow = tailCall(machine, row);
        if (machine.fault !== null) return;
        if (fresh) seeTailCall(machine, row, firstRow);
        if (firstRow === undefined) {
          clobber(machine);
          regs[0] = machine.pointers.task;
          row++;
          break;
        }
        machine.levels[machine.depth] = 0;
        beginFrame(machine);
        row = firstRow;
        break;
      }
      case Step.CALL:
        if (!enter(machine, row)) return;
        row = target[row];
        break;
      case Step.PACKET_ABS:
      case Step.PACKET_IND: {
        const loaded = packetLoad(machine, row);
        if (machine.fault !== null) return;
        clobber(machine);
        regs[0] = loaded ?? 0n;
        if (loaded !== undefined) {
          row++;
          break;
        }
        // No such bytes: the function ends, as by `exit`.
        machine.stepsLeft = stepsLeft;
        if (machine.depth === baseDepth) return;
        row = leave(machine);
        break;
      }
      case Step.EXIT:
        machine.stepsLeft = stepsLeft;
        if (machine.depth === baseDepth) return;
        row = leave(machine);
        break;
      default: {
        const { reason, detail } = code.faults.get(row)!;
        raise(machine, reason, row, detail);
        return;
      }
    }
  }
}

/**
 * Calls a function of the prog from within a helper: in a frame of its own, with its arguments set and
 * r6..r9 kept for the caller.
 */
export function callFunction(machine: Machine, row: number, ...args: readonly bigint[]): void {
  if (!enter(machine, machine.row)) return;
  const { mapGiven } = machine;
  for (let i = 0; i < args.length; i++) machine.regs[1 + i] = args[i];
  execute(machine, row);
  machine.mapGiven = mapGiven;
  if (machine.fault === null) leave(machine);
}

/** `base + off`; no address that a region holds where it is beyond 2^32. */
const effective = (words: Uint32Array, base: number, off: number): number =>
  words[2 * base + HIGH] === 0 ? words[2 * base + LOW] + off : NOWHERE;

/** Where a load reads that is not one of plain memory; NOWHERE, with a fault, where it may not. */
function loadable(machine: Machine, row: number, address: number): number {
  const { start, sizeBytes, access } = machine.ctx;
  const bytes = machine.code.sizeBytes[row];
  const offset = address - start;
  if (offset >= 0 && offset + bytes <= sizeBytes) {
    const from = access.loadAddress(offset, bytes);
    if (from !== NOWHERE) return from;
  }
  if (isGuess(machine, row)) return GUESS_START;
  raiseAccess(machine, row, address, 'load');
  return NOWHERE;
}

/**
 * Whether an insn loads of the kernel's own memory, which the verifier lets it by types that are not known
 * here: through a pointer to a map or socket, or what `bpf_rdonly_cast` made one. With luck there is something.
 */
function isGuess(machine: Machine, row: number): boolean {
  const { words, pointers, code, luck, hasCast } = machine;
  if (luck === 0) return false;
  const address = numberIn(words, code.src[row]) + code.off[row];
  return pointers.isOne(address) || (hasCast && isBesideOurs(machine, address));
}

/** Does a store that is not one to plain memory; false, with a fault, where it may not. */
function storeToCtx(
  machine: Machine,
  row: number,
  address: number,
  value: bigint,
  operand: 'k' | 'x',
): boolean {
  const { start, sizeBytes, access } = machine.ctx;
  const bytes = machine.code.sizeBytes[row];
  const offset = address - start;
  if (offset >= 0 && offset + bytes <= sizeBytes && access.store(offset, bytes, value, operand)) {
    return true;
  }
  raiseAccess(machine, row, address, 'store');
  return false;
}

function atomically(machine: Machine, row: number, address: number, rule: AtomicRule): void {
  const { regs, littleEndian, code } = machine;
  const { view } = machine.memory;
  const src = code.src[row];
  const isWord = code.sizeBytes[row] === 4;
  const old = isWord
    ? BigInt(view.getUint32(address, littleEndian))
    : view.getBigUint64(address, littleEndian);
  const stored = rule.stored(old, regs[src], regs[0]);
  if (isWord) view.setUint32(address, Number(BigInt.asUintN(32, stored)), littleEndian);
  else view.setBigUint64(address, stored, littleEndian);
  if (rule.fetchInto === 'src') regs[src] = rule.fetched(old);
  else if (rule.fetchInto === 'r0') regs[0] = rule.fetched(old);
}

/** Undefined where the packet does not hold what is asked for. */
function packetLoad(machine: Machine, row: number): bigint | undefined {
  const { packet, code, regs } = machine;
  if (packet === null || numberIn(machine.words, 6) !== machine.ctx.start) {
    raise(machine, 'bad-argument', row, 'expected r6 to be an skb');
    return undefined;
  }
  const isIndirect = code.step[row] === Step.PACKET_IND;
  const base = isIndirect ? regs[code.src[row]] : 0n;
  // The kernel's helper takes an `int`.
  const offset = Number(BigInt.asIntN(32, base + code.imm[row]));
  return loadFromPacket(machine.memory.view, packet, offset, code.sizeBytes[row]);
}

/** What a call of a helper leaves in r1..r5: the kernel's own, and nothing that a prog may read. */
function clobber({ regs, pointers }: Machine): void {
  const { task } = pointers;
  regs[1] = task;
  regs[2] = task;
  regs[3] = task;
  regs[4] = task;
  regs[5] = task;
}

/** Begins a frame; false, with a fault, where there is none left. */
function enter(machine: Machine, row: number): boolean {
  const { regs, savedRegs, returnRows, tailCalls, levels, depth } = machine;
  if (levels[depth] + 1 === machine.release.callFrames) {
    raise(machine, 'call-depth', row, `more than ${machine.release.callFrames} frames`);
    return false;
  }
  returnRows[depth] = row + 1;
  tailCalls[depth + 1] = tailCalls[depth];
  levels[depth + 1] = levels[depth] + 1;
  for (let i = 0; i < 4; i++) savedRegs[4 * depth + i] = regs[6 + i];
  machine.depth = depth + 1;
  beginFrame(machine);
  return true;
}

/** Ends a frame; comes back with the row to go on at. */
function leave(machine: Machine): number {
  const { regs, savedRegs, returnRows } = machine;
  const depth = --machine.depth;
  for (let i = 0; i < 4; i++) regs[6 + i] = savedRegs[4 * depth + i];
  showFrame(machine);
  return returnRows[depth];
}

/** Makes the frame at the machine's depth the innermost one, with nothing written to it yet. */
export function beginFrame(machine: Machine): void {
  const { memory, stackRegion, newStack } = machine;
  showFrame(machine);
  const end = memory.ends[stackRegion];
  memory.bytes.set(newStack, end - STACK_BYTES);
}

/** r10 points behind the last byte of the frame; there is no stack beyond it yet. */
function showFrame({ words, memory, stackRegion, depth }: Machine): void {
  const end = memory.starts[stackRegion] + (depth + 1) * STACK_BYTES;
  memory.ends[stackRegion] = end;
  words[2 * R10 + LOW] = end;
  words[2 * R10 + HIGH] = 0;
}

function raiseAccess(machine: Machine, row: number, address: number, what: string): void {
  const bytes = machine.code.sizeBytes[row];
  const where = address === NOWHERE ? 'an address beyond 2^32' : `0x${address.toString(16)}`;
  raise(machine, 'access', row, `${what} of ${bytes} bytes at ${where}, which is out of bounds`);
}
