import type { MapType } from '../../case/map-type.ts';
import type { ProgType } from '../../case/prog-type.ts';
import type { Helper } from './helpers/helper.ts';
import { HELPER_RULES } from './helpers/helpers.ts';
import type { Kfunc } from './ksyms/kfunc.ts';
import { KFUNC_RULES } from './ksyms/kfuncs.ts';
import { MAP_RULES, type MapRule } from './maps/rules.ts';
import { ALU_RULES, type AluRule, SWAP_RULES, type SwapRule } from './rules/alu.ts';
import { ATOMIC_RULES, type AtomicRule } from './rules/atomic.ts';
import { JUMP_RULES, type JumpRule } from './rules/jump.ts';
import { LOAD_RULES, type LoadRule, STORE_RULES, type StoreRule } from './rules/memory-access.ts';
import { RUN_RULES, type RunRule } from './run/rules.ts';

/**
 * The tables that the emulator takes its meaning from. A mutant is the default with one row
 * replaced: `{ alu: { ...defaultRules.alu, 'arsh64.x': defaultRules.alu['rsh64.x'] } }`. Rules are
 * looked up when a prog is prepared, so a wrong one costs as little as a right one.
 */
export interface EmulatorRules {
  /** By form: arithmetic and sign extension, 32-bit results zero-extended. */
  readonly alu: Readonly<Record<string, AluRule>>;
  /** By form: byte swaps. */
  readonly swap: Readonly<Record<string, SwapRule>>;
  /** By form: conditional jumps. */
  readonly jump: Readonly<Record<string, JumpRule>>;
  /** By form: loads, also sign-extending and load-acquire. */
  readonly load: Readonly<Record<string, LoadRule>>;
  /** By form: stores, also store-release. */
  readonly store: Readonly<Record<string, StoreRule>>;
  /** By form: atomic read-modify-writes. */
  readonly atomic: Readonly<Record<string, AtomicRule>>;
  /** Map types, with what update flags do. */
  readonly maps: Partial<Readonly<Record<MapType, MapRule>>>;
  /** By id. */
  readonly helpers: Readonly<Record<number, Helper>>;
  /** By name. */
  readonly kfuncs: Readonly<Record<string, Kfunc>>;
  /** Prog types: helpers that they may call, their ctx, what BPF_PROG_RUN does with them. */
  readonly run: Partial<Readonly<Record<ProgType, RunRule>>>;
}

/** Linux's own rules. */
export const defaultRules: EmulatorRules = {
  alu: ALU_RULES,
  swap: SWAP_RULES,
  jump: JUMP_RULES,
  load: LOAD_RULES,
  store: STORE_RULES,
  atomic: ATOMIC_RULES,
  maps: MAP_RULES,
  helpers: HELPER_RULES,
  kfuncs: KFUNC_RULES,
  run: RUN_RULES,
};
