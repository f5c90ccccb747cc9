import { describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import { CASE_LIMITS } from '../../src/case/limits.ts';
import { CaseTextError, parseCaseText, printCase } from '../../src/case/text.ts';
import { assemble } from '../../src/isa/assemble.ts';

const EXAMPLE: Case = {
  progType: 'sched_cls',
  expectedAttachType: 0,
  progFlags: 4,
  attachBtf: 'bpf_fentry_test1',
  ksyms: ['bpf_rcu_read_lock', 'bpf_prog_active'],
  maps: [
    {
      name: 'seen',
      type: 'array',
      keyBytes: 4,
      valueBytes: 8,
      maxEntries: 2,
      flags: 0,
      entries: [
        {
          key: Uint8Array.of(1, 0, 0, 0),
          value: Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0),
        },
      ],
    },
  ],
  progs: [
    {
      insns: assemble(
        'r0 = *(u32 *)(r1 +8)\nif r0 == 7 goto done\nr2 = map_by_fd(0) ll\nr0 = 0\ndone: exit',
      ),
    },
    { insns: assemble('call kfunc#0\nr1 = var_addr(1) ll\nexit') },
  ],
  runs: [
    {
      ...PLAIN_RUN,
      data: Uint8Array.from({ length: 34 }, (_, index) => index),
      ctx: { sizeBytes: 192, fields: { cb0: 0xffff_ffffn, mark: 7n } },
      repeat: 3,
      flags: 4,
      dataOutBytes: 64,
      ctxOutBytes: 192,
      attr: { prog_fd: 'closed', ctx_in: 'read_only', size: 72, retval: 0xffff_ffff },
    },
    { ...PLAIN_RUN, data: new Uint8Array() },
    PLAIN_RUN,
  ],
};

const TEXT = `case sched_cls reads mark
prog_type sched_cls
prog_flags 0x4
attach_btf bpf_fentry_test1
ksym bpf_rcu_read_lock
ksym bpf_prog_active

map seen array key 4 value 8 max_entries 2
  01000000 = ff00000000000000

prog
    r0 = *(u32 *)(r1 +8)
    if r0 == 7 goto L5
    r2 = map_by_fd(0) ll
    r0 = 0
  L5:
    exit

prog
    call kfunc#0
    r1 = var_addr(1) ll
    exit

run
  data
    00010203 04050607 08090a0b 0c0d0e0f 10111213 14151617 18191a1b 1c1d1e1f
    2021
  ctx 192
    mark = 0x7
    cb0 = 0xffffffff
  repeat 3
  flags 0x4
  data_out 64
  ctx_out 192
  attr prog_fd closed
  attr ctx_in read_only
  attr size 72
  attr retval 4294967295

run
  data empty

run
`;

/** A sound case to hang faults on: eight lines, of which the last begins a run. */
const SOUND = 'case c\nprog_type xdp\nmap m hash key 2 value 1\n  0102 = ff\nprog\n  exit\n\nrun\n';

