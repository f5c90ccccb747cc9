import type { Case } from '../case/case.ts';
import { caseShape } from '../case/case-shape.ts';
import type { Divergence, Observed } from './compare.ts';

/**
 * What findings of one cause have in common: class of divergence, kinds of the two targets, the place
 * without its numbers, and the shape of the shrunk case, such as
 * `retval emulator/interp retval: exit mov64.k run.data xdp`. Two findings of one signature are taken
 * for duplicates; it does not depend on the order of the targets.
 */
export function signatureOf(
  shrunk: Case,
  divergence: Divergence,
  observed: readonly [Observed, Observed],
): string {
  const kinds = observed.map(({ info }) => info.engine).sort();
  const values = BY_VALUE.includes(divergence.class) ? [...divergence.values].sort() : [];
  const head = [divergence.class, kinds.join('/'), divergence.where.field ?? '', ...values];
  return `${head.filter(Boolean).join(' ')}: ${caseShape(shrunk).join(' ')}`;
}

/** Classes whose values are few, and tell causes apart that have one shape. */
const BY_VALUE: readonly Divergence['class'][] = ['errno', 'verdict'];
