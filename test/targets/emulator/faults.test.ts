import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formNamed, insnOf } from '../../../src/isa/forms.ts';
import type { Insn } from '../../../src/isa/insn.ts';
import { createEmulator } from '../../../src/targets/emulator/emulator.ts';
import { someInsn } from '../../isa/arbitrary-insn.ts';
import { caseOf, completed, LINUX, mapSpec, oneRun, run } from './driver.ts';

const exit = insnOf(formNamed('exit'));

const FAULTS: readonly (readonly [
  what: string,
  prog: string | readonly Insn[],
  reason: string,
  slot: number,
])[] = [
  ['a load through null', 'r1 = 0\nr0 = *(u8 *)(r1 +0)\nexit', 'access', 1],
  ['a load above the stack', 'r0 = *(u8 *)(r10 +0)\nexit', 'access', 0],
  ['a load over the end of the stack', 'r0 = *(u64 *)(r10 -4)\nexit', 'access', 0],
  ['a load below the stack', 'r0 = *(u64 *)(r10 -520)\nexit', 'access', 0],
  ['a load at the top of the address space', 'r1 = -8\nr0 = *(u64 *)(r1 +16)\nexit', 'access', 1],
  [
    'a load beyond 2^32',
    'r1 = r10\nr2 = 1 ll\nr2 <<= 32\nr1 += r2\nr0 = *(u8 *)(r1 -1)\nexit',
    'access',
    5,
  ],
  ['a store over the end of a map value', value('*(u64 *)(r1 +1) = 0'), 'access', 2],
  ['a store into the gap behind a value', value('*(u8 *)(r1 +5) = 0'), 'access', 2],
  ['a store to a ctx field that is read-only', '*(u32 *)(r1 +0) = 0\nexit', 'access', 0],
  ['a store behind the ctx', '*(u32 *)(r1 +192) = 0\nexit', 'access', 0],
  ['an atomic on the ctx', 'lock *(u32 *)(r1 +48) += r1\nexit', 'access', 0],
  ['a jump beyond the end', 'r0 = 0\ngoto +1\nexit', 'bad-jump', 1],
  ['a jump into an lddw', 'goto +1\nr0 = 0 ll\nexit', 'bad-jump', 0],
  ['a jump before the beginning', 'goto -2\nexit', 'bad-jump', 0],
  ['running past the end', 'r0 = 0', 'bad-jump', 1],
  ['an empty prog', [], 'bad-jump', 0],
  ['a write to r10', 'r10 += 1\nexit', 'write-to-r10', 0],
  ['fetching into r10', 'r10 = atomic64_fetch_add((u64 *)(r10 -8), r10)\nexit', 'write-to-r10', 0],
  ['an unknown opcode', [{ ...exit, opcode: 0xff }, exit], 'unknown-insn', 0],
  ['a field that must be 0', [{ ...exit, imm: 1 }, exit], 'unknown-insn', 0],
  ['register 11', [insnOf(formNamed('add64.k'), { dst: 11 }), exit], 'unknown-insn', 0],
  ['a helper that no Linux has', 'call 4096\nexit', 'unknown-helper', 0],
  [
    'a map argument that is none',
    'r1 = 0\nr2 = r10\ncall map_lookup_elem\nexit',
    'bad-argument',
    2,
  ],
  [
    'a key that is nowhere',
    'r1 = map_by_idx(0) ll\nr2 = 1\ncall map_lookup_elem\nexit',
    'bad-argument',
    3,
  ],
  ['a map that the case lacks', 'r1 = map_by_idx(1) ll\nexit', 'bad-argument', 0],
  ['a packet load without the ctx in r6', 'r6 = 0\nr0 = *(u8 *)skb[0]\nexit', 'bad-argument', 1],
  ['an endless loop', 'goto -1', 'steps', 0],
];

function value(store: string): string {
  return `r1 = map_val(map_by_idx(0)) +0 ll\n${store}\nr0 = 0\nexit`;
}

