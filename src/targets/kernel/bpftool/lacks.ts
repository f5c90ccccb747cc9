import type { Case, MapSpec, Run } from '../../../case/case.ts';
import { KEYED_MAPS, type MapType } from '../../../case/map-type.ts';
import { formOf } from '../../../isa/forms.ts';
import type { TargetInfo } from '../../target.ts';
import { progKindOf } from './prog-kinds.ts';
import { progParts } from './subprogs.ts';

/** What bpftool makes of words at once: `BATCH_ARG_NB_MAX` less what is not key or value. */
const ENTRY_BYTES_MAX = 4000;
/** JSON that one case may lead to. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;
/** Of `"0x00",`. */
const JSON_BYTES_PER_BYTE = 7;

/**
 * What of a case bpftool has no words for, each once, for people (bpftool(8) 7.1; tools/bpf/bpftool in
 * Linux 6.1), on a machine of that kind. Empty where it can be tried.
 */
export function lacksOf(testCase: Case, { linux: { arch, cpus } }: TargetInfo): readonly string[] {
  const rows: readonly (readonly [lacking: boolean, what: string])[] = [
    [progKindOf(testCase, arch) === undefined, progKindText(testCase)],
    [testCase.progs.some(({ insns }) => progParts(insns) === undefined), UNLINKABLE],
    [testCase.progs.some((prog) => namesNoMap(prog, testCase.maps)), 'a map that is not there'],
    [testCase.maps.some(({ type }) => !DUMPED.has(type)), 'maps that it can not fill and dump'],
    [testCase.maps.some(({ spinLock }) => spinLock !== undefined), 'spin locks in maps'],
    [testCase.maps.some(({ kptr }) => kptr !== undefined), 'kptrs in maps'],
    [testCase.maps.some(hasLongEntry), `map entries of more than ${ENTRY_BYTES_MAX} bytes`],
    [testCase.runs.some(({ flags }) => flags !== 0), 'flags of a run'],
    [testCase.runs.some(({ cpu }) => cpu !== 0), 'the CPU of a run'],
    [testCase.runs.some(({ batchSize }) => batchSize !== 0), 'batch_size of a run'],
    [testCase.runs.some(({ attr }) => attr !== undefined), 'commands that are wrong on purpose'],
    [testCase.runs.some(({ commands = [] }) => commands.length > 0), 'map commands between runs'],
    [
      testCase.runs.some((run) => !isPaired(run.data, run.dataOutBytes)),
      'data_out without data_in, or data_in without data_out',
    ],
    [
      testCase.runs.some((run) => !isPaired(run.ctx, run.ctxOutBytes)),
      'ctx_out without ctx_in, or ctx_in without ctx_out',
    ],
    [
      answerBytes(testCase, cpus) > ANSWER_BYTES_MAX,
      `an answer of more than ${ANSWER_BYTES_MAX} bytes`,
    ],
  ];
  return rows.flatMap(([lacking, what]) => (lacking ? [`bpftool: ${what}`] : []));
}

/** Keys and bytes, or progs: no maps within maps, none without keys, and nothing that is mapped. */
const DUMPED: ReadonlySet<MapType> = new Set<MapType>([...KEYED_MAPS, 'prog_array']);

const UNLINKABLE = 'subprogs that libbpf would link in another way';

const progKindText = ({ progType, expectedAttachType, progFlags }: Case): string =>
  `progs of type ${progType}, attach type ${expectedAttachType}, flags ${progFlags}`;

/** The agent names an fd that there is not, then; libbpf has no way to. */
const namesNoMap = ({ insns }: Case['progs'][number], maps: readonly MapSpec[]): boolean =>
  insns.some((insn) => {
    const form = formOf(insn);
    return form?.kind === 'lddw' && form.pseudo.startsWith('map') && !(insn.imm in maps);
  });

const hasLongEntry = ({ entries, keyBytes, valueBytes }: MapSpec): boolean =>
  entries.length > 0 && keyBytes + valueBytes > ENTRY_BYTES_MAX;

/**
 * It has a buffer for what comes out exactly where it was told what goes in, and takes a size of 0 for
 * one that was not given (`do_run` of prog.c).
 */
const isPaired = (input: Run['data'] | Run['ctx'], outBytes: number | null): boolean =>
  input === null ? outBytes === null : outBytes !== null && outBytes > 0;

/** At most. */
export function answerBytes({ maps, runs }: Case, cpus: number): number {
  const mapBytes = maps.map(({ type, keyBytes, valueBytes, maxEntries }) => {
    const values = type.includes('percpu') ? cpus : 1;
    return maxEntries * (keyBytes + values * valueBytes);
  });
  const runBytes = runs.map((run) => (run.dataOutBytes ?? 0) + (run.ctxOutBytes ?? 0));
  return JSON_BYTES_PER_BYTE * [...mapBytes, ...runBytes].reduce((sum, bytes) => sum + bytes, 0);
}
