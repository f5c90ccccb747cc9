import { disassemble } from '../isa/disassemble.ts';
import { ATTR_NAMES, type AttrOverrides } from './attr.ts';
import {
  type Case,
  type CtxInput,
  type MapCommand,
  type MapSpec,
  PLAIN_RUN,
  type Prog,
  type Run,
} from './case.ts';
import { allFields, ctxLayoutOf } from './ctx.ts';
import { CASE_LIMITS } from './limits.ts';
import { isBatch } from './map-command.ts';
import type { ProgType } from './prog-type.ts';
import { HEADERS, MAP_NUMBERS, NO_BYTES, printNumber, RUN_NUMBERS } from './text-syntax.ts';

export interface PrintOptions {
  /** What the case shows, in one line; spaces within are collapsed, and it is cut at 1,000 characters. */
  readonly claim: string;
}

/**
 * The `.case` text of a case, whose grammar is in docs/case-format.md. `parseCaseText` gives the same
 * case back. Defaults are left out; the text ends with a newline.
 */
export function printCase(testCase: Case, { claim }: PrintOptions): string {
  const headers = HEADERS.filter(({ field }) => testCase[field] !== 0).map(
    ({ keyword, field, base }) => `${keyword} ${printNumber(testCase[field], base)}`,
  );
  const attach = testCase.attachBtf === undefined ? [] : [`attach_btf ${testCase.attachBtf}`];
  const ksyms = testCase.ksyms.map((name) => `ksym ${name}`);
  const sections = [
    [
      `case ${oneLine(claim)}`.trim(),
      `prog_type ${testCase.progType}`,
      ...headers,
      ...attach,
      ...ksyms,
    ],
    ...testCase.maps.map(printMap),
    ...testCase.progs.map(printProg),
    ...testCase.runs.map((run) => printRun(run, testCase)),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

const oneLine = (claim: string): string =>
  claim.replace(/\s+/g, ' ').trim().slice(0, CASE_LIMITS.claimChars);

function printMap(map: MapSpec): string[] {
  const numbers = MAP_NUMBERS.filter(({ field }) => map[field] !== 0).map(
    ({ keyword, field, base }) => ` ${keyword} ${printNumber(map[field], base)}`,
  );
  return [
    [
      `map ${map.name} ${map.type}${numbers.join('')}${optional('inner', map.inner)}`,
      `${optional('spin_lock', map.spinLock)}${optional('kptr', map.kptr)}`,
    ].join(''),
    ...map.entries.map(({ key, value }) => `  ${printBytes(key)} = ${printBytes(value)}`),
  ];
}

const optional = (keyword: string, value: number | undefined): string =>
  value === undefined ? '' : ` ${keyword} ${value}`;

function printProg({ insns }: Prog): string[] {
  if (insns.length === 0) return ['prog'];
  const asm = disassemble(insns, 'labels');
  return ['prog', ...asm.split('\n').map((line) => `  ${line}`)];
}

function printRun(run: Run, { progType, maps }: Case): string[] {
  const numbers = RUN_NUMBERS.filter(({ field }) => run[field] !== PLAIN_RUN[field]).map(
    ({ keyword, field, base }) => `  ${keyword} ${printNumber(run[field]!, base)}`,
  );
  return [
    'run',
    ...printData(run.data),
    ...printCtx(run.ctx, progType),
    ...numbers,
    ...printAttr(run.attr ?? {}),
    ...(run.commands ?? []).map((command) => `  ${printCommand(command, maps)}`),
  ];
}

/** `attr prog_fd closed`, in the order of their numbers. */
const printAttr = (attr: AttrOverrides): string[] =>
  ATTR_NAMES.filter((name) => attr[name] !== undefined).map(
    (name) => `  attr ${name} ${attr[name]}`,
  );

/** `update m key 00000000 value 01000000 flags 0x1` */
function printCommand(command: MapCommand, maps: readonly MapSpec[]): string {
  const { kind, map, key, value, flags, count } = command;
  return [
    `${kind} ${maps[map].name}`,
    ...(isBatch(kind) ? [`count ${count}`] : []),
    ...(key === null ? [] : [`key ${printBytes(key)}`]),
    ...(value === null ? [] : [`value ${printBytes(value)}`]),
    ...(flags === 0n ? [] : [`flags ${printNumber(flags, 16)}`]),
  ].join(' ');
}

const DATA_LINE_BYTES = 32;

function printData(data: Uint8Array | null): string[] {
  if (data === null) return [];
  if (data.length <= DATA_LINE_BYTES) return [`  data ${grouped(data)}`];
  const lines = ['  data'];
  for (let at = 0; at < data.length; at += DATA_LINE_BYTES) {
    lines.push(`    ${grouped(data.subarray(at, at + DATA_LINE_BYTES))}`);
  }
  return lines;
}

/** Fields in the order of the struct, so that equal ctx give equal text. */
function printCtx(ctx: CtxInput | null, progType: ProgType): string[] {
  if (ctx === null) return [];
  const layout = ctxLayoutOf(progType);
  const order = layout === undefined ? [] : allFields(layout).map(({ name }) => name);
  const names = Object.keys(ctx.fields).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  return [
    `  ctx ${ctx.sizeBytes}`,
    ...names.map((name) => `    ${name} = ${printNumber(ctx.fields[name], 16)}`),
  ];
}

/** Hex with a space behind every 4 bytes. */
const grouped = (bytes: Uint8Array): string => printBytes(bytes).replace(/(\w{8})(?=\w)/g, '$1 ');

const printBytes = (bytes: Uint8Array): string =>
  bytes.length === 0
    ? NO_BYTES
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
