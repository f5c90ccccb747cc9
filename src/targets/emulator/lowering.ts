import { KSYM_NAMES, PER_CPU_VARIABLES } from '../../case/ksyms.ts';
import { type Callee, FORMS, type Form, type LddwPseudo } from '../../isa/forms.ts';
import { helperId, helperName } from '../../isa/helpers.ts';
import type { Insn } from '../../isa/insn.ts';
import { R10 } from '../../isa/opcode.ts';
import type { Endianness } from '../target.ts';
import { type Code, faultRow, Step } from './code.ts';
import type { EmulatedMap } from './maps/map.ts';
import type { Pointers } from './pointers.ts';
import { HIGH, LOW } from './registers.ts';
import type { EmulatorRules } from './rules.ts';

/** Fills the columns of one row for an insn of a form. */
export type Lowering = (row: number, insn: Insn, to: Preparation) => void;
/** Each with the index of its form in `FORMS`. */
export type Lowerings = ReadonlyMap<Form, { readonly number: number; readonly lower: Lowering }>;

export interface Preparation {
  readonly code: Code;
  readonly maps: readonly EmulatedMap[];
  readonly pointers: Pointers;
  /** Names of kernel symbols, by the index that insns name them by. */
  readonly ksyms: readonly string[];
  /** Helpers that progs of the type may call. */
  readonly helperIds: ReadonlySet<number>;
  /** The slots of the prog at hand: the first, and the one behind the last. */
  firstSlot: number;
  endSlot: number;
  /** Set where the prog has an insn that is right, and not emulated. */
  lacking: boolean;
}

/** How insns of each form are made ready by these rules, which are looked up here, once. */
export function lowerings(rules: EmulatorRules, endianness: Endianness): Lowerings {
  return new Map(
    FORMS.map((form, number) => [form, { number, lower: loweringOf(form, rules, endianness) }]),
  );
}

function loweringOf(form: Form, rules: EmulatorRules, endianness: Endianness): Lowering {
  switch (form.kind) {
    case 'alu':
    case 'movsx': {
      const rule = rules.alu[form.name];
      const step = form.kind === 'alu' && form.operand === 'k' ? Step.ALU_K : Step.ALU_X;
      return writing(step, (row, _insn, { code }) => {
        code.alu[row] = rule;
      });
    }
    case 'end': {
      const swap = rules.swap[form.name];
      const rule = (dst: bigint) => swap(dst, endianness);
      return writing(Step.ALU_K, (row, _insn, { code }) => {
        code.alu[row] = rule;
      });
    }
    case 'load':
    case 'load_acq': {
      const rule = rules.load[form.name];
      return writing(Step.LOAD, (row, _insn, { code }) => {
        code.load[row] = rule;
        code.sizeBytes[row] = form.size;
      });
    }
    case 'store':
    case 'store_rel': {
      const rule = rules.store[form.name];
      const step = form.kind === 'store' && form.operand === 'k' ? Step.STORE_K : Step.STORE_X;
      return reading(step, (row, _insn, { code }) => {
        code.store[row] = rule;
        code.sizeBytes[row] = form.size;
      });
    }
    case 'atomic': {
      const rule = rules.atomic[form.name];
      return reading(Step.ATOMIC, (row, insn, { code }) => {
        code.atomic[row] = rule;
        code.sizeBytes[row] = form.size;
        if (rule.fetchInto === 'src' && insn.src === R10) writesR10(code, row);
      });
    }
    case 'jump': {
      const rule = rules.jump[form.name];
      return reading(form.operand === 'x' ? Step.JUMP_X : Step.JUMP_K, (row, insn, to) => {
        const { code } = to;
        code.jump[row] = rule;
        code.target[row] = targetRow(to, row, insn.off);
      });
    }
    case 'goto':
      return reading(Step.GOTO, (row, insn, to) => {
        to.code.target[row] = targetRow(to, row, form.offBits === 16 ? insn.off : insn.imm);
      });
    case 'may_goto':
      return reading(Step.MAY_GOTO, (row, insn, to) => {
        to.code.target[row] = targetRow(to, row, insn.off);
      });
    case 'exit':
      return reading(Step.EXIT, () => {});
    case 'call':
      return CALLS[form.callee](rules);
    case 'lddw':
      return CONSTANTS[form.pseudo];
    case 'packet':
      return reading(
        form.mode === 'abs' ? Step.PACKET_ABS : Step.PACKET_IND,
        (row, _insn, { code }) => {
          code.sizeBytes[row] = form.size;
        },
      );
  }
}

/** No helper as others are: where it succeeds, it does not come back. */
const TAIL_CALL = helperId('tail_call');

