import type { Trouble, TroubleKind } from '../target.ts';
import type { LinkError } from './link.ts';

/** What a kernel complained of, and the text from there on. */
export interface KernelReport {
  readonly trouble: Trouble;
  /** Begins with the line that the report begins with, at most `REPORT_CHARS` characters. */
  readonly text: string;
}

/** A report is told by its first lines: what follows is registers, more traces, other reports. */
export const REPORT_CHARS = 4096;

/**
 * The report in what a kernel wrote on its console or into its log; undefined where there is none. The
 * first counts, as later ones follow from it; but a warning only where nothing worse comes behind it.
 */
export function kernelReport(output: string): KernelReport | undefined {
  const text = plainText(output);
  const lines = text.split('\n');
  let found: { readonly at: number; readonly trouble: Trouble } | undefined;
  for (const [at, line] of lines.entries()) {
    const trouble = troubleIn(line, () => lines.slice(at).join('\n'));
    if (trouble === undefined) continue;
    if (found === undefined || trouble.kind !== 'warning') found = { at, trouble };
    if (trouble.kind !== 'warning') break;
  }
  if (found === undefined) return undefined;
  const { at, trouble } = found;
  return { trouble, text: lines.slice(at).join('\n').slice(0, REPORT_CHARS) };
}

/** What an outcome says of trouble. */
export interface Complaint {
  readonly trouble: Trouble;
  readonly console: string;
}

/** What the agent tells of a case that went wrong: `otherwise` where no report of a kernel is in it. */
export function complaintIn(output: string, otherwise: TroubleKind): Complaint {
  const report = kernelReport(output);
  if (report) return { trouble: report.trouble, console: report.text };
  const console = plainText(output);
  const [firstLine] = console.split('\n', 1);
  const title = firstLine.replace(/^bpfdiff: /, '') || 'the case took longer than it may';
  return { trouble: { kind: otherwise, title: title.slice(0, TITLE_CHARS) }, console };
}

/** Why a machine died that ran cases, and what it said last. `unexplained` is for one that was mute. */
export function complaintOfDeath(
  { code, message }: LinkError,
  output: string,
  unexplained: 'agent' | 'vanished',
): Complaint {
  const report = kernelReport(output);
  if (report) return { trouble: report.trouble, console: report.text };
  const kind =
    code === 'LINK_TIMEOUT' ? 'silent' : code === 'LINK_PROTOCOL' ? 'agent' : unexplained;
  const lastLines = plainText(output).trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  return { trouble: { kind, title: message }, console: lastLines.slice(-REPORT_CHARS) };
}

/** Of a console without a report. */
const LAST_LINES = 24;

/** Whether a kernel in that trouble can still be trusted with further cases. */
export const livesOn = ({ kind }: Trouble): boolean => LIVES_ON.includes(kind);

const LIVES_ON: readonly TroubleKind[] = ['warning', 'ubsan', 'worker', 'time-limit'];

/**
 * Output of a machine as text that is safe to show and keep: no escape sequences, no control
 * characters but line feeds and tabs, no times before lines.
 */
export function plainText(output: string): string {
  return output
    .replace(ESCAPE_SEQUENCE, '')
    .replace(CONTROL, '')
    .replace(/^(?:<\d+>)?\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? ?/gm, '');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it is about
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-9;?]*[@-~]|[@-Z\\-_])/g;
const CONTROL = /[^\P{Cc}\n\t]/gu;

function troubleIn(line: string, rest: () => string): Trouble | undefined {
  for (const { kind, pattern, title } of REPORTS) {
    const match = pattern.exec(line);
    if (match) return { kind, title: oneLine(title(match, rest)) };
  }
  return undefined;
}

interface ReportRow {
  readonly kind: Trouble['kind'];
  readonly pattern: RegExp;
  readonly title: (match: RegExpExecArray, rest: () => string) => string;
}

const always = (title: string) => () => title;
const said = ([line]: RegExpExecArray): string => line;
/** What was said, and the function that it happened in. */
const faultIn =
  (what: string) =>
  (_: RegExpExecArray, rest: () => string): string =>
    what + functionAtFault(rest());

/**
 * How kernels complain. The first row that matches a line counts. Of lib/, mm/ and kernel/ of 6.1,
 * arch/{x86,arm64,riscv,s390,powerpc,um}; `WARNING: FILE:LINE at FUNCTION` is of 7.x.
 */
