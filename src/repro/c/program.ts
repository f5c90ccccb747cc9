import type { Case } from '../../case/case.ts';
import { isLiveRun } from '../../case/live-run.ts';
import type { Observed } from '../../compare/compare.ts';
import { YOUNG_MACROS } from '../../isa/macro-names.ts';
import { dependsOnCpu } from '../cpu.ts';
import type { Disagreement } from '../disagreement.ts';
import { functionsToTell } from '../functions.ts';
import { isPerCpu } from '../map-traits.ts';
import { observationLines } from '../observation-lines.ts';
import { commandDeclarations } from './commands.ts';
import { insnInitialisers, namesMapsByIndex } from './insns.ts';
import { contentLines, fillLines, mapLines, progBtf } from './maps.ts';
import { progTypeName } from './names.ts';
import { runDeclarations } from './run-buffers.ts';
import { progRunFunction, runLines } from './runs.ts';
import { LIVE_INCLUDES } from './snippets/live.ts';
import { neededSnippets } from './snippets/snippet.ts';
import { FUNCTIONS, MACROS } from './snippets/snippets.ts';
import { blockComment, commentText, stringLiteral } from './text.ts';

/**
 * A C program that does with bpf(2) alone, without a library, what the case says, prints what it
 * observes as `observationLines` has it, and compares that with what the other target answered: it ends
 * with 1 and a line `DIVERGES: ...` where they differ, with 0 where they don't. Lines that begin with `#`
 * are notes. It needs the kernel's uapi headers, of Linux 5.10 or younger. `notes` are put at its top. The disagreement
 * must be one that `cLacks` has nothing against.
 */
export function cProgram(disagreement: Disagreement, notes: readonly string[]): string {
  const { testCase, subject, other } = disagreement;
  const { endianness } = subject.info.linux;
  const main = mainFunction(disagreement);
  const loads = testCase.progs.map((_, index) => loadFunction(testCase, index)).join('\n');
  const run = testCase.runs.length > 0 ? `${progRunFunction(testCase)}\n\n` : '';
  const functions = neededSnippets(FUNCTIONS, `${run}${loads}${main}`);
  const declarations = [
    `/* What ${commentText(other.name)} answered. */`,
    expectedLines(disagreement),
    '',
    ...tables(testCase, subject),
    ...runDeclarations(testCase, endianness),
    ...commandDeclarations(testCase),
    '',
  ].join('\n');
  const code = `${declarations}\n${functions}\n${run}${loads}\n${main}`;
  const macros = neededSnippets(MACROS, code, '');
  return [
    '// SPDX-License-Identifier: GPL-2.0',
    head(disagreement, notes),
    ...includes(code),
    '',
    ...youngMacros(code),
    macros,
    code,
  ].join('\n');
}

function head({ claim, shows, subject, other, testCase }: Disagreement, notes: readonly string[]) {
  const big = subject.info.linux.endianness === 'big' ? ' It is for big-endian machines.' : '';
  const expects = `0 where all is as ${other.name} answered, 1 where it DIVERGES`;
  return blockComment([
    claim,
    `${shows === 'divergence' ? 'Seen on' : 'Recorded on'} ${described(subject)}. ${
      other === subject ? '' : `Expected is the answer of ${described(other)}.`
    }`,
    `cc -o repro repro.c && ./repro, as root.${settings(subject)}${big} Exit status: ${expects}.`,
    ...crashNote(subject),
    ...(testCase.maps.some(isPerCpu) ? [CPUS_NOTE] : []),
    ...notes,
  ]);
}

const CPUS_NOTE = 'Values of CPUs that the recorded machine had not are not looked at.';

const described = ({ name, info }: Observed): string =>
  `${name} (Linux ${info.kernel}, ${info.linux.arch}, ${info.engine})`;

function settings({ info: { engine } }: Observed): string {
  if (engine === 'emulator') return '';
  const [enable, harden] = { jit: [1, 0], interp: [0, 0], hardened: [1, 2] }[engine];
  return ` It ran with net.core.bpf_jit_enable=${enable} and net.core.bpf_jit_harden=${harden}.`;
}

function crashNote({ name, outcome }: Observed): readonly string[] {
  const trouble = outcome.kind === 'unsupported' ? undefined : outcome.trouble;
  if (outcome.kind === 'completed' && trouble === undefined) return [];
  return [
    `${name} ${outcome.kind === 'completed' ? 'complained' : outcome.kind}: ${trouble?.title ?? ''}`,
  ];
}

/** The first line that differs has what was seen beside it. */
function expectedLines({ testCase, subject, other }: Disagreement): string {
  const { endianness } = subject.info.linux;
  const expected = observationLines(testCase, other.outcome, endianness);
  const seen = observationLines(testCase, subject.outcome, endianness);
  const first = expected.findIndex((line, i) => line !== seen[i]);
  const lines = expected.map((line, i) => {
    const beside =
      i === first && subject.outcome.kind === 'completed'
        ? ` /* ${commentText(subject.name)}: ${commentText(seen[i] ?? 'nothing')} */`
        : '';
    return `\t${stringLiteral(line)},${beside}`;
  });
  return ['static const char *const expected[] = {', ...lines, '};'].join('\n');
}

function tables({ maps, progs }: Case, { info }: Observed): readonly string[] {
  const byIndex = progs.some(({ insns }) => namesMapsByIndex(insns));
  return [
    ...(maps.some(isPerCpu) ? [`#define CPUS ${info.linux.cpus}`] : []),
    ...(maps.length > 0 || byIndex ? [mapArray(maps, byIndex)] : []),
    `static int prog[${progs.length}];`,
  ];
}

