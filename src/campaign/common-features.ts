import type { ProgType } from '../case/prog-type.ts';
import type { Features } from '../targets/target.ts';

/**
 * What cases are generated for: first what all targets can do, then what each kernel can do together
 * with the targets it is compared with, so that a feature that only one kernel has is tried as well.
 * Equal sets are given once.
 */
export function featureSets(
  kernels: readonly Features[],
  emulators: readonly Features[],
): readonly Features[] {
  const all = common([...kernels, ...emulators]);
  const each = kernels.map((kernel) => common([kernel, ...emulators]));
  const seen = new Set<string>();
  return [all, ...each].filter((features) => {
    const key = fingerprint(features);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The features that every one of them has. */
export function common(all: readonly Features[]): Features {
  const [first, ...others] = all;
  const inAll = <T>(pick: (features: Features) => ReadonlySet<T>): Set<T> =>
    new Set([...pick(first)].filter((item) => others.every((other) => pick(other).has(item))));
  const progTypes = inAll((features) => features.progTypes);
  const byType = <T>(
    pick: (features: Features) => ReadonlyMap<ProgType, ReadonlySet<T>>,
  ): Map<ProgType, Set<T>> =>
    new Map(
      [...progTypes].map((type) => [
        type,
        inAll((features) => pick(features).get(type) ?? new Set<T>()),
      ]),
    );
  return {
    progTypes,
    mapTypes: inAll((features) => features.mapTypes),
    forms: inAll((features) => features.forms),
    helpers: byType((features) => features.helpers),
    ksyms: byType((features) => features.ksyms),
    ...(all.some(({ runs }) => runs === 'paired') && { runs: 'paired' }),
    ...(all.every(({ liveFrames }) => liveFrames === 'observed') && { liveFrames: 'observed' }),
  };
}

function fingerprint(features: Features): string {
  const list = (items: Iterable<string | number>): string => [...items].sort().join();
  return [
    list(features.progTypes),
    list(features.mapTypes),
    list(features.forms),
    features.runs ?? '',
    features.liveFrames ?? '',
    ...[...features.helpers].map(([type, ids]) => `${type}:${list(ids)}`).sort(),
    ...[...features.ksyms].map(([type, names]) => `${type}:${list(names)}`).sort(),
  ].join('|');
}