const REPORTS: readonly ReportRow[] = [
  {
    kind: 'stuck',
    pattern: /bpfdiff agent: a worker can't be killed/,
    title: always('nothing could end the case'),
  },
  { kind: 'agent', pattern: /bpfdiff agent: .*/, title: said },
  {
    kind: 'agent',
    pattern: /Attempted to kill init!/,
    title: always('the agent died'),
  },
  {
    kind: 'out-of-memory',
    pattern: /invoked oom-killer|Out of memory|System is deadlocked on memory/,
    title: always('out of memory'),
  },
  {
    kind: 'kasan',
    pattern: /BUG: (K[CM]?A?SAN): (.*?) in (\w+)/,
    title: ([, tool, what, where]) => `${tool}: ${what} in ${where}`,
  },
  {
    kind: 'kfence',
    pattern: /BUG: KFENCE: (.*?) in (\w+)/,
    title: ([, what, where]) => `KFENCE: ${what} in ${where}`,
  },
  {
    kind: 'ubsan',
    pattern: /UBSAN: (\S+) in (\S+?)(?::\d+)*$/,
    title: ([, what, where]) => `UBSAN: ${what} in ${where}`,
  },
  {
    kind: 'lockdep',
    pattern:
      /WARNING: (possible .*|suspicious RCU usage|inconsistent lock state|bad unlock balance.*|held lock freed.*|lock held when.*|Nested lock.*)|BUG: Invalid wait context|\[ BUG: Invalid wait context \]/,
    title: said,
  },
  {
    kind: 'rcu-stall',
    pattern: /\brcu\w*:? .*(?:detected (?:expedited )?stalls?|self-detected stall)/,
    title: always('RCU stall'),
  },
  { kind: 'lockup', pattern: /BUG: soft lockup/, title: always('soft lockup') },
  { kind: 'lockup', pattern: /hard LOCKUP/, title: always('hard lockup') },
  { kind: 'lockup', pattern: /BUG: workqueue lockup/, title: always('workqueue lockup') },
  {
    kind: 'hung-task',
    pattern: /INFO: task \S+ blocked for more than/,
    title: always('hung task'),
  },
  {
    kind: 'bug',
    pattern: /kernel BUG at (\S+?):\d+!/,
    title: ([, file], rest) => `BUG${functionAtFault(rest())} (${file})`,
  },
  {
    kind: 'oops',
    pattern: /NULL pointer dereference|kernel pointer dereference/i,
    title: faultIn('NULL pointer dereference'),
  },
  {
    kind: 'oops',
    pattern: /unable to handle (?:page fault|kernel (?:paging request|access))/i,
    title: faultIn('page fault'),
  },
  {
    kind: 'oops',
    pattern: /general protection fault/,
    title: faultIn('general protection fault'),
  },
  {
    kind: 'oops',
    pattern: /\b(divide error|invalid opcode|stack segment|double fault|int3|stack guard page)\b/,
    title: ([, what], rest) => what + functionAtFault(rest()),
  },
  { kind: 'oops', pattern: /\bOops\b|Internal error: /, title: faultIn('oops') },
  {
    kind: 'warning',
    pattern: /WARNING: (?:CPU: \d+ PID: \d+ at )?(\S+?):\d+(?: at)? (\w+)/,
    title: ([, file, where]) => `WARNING in ${jitted(where)} (${file})`,
  },
  { kind: 'warning', pattern: /WARNING: .*/, title: said },
  { kind: 'bug', pattern: /BUG: .*|BUG .*|Bad page state/, title: said },
  {
    kind: 'panic',
    pattern: /Kernel panic - not syncing: (.*)/,
    title: ([, why]) => `panic: ${why}`,
  },
];

/** The symbol that the program counter was in: x86 and UML, arm64, riscv, powerpc, s390. */
const AT_FAULT =
  /(?:RIP: [0-9a-f]{4}:|\be?pc : |NIP \[[0-9a-f]+\] |Krnl PSW : \w+ \w+ \()([A-Za-z_][\w.]*)/;

function functionAtFault(text: string): string {
  const where = AT_FAULT.exec(text)?.[1];
  return where === undefined ? '' : ` in ${jitted(where)}`;
}

/** A compiled prog is named after its hash (bpf_prog_ksym_set_name, kernel/bpf/core.c, 6.1). */
const jitted = (name: string): string => (/^bpf_prog_[0-9a-f]{16}/.test(name) ? 'a prog' : name);

const TITLE_CHARS = 120;

/** Numbers and names of processes are not the same each time. */
const oneLine = (title: string): string =>
  title
    .replace(/\b0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\b\d+\b/gi, 'N')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, TITLE_CHARS);
