import type { Case, Run } from '../../case/case.ts';
import { liveAtStart } from '../../isa/dead-insns.ts';
import { maskOf } from '../../isa/effects.ts';
import { formOf } from '../../isa/forms.ts';
import { HELPERS } from '../../isa/helpers.ts';
import { namesMapsByIndex } from '../c/insns.ts';
import { mapTypeName } from '../c/names.ts';
import { blockComment, commentText, stringLiteral } from '../c/text.ts';
import type { Disagreement, Lacks } from '../disagreement.ts';
import { functionsToTell } from '../functions.ts';
import { llvmLacks, llvmLines, mapSymbol, pseudoOf, valueSymbol } from '../llvm.ts';
import { listingOf } from '../map-traits.ts';

/** What tools/testing/selftests/bpf/test_loader.c gives to `__retval` (do_prog_test_run, 6.12). */
export const TEST_LOADER_RUN: Run = {
  data: new Uint8Array(64),
  ctx: null,
  repeat: 1,
  flags: 0,
  cpu: 0,
  batchSize: 0,
  dataOutBytes: 256,
  ctxOutBytes: null,
};

/** What libbpf calls the section of a type of progs. */
const SECTIONS: Partial<Record<Case['progType'], string>> = {
  socket_filter: 'socket',
  sched_cls: 'tc',
  sched_act: 'action',
  xdp: 'xdp',
  cgroup_skb: 'cgroup/skb',
  raw_tracepoint: 'raw_tp',
  syscall: 'syscall',
  flow_dissector: 'flow_dissector',
  sk_lookup: 'sk_lookup',
  lwt_in: 'lwt_in',
  lwt_out: 'lwt_out',
  lwt_xmit: 'lwt_xmit',
  kprobe: 'kprobe',
};

/** The section of a type that has one. */
export const sectionOfType = (type: Case['progType']): string => SECTIONS[type]!;

const BPF_F_TEST_RND_HI32 = 4;
const BPF_F_TEST_STATE_FREQ = 8;
const FLAGS: Readonly<Record<number, string>> = {
  1: 'BPF_F_STRICT_ALIGNMENT',
  2: 'BPF_F_ANY_ALIGNMENT',
  [BPF_F_TEST_RND_HI32]: 'BPF_F_TEST_RND_HI32',
  [BPF_F_TEST_STATE_FREQ]: 'BPF_F_TEST_STATE_FREQ',
};

/** `retval` of the first run, or the verdict: what a test of this style looks at. */
type Looked = { readonly kind: 'verdict' } | { readonly kind: 'retval'; readonly run: number };

/**
 * What the two sides differ in that a test can look at: the verdict, else the first run whose retval differs; of
 * those that agree, the first run.
 */
export function lookedAt({ subject, other, shows }: Disagreement): Looked | undefined {
  const [a, b] = [subject.outcome, other.outcome];
  if (a.kind !== 'completed' || b.kind !== 'completed') return undefined;
  if (a.load.verdict !== b.load.verdict) return { kind: 'verdict' };
  if (a.load.verdict === 'rejected') return { kind: 'verdict' };
  const run = a.runs.findIndex(({ errno, retval }, i) => {
    const ofB = b.runs[i];
    if (errno !== 0 || ofB.errno !== 0 || ofB.fault !== undefined) return false;
    return shows === 'agreement' || retval !== ofB.retval;
  });
  return run < 0 ? undefined : { kind: 'retval', run };
}

