import type { FormOf } from '../../src/isa/forms.ts';
import { helperId } from '../../src/isa/helpers.ts';
import { CALL_FRAMES_MAX, R10 } from '../../src/isa/opcode.ts';
import { type Assembler, createAssembler } from '../lower/assembler.ts';
import { FEW_WORDS, pairsOf, pattern, WORDS } from './operands.ts';
import { BARE_RUN, wordRuns } from './operations.ts';
import { packetRun } from './packets.ts';
import {
  arrayMap,
  caseOf,
  constant,
  DIGEST,
  DIGEST_MAP,
  digest,
  form,
  G,
  type Sheet,
  WORD_TYPE,
  word,
  wordRun,
} from './sheet.ts';

/** Calls of all kinds, and what names constants, maps, functions and variables. */
export const callSheets = (): readonly Sheet[] => [
  argumentSheet,
  ...depthSheets(),
  constantSheet,
  ...mapNameSheets(),
  ...keySheets(),
  ...loopSheets(),
  ...iterationSheets(),
  variableSheet,
];

const ARGUMENTS = [1, 2, 3, 4, 5];
const KEPT = [7, 8];

/** Five words go to a function, which returns one; what callers keep stays. */
const argumentSheet: Sheet = {
  name: 'call.local arguments',
  needs: { progType: WORD_TYPE, runs: 'any' },
  make: () =>
    caseOf({
      progType: WORD_TYPE,
      runs: wordRuns(WORDS.length),
      body: (asm) => {
        for (const reg of [...ARGUMENTS, ...KEPT]) word(asm, reg, reg - 1);
        asm.call(1);
        for (const reg of [0, ...KEPT]) digest(asm, reg);
        return [
          functionOf((inner) => {
            inner.emit(G.mov, { dst: DIGEST, imm: 0 });
            for (const reg of ARGUMENTS) digest(inner, reg);
            for (const reg of KEPT) inner.emit(G.mov, { dst: reg, imm: -1 });
            inner.emit(G.movX, { dst: 0, src: DIGEST });
          }),
        ];
      },
    }),
};

/** Functions in one another, each with a word on its own stack. */
const depthSheets = (): readonly Sheet[] =>
  Array.from({ length: CALL_FRAMES_MAX - 1 }, (_, i) => i + 1).map((depth) => ({
    name: `call.local ${depth} deep`,
    needs: { progType: WORD_TYPE, runs: 'any' },
    make: () =>
      caseOf({
        progType: WORD_TYPE,
        runs: wordRuns(FEW_WORDS.length),
        body: (asm) => {
          word(asm, 1, 0);
          asm.emit(G.store, { dst: R10, src: 1, off: -8 });
          asm.call(1);
          digest(asm, 0);
          asm.emit(G.load, { dst: 1, src: R10, off: -8 });
          digest(asm, 1);
          return Array.from({ length: depth }, (_, level) =>
            functionOf((inner) => {
              inner.emit(G.add, { dst: 1, imm: level + 1 });
              inner.emit(G.store, { dst: R10, src: 1, off: -8 });
              if (level + 1 < depth) inner.call(level + 2);
              else inner.emit(G.movX, { dst: 0, src: 1 });
              inner.emit(G.load, { dst: 1, src: R10, off: -8 });
              inner.emit(G.addX, { dst: 0, src: 1 });
            }),
          );
        },
      }),
  }));

function functionOf(body: (asm: Assembler) => void): Assembler {
  const asm = createAssembler();
  body(asm);
  asm.emit(G.exit);
  return asm;
}

const LOOKUP = helperId('map_lookup_elem')!;
const UPDATE = helperId('map_update_elem')!;
const DELETE = helperId('map_delete_elem')!;
const KEYED_MAP = DIGEST_MAP + 1;
const VALUE_BYTES = 64;

/** Every word as it is written in a prog. */
const constantSheet: Sheet = {
  name: 'lddw.imm words',
  needs: { progType: WORD_TYPE },
  make: () =>
    caseOf({
      progType: WORD_TYPE,
      runs: [BARE_RUN],
      body: (asm) => {
        for (const value of WORDS) {
          constant(asm, 1, value);
          digest(asm, 1);
        }
      },
    }),
};

