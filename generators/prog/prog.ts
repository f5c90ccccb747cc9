import type { Random } from 'fast-check';
import type { Palette } from '../capabilities.ts';
import { REGS_USABLE, STACK_WINDOW_BYTES } from '../lower/view.ts';
import { needOf } from '../map-kinds.ts';
import type { AccessForm, ArgKind, FragmentKind, FunctionPlan, ProgPlan } from '../plan.ts';
import type { Profile } from '../profiles.ts';
import { oneIn, pick, type Weighted } from '../random.ts';
import { repeated } from '../repeated.ts';
import type { Pool } from '../values.ts';
import { drawBeginning } from './beginning.ts';
import { drawBody, type FragmentEnv } from './fragment.ts';

const ALL_REGS = (1 << REGS_USABLE) - 1;
const ALL_SLOTS = (1 << (STACK_WINDOW_BYTES / 8)) - 1;
const FUNCTIONS_MAX = 3;

/** A prog with up to three functions beside the first; `met` says what its maps are enough for (`needsMet`). */
export function drawProg(
  random: Random,
  palette: Palette,
  profile: Profile,
  pool: Pool,
  met: number,
): ProgPlan {
  const { min, usual, max } = profile.fragments;
  const count = random.nextInt(min, oneIn(random, 10) ? max : usual);
  const env = drawEnv(random, palette, profile, pool, met);
  const roles = ROLES.filter(([kind]) => env.kinds.values.includes(kind));
  const functions = roles.length > 0 ? random.nextInt(0, FUNCTIONS_MAX) : 0;
  env.left = count;
  const beginning = drawBeginning(random, env);
  const body = [...beginning, ...drawBody(random, env, count, 0)];
  return {
    body,
    functions: repeated(functions, () => drawFunction(random, env, count, pick(random, roles)[1])),
    ctxReg: random.nextInt(0, 3),
    stackShift: oneIn(random, 6) ? random.nextInt(0, 50) : 0,
    savedRegs: palette.saves ? ALL_REGS : 0,
    addedRegs: palette.saves && oneIn(random, 4) ? ALL_REGS : 0,
    savedSlots: palette.saves ? ALL_SLOTS : 0,
    result: random.nextInt(0, 9),
  };
}

/** Short progs that take the place of the first: as many as two. */
export function drawTargets(
  random: Random,
  palette: Palette,
  profile: Profile,
  pool: Pool,
  met: number,
): readonly ProgPlan[] {
  const fragments = { min: 1, usual: 8, max: 12 };
  return repeated(random.nextInt(0, 2), () =>
    drawProg(random, palette, { ...profile, fragments }, pool, met),
  );
}

/** Drops kinds of fragments, and most forms of some kinds, so that progs differ (swarm testing). */
function drawEnv(
  random: Random,
  palette: Palette,
  profile: Profile,
  pool: Pool,
  met: number,
): FragmentEnv {
  return {
    palette,
    alu: drawSome(random, palette.alu),
    accesses: drawSome(random, accessesFor(palette, profile)),
    kinds: drawKinds(random, weightsOf(palette.kinds, profile.weights), met, profile.keptPercent),
    pool,
    depthMax: profile.depthMax,
    left: 0,
  };
}

const accessesFor = ({ accesses }: Palette, { accesses: kinds }: Profile): readonly AccessForm[] =>
  kinds === undefined ? accesses : accesses.filter(({ kind }) => kinds.includes(kind));

/** Each kind that has its maps stays in `keptPercent` of 100; four are decided by one draw. */
function drawKinds(
  random: Random,
  weights: Weights,
  met: number,
  keptPercent: number,
): Weighted<FragmentKind> {
  let count = 0;
  const below = Math.round(2.56 * keptPercent);
  let bits = 0;
  let total = 0;
  for (let n = 0; n < weights.length; n++) {
    bits = n % 4 === 0 ? random.nextInt() : bits >>> 8;
    const { kind, weight, need } = weights[n];
    if ((need & ~met) !== 0 || ((bits & 0xff) >= below && kind !== 'alu')) continue;
    total += weight;
    ROOM.values[count] = kind;
    ROOM.upTo[count++] = total;
  }
  return { values: ROOM.values.slice(0, count), upTo: ROOM.upTo.slice(0, count) };
}

/** Lists of kinds are put together here: as arrays that grow they would take several times as much memory. */
const ROOM: { readonly values: FragmentKind[]; readonly upTo: number[] } = { values: [], upTo: [] };

type Weights = readonly {
  readonly kind: FragmentKind;
  readonly weight: number;
  /** What maps must be enough for: a bit, or 0. */
  readonly need: number;
}[];
const KNOWN = new WeakMap<ReadonlySet<FragmentKind>, WeakMap<Profile['weights'], Weights>>();

/** The weights of those kinds, put together once. */
function weightsOf(kinds: ReadonlySet<FragmentKind>, weights: Profile['weights']): Weights {
  const ofKinds = KNOWN.get(kinds) ?? new WeakMap<Profile['weights'], Weights>();
  KNOWN.set(kinds, ofKinds);
  const known = ofKinds.get(weights);
  if (known !== undefined) return known;
  const all = Object.entries(weights) as [FragmentKind, number][];
  const possible = all
    .filter(([kind, weight]) => weight > 0 && kinds.has(kind))
    .map(([kind, weight]) => ({ kind, weight, need: needOf(kind) }));
  ofKinds.set(weights, possible);
  return possible;
}

function drawSome<T>(random: Random, from: readonly T[]): readonly T[] {
  if (oneIn(random, 2)) return from;
  return repeated(random.nextInt(3, 12), () => pick(random, from));
}

/** What functions are there for, by the fragment that uses them. */
const ROLES: readonly (readonly [FragmentKind, FunctionPlan['role']])[] = [
  ['call', 'subprog'],
  ['each', 'callback'],
  ['walk', 'visitor'],
  ['drain', 'drainer'],
];

const ARGS: { readonly [Role in FunctionPlan['role']]: (random: Random) => readonly ArgKind[] } = {
  subprog: drawArgs,
  callback: () => ['scalar', 'slot'],
  visitor: () => ['opaque', 'opaque', 'opaque', 'slot'],
  drainer: () => ['sample', 'slot'],
};

function drawFunction(
  random: Random,
  env: FragmentEnv,
  size: number,
  role: FunctionPlan['role'],
): FunctionPlan {
  const count = random.nextInt(1, Math.max(2, Math.floor(size / 3)));
  env.left = count;
  return {
    role,
    args: ARGS[role](random),
    body: drawBody(random, env, count, 1),
    folded: random.nextInt(0, ALL_REGS),
    result: random.nextInt(0, 9),
  };
}

function drawArgs(random: Random): readonly ArgKind[] {
  const kinds: readonly ArgKind[] = ['scalar', 'scalar', 'scalar', 'slot'];
  const args = repeated(random.nextInt(0, 5), () => pick(random, kinds));
  if (args.length > 0 && oneIn(random, 2)) args[random.nextInt(0, args.length - 1)] = 'ctx';
  return args;
}
