import type { Random } from 'fast-check';
import type { CasePlan } from '../plan.ts';
import { pickWeighted, weighted } from '../random.ts';
import {
  changeNumber,
  changeWidth,
  drop,
  duplicate,
  moveCheck,
  splice,
  swapNeighbours,
  swapOperands,
} from './fragments.ts';
import { changeAttribute, changeCtx, changeMap, changePacket, repeatRun } from './inputs.ts';

/** One change; the plan itself where there is nothing to change. */
export type Mutation = (random: Random, plan: CasePlan, pool: readonly CasePlan[]) => CasePlan;

/** Every kind of change, and how often it is tried. */
export const MUTATIONS = {
  splice: [splice, 8],
  swapOperands: [swapOperands, 3],
  changeWidth: [changeWidth, 4],
  moveCheck: [moveCheck, 3],
  duplicate: [duplicate, 2],
  drop: [drop, 3],
  swapNeighbours: [swapNeighbours, 3],
  changeNumber: [changeNumber, 6],
  changePacket: [changePacket, 4],
  changeCtx: [changeCtx, 2],
  changeMap: [changeMap, 2],
  changeAttribute: [changeAttribute, 1],
  repeatRun: [repeatRun, 1],
} as const satisfies Readonly<Record<string, readonly [Mutation, number]>>;

const CHOICES = weighted<Mutation>(Object.values(MUTATIONS));
const CHANGES_MAX = 4;
/** A plan may have no place for a change. */
const TRIES_MAX = 8;

/**
 * The plan with one to four changes, valid as every plan is: what a change leaves without its ground is made up
 * for in lowering. `pool` is what parts are taken from: plans for the same target as this one.
 */
export function mutatePlan(random: Random, plan: CasePlan, pool: readonly CasePlan[]): CasePlan {
  let mutant = plan;
  let changes = random.nextInt(1, CHANGES_MAX);
  for (let tries = 0; changes > 0 && tries < TRIES_MAX; tries++) {
    const changed = pickWeighted(random, CHOICES)(random, mutant, pool);
    if (changed !== mutant) changes--;
    mutant = changed;
  }
  return mutant;
}
