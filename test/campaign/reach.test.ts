import { describe, expect, it } from 'vitest';
import {
  createReachCounter,
  type Reached,
  reachedByAnswer,
  reachedByProgs,
  reachedByVerifier,
} from '../../src/campaign/reach.ts';
import { parseCaseText } from '../../src/case/text.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { type Completed, DEFAULT_LINUX, type LoadOutcome } from '../../src/targets/target.ts';

const { testCase } = parseCaseText(
  `case x
prog_type xdp

map seen hash key 4 value 8 max_entries 1

prog
  call get_smp_processor_id#8
  if r0 == 0 goto L4
  call ktime_get_ns#5
  L4:
  *(u32 *)(r10 -4) = 7
  r1 = map_by_fd(0) ll
  r2 = r10
  r2 += -4
  call map_lookup_elem#1
  r1 = map_by_fd(0) ll
  r2 = r10
  r2 += -4
  call map_delete_elem#3
  r0 = 2
  exit

run
  data 0000000000000000000000000000
  lookup seen key 07000000

run
  data 0000
`,
  'x.case',
);

const execute = async (): Promise<Completed> => {
  const [outcome] = await createEmulator({ linux: DEFAULT_LINUX }).execute([testCase]);
  return outcome as Completed;
};

const loaded = (load: LoadOutcome): Completed => ({
  kind: 'completed',
  load,
  runs: [],
  maps: [],
  console: '',
});

const namesOf = (reached: Reached | undefined) =>
  Object.fromEntries(Object.entries(reached ?? {}).map(([kind, names]) => [kind, [...names]]));

describe('what a case reached', () => {
  it('is what progs executed, by name', async () => {
    const { operands: _, ...names } = namesOf(reachedByProgs(testCase, await execute()));
    expect(names).toEqual({
      forms: [
        'call.helper',
        'jeq64.k',
        'stw',
        'lddw.map_by_fd',
        'mov64.x',
        'add64.k',
        'mov64.k',
        'exit',
      ],
      helpers: ['xdp get_smp_processor_id', 'xdp map_lookup_elem', 'xdp map_delete_elem'],
      ksyms: [],
      branches: ['jeq64.k taken'],
      results: [
        'xdp get_smp_processor_id 0',
        'xdp map_lookup_elem null',
        'xdp map_delete_elem ENOENT',
      ],
      mapOps: ['hash map_lookup_elem null', 'hash map_delete_elem ENOENT'],
    });
  });

  it('is what a target answered to runs and commands', async () => {
    expect(namesOf(reachedByAnswer(testCase, await execute()))).toEqual({
      progTypes: ['xdp'],
      mapTypes: ['hash'],
      errnos: ['xdp 22'],
      mapOps: ['hash lookup ENOENT'],
    });
  });

  it('is the errno of the load and the reason where a kernel refuses', () => {
    const refused = loaded({ verdict: 'rejected', errno: 13, log: 'R0 !read_ok\n' });
    expect(namesOf(reachedByAnswer(testCase, refused))).toMatchObject({ errnos: ['load 13'] });
    expect(namesOf(reachedByVerifier(refused))).toEqual({ messages: ['R! !read_ok'] });
    expect(reachedByProgs(testCase, refused)).toBeUndefined();
  });

  it('is the errno for a reason where the kernel says nothing', () => {
    const refused = loaded({ verdict: 'rejected', errno: 22, log: '' });
    expect(namesOf(reachedByVerifier(refused))).toEqual({ messages: ['EINVAL without a message'] });
  });

  it('is counted in cases, by name, and what is new is told', async () => {
    const reached = reachedByProgs(testCase, await execute())!;
    const counter = createReachCounter();
    const fresh = [1, 2, 3].map(() => counter.add(reached));
    expect(fresh).toEqual([fresh[0], 0, 0]);
    expect(fresh[0]).toBeGreaterThan(15);
    const { forms, branches, operands } = counter.counts();
    expect(Object.keys(forms)).toEqual(Object.keys(forms).toSorted());
    expect(branches).toEqual({ 'jeq64.k taken': 3 });
    expect(operands['jeq64.k taken']).toMatchObject({
      first: [3, ...Array(15).fill(0)],
      second: [3, ...Array(15).fill(0)],
      pairs: '1'.padStart(64, '0'),
    });
  });
});