const maps = [mapSpec({ valueBytes: 5, maxEntries: 2 })];

describe('a fault', () => {
  it.each(FAULTS)('comes of %s', async (_, prog, reason, slot) => {
    const { errno, fault } = await oneRun(caseOf(prog, { maps }), { stepsMax: 1000 });
    expect({ errno, reason: fault?.reason, slot: fault?.slot }).toEqual({ errno: 0, reason, slot });
  });

  it('is harmless where it is not reached', async () => {
    const prog: Insn[] = [insnOf(formNamed('ja'), { off: 1 }), { ...exit, opcode: 0xff }, exit];
    expect((await oneRun(caseOf(prog))).fault).toBeUndefined();
  });

  it('leaves what was done before it, and the runs behind it', async () => {
    const prog = `r1 = map_val(map_by_idx(0)) +0 ll
      r0 = *(u8 *)(r1 +0)
      *(u8 *)(r1 +0) = 7
      if r0 == 7 goto +1
      r0 = *(u8 *)(r10 +0)
      exit`;
    const outcome = await completed(caseOf(prog, { maps, runs: [run(), run()] }));
    expect(outcome.runs.map(({ fault, retval }) => [fault?.reason, retval])).toEqual([
      ['access', 0],
      [undefined, 7],
    ]);
    expect(outcome.maps[0][0].values[0][0]).toBe(7);
  });
});

describe('the emulator', () => {
  it('says what it lacks instead of trying it', async () => {
    const emulator = createEmulator({ linux: LINUX });
    const cases = [
      caseOf('call perf_event_read\nexit'),
      caseOf('call kfunc#0\nexit', { ksyms: ['bpf_task_from_pid'] }),
      caseOf('r0 = 0\nexit', { progType: 'ext' }),
      caseOf('r0 = 0\nexit', { maps: [mapSpec({ type: 'stack_trace' })] }),
      caseOf('call skb_store_bytes\nexit'),
    ];
    const outcomes = await emulator.execute(cases);
    expect(outcomes.map((outcome) => outcome.kind === 'unsupported' && outcome.missing)).toEqual([
      ['helper 22 perf_event_read'],
      ['kernel symbol bpf_task_from_pid'],
      ['prog type ext'],
      ['map type stack_trace'],
      ['helper 9 skb_store_bytes'],
    ]);
  });

  it('keeps nothing from one case to the next', async () => {
    const emulator = createEmulator({ linux: LINUX });
    const write = caseOf(`*(u64 *)(r10 -8) = -1\n${value('*(u8 *)(r1 +4) = 9')}`, { maps });
    const read = caseOf(
      'r0 = *(u64 *)(r10 -8)\nr1 = map_val(map_by_idx(0)) +0 ll\nr1 = *(u8 *)(r1 +4)\nr0 += r1\nexit',
      { maps },
    );
    const [, outcome] = await emulator.execute([write, read]);
    expect(outcome.kind === 'completed' && outcome.runs[0]).toMatchObject({ errno: 0, retval: 0 });
  });

  it('never throws, whatever the insns', async () => {
    const emulators = (['little', 'big'] as const).map((endianness) =>
      createEmulator({ linux: { ...LINUX, endianness }, stepsMax: 200 }),
    );
    const anyProg = fc.array(someInsn, { maxLength: 12 });
    const anyMap = fc.constantFrom(
      mapSpec(),
      mapSpec({ type: 'hash', keyBytes: 3, maxEntries: 2 }),
      mapSpec({ type: 'percpu_array', maxEntries: 3 }),
    );
    const anyType = fc.constantFrom('xdp', 'sched_cls', 'socket_filter');
    await fc.assert(
      fc.asyncProperty(anyProg, anyMap, anyType, async (insns, map, progType) => {
        for (const emulator of emulators) {
          const testCase = caseOf([...insns, exit], { progType, maps: [map] });
          const [outcome] = await emulator.execute([testCase]);
          expect(['completed', 'unsupported']).toContain(outcome.kind);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
