import { describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import { LUCK } from '../../src/cli/steady.ts';
import { compareOutcomes, type Divergence } from '../../src/compare/compare.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { u32 } from '../../src/isa/integers.ts';
import { locate } from '../../src/localise/locate.ts';
import type { Located } from '../../src/localise/located.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { defaultRules, type EmulatorRules } from '../../src/targets/emulator/rules.ts';
import { DEFAULT_LINUX } from '../../src/targets/target.ts';

const { alu, jump, store, helpers } = defaultRules;

/** What one emulator has wrong. */
const WRONG = {
  add32: { alu: { ...alu, 'add32.k': (d: bigint, s: bigint) => (d & ~0xffffffffn) | u32(d + s) } },
  jgt: { jump: { ...jump, 'jgt64.k': jump['jge64.k'] } },
  /** Wrong from 1000 on only. */
  sub64: { alu: { ...alu, 'sub64.k': (d: bigint, s: bigint) => (d === 1000n ? 1002n : d - s) } },
  stb: { store: { ...store, stb: store.sth } },
  lookup: { helpers: { ...helpers, 1: () => 0n } },
  mod: { alu: { ...alu, 'mod64.k': alu['div64.k'] } },
} satisfies Record<string, Partial<EmulatorRules>>;

const MAP = {
  name: 'm',
  type: 'array',
  keyBytes: 4,
  valueBytes: 8,
  maxEntries: 1,
  flags: 0,
  entries: [],
} as const;

const caseOf = (...progs: readonly string[]): Case => ({
  progType: 'sched_cls',
  expectedAttachType: 0,
  progFlags: 0,
  maps: [MAP, { ...MAP, name: 'jumps', type: 'prog_array', valueBytes: 4, entries: [JUMP] }],
  ksyms: [],
  progs: [...progs, 'r0 = 1\nexit'].slice(0, 2).map((text) => ({ insns: assemble(text) })),
  runs: Array.from({ length: 2 }, () => ({
    ...PLAIN_RUN,
    data: new Uint8Array(64),
    dataOutBytes: 64,
  })),
});

const JUMP = { key: new Uint8Array(4), value: Uint8Array.of(1, 0, 0, 0) };

/** Where an emulator that has something wrong begins to differ from one that hasn't. */
async function locatedIn(testCase: Case, rules: Partial<EmulatorRules>): Promise<Located> {
  const linux = DEFAULT_LINUX;
  const pair = [createEmulator({ linux, rules, luck: 3 }), createEmulator({ linux })] as const;
  const witnesses = LUCK.map((luck) => createEmulator({ linux, luck }));
  const [[a], [b]] = await Promise.all(pair.map((target) => target.execute([testCase])));
  const [ofA, ofB] = [a, b].map((outcome, i) => ({ name: `${i}`, info: pair[i].info, outcome }));
  const comparison = compareOutcomes(testCase, ofA, ofB);
  expect(comparison.kind).toBe('diverge');
  return locate(testCase, comparison as Divergence, { pair, witnesses });
}

const PLACES: readonly (readonly [string, Case, Partial<EmulatorRules>, object])[] = [
  [
    'an insn whose result is returned',
    caseOf('r0 = -1\nw0 += 1\nr0 >>= 32\nexit'),
    WRONG.add32,
    { form: 'add32.k', insn: 1, run: 0, iteration: 1, by: 'trace' },
  ],
  [
    'a jump that goes elsewhere',
    caseOf('r0 = 7\nif r0 > 7 goto +1\nr0 = 8\nexit'),
    WRONG.jgt,
    { form: 'jgt64.k', insn: 1, next: [{ insn: 3 }, { insn: 2 }] },
  ],
  [
    'the round of a loop',
    caseOf('r1 = 995\nr0 = 0\nr1 -= -1\nr0 += 3\nif r1 < 1006 goto -3\nexit'),
    WRONG.sub64,
    { form: 'sub64.k', insn: 2, run: 0, iteration: 6 },
  ],
  [
    'the round of a loop whose steps fill many logs',
    caseOf('r0 = 0\nr1 = 700\nr1 -= -1\nr0 += 1\nif r1 < 1006 goto -3\nexit'),
    WRONG.sub64,
    { form: 'sub64.k', insn: 2, iteration: 301 },
  ],
  [
    'an insn of a function, in its second call',
    caseOf('r1 = 1\ncall f\nr1 = 1000\ncall f\nexit\nf:\nr1 -= -1\nr0 = r1\nexit'),
    WRONG.sub64,
    { form: 'sub64.k', insn: 5, iteration: 2 },
  ],
  [
    'an insn of a prog that another one calls',
    caseOf(
      'r2 = map_by_fd(1) ll\nr3 = 0\ncall tail_call#12\nr0 = 0\nexit',
      'r0 = 1000\nr0 -= 1\nexit',
    ),
    WRONG.sub64,
    { form: 'sub64.k', prog: 1, insn: 1 },
  ],
  [
    'an insn of a later run',
    caseOf(
      'r1 = map_val(map_by_fd(0)) +0 ll\nr0 = *(u64 *)(r1 +0)\nr0 -= -1\nr0 += 998\n' +
        '*(u64 *)(r1 +0) = r0\nexit',
    ),
    { alu: { ...alu, 'sub64.k': (d, s) => (d === 999n ? d : d - s) } },
    { form: 'sub64.k', insn: 2, run: 1, iteration: 1 },
  ],
  [
    'a store beside which memory changes',
    caseOf('r1 = map_val(map_by_fd(0)) +0 ll\n*(u8 *)(r1 +0) = -1\nr0 = 3\nexit'),
    WRONG.stb,
    { form: 'stb', insn: 1, by: 'cut', run: 0 },
  ],
  [
    'a store to the stack',
    caseOf('*(u64 *)(r10 -8) = 0\n*(u8 *)(r10 -8) = -1\nr0 = 3\nr0 = *(u64 *)(r10 -8)\nexit'),
    WRONG.stb,
    { form: 'stb', insn: 1, by: 'trace' },
  ],
  [
    'a call that finds nothing',
    caseOf(
      '*(u32 *)(r10 -4) = 0\nr2 = r10\nr2 += -4\nr1 = map_by_fd(0) ll\n' +
        'call map_lookup_elem#1\nif r0 != 0 goto +1\nexit\nr0 = 5\nexit',
    ),
    WRONG.lookup,
    { form: 'call map_lookup_elem', insn: 4 },
  ],
  [
    'an insn where all registers are needed',
    caseOf(
      [
        ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((reg) => `r${reg} = ${reg + 40}`),
        'r0 %= 11',
        ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((reg) => `r0 += r${reg}`),
        'exit',
      ].join('\n'),
    ),
    WRONG.mod,
    { form: 'mod64.k', insn: 10 },
  ],
];

describe('two targets', () => {
  it.each(PLACES)('begin to differ at %s', async (_name, testCase, rules, expected) => {
    expect(await locatedIn(testCase, rules)).toMatchObject({ kind: 'insn', ...expected });
  });

  it('hold the same before it, and what is marked afterwards', async () => {
    const located = await locatedIn(caseOf('r0 = -1\nw0 += 1\nr0 >>= 32\nexit'), WRONG.add32);
    expect(located).toMatchObject({
      values: [
        {
          name: 'r0',
          before: [0xffffffffffffffffn, 0xffffffffffffffffn],
          after: [0xffffffff00000000n, 0n],
          differs: true,
        },
      ],
    });
  });
});
