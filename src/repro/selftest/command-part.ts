import type { Case, MapCommand, MapSpec } from '../../case/case.ts';
import { isBatch, type MapCommandKind } from '../../case/map-command.ts';
import type { CommandOutcome, Endianness } from '../../targets/target.ts';
import { asksForValue, batchKeys, commandValueText, givesEachCpu } from '../c/commands.ts';
import { keyText } from '../c/maps.ts';
import type { Disagreement } from '../disagreement.ts';
import { machineKey } from '../observation-lines.ts';
import {
  bytesText,
  expectBytes,
  expectEqual,
  joined,
  type Part,
  plain,
  resultText,
} from './expect.ts';
import { runOutcomes } from './outcomes.ts';

/** A map command as libbpf has it. */
interface Call {
  readonly name: string;
  /** What it takes, in order. */
  readonly parameters: readonly Parameter[];
}

type Parameter = 'key' | 'value' | 'flags' | 'count' | 'cursor' | 'key_out' | 'value_out' | 'opts';

const LOOKUP_BATCH = ['cursor', 'key_out', 'value_out', 'count', 'opts'] as const;

/** tools/lib/bpf/bpf.h, 6.1. */
const CALLS: Readonly<Record<MapCommandKind, Call>> = {
  lookup: { name: 'bpf_map_lookup_elem_flags', parameters: ['key', 'value_out', 'flags'] },
  update: { name: 'bpf_map_update_elem', parameters: ['key', 'value', 'flags'] },
  delete: { name: 'bpf_map_delete_elem_flags', parameters: ['key', 'flags'] },
  next_key: { name: 'bpf_map_get_next_key', parameters: ['key', 'key_out'] },
  lookup_and_delete: {
    name: 'bpf_map_lookup_and_delete_elem_flags',
    parameters: ['key', 'value_out', 'flags'],
  },
  freeze: { name: 'bpf_map_freeze', parameters: [] },
  lookup_batch: { name: 'bpf_map_lookup_batch', parameters: LOOKUP_BATCH },
  update_batch: { name: 'bpf_map_update_batch', parameters: ['key', 'value', 'count', 'opts'] },
  delete_batch: { name: 'bpf_map_delete_batch', parameters: ['key', 'count', 'opts'] },
  lookup_and_delete_batch: { name: 'bpf_map_lookup_and_delete_batch', parameters: LOOKUP_BATCH },
};

/** What libbpf has no parameter for. */
export function commandFlagLacks({ kind, flags }: MapCommand): string | undefined {
  const { parameters } = CALLS[kind];
  const takesFlags = parameters.includes('flags') || parameters.includes('opts');
  return flags === 0n || takesFlags ? undefined : `flags of ${kind}, which libbpf does not take`;
}

/** Does a map command, and asserts what comes of it. */
export function commandPart(disagreement: Disagreement, run: number, index: number): Part {
  const { testCase, subject } = disagreement;
  const command = testCase.runs[run].commands![index];
  const { endianness } = subject.info.linux;
  const { expected } = runOutcomes(disagreement, run);
  const outcome = expected.commands![index];
  const map = testCase.maps[command.map];
  const name = `run${run}_command${index}`;
  const what = `run ${run} command ${index}: ${command.kind} of ${map.name}`;
  const { name: call, parameters } = CALLS[command.kind];
  const own = argumentsOf(testCase, command, name, endianness);
  const listed = [`map[${command.map}]`, ...parameters.flatMap((parameter) => own.text[parameter])];
  const batch = isBatch(command.kind);
  return joined([
    { tables: own.tables, lines: [''] },
    batch
      ? plain(`count = ${command.count};`, `batch.elem_flags = ${flagsText(command)};`)
      : plain(),
    expectEqual(`${call}(${listed.join(', ')})`, resultText(outcome.errno), what),
    batch ? expectEqual('count', outcome.count, `${what}: count`) : plain(),
    outputPart(map, command, outcome, { name, what, endianness }),
  ]);
}

const flagsText = ({ flags }: MapCommand): string =>
  flags === 0n ? '0' : `0x${flags.toString(16)}${flags >= 1n << 63n ? 'ULL' : ''}`;

function argumentsOf(
  testCase: Case,
  command: MapCommand,
  name: string,
  endianness: Endianness,
): {
  readonly tables: readonly string[];
  readonly text: Readonly<Record<Parameter, readonly string[]>>;
} {
  const { kind, key, value } = command;
  const map = testCase.maps[command.map];
  const batch = isBatch(kind);
  const keys =
    key !== null && batch ? bytesText(batchKeys(map, key, endianness), `${name}_keys`) : undefined;
  const values = value !== null && batch ? bytesText(value, `${name}_values`) : undefined;
  const valueIn =
    values?.text ?? (value === null ? 'NULL' : commandValueText(testCase, map, command, value));
  return {
    tables: [...(keys?.tables ?? []), ...(values?.tables ?? [])],
    text: {
      key: [keys?.text ?? (key === null ? 'NULL' : keyText(map, key, endianness))],
      value: [valueIn],
      flags: [flagsText(command)],
      count: ['&count'],
      cursor: ['NULL', 'cursor'],
      key_out: ['key_out'],
      value_out: [asksForValue(map, kind) ? valueIn : 'value_out'],
      opts: ['&batch'],
    },
  };
}

interface Context {
  /** Of tables. */
  readonly name: string;
  /** For people. */
  readonly what: string;
  readonly endianness: Endianness;
}

function outputPart(
  map: MapSpec,
  command: MapCommand,
  { count, output }: CommandOutcome,
  { name, what, endianness }: Context,
): Part {
  const { kind } = command;
  if (output.length === 0) return plain();
  if (givesEachCpu(map, command)) {
    const cpus = output.length / map.valueBytes;
    const packed = `pack_values(value_out, ${map.valueBytes}, ${cpus})`;
    return expectBytes(packed, output, `${name}_gives`, what);
  }
  if (!isBatch(kind)) {
    const [buffer, bytes] =
      kind === 'next_key'
        ? ['key_out', machineKey(map, output, endianness)]
        : ['value_out', output];
    return expectBytes(buffer, bytes, `${name}_gives`, what);
  }
  const keys = output.subarray(0, count * map.keyBytes);
  const values = output.subarray(count * map.keyBytes);
  return joined([
    expectBytes('key_out', batchKeys(map, keys, endianness), `${name}_gives_keys`, `${what}: keys`),
    values.length === 0
      ? plain()
      : expectBytes('value_out', values, `${name}_gives_values`, `${what}: values`),
  ]);
}
