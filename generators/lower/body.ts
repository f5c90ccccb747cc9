import type { Body, Fragment, FragmentKind, FragmentOf } from '../plan.ts';
import { lowerAccess, lowerIndexed } from './access.ts';
import { lowerCall, lowerEach, lowerWalk } from './call.ts';
import { lowerAlu, lowerConst } from './compute.ts';
import { type LowerBody, lowerBranch, lowerLeave } from './control.ts';
import { lowerCtxRead, lowerCtxWrite, lowerPacket } from './ctx.ts';
import { lowerDrain } from './drain.ts';
import { lowerDynptr } from './dynptr.ts';
import type { Frame } from './frame.ts';
import { lowerHelperCall } from './helper-call.ts';
import { lowerHelper, lowerLegacy, lowerLoadBytes, lowerStoreBytes } from './helpers.ts';
import { lowerIterate } from './iterate.ts';
import { lowerHold, lowerKfunc, lowerThrow, lowerVariable } from './ksyms.ts';
import { lowerLocalStorage } from './local-storage.ts';
import { lowerLock } from './lock.ts';
import { lowerLoop } from './loop.ts';
import {
  lowerDelete,
  lowerLookup,
  lowerLookupCpu,
  lowerNested,
  lowerStorage,
  lowerUpdate,
  lowerValue,
} from './maps.ts';
import { lowerObject } from './object.ts';
import { lowerEvent, lowerRedirectMap } from './outward.ts';
import { lowerOwn, lowerStash } from './own.ts';
import { lowerRing } from './ring.ts';
import { lowerSequence } from './sequence.ts';
import { lowerTailCall } from './tail-call.ts';
import { lowerVerdict } from './verdict.ts';

/** Lowers one fragment after another. */
export function lowerBody(frame: Frame, body: Body): void {
  for (const fragment of body) lowerFragment(frame, fragment);
}

/** What stands behind an exit is left out, and so is what may not stand between the kfuncs of a pair. */
export function lowerFragment(frame: Frame, fragment: Fragment): void {
  const { kind } = fragment;
  if (!frame.view.live) return;
  if (frame.locked && !LOCKED.has(kind)) return;
  if (frame.held && NOT_HELD.has(kind)) return;
  if (frame.role === 'visitor' && NOT_VISITING.has(kind)) return;
  (LOWER[kind] as Lower<FragmentKind>)(frame, fragment, lowerBody);
}

/**
 * What the verifier refuses there: exits, also those of other functions up to 6.8, packet loads, and a
 * second `bpf_rcu_read_lock` (check_kfunc_call, check_ld_abs, kernel/bpf/verifier.c, 6.2).
 */
const NOT_HELD: ReadonlySet<FragmentKind> = new Set([
  'leave',
  'throw',
  'call',
  'each',
  'walk',
  'drain',
  'tail-call',
  'legacy',
  'hold',
]);

/** All that may stand under a spin lock: nothing that calls or leaves. */
const LOCKED: ReadonlySet<FragmentKind> = new Set([
  ...(['alu', 'const', 'branch', 'loop', 'access', 'indexed', 'value'] as const),
]);

/** What might change the map that is walked through, or walks on. */
const NOT_VISITING: ReadonlySet<FragmentKind> = new Set([
  'update',
  'delete',
  'call',
  'each',
  'walk',
  'drain',
  'tail-call',
]);

type Lower<Kind extends FragmentKind> = (
  frame: Frame,
  fragment: FragmentOf<Kind>,
  lowerBody: LowerBody,
) => void;

const LOWER: { readonly [Kind in FragmentKind]: Lower<Kind> } = {
  alu: lowerAlu,
  const: lowerConst,
  branch: lowerBranch,
  loop: lowerLoop,
  call: lowerCall,
  each: lowerEach,
  walk: lowerWalk,
  drain: lowerDrain,
  'local-storage': lowerLocalStorage,
  'tail-call': lowerTailCall,
  sequence: lowerSequence,
  nested: lowerNested,
  ring: lowerRing,
  event: lowerEvent,
  'redirect-map': lowerRedirectMap,
  'lookup-cpu': lowerLookupCpu,
  kfunc: lowerKfunc,
  hold: lowerHold,
  throw: lowerThrow,
  lock: lowerLock,
  own: lowerOwn,
  stash: lowerStash,
  iterate: lowerIterate,
  dynptr: lowerDynptr,
  variable: lowerVariable,
  lookup: lowerLookup,
  storage: lowerStorage,
  value: lowerValue,
  update: lowerUpdate,
  delete: lowerDelete,
  packet: lowerPacket,
  access: lowerAccess,
  indexed: lowerIndexed,
  'ctx-read': lowerCtxRead,
  'ctx-write': lowerCtxWrite,
  object: lowerObject,
  helper: lowerHelper,
  'helper-call': lowerHelperCall,
  'load-bytes': lowerLoadBytes,
  'store-bytes': lowerStoreBytes,
  legacy: lowerLegacy,
  verdict: lowerVerdict,
  leave: lowerLeave,
};
