import { describe, expect, it } from 'vitest';
import { createReachCounter } from '../../src/campaign/reach.ts';
import { summaryText } from '../../src/reports/summary.ts';
import { PLAIN_TEXT } from '../../src/reports/text-options.ts';
import { counts, summary } from '../ui/events.ts';

const UML = {
  kernel: '6.1.176',
  arch: 'um',
  engine: 'interp',
  reach: createReachCounter().counts(),
} as const;
const EMULATOR = {
  kernel: '6.1',
  arch: 'x86_64',
  engine: 'emulator',
  reach: createReachCounter().counts(),
} as const;
const ALL = counts({ accepted: 10_000, compared: 9_700, incomparable: 300 });

const lines = (over: Parameters<typeof summary>[0]): readonly string[] =>
  summaryText(summary(over), PLAIN_TEXT).split('\n');

describe('a summary', () => {
  it('tells totals, targets, excuses and that nothing diverged', () => {
    expect(
      lines({
        targets: {
          emulator: { ...ALL, ...EMULATOR },
          uml: { ...ALL, accepted: 9_699, rejected: 300, crashed: 1, ...UML },
        },
        excused: { 'no-verifier': 300 },
      }),
    ).toEqual([
      '10,000 cases, 40,000 runs in 33 s, 303/s, seed 7',
      '',
      'target     cases  accepted  compared  incomparable  crashed  what it is',
      'emulator  10,000     100 %     9,700           300        0  6.1, x86_64, emulator',
      'uml       10,000      97 %     9,700           300        1  6.1.176, um, interp',
      'incomparable by rule: no-verifier 300',
      '',
      'no divergence',
      '',
    ]);
  });

  it('tells why cases were rejected, by target, and where jumps went', () => {
    const reach = {
      ...createReachCounter().counts(),
      messages: { 'R! !read_ok': 2, 'invalid stack off=N size=N': 7 },
      branches: { 'jeq32.k both': 1, 'jeq64.k taken': 1, 'jeq64.k not-taken': 2 },
    };
    const other = { ...reach, messages: { 'R! !read_ok': 1200 } };
    const told = lines({
      targets: {
        uml: { ...ALL, ...UML, reach },
        sid: { ...ALL, ...UML, kernel: '7.2.13', reach: other },
      },
    });
    expect(told.slice(5, -3)).toEqual([
      'jumps that went both ways: 2 of 44 forms; within one case 25 % of 4 insns',
      '',
      'uml    sid  rejected because',
      '  2  1,200  R! !read_ok',
      '  7         invalid stack off=N size=N',
    ]);
  });

  it('of many targets folds the emulators and tells below the counts what each target is', () => {
    const half = { ...ALL, accepted: 5_000, unsupported: 5_000 };
    const told = lines({
      targets: {
        'emulator@6.12': { ...ALL, ...EMULATOR, kernel: '6.12' },
        'emulator@6.1': { ...ALL, ...EMULATOR },
        'debian13:jit': { ...half, ...UML, engine: 'jit', kernel: '6.12.117+deb13-cloud-amd64' },
        'debian13:interp': { ...half, ...UML, kernel: '6.12.117+deb13-cloud-amd64' },
        uml: { ...half, ...UML },
      },
    });
    expect(told.slice(2, -1)).toEqual([
      'target            cases  accepted  compared  incomparable  unsupported',
      '2 emulators      20,000     100 %    19,400           600            0',
      'debian13:jit      5,000     100 %     9,700           300        5,000',
      'debian13:interp   5,000     100 %     9,700           300        5,000',
      'uml               5,000     100 %     9,700           300        5,000',
      '',
      'kernel       what it is',
      '2 emulators  told to be 6.1, 6.12',
      'debian13     6.12.117+deb13-cloud-amd64, um, jit and interp',
      'uml          6.1.176, um, interp',
      '',
      'no divergence',
    ]);
  });

  it('names the command that shows each finding', () => {
    expect(lines({ divergences: 12, findings: ['f1', 'f2'] }).slice(-4)).toEqual([
      '12 cases diverged, 2 findings:',
      '  bpfdiff corpus show f1',
      '  bpfdiff corpus show f2',
      '',
    ]);
  });

  it.each([
    ['limit', 'seed 7'],
    ['interrupted', 'seed 7, interrupted'],
    ['max-findings', 'seed 7, ended by the number of findings'],
  ] as const)('of a campaign that ended by %s ends its first line in "%s"', (stopped, end) => {
    expect(lines({ stopped })[0]).toMatch(new RegExp(`${end}$`));
  });
});
