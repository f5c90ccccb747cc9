import { PLAIN_RUN, type Run } from '../../src/case/case.ts';
import { FORMS, type FormOf } from '../../src/isa/forms.ts';
import type { Assembler } from '../lower/assembler.ts';
import type { AluForm } from '../plan.ts';
import { NARROWINGS, type Narrowing, narrow, probesOf } from './narrowings.ts';
import { FEW_WORDS, IMMEDIATES, immediatesOf, pairsOf, partsOf, WORDS } from './operands.ts';
import {
  caseOf,
  constant,
  DIGEST,
  digest,
  digestReached,
  G,
  type Sheet,
  WORD_TYPE,
  word,
  wordRun,
} from './sheet.ts';

type Operation = AluForm | FormOf<'jump'>;

/**
 * Every form of arithmetic and of comparison, with operands that the verifier knows (it computes with
 * them itself, and drops branches), that only the run knows, and that are known in part; and in every
 * register, because machines have registers for their divisions and shifts.
 */
export const operationSheets = (): readonly Sheet[] =>
  FORMS.filter(isOperation).flatMap((form) => [
    ...operandSheets(form),
    registerSheet(form),
    ...(isTakenApart(form) ? rangeSheets(form) : []),
  ]);

const isOperation = (form: (typeof FORMS)[number]): form is Operation =>
  ['alu', 'movsx', 'end', 'jump'].includes(form.kind);

/** What stands in a register, or for the second operand in the immediate. */
const DST = 1;
const SRC = 2;

/** How an operand is given: a value that the verifier knows, or a word of the ctx. */
const KNOWLEDGE = ['unknown', 'known'] as const;
type Knowledge = (typeof KNOWLEDGE)[number] | 'unused';

/** How much a case has of it: loading one takes well below a second even where a machine is emulated. */
const CELLS_MAX = 120;
const RUNS_MAX = 324;

function operandSheets(form: Operation): readonly Sheet[] {
  const second = secondOf(form);
  const dstWays: readonly Knowledge[] = readsDst(form) ? KNOWLEDGE : ['unused'];
  const srcWays: readonly Knowledge[] =
    second === 'x' ? KNOWLEDGE : second === 'k' ? ['known'] : ['unused'];
  return pairsOf(dstWays, srcWays).flatMap(([dst, src]) => sheetsOfWays(form, dst, src));
}

function sheetsOfWays(form: Operation, dstWay: Knowledge, srcWay: Knowledge): readonly Sheet[] {
  const ofRun = [dstWay, srcWay].includes('unknown');
  // Where the verifier computes, a few of one side tell what all of them would.
  const known = (way: Knowledge, values: readonly bigint[]) =>
    way === 'known' ? values : [undefined];
  const unknown = (way: Knowledge) => (way === 'unknown' ? WORDS : [0n]);
  const seconds =
    secondOf(form) === 'k' ? immediates(form).map((imm) => BigInt(imm)) : ofRun ? WORDS : FEW_WORDS;
  const cells = partsOf(pairsOf(known(dstWay, WORDS), known(srcWay, seconds)), CELLS_MAX);
  const runs = partsOf(pairsOf(unknown(dstWay), unknown(srcWay)), RUNS_MAX);
  return pairsOf([...cells.entries()], [...runs.entries()]).map(
    ([[cellPart, ofCells], [runPart, ofRuns]]) => ({
      name: `${form.name} ${dstWay} ${srcWay} ${cellPart}.${runPart}`,
      needs: { progType: WORD_TYPE, forms: [form.name], ...(ofRun && { runs: 'any' }) },
      make: () =>
        caseOf({
          progType: WORD_TYPE,
          runs: ofRun ? ofRuns.map(wordRun) : [BARE_RUN],
          body: (asm) => {
            for (const [dst, src] of ofCells) {
              if (dstWay !== 'unused') operand(asm, DST, dst, 0);
              if (secondOf(form) === 'x') operand(asm, SRC, src, 1);
              operate(asm, form, { dst: DST, src: SRC, imm: Number(src ?? 0n) });
            }
          },
        }),
    }),
  );
}

/** A run without a ctx, for progs that don't read it. */
export const BARE_RUN: Run = { ...PLAIN_RUN, repeat: 0 };

function operand(asm: Assembler, reg: number, value: bigint | undefined, index: number): void {
  if (value === undefined) word(asm, reg, index);
  else constant(asm, reg, value);
}

/** Registers that neither the ctx nor the digest is in. */
const FREE_REGS: readonly number[] = [0, 1, 2, 3, 4, 5, 7, 8];
const REGISTER_RUNS = 6;

