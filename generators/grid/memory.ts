import { FORMS, type FormOf } from '../../src/isa/forms.ts';
import { R10, STACK_BYTES } from '../../src/isa/opcode.ts';
import type { Assembler } from '../lower/assembler.ts';
import type { AccessForm } from '../plan.ts';
import { FEW_WORDS, IMMEDIATES, OFFSETS, pairsOf, partsOf, pattern } from './operands.ts';
import { BARE_RUN, wordRuns } from './operations.ts';
import {
  ANY_ALIGNMENT,
  arrayMap,
  caseOf,
  constant,
  DIGEST_MAP,
  digest,
  G,
  type Needs,
  type Sheet,
  WORD_TYPE,
  word,
  wordRun,
} from './sheet.ts';

/** Every load, store and atomic operation on the stack and on map values, at distances of all encodings. */
export const memorySheets = (): readonly Sheet[] =>
  FORMS.filter(isAccess).flatMap((form) => [
    ...stackSheets(form),
    valueSheet(form, 'known'),
    ...(form.kind === 'load' || form.kind === 'load_acq' ? [] : [valueSheet(form, 'unknown')]),
    ...(form.kind === 'atomic' ? [pairSheet(form)] : []),
    registerSheet(form),
  ]);

const ACCESSES: readonly string[] = ['load', 'store', 'atomic', 'load_acq', 'store_rel'];
const isAccess = (form: (typeof FORMS)[number]): form is AccessForm => ACCESSES.includes(form.kind);

const BASE = 7;
const VALUE = 1;
const SEEN = 2;

/** Where slots of the stack lie: at both its ends and where the distance needs another encoding. */
const SLOTS = [-STACK_BYTES, -264, -256, -136, -128, -8];

/** Each part of slots that hold words, or constants. */
const stackSheets = (form: AccessForm): readonly Sheet[] =>
  (['unknown', 'known'] as const).map((way) => ({
    name: `${form.name} stack ${way}`,
    needs: needsOf(form, way),
    make: () =>
      caseOf({
        progType: WORD_TYPE,
        runs: way === 'unknown' ? wordRuns(FEW_WORDS.length) : [BARE_RUN],
        body: (asm) => {
          for (const [number, slot] of SLOTS.entries()) {
            for (let at = 0; at < 8; at += form.size) {
              fill(asm, R10, slot, way, number);
              access(asm, form, { base: R10, off: slot + at, way, number });
              asm.emit(G.load, { dst: SEEN, src: R10, off: slot });
              digest(asm, SEEN);
            }
          }
        },
      }),
  }));

const VALUE_MAP = DIGEST_MAP + 1;
const MIDDLE = 32768;
const VALUE_BYTES = 2 * MIDDLE + 8;

/** A value so large that each distance lies in it; what is stored anywhere is in the map at the end. */
const valueSheet = (form: AccessForm, way: 'known' | 'unknown'): Sheet => ({
  name: `${form.name} value ${way}`,
  needs: needsOf(form, way),
  make: () =>
    caseOf({
      progType: WORD_TYPE,
      progFlags: ANY_ALIGNMENT,
      maps: [arrayMap('value', VALUE_BYTES, pattern(VALUE_BYTES))],
      runs: way === 'unknown' ? wordRuns(3) : [BARE_RUN],
      body: (asm) => {
        asm.emit(G.value, { dst: BASE, imm: VALUE_MAP, nextImm: MIDDLE });
        const places = isAligned(form) ? OFFSETS.filter((off) => off % form.size === 0) : OFFSETS;
        for (const [number, off] of places.entries()) {
          access(asm, form, { base: BASE, off, way, number });
        }
      },
    }),
});