/** Maps and their values by each of the ways to name them, at both ends of the value. */
const mapNameSheets = (): readonly Sheet[] =>
  (['fd', 'idx'] as const).flatMap((by) => [
    {
      name: `lddw.map_val_by_${by}`,
      needs: { progType: WORD_TYPE, forms: [`lddw.map_val_by_${by}`] },
      make: () =>
        caseOf({
          progType: WORD_TYPE,
          maps: [arrayMap('value', VALUE_BYTES, pattern(VALUE_BYTES))],
          runs: [BARE_RUN],
          body: (asm) => {
            for (const off of [0, 1, 7, 8, VALUE_BYTES - 8, VALUE_BYTES - 1]) {
              asm.emit(form(`lddw.map_val_by_${by}`, 'lddw'), {
                dst: 1,
                imm: KEYED_MAP,
                nextImm: off,
              });
              asm.emit(form('ldxb', 'load'), { dst: 2, src: 1 });
              digest(asm, 2);
            }
          },
        }),
    } satisfies Sheet,
    {
      name: `lddw.map_by_${by}`,
      needs: { progType: WORD_TYPE, forms: [`lddw.map_by_${by}`], helpers: [LOOKUP] },
      make: () =>
        caseOf({
          progType: WORD_TYPE,
          maps: [arrayMap('value', 8, pattern(8))],
          runs: [BARE_RUN],
          body: (asm) => {
            asm.emit(G.storeKWord, { dst: R10, off: -4, imm: 0 });
            lookUp(asm, form(`lddw.map_by_${by}`, 'lddw'));
          },
        }),
    } satisfies Sheet,
  ]);

/** Looks up the key at r10 - 4; the value becomes part of the digest where it is there. */
function lookUp(asm: Assembler, name: FormOf<'lddw'>): void {
  const none = asm.label();
  call(asm, name, LOOKUP);
  asm.emit(G.mul, { dst: DIGEST, imm: 31 });
  asm.jump(G.jeq, none, { dst: 0, imm: 0 });
  asm.emit(G.load, { dst: 0, src: 0 });
  asm.emit(G.xorX, { dst: DIGEST, src: 0 });
  asm.place(none);
}

/** r1 = the map, r2 = the key, r3 = the value. */
function call(asm: Assembler, name: FormOf<'lddw'>, helper: number): void {
  asm.emit(name, { dst: 1, imm: KEYED_MAP });
  asm.emit(G.movX, { dst: 2, src: R10 });
  asm.emit(G.add, { dst: 2, imm: -4 });
  asm.emit(G.movX, { dst: 3, src: R10 });
  asm.emit(G.add, { dst: 3, imm: -16 });
  asm.emit(G.helper, { imm: helper });
}

const ENTRIES = 4;
/** In and around an array of so many entries. */
const KEYS: readonly bigint[] = [0n, 1n, 3n, 4n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn];
/** BPF_ANY, NOEXIST, EXIST, both, BPF_F_LOCK, and bits that nobody knows. */
const FLAGS: readonly bigint[] = [0n, 1n, 2n, 3n, 4n, 8n, 0x8000_0000n, 1n << 32n, 1n << 63n];

/** Look-ups, updates and deletions of keys in and out of range, with flags of all kinds. */
const keySheets = (): readonly Sheet[] =>
  (['array', 'hash', 'percpu_array', 'percpu_hash', 'lru_hash'] as const).map((type) => ({
    name: `call.helper keys of ${type}`,
    needs: {
      progType: WORD_TYPE,
      helpers: [LOOKUP, UPDATE, DELETE],
      mapTypes: [type],
      runs: 'any',
    },
    make: () =>
      caseOf({
        progType: WORD_TYPE,
        maps: [{ ...arrayMap('keyed', 8), type, maxEntries: ENTRIES }],
        runs: pairsOf(KEYS, FLAGS).map(wordRun),
        body: (asm) => {
          word(asm, 1, 0);
          asm.emit(form('stxw', 'store'), { dst: R10, src: 1, off: -4 });
          asm.emit(G.store, { dst: R10, src: 1, off: -16 });
          lookUp(asm, G.map);
          word(asm, 4, 1);
          call(asm, G.map, UPDATE);
          digest(asm, 0);
          lookUp(asm, G.map);
          // Every second run leaves the key in the map.
          const kept = asm.label();
          word(asm, 1, 1);
          asm.jump(form('jset64.k', 'jump'), kept, { dst: 1, imm: 1 });
          call(asm, G.map, DELETE);
          digest(asm, 0);
          asm.place(kept);
        },
      }),
  }));

const LOOP = helperId('loop')!;

/** `BPF_MAX_LOOPS`, include/linux/bpf.h. */
const LOOPS_MAX = 0x80_0000n;
const LOOPS = [0n, 1n, 2n, 100n, LOOPS_MAX, LOOPS_MAX + 1n, 0xffff_ffffn];

