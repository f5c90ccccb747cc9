import { describe, expect, it } from 'vitest';
import { parseCaseText, printCase } from '../../src/case/text.ts';
import { compareOutcomes, type DivergenceClass } from '../../src/compare/compare.ts';
import { bareShrinkable, type Holds, shrink } from '../../src/shrink/shrink.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { defaultRules, type EmulatorRules } from '../../src/targets/emulator/rules.ts';
import type { Outcome, Target } from '../../src/targets/target.ts';
import { DEFAULT_LINUX } from '../../src/targets/target.ts';

const { alu, jump, run } = defaultRules;
const skb = run.sched_cls!;

const without = <T>(items: readonly T[], item: T): readonly T[] =>
  items.filter((other) => other !== item);

/** What a mutant of the emulator is found with, and the least that shows it. */
const CASES: readonly {
  readonly name: string;
  readonly rules: Partial<EmulatorRules>;
  readonly class: DivergenceClass;
  readonly from: string;
  readonly to: string;
}[] = [
  {
    name: 'a modulo by zero, behind branches, a map and runs that do not matter',
    rules: { alu: { ...alu, 'mod64.x': (d, s) => (s === 0n ? 0n : d % s) } },
    class: 'retval',
    from: `case modulo
prog_type xdp
prog_flags 0x4

map unused hash key 4 value 8 max_entries 16
  01000000 = ff00000000000000

map out array key 4 value 8 max_entries 4
  00000000 = 0102030405060708

prog
    r6 = *(u32 *)(r1 +0)
    r7 = *(u32 *)(r1 +4)
    r8 = r6
    r8 += 14
    if r8 > r7 goto out
    r5 = *(u8 *)(r6 +12)
    if r5 == 9 goto other
    r5 = 0x123456789abcdef0 ll
    r3 = 0
    call f
    r5 = 77
    r5 %= r3
    goto out
  other:
    r5 = 1
  out:
    r9 = map_val(map_by_fd(1)) +0 ll
    *(u64 *)(r9 +0) = 3
    r0 = r5
    exit
  f:
    r0 = 5
    exit

run
  data ffffffff ffff0000 00000000 08000000
  data_out 64

run
  data ffffffff ffff0000 00000000 09000000
  ctx 24
    data_end = 0x10
  repeat 3
  data_out 64
  ctx_out 24
`,
    to: `case modulo
prog_type xdp

prog
    r1 = 0
    r0 %= r1
    exit

run
  data 00000000 00000000 00000000 0000
`,
  },
  {
    name: 'a comparison, down to the boundary',
    rules: { jump: { ...jump, 'jsgt64.k': (d, s) => d > s } },
    class: 'retval',
    from: `case comparison
prog_type xdp

prog
    r2 = -123456
    r3 = 17
    if r2 s> 99 goto +2
    r3 += 4
    r3 *= r2
    r0 = r3
    exit

run
  data ffffffff ffff0000 00000000 08000000
`,
    to: `case comparison
prog_type xdp

prog
    r0 = -1
    if r0 s> 0 goto L3
    r0 = 0
  L3:
    exit

run
  data 00000000 00000000 00000000 0000
`,
  },
  {
    name: 'a ctx field that is not written back, in one run of many',
    rules: {
      run: {
        ...run,
        sched_cls: { ...skb, ctx: { ...skb.ctx, writeBack: without(skb.ctx.writeBack, 'mark') } },
      },
    },
    class: 'ctx',
    from: `case write back
prog_type sched_cls

prog
    r2 = *(u32 *)(r1 +8)
    r2 += 500
    *(u32 *)(r1 +8) = r2
    *(u32 *)(r1 +32) = r2
    r0 = 0
    exit

run
  data ffffffff ffff0000 00000000 08004500
  data_out 64

run
  data ffffffff ffff0000 00000000 08004500 002e0001 00004011 00000a00 00010a00 000204d2
  ctx 192
    mark = 0x12345678
    priority = 0x9
    cb1 = 0x5
    tstamp = 0x123456789abcdef
  repeat 7
  data_out 256
  ctx_out 192
`,
    to: `case write back
prog_type sched_cls

prog
    *(u32 *)(r1 +8) = 0
    exit

run
  data 00000000 00000000 00000000 0000
  ctx 192
    mark = 0x1
  ctx_out 192
`,
  },
  {
    name: 'a shift that only a map tells of, which a run before it need not fill',
    rules: { alu: { ...alu, 'rsh64.k': (d, s) => d >> (s + 1n) } },
    class: 'map',
    from: `case state
prog_type socket_filter

map unused array key 4 value 4 max_entries 1

map count array key 4 value 8 max_entries 3
  00000000 = ffffffffffffffff
  01000000 = 1111111111111111

prog
    r1 = map_val(map_by_fd(1)) +0 ll
    r2 = *(u64 *)(r1 +0)
    if r2 s< 0 goto first
    r2 >>= 9
    *(u64 *)(r1 +8) = r2
  first:
    r2 = 0x40000
    *(u64 *)(r1 +0) = r2
    r0 = 0
    exit

run
  data ffffffff ffff0000 00000000 12344500

run
  data ffffffff ffff0000 00000000 12344500

run
  data ffffffff ffff0000 00000000 12344500
`,
    to: `case state
prog_type socket_filter

map count array key 4 value 8 max_entries 1

prog
    r0 = map_val(map_by_fd(0)) +0 ll
    r1 >>= 0
    *(u64 *)(r0 +0) = r1
    exit

run
  data 00000000 00000000 00000000 0000
`,
  },
];

describe('a case that shows', () => {
  it.each(CASES)('$name', async ({ rules, class: of, from, to }) => {
    const { testCase, claim } = parseCaseText(from, 'from.case');
    const pair = [
      createEmulator({ linux: DEFAULT_LINUX }),
      createEmulator({ linux: DEFAULT_LINUX, rules }),
    ];
    const holds = stillDiverges(pair, of);
    expect(await holds([testCase])).toEqual([true]);
    const { shrunk } = await shrink(bareShrinkable(testCase), holds);
    expect(printCase(shrunk.testCase, { claim })).toBe(to);
  });
});

/** As in a campaign, where the verifier sees to it that no prog of a kernel faults. */
const stillDiverges =
  ([a, b]: readonly Target[], of: DivergenceClass): Holds =>
  async (candidates) => {
    const [ofA, ofB] = await Promise.all([a.execute(candidates), b.execute(candidates)]);
    return candidates.map((testCase, i) => {
      const found = compareOutcomes(testCase, observed(a, ofA[i]), observed(b, ofB[i]));
      return found.kind === 'diverge' && found.class === of && !faults(ofA[i]);
    });
  };

const faults = (outcome: Outcome): boolean =>
  outcome.kind !== 'completed' || outcome.runs.some(({ fault }) => fault !== undefined);

const observed = ({ name, info }: Target, outcome: Outcome) => ({ name, info, outcome });
