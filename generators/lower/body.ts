import type { Body, FragmentKind, FragmentOf } from '../plan.ts';
import { lowerAccess, lowerIndexed } from './access.ts';
import { lowerCall, lowerEach } from './call.ts';
import { lowerAlu, lowerConst } from './compute.ts';
import { type LowerBody, lowerBranch, lowerLeave } from './control.ts';
import { lowerCtxRead, lowerCtxWrite, lowerPacket } from './ctx.ts';
import type { Frame } from './frame.ts';
import { lowerHelper, lowerLegacy, lowerLoadBytes, lowerStoreBytes } from './helpers.ts';
import { lowerHold, lowerKfunc, lowerVariable } from './ksyms.ts';
import { lowerLoop } from './loop.ts';
import { lowerDelete, lowerLookup, lowerUpdate, lowerValue } from './maps.ts';

/**
 * Lowers one fragment after another; what stands behind an exit is left out, and so is what may not
 * stand between the kfuncs of a pair.
 */
export function lowerBody(frame: Frame, body: Body): void {
  for (const fragment of body) {
    if (!frame.view.live) return;
    if (frame.held && NOT_HELD.has(fragment.kind)) continue;
    (LOWER[fragment.kind] as Lower<FragmentKind>)(frame, fragment, lowerBody);
  }
}

/**
 * What the verifier refuses there: exits, also those of other functions up to 6.8, packet loads, and a
 * second `bpf_rcu_read_lock` (check_kfunc_call, check_ld_abs, kernel/bpf/verifier.c, 6.2).
 */
const NOT_HELD: ReadonlySet<FragmentKind> = new Set(['leave', 'call', 'each', 'legacy', 'hold']);

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
  kfunc: lowerKfunc,
  hold: lowerHold,
  variable: lowerVariable,
  lookup: lowerLookup,
  value: lowerValue,
  update: lowerUpdate,
  delete: lowerDelete,
  packet: lowerPacket,
  access: lowerAccess,
  indexed: lowerIndexed,
  'ctx-read': lowerCtxRead,
  'ctx-write': lowerCtxWrite,
  helper: lowerHelper,
  'load-bytes': lowerLoadBytes,
  'store-bytes': lowerStoreBytes,
  legacy: lowerLegacy,
  leave: lowerLeave,
};
