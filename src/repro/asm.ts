import type { Case, MapSpec, Run } from '../case/case.ts';
import { commentText, wrapped } from './c/text.ts';
import type { Disagreement } from './disagreement.ts';
import { kernelSymbol, llvmLines, mapSymbol, pseudoOf, valueSymbol } from './llvm.ts';
import { observationLines } from './observation-lines.ts';

/** The section that holds a prog of a case. */
export const sectionOf = (prog: number): string => `prog${prog}`;

/**
 * The progs in the syntax of LLVM, a section for each, for `clang -target bpf -c repro.s`; maps, runs and
 * what is expected of them as comments. Symbols `m0`, `v0`, `k0`, ... stand for maps, their values, and what
 * a kernel names. The case
 * must be one that `llvmLacks` has nothing against.
 */
export function asmText(disagreement: Disagreement, notes: readonly string[]): string {
  const { testCase, subject, other, claim } = disagreement;
  const { endianness } = subject.info.linux;
  const seen = observationLines(testCase, subject.outcome, endianness);
  const expected = observationLines(testCase, other.outcome, endianness);
  return [
    ...comment([claim]),
    '#',
    `# clang -target ${targetOf(endianness)} -mcpu=v3 -c repro.s`,
    '#',
    ...comment(notes),
    '#',
    ...comment(caseLines(testCase)),
    ...(testCase.progs.some(({ insns }) => insns.some(namesMap)) ? comment([SYMBOLS_NOTE]) : []),
    ...comment(testCase.ksyms.map((name, i) => `${kernelSymbol(i)} is ${name} of the kernel`)),
    '#',
    ...comment([`${subject.name} answers:`, ...seen]),
    ...(other === subject
      ? []
      : ['#', ...comment([`expected, as ${other.name} answers:`, ...expected])]),
    ...testCase.progs.flatMap(({ insns }, i) => [
      '',
      `\t.section ${sectionOf(i)},"ax",@progbits`,
      ...llvmLines(insns, endianness).map((line) => {
        if (line.kind === 'label') return `${sectionOf(i)}_${line.text}`;
        const text = `\t${line.text.replace(/\bL(\d+)\b/g, `${sectionOf(i)}_L$1`)}`;
        return line.kind === 'raw' && line.means !== '' ? `${text}\t# ${line.means}` : text;
      }),
    ]),
    '',
  ].join('\n');
}

/** As clang names it. */
export const targetOf = (endianness: 'little' | 'big'): string =>
  endianness === 'little' ? 'bpfel' : 'bpfeb';

const SYMBOLS_NOTE = `${mapSymbol(0)} is the fd of map 0, ${valueSymbol(0)} the address of its value, and so on.`;

const namesMap = (insn: Case['progs'][number]['insns'][number]): boolean =>
  pseudoOf(insn)?.startsWith('map_') === true;

function caseLines({
  progType,
  expectedAttachType,
  progFlags,
  attachBtf,
  maps,
  runs,
}: Case): readonly string[] {
  const flags = [
    ...(expectedAttachType === 0 ? [] : [`expected_attach_type ${expectedAttachType}`]),
    ...(progFlags === 0 ? [] : [`prog_flags 0x${progFlags.toString(16)}`]),
    ...(attachBtf === undefined ? [] : [`attach_btf_id of ${attachBtf}`]),
  ];
  return [
    [`prog_type ${progType}`, ...flags].join(', '),
    ...maps.flatMap(mapLines),
    ...runs.flatMap((run, i) => [runLine(run, i), ...commandLines(run, maps)]),
  ];
}

const mapLines = (map: MapSpec, index: number): readonly string[] => [
  [
    `map ${index}: ${map.name}, ${map.type}, key ${map.keyBytes}, value ${map.valueBytes}`,
    `max_entries ${map.maxEntries}, flags 0x${map.flags.toString(16)}`,
    ...(map.inner === undefined ? [] : [`holds maps like map ${map.inner}`]),
    ...(map.spinLock === undefined ? [] : [`struct bpf_spin_lock at ${map.spinLock}`]),
    ...(map.kptr === undefined ? [] : [`kptr at ${map.kptr}`]),
  ].join(', '),
  ...map.entries.map(({ key, value }) => `  ${hex(key)} = ${hex(value)}`),
];

function runLine(
  { data, ctx, repeat, flags, cpu, batchSize, dataOutBytes, ctxOutBytes, attr = {} }: Run,
  index: number,
): string {
  const fields = Object.entries(ctx?.fields ?? {}).map(
    ([name, value]) => `${name}=0x${value.toString(16)}`,
  );
  return [
    `run ${index}: repeat ${repeat}`,
    ...(flags === 0 ? [] : [`flags 0x${flags.toString(16)}`]),
    ...(cpu === 0 ? [] : [`cpu ${cpu}`]),
    ...(batchSize === 0 ? [] : [`batch_size ${batchSize}`]),
    ...(data === null ? [] : [`data_in of ${data.length} bytes ${hex(data)}`]),
    ...(ctx === null ? [] : [`ctx_in of ${ctx.sizeBytes} bytes ${fields.join(' ')}`]),
    ...(dataOutBytes === null ? [] : [`data_size_out ${dataOutBytes}`]),
    ...(ctxOutBytes === null ? [] : [`ctx_size_out ${ctxOutBytes}`]),
    ...Object.entries(attr).map(([name, value]) => `but ${name} ${value}`),
  ].join(', ');
}

const commandLines = ({ commands = [] }: Run, maps: readonly MapSpec[]): readonly string[] =>
  commands.map(({ kind, map, key, value, flags, count }) =>
    [
      `  then ${kind} of ${maps[map].name}`,
      ...(count === 0 ? [] : [`count ${count}`]),
      ...(key === null ? [] : [`key ${hex(key)}`]),
      ...(value === null ? [] : [`value ${hex(value)}`]),
      ...(flags === 0n ? [] : [`flags 0x${flags.toString(16)}`]),
    ].join(' '),
  );

/** What is longer is in the other formats. */
const HEX_BYTES_MAX = 64;

const hex = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes.subarray(0, HEX_BYTES_MAX)).toString('hex');
  return bytes.length > HEX_BYTES_MAX ? `${text}...` : text || '-';
};

const comment = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => wrapped(commentText(line), 96).map((text) => `# ${text}`));
