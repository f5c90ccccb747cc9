import type { Case, MapSpec, Run } from '../../../src/case/case.ts';
import { PLAIN_RUN } from '../../../src/case/case.ts';
import { assemble } from '../../../src/isa/assemble.ts';
import type { Insn } from '../../../src/isa/insn.ts';
import { createEmulator, type EmulatorOptions } from '../../../src/targets/emulator/emulator.ts';
import type {
  Completed,
  LinuxSetting,
  MapContent,
  RunOutcome,
} from '../../../src/targets/target.ts';

export const LINUX: LinuxSetting = {
  release: '6.1',
  arch: 'x86_64',
  endianness: 'little',
  pageBytes: 4096,
  cpus: 2,
  execution: 'interp',
};

/** A frame that says nothing: ethertype 0x88b5 (local experiments), 50 zeros behind the header. */
export const FRAME = Uint8Array.from({ length: 64 }, (_, i) => ({ 12: 0x88, 13: 0xb5 })[i] ?? 0);

export const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
export const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

/** A map of u64 values, to be overridden. */
export const mapSpec = (over: Partial<MapSpec> = {}): MapSpec => ({
  name: 'm',
  type: 'array',
  keyBytes: 4,
  valueBytes: 8,
  maxEntries: 1,
  flags: 0,
  entries: [],
  ...over,
});

export const run = (over: Partial<Run> = {}): Run => ({ ...PLAIN_RUN, data: FRAME, ...over });

/** A socket filter of those insns, or that assembly, run once. */
export function caseOf(prog: string | readonly Insn[], over: Partial<Case> = {}): Case {
  return {
    progType: 'socket_filter',
    expectedAttachType: 0,
    progFlags: 0,
    ksyms: [],
    maps: [],
    progs: [{ insns: typeof prog === 'string' ? assemble(prog) : prog }],
    runs: [run()],
    ...over,
  };
}

/** What the emulator makes of it; fails where that is not an outcome with runs. */
export async function completed(
  testCase: Case,
  options: Partial<EmulatorOptions> = {},
): Promise<Completed> {
  const [outcome] = await createEmulator({ linux: LINUX, ...options }).execute([testCase]);
  if (outcome.kind !== 'completed') throw new Error(JSON.stringify(outcome));
  return outcome;
}

/** The outcome of the only run. */
export async function oneRun(
  testCase: Case,
  options: Partial<EmulatorOptions> = {},
): Promise<RunOutcome> {
  return (await completed(testCase, options)).runs[0];
}

/** All 64 bits that a prog leaves in r0. */
export async function r0Of(
  prog: string,
  over: Partial<Case> = {},
  options: Partial<EmulatorOptions> = {},
): Promise<bigint> {
  const maps = [...(over.maps ?? []), mapSpec({ name: 'result' })];
  const end = `
    end: r1 = map_val(map_by_idx(${maps.length - 1})) +0 ll
    *(u64 *)(r1 +0) = r0
    r0 = 0
    exit`;
  const outcome = await completed(caseOf(prog + end, { ...over, maps }), options);
  const fault = outcome.runs[0].fault;
  if (fault !== undefined) throw new Error(JSON.stringify(fault));
  const [{ values }] = outcome.maps[maps.length - 1];
  const little = (options.linux ?? LINUX).endianness === 'little';
  return new DataView(values[0].buffer, values[0].byteOffset).getBigUint64(0, little);
}

/** Keys and values of a map, in hex. */
export const contentOf = (map: MapContent): readonly string[] =>
  map.map(({ key, values }) => `${hex(key)}: ${values.map(hex).join(' ')}`);
