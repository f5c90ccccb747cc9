import type { Random } from 'fast-check';
import type { Kfunc } from '../../src/case/ksyms.ts';
import type { Palette } from '../capabilities.ts';
import { drawVerdict } from '../live-run.ts';
import { CLOSINGS } from '../lower/loop.ts';
import type {
  AccessForm,
  AluForm,
  Body,
  Content,
  Fragment,
  FragmentKind,
  FragmentOf,
} from '../plan.ts';
import { oneIn, percent, pick, pickWeighted, type Weighted } from '../random.ts';
import { repeated } from '../repeated.ts';
import { drawImm, drawU64, type Pool } from '../values.ts';
import { drawPacketOffset, drawRange } from './packet-offset.ts';
import { DRAW_RECORDS } from './records.ts';

/** What fragments of one function are drawn with. */
export interface FragmentEnv {
  readonly palette: Palette;
  /** Subsets of the palette's forms: a prog with few kinds of operations repeats each more often. */
  readonly alu: readonly AluForm[];
  readonly accesses: readonly AccessForm[];
  readonly kinds: Weighted<FragmentKind>;
  readonly pool: Pool;
  readonly depthMax: number;
  /** Fragments that may still be drawn. */
  left: number;
}

/** `count` fragments at most, bodies within them counted too. */
export function drawBody(random: Random, env: FragmentEnv, count: number, depth: number): Body {
  const body: Fragment[] = [];
  const stopAt = Math.max(0, env.left - count);
  while (env.left > stopAt) {
    env.left--;
    body.push(drawFragment(random, env, depth));
  }
  return body;
}

function drawFragment(random: Random, env: FragmentEnv, depth: number): Fragment {
  const kind = pickWeighted(random, env.kinds);
  // An exit at the outside would leave nothing behind it.
  if (depth === 0 && (kind === 'leave' || kind === 'throw')) return drawAlu(random, env);
  if (depth >= env.depthMax && kind in NESTED) return drawAlu(random, env);
  return DRAW[kind](random, env, depth);
}

const NESTED: Partial<Record<FragmentKind, true>> = {
  branch: true,
  loop: true,
  lookup: true,
  'lookup-cpu': true,
  packet: true,
  hold: true,
  iterate: true,
  lock: true,
};

type Draw<Kind extends FragmentKind> = (...to: Parameters<typeof drawFragment>) => FragmentOf<Kind>;

const reg = (random: Random): number => random.nextInt(0, 9);
const byte = (random: Random): number => random.nextInt(0, 255);

