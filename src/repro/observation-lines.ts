import type { Case, MapCommand, MapSpec } from '../case/case.ts';
import { isBatch } from '../case/map-command.ts';
import type {
  CommandOutcome,
  Endianness,
  MapContent,
  Outcome,
  RunOutcome,
} from '../targets/target.ts';
import { hasIndexes, isPerCpu, listingOf } from './map-traits.ts';

/**
 * What is observed of a case, line by line, as reproducers print it: C programs say the same of what
 * they see. Long bytes are in pieces of 32, and pieces of zeros are left out, as are elements of zeros of
 * arrays. Empty where a target did not come to an end.
 */
export function observationLines(
  testCase: Case,
  outcome: Outcome,
  endianness: Endianness,
): readonly string[] {
  if (outcome.kind !== 'completed') return [];
  const { load, runs, maps } = outcome;
  if (load.verdict === 'rejected') return [`load: rejected, errno ${load.errno}`];
  return [
    'load: accepted',
    ...runs.flatMap((run, i) => runLines(testCase, i, run, endianness)),
    ...maps.flatMap((content, i) => mapLines(testCase.maps[i], content, endianness)),
  ];
}

function runLines(
  { maps, runs }: Case,
  index: number,
  run: RunOutcome,
  endianness: Endianness,
): readonly string[] {
  const {
    errno,
    retval,
    dataSizeOut,
    dataOut,
    ctxSizeOut,
    ctxOut,
    frames = [],
    commands = [],
  } = run;
  const name = `run ${index}`;
  return [
    ...(errno === 0 ? [] : [`${name}: errno ${errno}`]),
    `${name}: retval 0x${retval.toString(16)}`,
    ...(dataSizeOut === 0 ? [] : [`${name}: data_size_out ${dataSizeOut}`]),
    ...(dataOut.length === 0 ? [] : bytesLines(`${name}: data_out`, dataOut)),
    ...(ctxSizeOut === 0 ? [] : [`${name}: ctx_size_out ${ctxSizeOut}`]),
    ...(ctxOut.length === 0 ? [] : bytesLines(`${name}: ctx_out`, ctxOut)),
    ...frames.flatMap(({ way, ifindex, times, bytes }) => [
      `${name}: ${way} ${times} times, ifindex ${ifindex}`,
      ...bytesLines(`${name}: frame`, bytes),
    ]),
    ...commands.flatMap((outcome, i) => {
      const command = runs[index].commands![i];
      return commandLines(`${name} command ${i}`, command, maps[command.map], outcome, endianness);
    }),
  ];
}

function commandLines(
  name: string,
  { kind }: MapCommand,
  map: MapSpec,
  { errno, count, output }: CommandOutcome,
  endianness: Endianness,
): readonly string[] {
  const status = `${name}: errno ${errno}`;
  if (!isBatch(kind)) {
    if (output.length === 0) return [status];
    const bytes = kind === 'next_key' ? machineKey(map, output, endianness) : output;
    return [status, ...bytesLines(`${name}: gives`, bytes)];
  }
  const lines = [`${status}, count ${count}`];
  if (output.length === 0) return lines;
  const keysBytes = count * map.keyBytes;
  for (let i = 0; i < count; i++) {
    const key = output.subarray(i * map.keyBytes, (i + 1) * map.keyBytes);
    lines.push(...bytesLines(`${name}: key`, machineKey(map, key, endianness)));
  }
  const values = output.subarray(keysBytes);
  const valueBytes = values.length / Math.max(1, count);
  for (let i = 0; i < count && valueBytes > 0; i++) {
    lines.push(
      ...bytesLines(`${name}: value`, values.subarray(i * valueBytes, (i + 1) * valueBytes)),
    );
  }
  return lines;
}

function mapLines(map: MapSpec, content: MapContent, endianness: Endianness): readonly string[] {
  const { name } = map;
  switch (listingOf(map)) {
    case 'indexed':
      return content
        .map(({ key, values }) => ({ index: indexOf(key), values }))
        .sort((a, b) => a.index - b.index)
        .flatMap(({ index, values }) => valuesLines(`map ${name}[${index}]`, map, values));
    case 'keyed':
      return content
        .map(({ key, values }) => ({ key: machineKey(map, key, endianness), values }))
        .sort((a, b) => Buffer.compare(a.key, b.key))
        .flatMap(({ key, values }) => [
          ...bytesLines(`map ${name}: key`, key),
          ...valuesLines(`map ${name}: value`, map, values),
        ]);
    default:
      return content.flatMap(({ values }) => bytesLines(`map ${name}: gives`, values[0]));
  }
}

/** Zeros are left out: of arrays wholly, of others of some CPU. */
const valuesLines = (
  what: string,
  map: MapSpec,
  values: readonly Uint8Array[],
): readonly string[] =>
  values.flatMap((value, cpu) => {
    if (value.every((byte) => byte === 0) && (isPerCpu(map) || hasIndexes(map))) return [];
    return bytesLines(isPerCpu(map) ? `${what} of cpu ${cpu}` : what, value);
  });

const PIECE_BYTES = 32;

function bytesLines(what: string, bytes: Uint8Array): readonly string[] {
  if (bytes.length <= PIECE_BYTES) return [`${what} ${hex(bytes) || '-'}`];
  const lines = [`${what} of ${bytes.length} bytes`];
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    if (piece.some((byte) => byte !== 0)) lines.push(`  +${at}: ${hex(piece)}`);
  }
  return lines;
}

/** As the kernel has it. */
export const machineKey = (map: MapSpec, key: Uint8Array, endianness: Endianness): Uint8Array =>
  endianness === 'big' && hasIndexes(map) ? key.toReversed() : key;

/** Of a key that is one. */
export const indexOf = (key: Uint8Array): number => Buffer.from(key).readUInt32LE(0);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
