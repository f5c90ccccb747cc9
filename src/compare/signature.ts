import type { Case } from '../case/case.ts';
import { caseShape } from '../case/case-shape.ts';
import type { Outcome } from '../targets/target.ts';
import type { Divergence, Observed } from './compare.ts';

/** A shrunk divergence. */
export interface Signed {
  readonly shrunk: Case;
  readonly divergence: Divergence;
  readonly observed: readonly [Observed, Observed];
  /** The known mistake of a kernel that it comes from; '' for none. */
  readonly cause: string;
  /** Where the two begin to differ, and of an insn its form; see `localise/located.ts`. */
  readonly located?: { readonly kind: string; readonly form: string } | null;
}

/**
 * What findings of one cause have in common: class of divergence, kinds of the two targets, the place
 * without its numbers, what a kernel complained of, and the form of the first insn that differs, such as
 * `retval emulator/interp retval: at mov32.x`; where that is not known the shape of the shrunk case, such as
 * `retval emulator/interp retval: exit mov64.k run.data xdp`; and where the cause is known, that and the
 * architecture. Two findings of one signature are taken
 * for duplicates; it does not depend on the order of the targets.
 */
export function signatureOf({ shrunk, divergence, observed, cause, located }: Signed): string {
  const kinds = observed.map(({ info }) => info.engine).sort();
  if (cause !== '') {
    const arches = new Set(observed.map(({ info }) => info.linux.arch));
    return `${cause} ${kinds.join('/')} on ${[...arches].sort().join('/')}`;
  }
  const values = BY_VALUE.includes(divergence.class) ? [...divergence.values].sort() : [];
  const troubles = observed.map(({ outcome }) => titleOf(outcome)).sort();
  const head = [
    divergence.class,
    kinds.join('/'),
    divergence.where.field ?? '',
    ...values,
    ...troubles,
  ];
  const what = located?.kind === 'insn' ? `at ${located.form}` : caseShape(shrunk).join(' ');
  return `${head.filter(Boolean).join(' ')}: ${what}`;
}

const titleOf = (outcome: Outcome): string =>
  outcome.kind === 'unsupported' ? '' : (outcome.trouble?.title ?? '');

/** Classes whose values are few, and tell causes apart that have one shape. */
const BY_VALUE: readonly Divergence['class'][] = ['errno', 'verdict'];