/** What of a disagreement such a test has no words for. */
export function verifierTestLacks(disagreement: Disagreement): Lacks {
  const { testCase } = disagreement;
  const { progs, maps, ksyms, progType, expectedAttachType, progFlags, attachBtf } = testCase;
  const insns = progs.flatMap((prog) => prog.insns);
  const values = valueMaps(testCase);
  const rows: readonly (readonly [lacking: boolean, what: string])[] = [
    [progs.length > 1, 'progs for tail calls'],
    [SECTIONS[progType] === undefined, `progs of type ${progType}`],
    [expectedAttachType !== 0 || attachBtf !== undefined, 'attach types'],
    [flagsOf(progFlags, progType) === undefined, `prog_flags 0x${progFlags.toString(16)}`],
    [maps.some(({ entries }) => entries.length > 0), 'maps that hold entries from the start'],
    [ksyms.length > 0, 'functions and variables of the kernel'],
    [maps.some((map) => map.inner !== undefined), 'maps of maps'],
    [maps.some((map) => map.spinLock !== undefined || map.kptr !== undefined), 'objects in maps'],
    [
      maps.some((map, i) => values.has(i) && (map.type !== 'array' || map.maxEntries !== 1)),
      'addresses of values in larger arrays',
    ],
    [[...values].some((map) => fdMaps(testCase).has(map)), 'a map by its fd and by its value'],
    [insns.some((insn) => pseudoOf(insn) === 'code_addr'), 'addresses of functions given by bytes'],
    [functionsToTell(insns).length > 0, 'progs that need BTF of functions'],
    [
      lookedAt(disagreement) === undefined,
      'anything but verdicts and retvals: __success, __failure, __retval',
    ],
    [!isAsTheLoaderRuns(disagreement), 'runs other than the one of test_loader'],
    [observesMore(disagreement), 'more that is observed than a verdict and a retval'],
    [namesMapsByIndex(insns), 'maps by their place in a list'],
  ];
  return [...rows.flatMap(([lacking, what]) => (lacking ? [what] : [])), ...llvmLacks(testCase)];
}

/** The register that a prog gets its ctx in. */
const CTX = 1;

/**
 * Whether what is looked at is the same in the run that test_loader does: one before which nothing was done, of
 * a prog that looks at nothing that goes in.
 */
function isAsTheLoaderRuns(disagreement: Disagreement): boolean {
  const looked = lookedAt(disagreement);
  if (looked?.kind !== 'retval') return true;
  const { progs, runs } = disagreement.testCase;
  const { repeat, flags, cpu, batchSize, attr } = runs[looked.run];
  return (
    looked.run === 0 &&
    repeat <= 1 &&
    [flags, cpu, batchSize].every((value) => value === 0) &&
    attr === undefined &&
    (liveAtStart(progs[0].insns) & maskOf(CTX)) === 0
  );
}

/** Whether agreement is of more than such a test looks at. What diverges is enough by itself. */
function observesMore({ testCase, shows, other }: Disagreement): boolean {
  const { outcome } = other;
  if (shows === 'divergence' || outcome.kind !== 'completed') return false;
  const { maps, runs } = testCase;
  return (
    outcome.load.verdict === 'accepted' &&
    (runs.length > 1 ||
      maps.some((map) => listingOf(map) !== 'none') ||
      runs.some(({ commands }) => commands !== undefined) ||
      outcome.runs.some(({ dataOut, ctxOut }) => dataOut.length + ctxOut.length > 0))
  );
}

/** Maps by index the address of whose value is loaded. */
const valueMaps = ({ progs }: Case): ReadonlySet<number> =>
  new Set(
    progs.flatMap(({ insns }) =>
      insns.flatMap((insn) => (pseudoOf(insn) === 'map_val_by_fd' ? [insn.imm] : [])),
    ),
  );

/** Undefined where there is no word for one of them. A syscall prog sleeps by its section. */
function flagsOf(progFlags: number, type: Case['progType']): readonly string[] | undefined {
  const flags = type === 'syscall' ? progFlags & ~(1 << 4) : progFlags;
  const known = Object.keys(FLAGS).map(Number);
  if (known.reduce((left, flag) => left & ~flag, flags) !== 0) return undefined;
  return known.filter((flag) => flags & flag).map((flag) => FLAGS[flag]);
}

/**
 * A test in the style of tools/testing/selftests/bpf/progs/verifier_*.c: the prog as inline assembly, and
 * what test_loader.c is to expect of it, which is what the other target answered. The disagreement must be one
 * that `verifierTestLacks` has nothing against.
 */
