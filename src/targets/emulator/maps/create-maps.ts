import type { MapSpec } from '../../../case/case.ts';
import type { MapType } from '../../../case/map-type.ts';
import type { LinuxSetting, Outcome } from '../../target.ts';
import type { Machine } from '../machine.ts';
import type { Memory } from '../memory.ts';
import { createArrayMap } from './array.ts';
import { createHashMap } from './hash.ts';
import type { EmulatedMap } from './map.ts';
import { MapFlag, type MapRule } from './rules.ts';
import { addValues } from './values.ts';

/** Flags that keep user space, which fills maps and reads them back, from doing so. */
const USER_ACCESS_FLAGS = MapFlag.RDONLY | MapFlag.WRONLY;

/**
 * Creates a case's maps in `machine` and puts their entries in. What comes back is the maps, or the
 * case's outcome where that fails: a kernel's errno counts as a rejected load.
 */
export function createMaps(
  specs: readonly MapSpec[],
  machine: Machine,
  rules: { readonly maps: Partial<Readonly<Record<MapType, MapRule>>> },
): EmulatedMap[] | Outcome {
  const maps: EmulatedMap[] = [];
  for (const spec of specs) {
    const rule = rules.maps[spec.type];
    if (rule === undefined) return unsupported(`map type ${spec.type}`);
    if ((spec.flags & USER_ACCESS_FLAGS) !== 0) return unsupported('maps closed to user space');
    const map = createMap(spec, rule, machine.memory, machine.linux);
    if (map === undefined) return unsupported('so much memory for maps');
    if (typeof map === 'number') return rejected(map);
    for (const entry of spec.entries) {
      const errno = map.put(entry);
      if (errno !== 0) return rejected(errno);
    }
    maps.push(map);
  }
  machine.maps = maps;
  return maps;
}

/** The map, or the errno of creating it; undefined where it is too big for the emulator's memory. */
function createMap(
  spec: MapSpec,
  rule: MapRule,
  memory: Memory,
  linux: LinuxSetting,
): EmulatedMap | number | undefined {
  const errno = rule.checkCreate(spec);
  if (errno !== 0) return errno;
  const create = rule.storage === 'array' ? createArrayMap : createHashMap;
  // An update of a hash map puts the new value into a spare element before it frees the old one.
  const elements = spec.maxEntries + (rule.storage === 'array' ? 0 : 1);
  const values = addValues(spec, rule, memory, linux.cpus, elements);
  return values && create(spec, rule, memory, linux, values);
}

const unsupported = (what: string): Outcome => ({ kind: 'unsupported', missing: [what] });

const rejected = (errno: number): Outcome => ({
  kind: 'completed',
  load: { verdict: 'rejected', errno, log: '' },
  runs: [],
  maps: [],
  console: '',
});