const DRAW: { readonly [Kind in FragmentKind]: Draw<Kind> } = {
  ...DRAW_RECORDS,
  alu: drawAlu,
  const: (random, { pool }) => ({ kind: 'const', dst: reg(random), value: drawU64(random, pool) }),
  branch: (random, env, depth) => ({
    kind: 'branch',
    form: pick(random, env.palette.jumps),
    reach: pick(random, env.palette.reaches),
    dst: reg(random),
    src: reg(random),
    imm: drawImm(random, env.pool),
    bodies: drawFork(random, env, depth),
  }),
  loop: (random, env, depth) => ({
    kind: 'loop',
    trips: random.nextInt(0, oneIn(random, 8) ? 30 : 5),
    closing: random.nextInt(0, CLOSINGS.length - 1),
    guard: pick(random, env.palette.guards),
    counter: random.nextInt(0, 3),
    bodies: [drawBody(random, env, random.nextInt(1, 6), depth + 1)],
  }),
  call: (random) => ({
    kind: 'call',
    callee: random.nextInt(0, 3),
    args: repeated(5, () => reg(random)),
  }),
  each: (random) => ({
    kind: 'each',
    callee: random.nextInt(0, 3),
    times: oneIn(random, 8) ? pick(random, LOOP_TIMES) : BigInt(random.nextInt(1, 5)),
    slot: byte(random),
    flags: oneIn(random, 8) ? 1 : 0,
  }),
  walk: (random, env) => ({ kind: 'walk', ...drawVisit(random, env, [0, 0, 0, 0, 0, 0, 1]) }),
  drain: (random, env) => ({ kind: 'drain', ...drawVisit(random, env, STORE_FLAGS) }),
  'tail-call': (random, { palette }) => ({
    kind: 'tail-call',
    by: pick(random, palette.mapBy),
    map: random.nextInt(0, 7),
    index: oneIn(random, 8) ? pick(random, [16, -1, 0x7fffffff]) : random.nextInt(0, 3),
    src: oneIn(random, 2) ? reg(random) : 0,
  }),
  sequence: (random, { palette, pool }) => ({
    kind: 'sequence',
    by: pick(random, palette.mapBy),
    op: pick(random, ['push', 'push', 'pop', 'peek']),
    map: random.nextInt(0, 7),
    flags: pick(random, SEQUENCE_FLAGS),
    content: drawContent(random, pool),
    dst: reg(random),
  }),
  nested: (random, { palette }) => ({
    kind: 'nested',
    by: pick(random, palette.mapBy),
    map: random.nextInt(0, 7),
    key: random.nextInt(0, 7),
    innerKey: random.nextInt(0, 7),
    off: byte(random),
    reg: byte(random),
    op: pick(random, ['load', 'store']),
  }),
  'lookup-cpu': (random, env, depth) => ({
    kind: 'lookup-cpu',
    by: pick(random, env.palette.mapBy),
    map: random.nextInt(0, 7),
    key: random.nextInt(0, 7),
    cpu: oneIn(random, 4) ? pick(random, [1 << 20, -1]) : 0,
    dst: reg(random),
    test: random.nextInt(0, 1),
    bodies: drawFork(random, env, depth),
  }),
  kfunc: (random, { palette }) => ({
    kind: 'kfunc',
    kfunc: drawKfunc(random, palette.kfuncs),
    args: repeated(5, () => byte(random)),
  }),
  throw: (random) => ({ kind: 'throw', result: reg(random) }),
  own: (random, { palette, pool }) => ({
    kind: 'own',
    reg: random.nextInt(0, 3),
    shared: byte(random),
    content: drawContent(random, pool),
    form: pick(random, palette.variableReads),
    off: byte(random),
  }),
  stash: (random, { palette, pool }) => ({
    kind: 'stash',
    by: pick(random, palette.mapBy),
    map: random.nextInt(0, 7),
    key: random.nextInt(0, 7),
    reg: random.nextInt(0, 3),
    fill: oneIn(random, 3) ? 0 : 1,
    content: drawContent(random, pool),
    form: pick(random, palette.variableReads),
    off: byte(random),
  }),
  hold: (random, env, depth) => ({
    kind: 'hold',
    pair: pick(random, env.palette.pairs),
    bodies: [drawBody(random, env, random.nextInt(1, 5), depth + 1)],
  }),
  iterate: (random, env, depth) => ({
    kind: 'iterate',
    iterator: pick(random, env.palette.iterators),
    first: oneIn(random, 3) ? drawImm(random, env.pool) : random.nextInt(-3, 10),
    count: oneIn(random, 6) ? pick(random, ITERATIONS) : random.nextInt(0, 6),
    slot: byte(random),
    mixed: random.nextInt(0, 3),
    bodies: [drawBody(random, env, random.nextInt(0, 4), depth + 1)],
  }),
  lock: (random, env, depth) => ({
    kind: 'lock',
    by: pick(random, env.palette.mapBy),
    map: random.nextInt(0, 7),
    key: random.nextInt(0, 7),
    reg: random.nextInt(0, 3),
    bodies: [drawBody(random, env, random.nextInt(1, 6), depth + 1)],
  }),
  variable: (random, { palette }) => ({
    kind: 'variable',
    variable: pick(random, palette.variables),
    cpu: pick(random, VARIABLE_CPUS),
    form: pick(random, palette.variableReads),
    off: random.nextInt(0, 3),
  }),
  lookup: (random, env, depth) => ({
    kind: 'lookup',
    by: pick(random, env.palette.mapBy),
    map: random.nextInt(0, 7),
    key: random.nextInt(0, 7),
    dst: reg(random),
    test: random.nextInt(0, 1),
    bodies: drawFork(random, env, depth),
  }),
  storage: (random, { palette }) => ({
    kind: 'storage',
    by: pick(random, palette.mapBy),
    map: random.nextInt(0, 7),
    dst: reg(random),
  }),
  value: (random, { palette }) => ({
    kind: 'value',
    by: pick(random, palette.valueBy),
    map: random.nextInt(0, 7),
    off: oneIn(random, 2) ? 0 : byte(random),
    dst: reg(random),
  }),
  update: (random, { palette, pool }) => ({
    kind: 'update',
    by: pick(random, palette.mapBy),
    map: random.nextInt(0, 7),
    key: random.nextInt(0, 7),
    flags: pick(random, UPDATE_FLAGS),
    content: drawContent(random, pool),
  }),
  delete: (random, { palette }) => ({
    kind: 'delete',
    by: pick(random, palette.mapBy),
    map: random.nextInt(0, 7),
    key: random.nextInt(0, 7),
  }),
  packet: (random, env, depth) => ({
    kind: 'packet',
    from: oneIn(random, 8) ? 'data_meta' : 'data',
    bytes: oneIn(random, 8) ? random.nextInt(0, 300) : random.nextInt(0, 40),
    indexBits: oneIn(random, 3) ? random.nextInt(1, 5) : 0,
    index: reg(random),
    dst: reg(random),
    test: random.nextInt(0, 7),
    bodies: [
      drawBody(random, env, random.nextInt(1, 6), depth + 1),
      oneIn(random, 3) ? drawBody(random, env, random.nextInt(1, 2), depth + 1) : [],
    ],
  }),
  access: (random, env) => ({
    kind: 'access',
    form: pick(random, env.accesses),
    base: oneIn(random, 3) ? 0 : random.nextInt(1, 4),
    off: byte(random),
    reg: reg(random),
    imm: drawImm(random, env.pool),
    via: oneIn(random, 3) ? reg(random) : 0,
  }),
  indexed: (random, env) => ({
    kind: 'indexed',
    form: pick(random, env.palette.plainAccesses),
    base: random.nextInt(0, 3),
    index: reg(random),
    off: random.nextInt(0, 15),
    reg: reg(random),
    imm: drawImm(random, env.pool),
  }),
  'ctx-read': (random, { palette }) => ({
    kind: 'ctx-read',
    form: pick(random, palette.ctxReads),
    field: byte(random),
    dst: reg(random),
  }),
  'ctx-write': (random, { palette }) => ({
    kind: 'ctx-write',
    form: pick(random, palette.ctxWrites),
    field: byte(random),
    src: reg(random),
    back: oneIn(random, 2) ? 1 : 0,
  }),
  object: (random) => ({ kind: 'object', dst: reg(random), off: random.nextInt(0, 1) }),
  helper: (random, { palette }) => ({ kind: 'helper', helper: pick(random, palette.helpers) }),
  'helper-call': (random, { palette }) => ({
    kind: 'helper-call',
    call: pick(random, palette.helperCalls),
    args: repeated(5, () => byte(random)),
  }),
  verdict: drawVerdict,
  'load-bytes': (random) => ({ kind: 'load-bytes', ...drawRange(random) }),
  'store-bytes': (random) => ({
    kind: 'store-bytes',
    ...drawRange(random),
    flags: pick(random, STORE_FLAGS),
  }),
  legacy: (random, { palette }) => ({
    kind: 'legacy',
    form: pick(random, palette.legacy),
    // What is out of range ends the prog: not too often.
    imm: percent(random, 80) ? random.nextInt(0, 24) : drawPacketOffset(random),
    src: reg(random),
  }),
  leave: (random, { palette }) => ({
    kind: 'leave',
    how: pick(random, ['exit', ...palette.reaches]),
    result: reg(random),
  }),
};