export function verifierTest(disagreement: Disagreement, notes: readonly string[]): string {
  const { testCase, subject, claim } = disagreement;
  const { endianness } = subject.info.linux;
  const { insns } = testCase.progs[0];
  const lines = llvmLines(insns, endianness).map((line) => {
    if (line.kind === 'label') return line.text;
    const text = line.text.replace(/^call (\d+)$/, (all, id) =>
      HELPERS[id] === undefined ? all : `call %[bpf_${HELPERS[id]}]`,
    );
    const mapped = text.replace(/ = ([mv]\d+)((?:\+\d+)? ll)$/, ' = %[$1]$2');
    return line.kind === 'raw' && line.means !== ''
      ? `\t${mapped};\t/* ${commentText(line.means)} */`
      : `\t${mapped};`;
  });
  return [
    '// SPDX-License-Identifier: GPL-2.0',
    blockComment([claim, ...notes]),
    '#include <linux/bpf.h>',
    '#include <bpf/bpf_helpers.h>',
    '#include "bpf_misc.h"',
    '',
    ...mapDefinitions(testCase),
    `SEC(${stringLiteral(sectionOfType(testCase.progType))})`,
    `__description(${stringLiteral(claim.slice(0, 120))})`,
    ...expectations(disagreement),
    '__naked void repro(void)',
    '{',
    '\tasm volatile (',
    ...lines.map((line) => inlineLine(line)),
    ...operands(testCase),
    '}',
    '',
    'char _license[] SEC("license") = "GPL";',
    '',
  ].join('\n');
}

/** Comments can't stand in the text of inline assembly, but between its pieces. */
function inlineLine(line: string): string {
  const [text, ...after] = line.split('\t/* ');
  const label = line.startsWith('\t') ? '' : `${text}`;
  const piece = label === '' ? `\\t${text.trim()}` : label;
  return `\t"${piece}\\n"${after.length === 0 ? '' : `\t/* ${after.join('')}`}`;
}

function expectations(disagreement: Disagreement): readonly string[] {
  const { testCase, other } = disagreement;
  const looked = lookedAt(disagreement)!;
  const flags = flagsOf(testCase.progFlags, testCase.progType)!;
  const { outcome } = other;
  if (outcome.kind !== 'completed') throw new Error('nothing is known to be expected');
  const verdict = outcome.load.verdict === 'accepted' ? '__success' : '__failure';
  const retval =
    looked.kind === 'retval' ? [`__retval(${outcome.runs[looked.run].retval | 0})`] : [];
  return [[verdict, ...retval, ...flags.map((flag) => `__flag(${flag})`)].join(' ')];
}

function mapDefinitions(testCase: Case): readonly string[] {
  const values = valueMaps(testCase);
  const fds = fdMaps(testCase);
  return testCase.maps.flatMap((map, i) => [
    ...(values.has(i)
      ? [`char ${valueSymbol(i)}[${map.valueBytes}] SEC(".data.${mapSymbol(i)}") = { 0 };`, '']
      : []),
    ...(fds.has(i)
      ? [
          'struct {',
          `\t__uint(type, ${mapTypeName(map.type)});`,
          ...(map.keyBytes === 0 ? [] : [`\t__uint(key_size, ${map.keyBytes});`]),
          ...(map.valueBytes === 0 ? [] : [`\t__uint(value_size, ${map.valueBytes});`]),
          `\t__uint(max_entries, ${map.maxEntries});`,
          ...(map.flags === 0 ? [] : [`\t__uint(map_flags, ${map.flags});`]),
          `} ${mapSymbol(i)} SEC(".maps");`,
          '',
        ]
      : []),
  ]);
}

const fdMaps = ({ progs }: Case): ReadonlySet<number> =>
  new Set(
    progs.flatMap(({ insns }) =>
      insns.flatMap((insn) => (pseudoOf(insn) === 'map_by_fd' ? [insn.imm] : [])),
    ),
  );

function operands(testCase: Case): readonly string[] {
  const helpers = new Set<string>();
  for (const insn of testCase.progs[0].insns) {
    const form = formOf(insn);
    if (form?.kind !== 'call' || form.callee !== 'helper') continue;
    const name = HELPERS[insn.imm];
    if (name !== undefined) helpers.add(`__imm(bpf_${name})`);
  }
  const maps = [
    ...[...fdMaps(testCase)].map((map) => `__imm_addr(${mapSymbol(map)})`),
    ...[...valueMaps(testCase)].map((map) => `__imm_addr(${valueSymbol(map)})`),
  ];
  const inputs = [...helpers, ...maps];
  return ['\t:', `\t: ${inputs.join(',\n\t  ')}`.trimEnd(), '\t: __clobber_all);'];
}
