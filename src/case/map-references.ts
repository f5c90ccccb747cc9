import type { MapEntry, MapSpec } from './case.ts';

/** The maps of its case, by index, that a map of maps names: `inner`, and the values of its entries. */
export function mapReferences({ inner, entries }: MapSpec): readonly number[] {
  return inner === undefined ? [] : [inner, ...entries.map(({ value }) => referenceOf(value))];
}

/** The map with other indexes where it names maps. */
export function withMapReferences(map: MapSpec, renumbered: (index: number) => number): MapSpec {
  if (map.inner === undefined) return map;
  const entries = map.entries.map((entry): MapEntry => {
    if (entry.value.length !== 4) return entry;
    return { ...entry, value: referenceValue(renumbered(referenceOf(entry.value))) };
  });
  return { ...map, inner: renumbered(map.inner), entries };
}

/** The value of an entry that names a prog or a map: a u32, little-endian. */
export const referenceValue = (index: number): Uint8Array =>
  Uint8Array.of(index, index >>> 8, index >>> 16, index >>> 24);

const referenceOf = (value: Uint8Array): number =>
  value.length < 4 ? -1 : new DataView(value.buffer, value.byteOffset).getUint32(0, true);
