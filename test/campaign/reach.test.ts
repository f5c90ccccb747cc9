import { describe, expect, it } from 'vitest';
import { createReachCounter, reachedBy } from '../../src/campaign/reach.ts';
import { parseCaseText } from '../../src/case/text.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { type Completed, DEFAULT_LINUX, type Outcome } from '../../src/targets/target.ts';

const { testCase } = parseCaseText(
  `case x
prog_type xdp

map seen array key 4 value 8 max_entries 1

prog
  call get_smp_processor_id#8
  if r0 == 0 goto L4
  call ktime_get_ns#5
  L4:
  r0 = 2
  exit

run
  data 0000000000000000000000000000

run
  data 0000
`,
  'x.case',
);

const execute = async (): Promise<Completed> => {
  const [outcome] = await createEmulator({ linux: DEFAULT_LINUX }).execute([testCase]);
  return outcome as Completed;
};

const namesOf = (reached: ReturnType<typeof reachedBy>) =>
  Object.fromEntries(Object.entries(reached).map(([kind, names]) => [kind, [...names]]));

describe('what a case reached', () => {
  it('is what was executed, by name, and the errnos of its runs', async () => {
    const outcome = await execute();
    expect(namesOf(reachedBy(testCase, outcome, outcome.executed))).toEqual({
      forms: ['call.helper', 'jeq64.k', 'mov64.k', 'exit'],
      helpers: ['xdp get_smp_processor_id'],
      ksyms: [],
      progTypes: ['xdp'],
      mapTypes: ['array'],
      errnos: ['xdp 22'],
    });
  });

  it('is the errno of the load where a kernel refuses, and nothing executed', () => {
    const refused: Outcome = {
      kind: 'completed',
      load: { verdict: 'rejected', errno: 13, log: '' },
      runs: [],
      maps: [],
      console: '',
    };
    expect(namesOf(reachedBy(testCase, refused, undefined))).toMatchObject({
      forms: [],
      helpers: [],
      errnos: ['load 13'],
    });
  });

  it('is counted in cases, by name', async () => {
    const outcome = await execute();
    const counter = createReachCounter();
    for (let i = 0; i < 3; i++) counter.add(reachedBy(testCase, outcome, outcome.executed));
    const { forms, mapTypes } = counter.counts();
    expect(Object.keys(forms)).toEqual(['call.helper', 'exit', 'jeq64.k', 'mov64.k']);
    expect(mapTypes).toEqual({ array: 3 });
  });
});
