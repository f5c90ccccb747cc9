import { isLiveRun } from '../../case/live-run.ts';
import { isBatch } from '../../case/map-command.ts';
import { commandDeclarations } from '../c/commands.ts';
import { namesMapsByIndex } from '../c/insns.ts';
import { mapArray, youngMacros } from '../c/program.ts';
import { runDeclarations } from '../c/run-buffers.ts';
import { LIVE_INCLUDES } from '../c/snippets/live.ts';
import { neededSnippets } from '../c/snippets/snippet.ts';
import { blockComment } from '../c/text.ts';
import { dependsOnCpu } from '../cpu.ts';
import type { Disagreement } from '../disagreement.ts';
import { contentPart } from './content-part.ts';
import { joined, type Part, resultText } from './expect.ts';
import { outcomesOf } from './outcomes.ts';
import { runFunction, runPart } from './run-part.ts';
import { setUpFunctions } from './set-up.ts';
import { TEST_FUNCTIONS, TEST_MACROS } from './snippets.ts';

/** The name of the test, and of its file, less `.c`. */
export const PROG_TEST = 'bpfdiff_repro';

/**
 * A test in the style of those of tools/testing/selftests/bpf/prog_tests/ that bring their progs as insns
 * (raw_tp_writable_test_run.c, fd_array.c, 6.1 and younger): it makes the maps, loads the progs, does the runs and map
 * commands with libbpf's calls, and asserts all that the other target answered. The disagreement must be one that
 * `progTestLacks` has nothing against.
 */
export function progTest(disagreement: Disagreement, notes: readonly string[]): string {
  const { testCase, subject, claim } = disagreement;
  const { endianness } = subject.info.linux;
  const { expected } = outcomesOf(disagreement);
  const accepted = expected.load.verdict === 'accepted';
  const runs = accepted ? testCase.runs.map((_, i) => runPart(disagreement, i)) : [];
  const content = accepted
    ? joined(testCase.maps.map((_, i) => contentPart(disagreement, i)))
    : joined([]);
  const declarations = [
    ...arrays(disagreement),
    ...(accepted ? runDeclarations(testCase, endianness) : []),
    ...(accepted ? commandDeclarations(testCase) : []),
    ...(accepted ? batchDeclarations(disagreement) : []),
    ...[...runs, content].flatMap(({ tables }) => tables),
    '',
  ].join('\n');
  const body = [
    setUpFunctions(testCase, endianness),
    ...runs.map((part, i) => runFunction(i, part)),
    testFunction(disagreement, content),
  ].join('\n');
  const functions = neededSnippets(TEST_FUNCTIONS, body);
  const code = [declarations, functions, body].filter((part) => part !== '').join('\n');
  return [
    '// SPDX-License-Identifier: GPL-2.0',
    blockComment([claim, `tools/testing/selftests/bpf/prog_tests/${PROG_TEST}.c`, ...notes]),
    ...includes(code),
    '',
    ...youngMacros(code),
    neededSnippets(TEST_MACROS, code, ''),
    code,
  ].join('\n');
}

const includes = (code: string): readonly string[] => [
  ...(/\b(CPU_SET|unshare)\b/.test(code) ? ['#define _GNU_SOURCE', '#include <sched.h>'] : []),
  '#include <test_progs.h>',
  ...LIVE_INCLUDES.filter(([, name]) => new RegExp(`\\b${name}\\b`).test(code)).map(
    ([header]) => `#include <${header}>`,
  ),
  ...(/\bmmap\b/.test(code) ? ['#include <sys/mman.h>'] : []),
  ...(/\bBTF_KIND_/.test(code) ? ['#include <linux/btf.h>'] : []),
];

function arrays({ testCase: { maps, progs } }: Disagreement): readonly string[] {
  const byIndex = progs.some(({ insns }) => namesMapsByIndex(insns));
  return [
    ...(maps.length > 0 || byIndex ? [mapArray(maps, byIndex)] : []),
    `static int prog[${progs.length}];`,
  ];
}

function batchDeclarations({ testCase: { runs } }: Disagreement): readonly string[] {
  const batches = runs.some(({ commands = [] }) => commands.some(({ kind }) => isBatch(kind)));
  return batches
    ? ['static __u32 count;', 'static struct bpf_map_batch_opts batch = { .sz = sizeof(batch) };']
    : [];
}

function testFunction({ testCase, other }: Disagreement, content: Part): string {
  const { progType, maps, runs } = testCase;
  const { outcome } = other;
  if (outcome.kind !== 'completed') throw new Error('nothing is known to be expected');
  const { load } = outcome;
  const attaches = progType === 'tracing' && load.verdict === 'accepted';
  const paragraphs: readonly (readonly string[])[] = [
    attaches ? ['int link;'] : [],
    dependsOnCpu(testCase) ? ['take_first_cpu();'] : [],
    runs.some((run) => isLiveRun(testCase, run))
      ? ['if (!ASSERT_OK(enter_live_net(), "a network for live frames"))', '\treturn;']
      : [],
    load.verdict === 'accepted'
      ? ['if (!ASSERT_OK(set_up(), "set up"))', '\tgoto out;']
      : [`ASSERT_EQ(set_up(), ${resultText(load.errno)}, "set up");`],
    attaches
      ? [
          '/* To where its attach_btf_id says, for the runs. */',
          'link = bpf_raw_tracepoint_open(NULL, prog[0]);',
          'ASSERT_GE(link, 0, "attach");',
        ]
      : [],
    load.verdict === 'accepted' ? runs.map((_, i) => `check_run${i}();`) : [],
    content.lines,
    attaches ? ['close(link);'] : [],
  ];
  const closing = [...closeLines('prog'), ...(maps.length === 0 ? [] : closeLines('map'))];
  return [
    `void test_${PROG_TEST}(void)`,
    '{',
    paragraphs
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.map((line) => `\t${line}`).join('\n'))
      .join('\n\n'),
    ...(load.verdict === 'accepted' ? ['out:'] : ['']),
    ...closing.map((line) => `\t${line}`),
    '}',
    '',
  ].join('\n');
}

const closeLines = (array: string): readonly string[] => [
  `for (size_t i = 0; i < ARRAY_SIZE(${array}); i++) {`,
  `\tif (${array}[i] > 0)`,
  `\t\tclose(${array}[i]);`,
  '}',
];