const ERRORS: readonly (readonly [
  text: string,
  code: CaseTextError['code'],
  message: string | RegExp,
])[] = [
  ['', 'CASE_MISSING', 'a.case:1:1: Expected a section `case`, got the end of the file'],
  [
    'case c\nprog\n  exit',
    'CASE_MISSING',
    'a.case:3:1: Expected a section `prog_type`, got the end of the file',
  ],
  [
    'case c\nprog_type xdp',
    'CASE_MISSING',
    'a.case:2:1: Expected a section `prog`, got the end of the file',
  ],
  [
    '  indented',
    'CASE_SYNTAX',
    'a.case:1:3: Expected a line that begins at column 1, got `indented`. Indented lines belong to the section above them',
  ],
  [
    `${SOUND}bogus`,
    'CASE_NAME',
    'a.case:9:1: Expected a section (case, prog_type, expected_attach_type, prog_flags, attach_btf, ksym, map, prog, run, answer), got `bogus`',
  ],
  [`${SOUND}case d`, 'CASE_TWICE', 'a.case:9:1: Expected one `case` in a file, got `case`'],
  ['prog_type xpd', 'CASE_NAME', 'a.case:1:11: Expected a prog type such as `xdp`, got `xpd`'],
  [
    'prog_type xdp kprobe',
    'CASE_SYNTAX',
    'a.case:1:15: Expected the end of the line, got `kprobe`',
  ],
  [
    'prog_flags 0x100000000',
    'CASE_NUMBER',
    'a.case:1:12: Expected a number up to 4294967295, got `0x100000000`',
  ],
  ['prog_flags -1', 'CASE_NUMBER', 'a.case:1:12: Expected a number up to 4294967295, got `-1`'],
  [
    'prog\n  r0 = 0\n  r1 = r99',
    'CASE_ASM',
    /^a\.case:3:8: Expected a number of 32 bits, a register r0\.\.r10, .* got `r99`$/,
  ],
  [
    'ksym no-name',
    'CASE_NAME',
    'a.case:1:6: Expected a kernel symbol: up to 128 letters, digits or _, got `no-name`',
  ],
  [
    `ksym ${'x'.repeat(129)}`,
    'CASE_NAME',
    /^a\.case:1:6: Expected a kernel symbol: up to 128 letters, digits or _, got `x+\.\.\.`$/,
  ],
  [
    'ksym a\nksym b\nksym a',
    'CASE_TWICE',
    'a.case:3:6: Expected a kernel symbol that was not named yet, got `a`',
  ],
  ['ksym a b', 'CASE_SYNTAX', 'a.case:1:8: Expected the end of the line, got `b`'],
  [
    Array.from({ length: CASE_LIMITS.ksyms + 1 }, (_, i) => `ksym k${i}`).join('\n'),
    'CASE_LIMIT',
    'a.case:65:1: Expected at most 64 kernel symbols, got more',
  ],
  [
    'map too-long array',
    'CASE_NAME',
    "a.case:1:5: Expected a map's name: 1 to 15 letters, digits or _, got `too-long`",
  ],
  [
    `${SOUND}map m array`,
    'CASE_TWICE',
    'a.case:9:5: Expected a name that no other map has, got `m`',
  ],
  ['map m aray', 'CASE_NAME', 'a.case:1:7: Expected a map type such as `array`, got `aray`'],
  [
    'map m array key',
    'CASE_NUMBER',
    'a.case:1:16: Expected a number up to 4294967295, got the end of the line',
  ],
  [
    'map m array key 4 keys 4',
    'CASE_NAME',
    'a.case:1:19: Expected an attribute of a map (key, value, max_entries, flags, inner, spin_lock, kptr), got `keys`',
  ],
  ['map m array key 4 key 4', 'CASE_TWICE', 'a.case:1:19: Expected one `key`, got `key`'],
  [
    'map m array key 1 value 1\n  01',
    'CASE_SYNTAX',
    'a.case:2:5: Expected `= VALUE`, got the end of the line',
  ],
  [
    'map m array key 1 value 1\n  0g = 01',
    'CASE_BYTES',
    'a.case:2:3: Expected bytes as pairs of hex digits, or `empty`, got `0g`',
  ],
  [
    'map m array key 1 value 2\n  00 = 01',
    'CASE_BYTES',
    'a.case:2:8: Expected 2 bytes, as the map says, got 1',
  ],
  [
    'run\n  data 00',
    'CASE_MISSING',
    'a.case:1:1: Expected `prog_type` above the first run, got `run`',
  ],
  [
    `${SOUND}  size 4`,
    'CASE_NAME',
    'a.case:9:3: Expected an attribute of a run (data, ctx, repeat, flags, cpu, batch_size, data_out, ctx_out), got `size`',
  ],
  [`${SOUND}  cpu 1\n  cpu 1`, 'CASE_TWICE', 'a.case:10:3: Expected one `cpu` in a run, got `cpu`'],
  [
    `${SOUND}  data 00 0`,
    'CASE_BYTES',
    'a.case:9:11: Expected bytes as pairs of hex digits, or `empty`, got `0`',
  ],
  [
    `${SOUND}  ctx 24\n    mark = 1`,
    'CASE_NAME',
    'a.case:10:5: Expected a field of xdp_md, got `mark`. It has data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex',
  ],
  [
    `${SOUND}  ctx 24\n    data = 0x1ffffffff`,
    'CASE_NUMBER',
    'a.case:10:12: Expected a number up to 4294967295, got `0x1ffffffff`',
  ],
  [
    `case c\nprog_type kprobe\nprog\n  exit\nrun\n  ctx 8\n    ip = 1`,
    'CASE_NAME',
    'a.case:7:5: Expected no fields, since the ctx of kprobe has no known layout, got `ip`',
  ],
  [`${SOUND}  ctx 70000`, 'CASE_NUMBER', 'a.case:9:7: Expected a number up to 65536, got `70000`'],
  [
    `${SOUND}  data ${'00'.repeat(CASE_LIMITS.dataBytes + 1)}`,
    'CASE_LIMIT',
    'a.case:9:8: Expected at most 262144 bytes, got 262145',
  ],
  [
    `${SOUND}${'run\n'.repeat(CASE_LIMITS.runs)}`,
    'CASE_LIMIT',
    'a.case:4104:1: Expected at most 4096 runs, got more',
  ],
  [
    `prog\n${'  exit\n'.repeat(CASE_LIMITS.insnsPerProg + 1)}`,
    'CASE_LIMIT',
    'a.case:65538:3: Expected at most 65536 insns, got one more',
  ],
  [
    'x'.repeat(CASE_LIMITS.textChars + 1),
    'CASE_LIMIT',
    'a.case:1:1: Expected at most 4194304 characters, got 4194305',
  ],
];