/** Fds of maps. Behind the last is one that isn't there, for insns that name it by its place. */
export const mapArray = (maps: Case['maps'], byIndex: boolean): string =>
  byIndex
    ? `static int map[${maps.length + 1}] = { [${maps.length}] = -1 };`
    : `static int map[${maps.length}];`;

function loadFunction(testCase: Case, index: number): string {
  const { progType, expectedAttachType, progFlags, attachBtf, progs } = testCase;
  const { insns } = progs[index];
  const functions = functionsToTell(insns);
  const set = (field: string, value: string | number): string => `\tattr.${field} = ${value};`;
  return [
    `static int load_prog${index}(void)`,
    '{',
    '\tstruct bpf_insn insns[] = {',
    ...insnInitialisers(insns, testCase).map((line) => `\t\t${line}`),
    '\t};',
    ...(functions.length === 0
      ? []
      : [
          '\t/* Slots where functions begin, and their type. */',
          `\tstatic const __u32 functions[][2] = { ${functions.map((slot) => `{ ${slot}, 3 }`).join(', ')} };`,
          `\tint btf = ${progBtf(testCase)};`,
        ]),
    ...(attachBtf === undefined
      ? []
      : [`\t__u32 attach = kernel_btf_id(${stringLiteral(attachBtf)}, BTF_KIND_FUNC);`]),
    '',
    '\tmemset(&attr, 0, sizeof(attr));',
    set('prog_type', progTypeName(progType)),
    ...(expectedAttachType === 0 ? [] : [set('expected_attach_type', expectedAttachType)]),
    ...(progFlags === 0 ? [] : [set('prog_flags', `0x${progFlags.toString(16)}`)]),
    ...(attachBtf === undefined ? [] : [set('attach_btf_id', 'attach')]),
    ...(namesMapsByIndex(insns) ? [set('fd_array', 'PTR(map)')] : []),
    ...(functions.length === 0
      ? []
      : [
          '\tif (btf >= 0) {',
          `\t${set('prog_btf_fd', 'btf')}`,
          `\t${set('func_info', 'PTR(functions)')}`,
          `\t${set('func_info_cnt', 'ARRAY_SIZE(functions)')}`,
          `\t${set('func_info_rec_size', 'sizeof(functions[0])')}`,
          '\t}',
        ]),
    '\treturn prog_load(insns, ARRAY_SIZE(insns));',
    '}',
    '',
  ].join('\n');
}

function mainFunction({ testCase, subject }: Disagreement): string {
  const { maps, progs, runs } = testCase;
  const { endianness } = subject.info.linux;
  const paragraphs: readonly (readonly string[])[] = [
    [
      'setvbuf(stdout, NULL, _IOLBF, 0);',
      '/* Before 5.11 maps and progs count as locked memory. */',
      'setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });',
      ...(dependsOnCpu(testCase) ? ['take_first_cpu();'] : []),
      ...(runs.some((run) => isLiveRun(testCase, run)) ? ENTER_LIVE_NET : []),
    ],
    ...maps.map((_, i) => mapLines(testCase, i, endianness)),
    [
      ...progs.map((_, i) => `prog[${i}] = load_prog${i}();`),
      ...maps.flatMap((map, i) =>
        map.type === 'prog_array' ? fillLines(testCase, i, endianness) : [],
      ),
      'say("load: accepted");',
    ],
    ...(testCase.progType === 'tracing' ? [ATTACH] : []),
    ...runs.map((_, i) => runLines(testCase, i, endianness)),
    maps.flatMap(contentLines),
    ['return verdict();'],
  ];
  const body = paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `\t${line}`).join('\n'));
  return ['int main(void)', '{', body.join('\n\n'), '}', ''].join('\n');
}

const ENTER_LIVE_NET = [
  'if (enter_live_net()) {',
  '\tperror("a network for live frames");',
  '\treturn 2;',
  '}',
];

const ATTACH = [
  '/* To where its attach_btf_id says, for the runs. */',
  'memset(&attr, 0, sizeof(attr));',
  'attr.raw_tracepoint.prog_fd = prog[0];',
  'bpf(BPF_RAW_TRACEPOINT_OPEN);',
];

/** Each with a name for which it is needed; none where it always is. */
const INCLUDES: readonly (readonly [header: string, name?: string])[] = [
  ['errno.h'],
  ['sched.h', 'CPU_SET|unshare'],
  ['stdarg.h'],
  ['stdio.h'],
  ['stdlib.h', '[mc]alloc|exit|qsort'],
  ['string.h'],
  ['sys/mman.h', 'mmap'],
  ['sys/resource.h'],
  ['sys/syscall.h'],
  ['unistd.h'],
  ['linux/bpf.h'],
  ['linux/btf.h', 'BTF_\\w+'],
  ...LIVE_INCLUDES,
];

const includes = (code: string): readonly string[] => [
  '#define _GNU_SOURCE',
  ...INCLUDES.filter(
    ([, name]) => name === undefined || new RegExp(`\\b(${name})\\b`).test(code),
  ).map(([header]) => `#include <${header}>`),
];

export const youngMacros = (code: string): readonly string[] =>
  Object.entries(YOUNG_MACROS).flatMap(([name, value]) =>
    new RegExp(`\\b${name}\\b`).test(code)
      ? [`#ifndef ${name}`, `#define ${name} 0x${value.toString(16)}`, '#endif']
      : [],
  );
