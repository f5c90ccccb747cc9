import { formNamed, insnOf, type Operands } from '../isa/forms.ts';
import { type Insn, slotsOf } from '../isa/insn.ts';
import { R10, type SizeBytes, SizeName } from '../isa/opcode.ts';
import type { Point } from './points.ts';

/**
 * What a looked-at prog writes down, in two maps behind those of its case: how many entries there were so
 * far and whether it was cut short, and the entries, as u64 in the byte order of the target.
 *
 *   counts   entries so far | cut short | unused
 *   log      ENTRIES times: id | r0 .. r9 | pieces of the stack | unused
 */
export const COUNTS_BYTES = 24;
export const ENTRIES = 256;
export const ENTRY_WORDS = 32;
export const FIRST_PIECE_WORD = 11;
const CUT_OFFSET = 8;
const ENTRY_SHIFT = 8;
/** Bytes of a log's value. */
export const LOG_BYTES = ENTRIES << ENTRY_SHIFT;

/** Indexes of the two maps in their case. */
export interface OwnMaps {
  readonly counts: number;
  readonly log: number;
}

/** How much of a point is written down. */
export type Detail = 'stack' | 'registers' | 'path';

const insn = (form: string, operands: Operands): Insn => insnOf(formNamed(form), operands);
const addressOf = (dst: number, map: number): Insn =>
  insn('lddw.map_val_by_fd', { dst, imm: map, nextImm: 0 });
const slots = (insns: readonly Insn[]): number =>
  insns.reduce((sum, each) => sum + slotsOf(each), 0);

/**
 * Insns that write down an entry, if it is one of `ENTRIES` from the one numbered `first` on, and count it
 * in any case. They leave all that will still be read as it was.
 */
export function recording(
  { scratch, spills, regs, pieces }: Omit<Point, 'insn'>,
  id: number,
  { counts, log }: OwnMaps,
  detail: Detail,
  first: number,
): readonly Insn[] {
  const [map, temp] = scratch;
  const read = detail === 'path' ? [] : regs;
  const stored = [
    insn('lsh64.k', { dst: temp, imm: ENTRY_SHIFT }),
    addressOf(map, log),
    insn('add64.x', { dst: map, src: temp }),
    insn('stdw', { dst: map, off: 0, imm: id }),
    ...read.flatMap((reg) => {
      const off = 8 * (1 + reg);
      const spill = spills?.[scratch.indexOf(reg)];
      return spill === undefined
        ? [insn('stxdw', { dst: map, src: reg, off })]
        : [
            insn('ldxdw', { dst: temp, src: R10, off: spill }),
            insn('stxdw', { dst: map, src: temp, off }),
          ];
    }),
    ...(detail === 'stack' ? pieces : []).flatMap(({ offset, size }, i) => [
      insn(`ldx${SizeName[size]}`, { dst: temp, src: R10, off: offset }),
      ...zeroExtended(temp, size),
      insn('stxdw', { dst: map, src: temp, off: 8 * (FIRST_PIECE_WORD + i) }),
    ]),
  ];
  return spilled({ scratch, spills }, [
    ...counting(scratch, counts),
    insn('add64.k', { dst: temp, imm: -1 - first }),
    insn('jge64.k', { dst: temp, imm: ENTRIES, off: slots(stored) }),
    ...stored,
  ]);
}

/** As a load does by itself, if it is not the load that is wrong. */
function zeroExtended(dst: number, size: SizeBytes): readonly Insn[] {
  const imm = 64 - 8 * size;
  return imm === 0 ? [] : [insn('lsh64.k', { dst, imm }), insn('rsh64.k', { dst, imm })];
}

/** Insns that end the prog, or its function, when they are reached for the `time`th time. */
export function cutting(
  point: Pick<Point, 'scratch' | 'spills'>,
  { counts }: OwnMaps,
  time: number,
): readonly Insn[] {
  const [map, temp] = point.scratch;
  const ending = [insn('stdw', { dst: map, off: CUT_OFFSET, imm: 1 }), ...END];
  return spilled(point, [
    ...counting(point.scratch, counts),
    insn('jne64.k', { dst: temp, imm: time, off: slots(ending) }),
    ...ending,
  ]);
}

/** Insns that end the function where the prog was cut short. They use one register. */
export const endingWhereCut = (scratch: number, { counts }: OwnMaps): readonly Insn[] => [
  addressOf(scratch, counts),
  insn('ldxdw', { dst: scratch, src: scratch, off: CUT_OFFSET }),
  insn('jeq64.k', { dst: scratch, imm: 0, off: slots(END) }),
  ...END,
];

/** What ends a prog or a function, or stops the helper that has called it for a while. */
export const END: readonly Insn[] = [insn('mov64.k', { dst: 0, imm: 0 }), insn('exit', {})];

/** Leaves in the second register how many there are, with this one. */
const counting = ([map, temp]: Point['scratch'], counts: number): readonly Insn[] => [
  addressOf(map, counts),
  insn('ldxdw', { dst: temp, src: map, off: 0 }),
  insn('add64.k', { dst: temp, imm: 1 }),
  insn('stxdw', { dst: map, src: temp, off: 0 }),
];

/** `insns`, with what the two registers held kept on the stack meanwhile, if it is needed again. */
function spilled(
  { scratch, spills }: Pick<Point, 'scratch' | 'spills'>,
  insns: readonly Insn[],
): readonly Insn[] {
  if (spills === undefined) return insns;
  return [
    ...scratch.map((reg, i) => insn('stxdw', { dst: R10, src: reg, off: spills[i] })),
    ...insns,
    ...scratch.map((reg, i) => insn('ldxdw', { dst: reg, src: R10, off: spills[i] })),
  ];
}