describe('a case as text', () => {
  it('is printed with defaults left out, labels, and ctx fields in the order of the struct', () => {
    expect(printCase(EXAMPLE, { claim: 'sched_cls reads mark' })).toBe(TEXT);
  });

  it('is read back', () => {
    const read = parseCaseText(TEXT, 'a.case');
    expect(read).toEqual({ claim: 'sched_cls reads mark', testCase: EXAMPLE, rest: [] });
  });

  it('may have comments, blank lines, CRLF, and upper-case hex', () => {
    const text = TEXT.replace('map seen', '# above\n\nmap seen')
      .replace('exit\n', 'exit ; last\n')
      .replace('ff00', '# a comment\n\n  FF00'.slice(15))
      .replace('repeat 3', 'repeat 0x3 # three')
      .replaceAll('\n', '\r\n');
    expect(parseCaseText(text, 'a.case').testCase).toEqual(EXAMPLE);
  });

  it('keeps a claim on one line', () => {
    const text = printCase(EXAMPLE, { claim: ' of\ntwo # lines ' });
    expect(parseCaseText(text, 'a.case').claim).toBe('of two # lines');
  });

  it('gives answers back as they stand, with the number of their first line', () => {
    const text = `${SOUND}answer uml:jit  6.1.176\n  verdict accepted # kept\n\n    more\n\nanswer b\n`;
    expect(parseCaseText(text, 'a.case').rest).toEqual([
      {
        keyword: 'answer',
        header: 'uml:jit  6.1.176',
        line: 9,
        lines: ['  verdict accepted # kept', '', '    more'],
      },
      { keyword: 'answer', header: 'b', line: 14, lines: [] },
    ]);
  });

  it.each(ERRORS)('%#: is refused with %2$s', (text, code, message) => {
    const error = errorOf(text);
    expect(error.code).toBe(code);
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });
});

function errorOf(text: string): CaseTextError {
  try {
    parseCaseText(text, 'a.case');
  } catch (error) {
    if (error instanceof CaseTextError) return error;
    throw error;
  }
  throw new Error('it was read');
}
