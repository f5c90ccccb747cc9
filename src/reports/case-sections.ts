import type { Case, MapCommand, MapSpec, Prog, Run } from '../case/case.ts';
import { isBatch } from '../case/map-command.ts';
import { hexBytes, hexDump } from './hex-dump.ts';
import { progLines } from './prog-text.ts';
import { countOf } from './quantity.ts';
import { INDENT, indented, type Section } from './section.ts';
import { tableLines } from './table.ts';
import type { TextOptions } from './text-options.ts';

/** A case for people: its progs, kernel symbols, maps and runs. The text that can be read back is `printCase`. */
export const caseSections = (testCase: Case, options: TextOptions): readonly Section[] => [
  ...testCase.progs.map((prog, i) => progSection(prog, i, testCase)),
  ...ksymSections(testCase),
  ...testCase.maps.map((map) => mapSection(map, testCase.maps, options)),
  ...testCase.runs.map((run, i) => runSection(run, i, testCase, options)),
];

function progSection(
  { insns }: Prog,
  index: number,
  { progType, attachBtf, progs }: Case,
): Section {
  const name = progs.length === 1 ? 'Prog' : `Prog ${index}`;
  const type = attachBtf === undefined ? progType : `${progType} on ${attachBtf}`;
  return {
    title: `${name}, ${type}, ${countOf(insns.length, 'insn')}`,
    lines: progLines(insns),
  };
}

/** By the indexes that the prog names them by. */
function ksymSections({ ksyms }: Case): readonly Section[] {
  if (ksyms.length === 0) return [];
  return [{ title: 'Kernel symbols', lines: ksyms.map((name, index) => `${index} ${name}`) }];
}

const MAP_ENTRIES_MAX = 16;

function mapSection(map: MapSpec, maps: readonly MapSpec[], { width }: TextOptions): Section {
  const { name, type, keyBytes, valueBytes, maxEntries, flags, spinLock, kptr, inner } = map;
  const { entries } = map;
  const shape = `key ${keyBytes} bytes, value ${valueBytes} bytes, ${maxEntries} at most`;
  const shown = entries.slice(0, MAP_ENTRIES_MAX);
  return {
    title: [
      `Map ${name}, ${type}, ${shape}`,
      ...(flags === 0 ? [] : [`flags 0x${flags.toString(16)}`]),
      ...(spinLock === undefined ? [] : [`spin lock at ${spinLock}`]),
      ...(kptr === undefined ? [] : [`kptr at ${kptr}`]),
      ...(inner === undefined ? [] : [`of maps as ${maps[inner]?.name ?? inner}`]),
    ].join(', '),
    lines: [
      ...(entries.length === 0 ? ['empty'] : []),
      ...tableLines(
        shown.map(({ key, value }) => [hexBytes(key), '=', hexBytes(value)]),
        { width },
      ),
      ...(entries.length > shown.length ? [`... ${entries.length - shown.length} more`] : []),
    ],
  };
}

const DUMP_LINES = 16;

function runSection(run: Run, index: number, { maps }: Case, { width }: TextOptions): Section {
  const { data, ctx, repeat, flags, cpu, batchSize, dataOutBytes, ctxOutBytes, attr } = run;
  const attributes = [
    repeat === 1 ? undefined : `repeat ${repeat}`,
    flags === 0 ? undefined : `flags 0x${flags.toString(16)}`,
    cpu === 0 ? undefined : `cpu ${cpu}`,
    batchSize === 0 ? undefined : `batch_size ${batchSize}`,
    dataOutBytes === null ? 'no data_out' : `data_out of ${dataOutBytes} bytes`,
    ctxOutBytes === null ? 'no ctx_out' : `ctx_out of ${ctxOutBytes} bytes`,
    ...Object.entries(attr ?? {}).map(([name, value]) => `attr ${name} ${value}`),
  ].filter((part) => part !== undefined);
  const fields = Object.entries(ctx?.fields ?? {}).map(
    ([name, value]) => `${name} = 0x${value.toString(16)}`,
  );
  return {
    title: `Run ${index}`,
    lines: [
      attributes.join(', '),
      data === null ? 'no data' : `data, ${countOf(data.length, 'byte')}`,
      ...(data === null || data.length === 0
        ? []
        : hexDump(data, { linesMax: DUMP_LINES, width: width - INDENT.length }).map(indented)),
      ctx === null ? 'no ctx' : `ctx, ${countOf(ctx.sizeBytes, 'byte')}`,
      ...fields.map(indented),
      ...(run.commands ?? []).map((command) => `then ${commandText(command, maps)}`),
    ],
  };
}

function commandText(
  { kind, map, key, value, flags, count }: MapCommand,
  maps: readonly MapSpec[],
): string {
  return [
    `${kind} ${maps[map].name}`,
    ...(isBatch(kind) ? [`of ${count}`] : []),
    ...(key === null ? [] : [`key ${hexBytes(key)}`]),
    ...(value === null ? [] : [`value ${hexBytes(value)}`]),
    ...(flags === 0n ? [] : [`flags 0x${flags.toString(16)}`]),
  ].join(', ');
}
