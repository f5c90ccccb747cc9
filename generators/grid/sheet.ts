import { type Case, type MapSpec, PLAIN_RUN, type Run } from '../../src/case/case.ts';
import { RAW_TP_ARGS } from '../../src/case/ctx.ts';
import type { MapType } from '../../src/case/map-type.ts';
import { loadFlags, type ProgType } from '../../src/case/prog-type.ts';
import { type Form, type FormOf, formNamed } from '../../src/isa/forms.ts';
import { attachTypes, resultMask } from '../attach-types.ts';
import type { Capabilities } from '../capabilities.ts';
import { type Assembler, createAssembler, link } from '../lower/assembler.ts';

/** One case of the grid, which is made when its turn comes. */
export interface Sheet {
  /** Unique within the grid; the same name stands for the same case. */
  readonly name: string;
  readonly needs: Needs;
  readonly make: () => Case;
}

/** What a target must have for it. */
export interface Needs {
  readonly progType: ProgType;
  /** Beyond those of the first instruction set and of 32 bits, which every kernel has. */
  readonly forms?: readonly string[];
  readonly helpers?: readonly number[];
  readonly ksyms?: readonly string[];
  readonly mapTypes?: readonly MapType[];
  /** Whether runs are asked for that don't go with paired outputs. */
  readonly runs?: 'any';
}

export const canRun = (
  { progTypes, forms, helpers, ksyms, mapTypes, runs }: Capabilities,
  needs: Needs,
): boolean =>
  progTypes.has(needs.progType) &&
  (needs.forms ?? []).every((name) => forms.has(name)) &&
  (needs.helpers ?? []).every((id) => helpers.get(needs.progType)?.has(id)) &&
  (needs.ksyms ?? []).every((name) => ksyms.get(needs.progType)?.has(name)) &&
  (needs.mapTypes ?? []).every((type) => mapTypes.has(type)) &&
  (needs.runs === undefined || runs === undefined);

/** The form of that name and kind. */
export const form = <Kind extends Form['kind']>(name: string, _kind: Kind): FormOf<Kind> =>
  formNamed(name) as FormOf<Kind>;

/** What sheets are built with. Every kernel has them. */
export const G = {
  mov: form('mov64.k', 'alu'),
  movX: form('mov64.x', 'alu'),
  add: form('add64.k', 'alu'),
  addX: form('add64.x', 'alu'),
  mul: form('mul64.k', 'alu'),
  and: form('and64.k', 'alu'),
  rsh: form('rsh64.k', 'alu'),
  xor: form('xor64.k', 'alu'),
  xorX: form('xor64.x', 'alu'),
  lddw: form('lddw.imm', 'lddw'),
  value: form('lddw.map_val_by_fd', 'lddw'),
  map: form('lddw.map_by_fd', 'lddw'),
  load: form('ldxdw', 'load'),
  loadWord: form('ldxw', 'load'),
  store: form('stxdw', 'store'),
  storeK: form('stdw', 'store'),
  storeKWord: form('stw', 'store'),
  jeq: form('jeq64.k', 'jump'),
  jne: form('jne64.k', 'jump'),
  jgtX: form('jgt64.x', 'jump'),
  helper: form('call.helper', 'call'),
  exit: form('exit', 'exit'),
} as const;

/** Keeps the ctx, and the digest of all that was seen. */
export const CTX = 6;
export const DIGEST = 9;

/** dst = 64 bits. */
export const constant = (asm: Assembler, dst: number, value: bigint): void =>
  asm.emit(G.lddw, {
    dst,
    imm: Number(BigInt.asIntN(32, value)),
    nextImm: Number(BigInt.asIntN(32, value >> 32n)),
  });

/** dst = a word of the ctx of a raw tracepoint, of which the verifier knows nothing. */
export const word = (asm: Assembler, dst: number, index: number): void =>
  asm.emit(G.load, { dst, src: CTX, off: 8 * index });

/** What a register holds becomes part of the digest: no bit of it is lost. */
export function digest(asm: Assembler, reg: number): void {
  asm.emit(G.mul, { dst: DIGEST, imm: 31 });
  asm.emit(G.xorX, { dst: DIGEST, src: reg });
}

/** That the insn was reached does. */
export const digestReached = (asm: Assembler): void => asm.emit(G.xor, { dst: DIGEST, imm: 1 });

/** The maps of a sheet are numbered from 1; 0 keeps the digest. */
export const DIGEST_MAP = 0;

export interface Draft {
  readonly progType: ProgType;
  readonly attachType?: number;
  readonly attachBtf?: string;
  readonly progFlags?: number;
  readonly maps?: readonly MapSpec[];
  readonly ksyms?: readonly string[];
  readonly runs: readonly Run[];
  /** Emits the steps, with the ctx in `CTX`; functions that they call come back, from number 1 on. */
  readonly body: (asm: Assembler) => undefined | readonly Assembler[];
}

/**
 * The case: what the body did is in its digest, which is the result where a result may be anything, and
 * is added to what earlier runs left in a map where it may not.
 */
export function caseOf(draft: Draft): Case {
  const { progType, maps = [], ksyms = [], runs } = draft;
  const attachType = draft.attachType ?? attachTypes(progType)[0];
  const asm = createAssembler();
  asm.emit(G.movX, { dst: CTX, src: 1 });
  asm.emit(G.mov, { dst: DIGEST, imm: 0 });
  const functions = draft.body(asm) ?? [];
  const mask = resultMask(progType, attachType);
  if (mask === undefined) {
    asm.emit(G.movX, { dst: 0, src: DIGEST });
    asm.emit(G.rsh, { dst: DIGEST, imm: 32 });
    asm.emit(G.xorX, { dst: 0, src: DIGEST });
  } else {
    asm.emit(G.value, { dst: 1, imm: DIGEST_MAP });
    asm.emit(G.load, { dst: 2, src: 1 });
    digest(asm, 2);
    asm.emit(G.store, { dst: 1, src: DIGEST });
    asm.emit(G.mov, { dst: 0, imm: mask });
  }
  asm.emit(G.exit);
  const hasMaps = mask !== undefined || maps.length > 0;
  return {
    progType,
    expectedAttachType: attachType,
    ...(draft.attachBtf !== undefined && { attachBtf: draft.attachBtf }),
    progFlags: (draft.progFlags ?? 0) | loadFlags(progType),
    ksyms,
    maps: hasMaps ? [arrayMap('digest', 8), ...maps] : [],
    progs: [{ insns: link([asm, ...functions]) }],
    runs,
  };
}

/** BPF_F_ANY_ALIGNMENT: without it, kernels whose machine wants alignment refuse what has none. */
export const ANY_ALIGNMENT = 0x2;

/** An array of one value. */
export const arrayMap = (name: string, valueBytes: number, value?: Uint8Array): MapSpec => ({
  name,
  type: 'array',
  keyBytes: 4,
  valueBytes,
  maxEntries: 1,
  flags: 0,
  entries: value === undefined ? [] : [{ key: new Uint8Array(4), value }],
});

/** Gives sheets operands that the verifier can't know, whatever the byte order: words of a ctx. */
export const WORD_TYPE = 'raw_tracepoint';
const WORDS_MAX = RAW_TP_ARGS.fields.length;

/** A run of such a sheet. */
export const wordRun = (words: readonly bigint[]): Run => ({
  ...PLAIN_RUN,
  repeat: 0,
  ctx: {
    sizeBytes: 8 * WORDS_MAX,
    fields: Object.fromEntries(words.map((value, i) => [`w${i}`, value])),
  },
});
