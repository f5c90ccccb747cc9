import type { Case, MapEntry, MapSpec } from '../../case/case.ts';
import type { Endianness } from '../../targets/target.ts';
import { hasIndexes, holdsFds, isPerCpu, listingOf } from '../map-traits.ts';
import { indexOf, machineKey } from '../observation-lines.ts';
import { mapTypeName } from './names.ts';
import { byteList, stringLiteral } from './text.ts';

/** After which a map is frozen, once it is filled. */
export const BPF_F_RDONLY_PROG = 1 << 7;

/** What makes a map, and unless it holds progs, fills it. */
export function mapLines(testCase: Case, index: number, endianness: Endianness): readonly string[] {
  const map = testCase.maps[index];
  return [
    `map[${index}] = ${creation(map)};`,
    `if (map[${index}] < 0)`,
    `\trejected(${stringLiteral(map.name)}, map[${index}]);`,
    ...(map.type === 'prog_array' ? [] : fillLines(testCase, index, endianness)),
  ];
}

function creation(map: MapSpec): string {
  const { type, keyBytes, valueBytes, maxEntries, flags, inner } = map;
  const shape = [mapTypeName(type), keyBytes, valueBytes, maxEntries, `0x${flags.toString(16)}`];
  const btf = mapBtf(map);
  if (btf !== undefined) return `btf_map_create(${[...shape, ...Object.values(btf)].join(', ')})`;
  if (inner !== undefined) return `map_in_map_create(${[...shape, `map[${inner}]`].join(', ')})`;
  return `map_create(${shape.join(', ')})`;
}

/** What tells the kernel of the types of a map's keys and values, where it must be told, as fields of bpf_attr. */
export function mapBtf(map: MapSpec) {
  const { type, keyBytes, valueBytes, spinLock, kptr } = map;
  if (kptr !== undefined) {
    return {
      btf_fd: objectBtf(valueBytes, kptr),
      btf_key_type_id: '1 /* int */',
      btf_value_type_id: 'BTF_HOLDER',
    };
  }
  if (spinLock !== undefined) {
    return {
      btf_fd: `lock_btf(${keyBytes}, ${valueBytes}, ${spinLock})`,
      btf_key_type_id: hasIndexes(map) ? 'BTF_INT' : 'BTF_BYTES',
      btf_value_type_id: 'BTF_VALUE',
    };
  }
  if (!OWNED.has(type)) return undefined;
  return {
    btf_fd: `bytes_btf(${valueBytes})`,
    btf_key_type_id: 'BTF_INT',
    btf_value_type_id: 'BTF_BYTES',
  };
}

const objectBtf = (valueBytes: number, kptr: number): string =>
  `object_btf(${valueBytes}, ${kptr})`;

/** What progs are told the types of their functions by, which is the same as of maps that hold their objects. */
export function progBtf({ maps }: Case): string {
  const holder = maps.find(({ kptr }) => kptr !== undefined);
  return holder === undefined ? 'func_btf()' : objectBtf(holder.valueBytes, holder.kptr!);
}

/** Maps whose values belong to sockets, tasks or cgroups. */
const OWNED = new Set(['sk_storage', 'task_storage', 'cgrp_storage']);

/** What puts the entries into a map. */
export function fillLines(
  testCase: Case,
  index: number,
  endianness: Endianness,
): readonly string[] {
  const map = testCase.maps[index];
  if (map.type === 'user_ringbuf' && map.entries.length > 0) {
    return [`if (${ringCall(map, index)} < 0)`, `\trejected(${stringLiteral(map.name)}, -errno);`];
  }
  const fill = map.entries.map(({ key, value }) => {
    const parts = [keyText(map, key, endianness), valueText(testCase, map, value)];
    return `map_update(${[stringLiteral(map.name), `map[${index}]`, ...parts].join(', ')});`;
  });
  return map.flags & BPF_F_RDONLY_PROG ? [...fill, `map_freeze(map[${index}]);`] : fill;
}

/** What puts what user space has written into a `user_ringbuf`; an expression. */
export function ringCall({ entries, maxEntries }: MapSpec, index: number): string {
  const bytes = Buffer.concat(entries.map(({ value }) => value));
  return `put_in_ring(map[${index}], ${maxEntries}, BYTES(${byteList(bytes)}), ${bytes.length})`;
}

export function keyText(map: MapSpec, key: MapEntry['key'], endianness: Endianness): string {
  if (map.keyBytes === 0) return 'NULL';
  if (hasIndexes(map)) return `U32(${indexOf(key)})`;
  if (OWNED.has(map.type)) return `U32(-1)`;
  return `BYTES(${byteList(machineKey(map, key, endianness))})`;
}

export function valueText({ maps, progs }: Case, map: MapSpec, value: Uint8Array): string {
  if (holdsFds(map) && map.valueBytes === 4) {
    const [named, count] =
      map.type === 'prog_array' ? ['prog', progs.length] : ['map', maps.length];
    const reference = indexOf(value);
    return `U32(${reference < count ? `${named}[${reference}]` : '-1'})`;
  }
  const bytes = `BYTES(${byteList(value)})`;
  return isPerCpu(map) ? `on_every_cpu(${bytes}, ${value.length})` : bytes;
}

/** What prints the content of a map. */
export function contentLines(map: MapSpec, index: number): readonly string[] {
  const { maxEntries, keyBytes, valueBytes } = map;
  const name = stringLiteral(map.name);
  const call = (say: string, ...numbers: readonly number[]): readonly string[] => [
    `${say}(${[name, `map[${index}]`, ...numbers].join(', ')});`,
  ];
  const perCpu = isPerCpu(map) ? 'percpu_' : '';
  switch (listingOf(map)) {
    case 'indexed':
      return call(`say_${perCpu}array`, maxEntries, valueBytes);
    case 'keyed':
      return call(`say_${perCpu}hash`, maxEntries, keyBytes, valueBytes);
    case 'popped':
      return call('say_queue', maxEntries, valueBytes);
    case 'ring':
      return call('say_ring', maxEntries);
    case 'none':
      return [];
  }
}
