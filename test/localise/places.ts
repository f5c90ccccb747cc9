import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { u32 } from '../../src/isa/integers.ts';
import { defaultRules, type EmulatorRules } from '../../src/targets/emulator/rules.ts';

const { alu, jump, load, store, helpers, maps, run } = defaultRules;

/** What one emulator has wrong. */
export const WRONG = {
  add32: { alu: { ...alu, 'add32.k': (d: bigint, s: bigint) => (d & ~0xffffffffn) | u32(d + s) } },
  jgt: { jump: { ...jump, 'jgt64.k': jump['jge64.k'] } },
  /** Wrong from 1000 on only. */
  sub64: { alu: { ...alu, 'sub64.k': (d: bigint, s: bigint) => (d === 1000n ? 1002n : d - s) } },
  stb: { store: { ...store, stb: store.sth } },
  ldxh: { load: { ...load, ldxh: (view, at, little) => BigInt(view.getInt16(at, little)) } },
  lookup: { helpers: { ...helpers, 1: () => 0n } },
  mod: { alu: { ...alu, 'mod64.k': alu['div64.k'] } },
  arrayDelete: { maps: { ...maps, array: { ...maps.array!, checkDelete: () => 0 } } },
  run: {
    run: {
      ...run,
      sched_cls: {
        ...run.sched_cls!,
        run: (session, attributes) => ({ ...run.sched_cls!.run(session, attributes), retval: 9 }),
      },
    },
  },
  storeBytes: { helpers: { ...helpers, 9: () => 0n } },
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

export const caseOf = (...progs: readonly string[]): Case => ({
  progType: 'sched_cls',
  expectedAttachType: 0,
  progFlags: 0,
  maps: [MAP, { ...MAP, name: 'jumps', type: 'prog_array', valueBytes: 4, entries: [JUMP] }],
  ksyms: [],
  progs: [...progs, 'r0 = 1\nexit'].slice(0, 2).map((text) => ({ insns: assemble(text) })),
  runs: Array.from({ length: 2 }, () => ({
    ...PLAIN_RUN,
    data: new Uint8Array(64).fill(0x80),
    dataOutBytes: 64,
  })),
});

const JUMP = { key: new Uint8Array(4), value: Uint8Array.of(1, 0, 0, 0) };

/** What two targets begin to differ at, a case, what one of them has wrong, and what is located. */
export const PLACES: readonly (readonly [string, Case, Partial<EmulatorRules>, object])[] = [
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
  [
    'a load of what a helper has put on the stack',
    caseOf(
      'r0 = 0\nr2 = 0\nr3 = r10\nr3 += -16\n*(u16 *)(r10 -16) = -1\nr4 = 2\n' +
        'call skb_load_bytes#26\nr2 = r10\nr2 += -16\nr0 = *(u16 *)(r2 +0)\nexit',
    ),
    WRONG.ldxh,
    { form: 'ldxh', insn: 9 },
  ],
  [
    'a call that changes the packet',
    caseOf(
      'r6 = r1\n*(u64 *)(r10 -8) = 77\nr2 = 3\nr3 = r10\nr3 += -8\nr4 = 4\nr5 = 0\n' +
        'call skb_store_bytes#9\nr0 = 1\nexit',
    ),
    WRONG.storeBytes,
    { form: 'call skb_store_bytes', insn: 7 },
  ],
  [
    'a round of a loop in a function',
    caseOf(
      'r6 = 998\nr1 = r6\ncall f\nr6 += 1\nif r6 < 1001 goto -4\nr0 = 0\nexit\n' +
        'f:\nr2 = 0\nr0 = r1\nr0 -= -1\nr2 += 1\nif r2 < 3 goto -3\n' +
        'r3 = map_val(map_by_fd(0)) +0 ll\n*(u64 *)(r3 +0) = r0\nexit',
    ),
    WRONG.sub64,
    { form: 'sub64.k', insn: 9, iteration: 3 },
  ],
];
