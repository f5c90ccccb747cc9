import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../../src/cli/repro/formats.ts';
import { asmText } from '../../../src/repro/asm.ts';
import type { Disagreement } from '../../../src/repro/disagreement.ts';
import { progTest } from '../../../src/repro/selftest/prog-test.ts';
import { selftestLacks, styleOf } from '../../../src/repro/selftest/selftest.ts';
import { TEST_PROGS_HEADER } from '../../../src/repro/selftest/test-progs-header.ts';
import { compileProgram } from '../../../src/targets/kernel/compile-program.ts';
import type { MapContent } from '../../../src/targets/target.ts';
import { disagreementOn, SMALL } from '../../repro/example.ts';

interface Row {
  readonly what: string;
  readonly text: string;
  readonly style: 'verifier test' | 'prog test';
  /** What `elf` has no words for, and the others. */
  readonly elf?: string;
  readonly c?: string;
  readonly asm?: string;
}

const RUN = 'run\n  data 00000000 00000000 00000000 0000\n';
const RETURNS = 'prog\n  r0 = 2\n  exit\n';

/** A retval differs; what a case is made of decides what can be written. */
const ROWS: readonly Row[] = [
  { what: 'a prog that looks at nothing', text: SMALL, style: 'verifier test' },
  {
    what: 'a prog that looks at its packet',
    text: `case a\nprog_type xdp\n\nprog\n  r0 = *(u32 *)(r1 +0)\n  r0 = 2\n  exit\n\n${RUN}`,
    style: 'prog test',
  },
  {
    what: 'an attach type',
    text: `case a\nprog_type cgroup_skb\nexpected_attach_type 1\n\n${RETURNS}\n${RUN}`,
    style: 'prog test',
  },
  {
    what: 'two runs',
    text: `case a\nprog_type xdp\n\n${RETURNS}\n${RUN}  repeat 3\n\n${RUN}`,
    style: 'prog test',
  },
  {
    what: 'live frames',
    text: `case a\nprog_type xdp\n\n${RETURNS}\n${RUN}  flags 0x2\n`,
    style: 'prog test',
    elf: 'bpftool: flags of a run',
  },
  {
    what: 'a map that holds something',
    text: `case a\nprog_type xdp\n\nmap m hash key 4 value 4 max_entries 2\n  00000000 = 01020304\n\n${RETURNS}\n${RUN}`,
    style: 'prog test',
  },
  {
    what: 'a map command after the run that differs',
    text: `case a\nprog_type xdp\n\nmap m hash key 4 value 4 max_entries 2\n\n${RETURNS}\n${RUN}  update m key 00000000 value 00000000\n`,
    style: 'verifier test',
    elf: 'bpftool: map commands between runs',
  },
  {
    what: 'a kfunc',
    text: `case a\nprog_type xdp\nksym bpf_rcu_read_lock\n\nprog\n  call kfunc#0\n  r0 = 2\n  exit\n\n${RUN}`,
    style: 'prog test',
  },
  {
    what: 'a command that is too short',
    text: `case a\nprog_type xdp\n\n${RETURNS}\n${RUN}  attr size 8\n`,
    style: 'prog test',
    elf: 'bpftool: commands that are wrong on purpose',
    c: 'such a command that is wrong on purpose',
  },
];

describe('what formats have words for', () => {
  it.each(ROWS.map((row) => [row.what, row] as const))('%s', (_what, { text, style, ...lacks }) => {
    const disagreement = disagreementOn(text);
    const said = (words: string | undefined): readonly string[] =>
      words === undefined ? [] : [words];
    expect(FORMATS.case.lacks()).toEqual([]);
    expect(FORMATS.c.lacks(disagreement)).toEqual(said(lacks.c));
    expect(FORMATS.elf.lacks(disagreement)).toEqual(said(lacks.elf));
    expect(FORMATS.asm.lacks(disagreement)).toEqual(said(lacks.asm));
    expect(styleOf(disagreement)).toBe(style);
    expect(selftestLacks(disagreement)).toEqual(said(lacks.c));
  });
});

describe('the comments of assembly', () => {
  it.each([
    ['  cpu 1\n', /run 0: repeat 1, cpu 1,/],
    ['  flags 0x2\n  batch_size 3\n', /run 0: repeat 1, flags 0x2, batch_size 3,/],
    ['  attr size 8\n', /but size 8/],
    [
      '  update m key 01000000 value 02000000 flags 0x1\n',
      /then update of m key 01000000 value 02000000 flags 0x1/,
    ],
  ])('say of a run %j', (words, says) => {
    const map = 'map m hash key 4 value 4 max_entries 2\n';
    const text = `case a\nprog_type xdp\n\n${map}\n${RETURNS}\n${RUN}${words}`;
    expect(asmText(disagreementOn(text), [])).toMatch(says);
  });
});

const MAPS = `case maps of each kind
prog_type xdp

map a array key 4 value 16 max_entries 4
map p percpu_array key 4 value 4 max_entries 1
map h hash key 4 value 4 max_entries 4
map q queue key 0 value 4 max_entries 4
map r ringbuf key 0 value 0 max_entries 4096

${RETURNS}
${RUN}`;

describe('a test of prog_tests', () => {
  const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
  const element = (...value: readonly number[]): MapContent => [
    { key: bytes(1, 0, 0, 0), values: [bytes(...value)] },
  ];
  const wide = element(1, ...Array.from({ length: 15 }, () => 0));
  const small = element(1, 2, 3, 4);
  const base = disagreementOn(MAPS);
  const withMaps = (maps: readonly MapContent[]): Disagreement => {
    const { other } = base;
    if (other.outcome.kind !== 'completed') throw new Error('the example completes');
    return { ...base, other: { ...other, outcome: { ...other.outcome, maps } } };
  };
  const source = progTest(withMaps([wide, small, small, small, small]), []);

  it.each([
    /^\tcheck_value\(map\[0\], U32\(1\), map0_expected0, 16, "map a: value of 01000000"\);$/m,
    /^\tcheck_percpu_value\(map\[1\], /m,
    /^\tASSERT_EQ\(count_keys\(map\[2\], 4\), 1, "map h: keys"\);$/m,
    /^\tcheck_popped\(map\[3\], BYTES\(0x01, 0x02, 0x03, 0x04\), 4, 1, "map q"\);$/m,
    /^\tcheck_ring\(map\[4\], BYTES\(0x01, 0x02, 0x03, 0x04\), 4, 1, "map r"\);$/m,
    /^\tASSERT_EQ\(opts\.retval, 0x2, "run 0: retval"\);$/m,
  ])('asserts %j', (line) => {
    expect(source).toMatch(line);
  });

  it('compiles without a warning', async () => {
    const headers = { 'test_progs.h': TEST_PROGS_HEADER };
    const signal = new AbortController().signal;
    const executable = await compileProgram(source, { target: 'test', headers, signal });
    expect(executable.length).toBeGreaterThan(0);
  });
});