/** An atomic operation on every two words, and where it compares, on what it is compared with. */
const pairSheet = (form: FormOf<'atomic'>): Sheet => ({
  name: `${form.name} words`,
  needs: needsOf(form, 'unknown'),
  make: () =>
    caseOf({
      progType: WORD_TYPE,
      maps: [arrayMap('value', 8)],
      runs: pairsOf(FEW_WORDS, FEW_WORDS).flatMap((pair) =>
        partsOf(FEW_WORDS, 3).map(([third]) => wordRun([...pair, third])),
      ),
      body: (asm) => {
        asm.emit(G.value, { dst: BASE, imm: VALUE_MAP });
        for (const compared of [0, 1, 2]) {
          for (const [base, off] of [
            [BASE, 0],
            [R10, -8],
          ] as const) {
            word(asm, VALUE, 0);
            asm.emit(G.store, { dst: base, src: VALUE, off });
            word(asm, VALUE, 1);
            word(asm, 0, compared);
            asm.emit(form, { dst: base, src: VALUE, off });
            asm.emit(G.load, { dst: SEEN, src: base, off });
            for (const reg of [0, VALUE, SEEN]) digest(asm, reg);
          }
        }
      },
    }),
});

const REGS: readonly number[] = [0, 1, 2, 3, 4, 5, 7, 8];

/** The address in every register, and the operand too: all the others must stay as they were. */
const registerSheet = (form: AccessForm): Sheet => ({
  name: `${form.name} registers`,
  needs: needsOf(form, 'unknown'),
  make: () =>
    caseOf({
      progType: WORD_TYPE,
      runs: wordRuns(3),
      body: (asm) => {
        for (const [base, other] of pairsOf(REGS, REGS)) {
          if (base === other && !mayShare(form)) continue;
          const pointer = form.kind === 'atomic' && form.op.name === 'cmpxchg' && base === 0;
          if (pointer) continue;
          for (const [index, reg] of REGS.entries()) word(asm, reg, index);
          asm.emit(G.store, { dst: R10, src: other, off: -16 });
          asm.emit(G.movX, { dst: base, src: R10 });
          asm.emit(form, { ...registersOf(form, base, other), off: -16, imm: 0x5a5a5a5a });
          for (const reg of REGS)
            if (reg !== base || (isLoad(form) && reg === other)) digest(asm, reg);
          asm.emit(G.load, { dst: base, src: R10, off: -16 });
          digest(asm, base);
        }
      },
    }),
});

/** A load may overwrite its address; what is stored must not be one. */
const mayShare = (form: AccessForm): boolean =>
  isLoad(form) || (form.kind === 'store' && form.operand === 'k');

const isLoad = ({ kind }: AccessForm): boolean => kind === 'load' || kind === 'load_acq';

const registersOf = (form: AccessForm, base: number, other: number) =>
  isLoad(form) ? { dst: other, src: base } : { dst: base, src: other };

interface Place {
  readonly base: number;
  readonly off: number;
  readonly way: 'known' | 'unknown';
  /** Which of the operands. */
  readonly number: number;
}

/** One access, and what it left in registers in the digest. */
function access(asm: Assembler, form: AccessForm, { base, off, way, number }: Place): void {
  if (isLoad(form)) {
    asm.emit(form, { dst: VALUE, src: base, off });
    digest(asm, VALUE);
    return;
  }
  if (form.kind === 'store' && form.operand === 'k') {
    asm.emit(form, { dst: base, off, imm: IMMEDIATES[number % IMMEDIATES.length] });
    return;
  }
  give(asm, VALUE, way, number + 1);
  if (form.kind === 'atomic' && form.op.name === 'cmpxchg') give(asm, 0, way, number);
  asm.emit(form, { dst: base, src: VALUE, off });
  if (form.kind !== 'atomic' || !form.op.fetch) return;
  digest(asm, form.op.name === 'cmpxchg' ? 0 : VALUE);
}

function fill(asm: Assembler, base: number, off: number, way: Place['way'], number: number): void {
  give(asm, VALUE, way, number);
  asm.emit(G.store, { dst: base, src: VALUE, off });
}

function give(asm: Assembler, reg: number, way: Place['way'], number: number): void {
  if (way === 'known') constant(asm, reg, FEW_WORDS[number % FEW_WORDS.length]);
  else word(asm, reg, number % REGS.length);
}

/** Whether the verifier insists on it, whatever the machine can do. */
const isAligned = ({ kind }: AccessForm): boolean => kind !== 'load' && kind !== 'store';

const needsOf = ({ name }: AccessForm, way: Place['way']): Needs => ({
  progType: WORD_TYPE,
  forms: [name],
  ...(way === 'unknown' && { runs: 'any' }),
});
