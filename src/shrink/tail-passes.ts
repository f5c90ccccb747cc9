import type { Case, MapEntry, MapSpec } from '../case/case.ts';
import { referenceOf, referenceValue } from '../case/map-references.ts';

/** Cases without a prog that tail calls go to, or with nothing but that one. */
export function* withFewerProgs(testCase: Case): Iterable<Case> {
  const { progs, maps } = testCase;
  for (let gone = progs.length - 1; gone > 0; gone--) {
    const alone = maps.map((map) => withProgEntries(map, () => undefined));
    yield { ...testCase, progs: [progs[gone]], maps: alone };
    const renumbered = (index: number): number | undefined =>
      index === gone ? undefined : index - Number(index > gone);
    const left = maps.map((map) => withProgEntries(map, renumbered));
    yield { ...testCase, progs: progs.toSpliced(gone, 1), maps: left };
  }
}

/** A prog array with other indexes of progs, and without the entries that have none any more. */
function withProgEntries(map: MapSpec, renumbered: (index: number) => number | undefined): MapSpec {
  if (map.type !== 'prog_array') return map;
  const entries = map.entries.flatMap((entry): readonly MapEntry[] => {
    const index = renumbered(referenceOf(entry.value));
    return index === undefined ? [] : [{ ...entry, value: referenceValue(index) }];
  });
  return { ...map, entries };
}