/** Beyond BPF_MAX_LOOPS, which is 1 << 23, and where a u32 ends. */
const LOOP_TIMES = [
  8n,
  20n,
  (1n << 23n) + 1n,
  (1n << 32n) - 1n,
  (1n << 32n) + 3n,
  (1n << 64n) - 1n,
];
/** Beyond the limits of 1 << 23 numbers and 511 words, and where the end comes before the start. */
const ITERATIONS = [-1, 40, (1 << 23) + 1, 0x7fffffff, -0x80000000, 512, -5];
/** This one, CPU 0, and one that no kernel has room for. */
const VARIABLE_CPUS = [0, 0, 1, 1 << 20];
/**
 * ANY, NOEXIST, EXIST; 3 is refused by every map, BPF_F_LOCK (4) by those without a spin lock, and what is in
 * the upper half by all.
 */
const UPDATE_FLAGS = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 4, 5, 6, 2 ** 32, 2 ** 33 + 1];
/** ANY and EXIST, which drops the oldest; the others are refused. */
const SEQUENCE_FLAGS = [0, 0, 0, 2, 2, 1, 3, 4];
/** BPF_F_RECOMPUTE_CSUM 1, BPF_F_INVALIDATE_HASH 2; 4 is refused. */
const STORE_FLAGS = [0, 0, 0, 0, 1, 2, 3, 4];

const drawContent = (random: Random, pool: Pool): Content =>
  repeated(random.nextInt(1, 3), () => ({
    src: random.nextInt(0, 19),
    imm: drawImm(random, pool),
  }));

const drawVisit = (random: Random, { palette }: FragmentEnv, flags: readonly number[]) => ({
  by: pick(random, palette.mapBy),
  map: random.nextInt(0, 7),
  callee: random.nextInt(0, 3),
  slot: byte(random),
  flags: pick(random, flags),
});

function drawAlu(random: Random, env: FragmentEnv): FragmentOf<'alu'> {
  const form = pick(random, env.alu);
  return {
    kind: 'alu',
    form,
    dst: reg(random),
    src: reg(random),
    imm: drawAluImm(random, form, env.pool),
  };
}

function drawAluImm(random: Random, form: AluForm, pool: Pool): number {
  if (form.kind !== 'alu' || form.operand !== 'k') return 0;
  switch (form.op.imm) {
    case 'shift':
      return oneIn(random, 3)
        ? pick(random, [0, 1, form.bits / 2, form.bits - 1])
        : random.nextInt(0, form.bits - 1);
    case 'nonzero':
      return drawImm(random, pool) || 1;
    case 'any':
      return drawImm(random, pool);
    case 'none':
      return 0;
  }
}

/** The few that move packets as often as many others together. */
function drawKfunc(random: Random, kfuncs: readonly Kfunc[]): Kfunc {
  const moving = kfuncs.filter(({ movesPacket }) => movesPacket);
  return pick(random, moving.length > 0 && oneIn(random, 4) ? moving : kfuncs);
}

/** The ways behind a jump: mostly one of them has something in it. */
function drawFork(random: Random, env: FragmentEnv, depth: number): [Body, Body] {
  const first = drawBody(random, env, random.nextInt(1, 5), depth + 1);
  if (percent(random, 60)) return [first, []];
  return [first, drawBody(random, env, random.nextInt(1, 4), depth + 1)];
}