/** One operation in every register, or in every two: all the others must stay as they were. */
function registerSheet(form: Operation): Sheet {
  return {
    name: `${form.name} registers`,
    needs: { progType: WORD_TYPE, forms: [form.name], runs: 'any' },
    make: () =>
      caseOf({
        progType: WORD_TYPE,
        runs: wordRuns(REGISTER_RUNS),
        body: (asm) => {
          const sources = secondOf(form) === 'x' ? FREE_REGS : [0];
          for (const [cell, [dst, src]] of pairsOf(FREE_REGS, sources).entries()) {
            for (const [index, reg] of FREE_REGS.entries()) word(asm, reg, index);
            const imms = immediates(form);
            operate(asm, form, { dst, src, imm: imms[cell % imms.length] });
            for (const reg of FREE_REGS) {
              if (form.kind === 'jump' || reg !== dst) digest(asm, reg);
            }
          }
        },
      }),
  };
}

/** Runs with other words each, in every place. */
export const wordRuns = (count: number): readonly Run[] =>
  Array.from({ length: count }, (_, run) =>
    wordRun(FREE_REGS.map((_reg, i) => WORDS[(run * 7 + i * 5 + 3) % WORDS.length])),
  );

const PROBES_PER_CELL = 4;
const RANGE_CELLS_MAX = 28;
const RANGE_IMMEDIATES = [1, 7, 31, -1, 0x7fffffff, -0x80000000];

/** An operand that the verifier knows a part of, or an immediate. */
interface Second {
  readonly narrowing: Narrowing;
  readonly imm: number;
}

/** Results of operands that are known in part are compared: what the verifier makes of it, it leaves out. */
function rangeSheets(form: Operation): readonly Sheet[] {
  const cells = [...pairsOf(NARROWINGS, rangesOf(form)).entries()];
  return partsOf(cells, RANGE_CELLS_MAX).map((ofCells, part) => ({
    name: `${form.name} ranges ${part}`,
    needs: { progType: WORD_TYPE, forms: [form.name], runs: 'any' },
    make: () =>
      caseOf({
        progType: WORD_TYPE,
        runs: wordRuns(WORDS.length),
        body: (asm) => {
          for (const [cell, [first, second]] of ofCells) {
            const { imm } = second;
            if (form.kind === 'jump') {
              prepareRanges(asm, form, first, second);
              operate(asm, form, { dst: DST, src: SRC, imm });
              continue;
            }
            for (const probe of probesOf(cell, PROBES_PER_CELL)) {
              prepareRanges(asm, form, first, second);
              asm.emit(form, { dst: DST, src: SRC, imm });
              operate(asm, probe.jump, { dst: DST, src: SRC, imm: probe.imm });
            }
          }
        },
      }),
  }));
}

function rangesOf(form: Operation): readonly Second[] {
  if (secondOf(form) === 'x') return NARROWINGS.map((narrowing) => ({ narrowing, imm: 0 }));
  const imms = secondOf(form) === 'k' ? immediates(form) : [0];
  const some = RANGE_IMMEDIATES.filter((imm) => imms.includes(imm));
  return (some.length > 0 ? some : imms).map((imm) => ({ narrowing: [], imm }));
}

function prepareRanges(asm: Assembler, form: Operation, first: Narrowing, second: Second): void {
  word(asm, DST, 0);
  narrow(asm, DST, first);
  if (secondOf(form) !== 'x') return;
  word(asm, SRC, 1);
  narrow(asm, SRC, second.narrowing);
}

interface Operands {
  readonly dst: number;
  readonly src: number;
  readonly imm: number;
}

/** The operation, and what came of it in the digest. */
function operate(asm: Assembler, form: Operation, operands: Operands): void {
  if (form.kind !== 'jump') {
    asm.emit(form, operands);
    digest(asm, operands.dst);
    return;
  }
  const end = asm.label();
  asm.emit(G.mul, { dst: DIGEST, imm: 31 });
  asm.jump(form, end, operands);
  digestReached(asm);
  asm.place(end);
}

/** What a move holds does not depend on what was there. */
const readsDst = (form: Operation): boolean =>
  form.kind !== 'movsx' && !(form.kind === 'alu' && form.op.name === 'mov');

function secondOf(form: Operation): 'k' | 'x' | 'none' {
  if (form.kind === 'end') return 'none';
  if (form.kind === 'movsx') return 'x';
  return form.kind === 'alu' && form.op.imm === 'none' ? 'none' : form.operand;
}

const immediates = (form: Operation): readonly number[] =>
  form.kind === 'alu' ? immediatesOf(form.op.imm, form.bits) : IMMEDIATES;

/** Whether the verifier says more of the result than that it is a number. */
const isTakenApart = (form: Operation): boolean =>
  form.kind !== 'alu' || form.op.name !== 'mov' || form.bits === 32;
