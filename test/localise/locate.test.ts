import { describe, expect, it } from 'vitest';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { DEFAULT_LINUX } from '../../src/targets/target.ts';
import { locatedBetween, wronged } from './located-between.ts';
import { caseOf, PLACES, WRONG } from './places.ts';

const RIGHT = createEmulator({ linux: DEFAULT_LINUX });

describe('two emulators', () => {
  it.each(PLACES)('begin to differ at %s', async (_name, testCase, rules, expected) => {
    const located = await locatedBetween(testCase, wronged(RIGHT, rules), RIGHT);
    expect(located).toMatchObject({ kind: 'insn', ...expected });
  });

  it('hold the same before it, and what is marked afterwards', async () => {
    const testCase = caseOf('r0 = -1\nw0 += 1\nr0 >>= 32\nexit');
    const located = await locatedBetween(testCase, wronged(RIGHT, WRONG.add32), RIGHT);
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

  it('begin to differ at the map command, where progs do the same', async () => {
    const testCase = caseOf('r0 = 0\nexit');
    const command = { kind: 'delete', map: 0, key: new Uint8Array(4), value: null } as const;
    const runs = testCase.runs.map((run) => ({
      ...run,
      commands: [{ ...command, flags: 0n, count: 0 }],
    }));
    const located = await locatedBetween(
      { ...testCase, runs },
      wronged(RIGHT, WRONG.arrayDelete),
      RIGHT,
    );
    expect(located).toEqual({ kind: 'command', form: 'command delete array', run: 0, command: 0 });
  });

  it('begin to differ at the run, where progs do the same', async () => {
    const testCase = caseOf('r0 = 0\nexit');
    const located = await locatedBetween(testCase, wronged(RIGHT, WRONG.run), RIGHT);
    expect(located).toEqual({ kind: 'run', form: 'run sched_cls', run: 0 });
  });
});