const CALLS: Readonly<Record<Callee, (rules: EmulatorRules) => Lowering>> = {
  local: () =>
    reading(Step.CALL, (row, insn, to) => {
      to.code.target[row] = targetRow(to, row, insn.imm);
    }),
  helper: ({ helpers }) =>
    reading(Step.HELPER, (row, { imm }, to) => {
      const { code, helperIds } = to;
      if (imm === TAIL_CALL && helperIds.has(imm)) code.step[row] = Step.TAIL_CALL;
      else if (helperIds.has(imm)) code.helper[row] = helpers[imm];
      else {
        to.lacking ||= helperName(imm) !== undefined;
        faultRow(code, row, 'unknown-helper', `helper ${imm}`);
      }
    }),
  kfunc: ({ kfuncs }) => {
    const byName = new Map(Object.entries(kfuncs));
    return reading(Step.HELPER, (row, { imm, off }, to) => {
      const kfunc = off === 0 ? byName.get(to.ksyms[imm]) : undefined;
      if (kfunc !== undefined) to.code.helper[row] = kfunc;
      else unknownKsym(to, row, imm);
    });
  },
};

const map = constant(({ imm }, { maps, pointers }) =>
  maps[imm] === undefined ? undefined : pointers.ofMap(imm),
);

const mapValue = constant(({ imm, nextImm = 0 }, { maps }) => {
  const start = maps[imm]?.directValue ?? 0;
  return start === 0 ? undefined : BigInt(start + (nextImm >>> 0));
});

const CONSTANTS: Readonly<Record<LddwPseudo, Lowering>> = {
  imm: writing(Step.CONSTANT, (row, { nextImm = 0 }, { code }) => {
    code.immWords[2 * row + HIGH] = nextImm;
  }),
  map_by_fd: map,
  map_by_idx: map,
  map_val_by_fd: mapValue,
  map_val_by_idx: mapValue,
  code_addr: constant(({ imm }, to, row) => to.pointers.ofFunction(targetRow(to, row, imm))),
  var_addr: writing(Step.CONSTANT, (row, { imm, nextImm = 0 }, to) => {
    const index = PER_CPU_VARIABLES.findIndex(({ name }) => name === to.ksyms[imm]);
    if (index >= 0 && nextImm === 0) to.code.imm[row] = to.pointers.ofVariable(index);
    else unknownKsym(to, row, imm);
  }),
};

/** Another kernel symbol than the emulator knows may be right; one of the other kind is not. */
function unknownKsym(to: Preparation, row: number, index: number): void {
  const name = to.ksyms[index];
  to.lacking ||= name !== undefined && !KSYM_NAMES.includes(name);
  faultRow(to.code, row, 'bad-argument', `kernel symbol ${name ?? index}`);
}

function constant(
  value: (insn: Insn, to: Preparation, row: number) => bigint | undefined,
): Lowering {
  return writing(Step.CONSTANT, (row, insn, to) => {
    const loaded = value(insn, to, row);
    if (loaded !== undefined) to.code.imm[row] = loaded;
    else faultRow(to.code, row, 'bad-argument', `map ${insn.imm} is not there to be loaded`);
  });
}

/** An insn that writes `dst`. */
function writing(step: Step, fill: Lowering): Lowering {
  return (row, insn, to) => {
    setRow(to, row, step, insn);
    if (insn.dst === R10) writesR10(to.code, row);
    else fill(row, insn, to);
  };
}

/** An insn that leaves `dst` alone. */
function reading(step: Step, fill: Lowering): Lowering {
  return (row, insn, to) => {
    setRow(to, row, step, insn);
    fill(row, insn, to);
  };
}

function setRow({ code }: Preparation, row: number, step: Step, insn: Insn): void {
  code.step[row] = step;
  code.dst[row] = insn.dst;
  code.src[row] = insn.src;
  code.off[row] = insn.off;
  code.immWords[2 * row + LOW] = insn.imm;
  code.immWords[2 * row + HIGH] = insn.imm >> 31;
}

const writesR10 = (code: Code, row: number): void =>
  faultRow(code, row, 'write-to-r10', 'r10 is read-only');

/** The row `distance` slots behind the slot that follows this row's first one, or one that faults. */
function targetRow(
  { code, firstSlot, endSlot }: Preparation,
  row: number,
  distance: number,
): number {
  const slot = code.slot[row] + 1 + distance;
  if (slot >= firstSlot && slot < endSlot && code.rowOfSlot[slot] >= 0) return code.rowOfSlot[slot];
  const bad = code.length++;
  code.slot[bad] = code.slot[row];
  code.prog[bad] = code.prog[row];
  faultRow(code, bad, 'bad-jump', `to slot ${slot - firstSlot}`);
  return bad;
}
