import type { MapCommand, MapEntry, MapSpec } from './case.ts';

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

/** Whether values of the map name maps of the case. */
export const holdsMaps = ({ type }: MapSpec): boolean =>
  type === 'array_of_maps' || type === 'hash_of_maps';

/** The maps of its case, by index, that a command names: its own, and what it puts into a map of maps. */
export function commandReferences(
  { map, kind, value }: MapCommand,
  maps: readonly MapSpec[],
): readonly number[] {
  if (kind !== 'update' || value?.length !== 4 || !holdsMaps(maps[map])) return [map];
  return [map, referenceOf(value)];
}

/** The command with other indexes where it names maps of `maps`. */
export function withCommandReferences(
  command: MapCommand,
  maps: readonly MapSpec[],
  renumbered: (index: number) => number,
): MapCommand {
  const map = renumbered(command.map);
  const [, named] = commandReferences(command, maps);
  if (named === undefined || named >= maps.length) return { ...command, map };
  return { ...command, map, value: referenceValue(renumbered(named)) };
}

/** The value of an entry that names a prog or a map: a u32, little-endian. */
export function referenceValue(index: number): Uint8Array {
  const value = new Uint8Array(4);
  for (let at = 0; at < 4; at++) value[at] = index >>> (8 * at);
  return value;
}

/** The index that such a value holds; -1 where it is too short for one. */
export const referenceOf = (value: Uint8Array): number =>
  value.length < 4 ? -1 : new DataView(value.buffer, value.byteOffset).getUint32(0, true);