/**
 * bpf_loop, told how often by the run, and with which flags too: where the verifier knows that they are
 * 0, it writes the loop out itself, and then says of too many otherwise. Its callback ends it early.
 */
const loopSheets = (): readonly Sheet[] =>
  pairsOf([0, 1, 5, 1000], ['known', 'unknown'] as const).map(([last, flags]) => ({
    name: `lddw.code_addr until ${last} flags ${flags}`,
    needs: { progType: WORD_TYPE, forms: ['lddw.code_addr'], helpers: [LOOP], runs: 'any' },
    make: () =>
      caseOf({
        progType: WORD_TYPE,
        runs:
          flags === 'known'
            ? LOOPS.map((n) => wordRun([n]))
            : pairsOf(LOOPS, [0n, 1n, 1n << 32n]).map(wordRun),
        body: (asm) => {
          asm.emit(G.storeK, { dst: R10, off: -8, imm: 0 });
          word(asm, 1, 0);
          asm.address(2, 1);
          asm.emit(G.movX, { dst: 3, src: R10 });
          asm.emit(G.add, { dst: 3, imm: -8 });
          if (flags === 'known') asm.emit(G.mov, { dst: 4, imm: 0 });
          else word(asm, 4, 1);
          asm.emit(G.helper, { imm: LOOP });
          digest(asm, 0);
          asm.emit(G.load, { dst: 1, src: R10, off: -8 });
          digest(asm, 1);
          return [
            functionOf((inner) => {
              const again = inner.label();
              inner.emit(G.load, { dst: 3, src: 2 });
              inner.emit(G.mul, { dst: 3, imm: 31 });
              inner.emit(G.xorX, { dst: 3, src: 1 });
              inner.emit(G.store, { dst: 2, src: 3 });
              inner.emit(G.mov, { dst: 0, imm: 0 });
              inner.jump(form('jlt64.k', 'jump'), again, { dst: 1, imm: last });
              inner.emit(G.mov, { dst: 0, imm: 1 });
              inner.place(again);
            }),
          ];
        },
      }),
  }));

const KFUNC = form('call.kfunc', 'call');

/** The numbers of an iterator, from and to words of the run: what it answers, and its first number. */
const iterationSheets = (): readonly Sheet[] => [
  {
    name: 'call.kfunc numbers',
    needs: {
      progType: WORD_TYPE,
      forms: ['call.kfunc'],
      ksyms: ['bpf_iter_num_new', 'bpf_iter_num_next', 'bpf_iter_num_destroy'],
      runs: 'any',
    },
    make: () =>
      caseOf({
        progType: WORD_TYPE,
        ksyms: ['bpf_iter_num_new', 'bpf_iter_num_next', 'bpf_iter_num_destroy'],
        runs: pairsOf(WORDS, FEW_WORDS).map(wordRun),
        body: (asm) => {
          const iterator = () => {
            asm.emit(G.movX, { dst: 1, src: R10 });
            asm.emit(G.add, { dst: 1, imm: -8 });
          };
          iterator();
          word(asm, 2, 0);
          word(asm, 3, 1);
          asm.emit(KFUNC, { imm: 0 });
          digest(asm, 0);
          iterator();
          asm.emit(KFUNC, { imm: 1 });
          const none = asm.label();
          asm.jump(G.jeq, none, { dst: 0, imm: 0 });
          asm.emit(form('ldxw', 'load'), { dst: 0, src: 0 });
          digest(asm, 0);
          asm.place(none);
          iterator();
          asm.emit(KFUNC, { imm: 2 });
        },
      }),
  },
];

const VARIABLE = 'bpf_prog_active';
const VARIABLE_TYPE = 'sched_cls';
const THIS_CPU = helperId('this_cpu_ptr')!;

/** A variable of the kernel, which holds the same for every prog that isn't traced. */
const variableSheet: Sheet = {
  name: 'lddw.var_addr',
  needs: {
    progType: VARIABLE_TYPE,
    forms: ['lddw.var_addr'],
    helpers: [THIS_CPU],
    ksyms: [VARIABLE],
  },
  make: () =>
    caseOf({
      progType: VARIABLE_TYPE,
      ksyms: [VARIABLE],
      runs: [packetRun(pattern(64))],
      body: (asm) => {
        asm.emit(form('lddw.var_addr', 'lddw'), { dst: 1, imm: 0 });
        asm.emit(G.helper, { imm: THIS_CPU });
        asm.emit(G.loadWord, { dst: 0, src: 0 });
        digest(asm, 0);
      },
    }),
};
