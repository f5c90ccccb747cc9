import { describe, expect, it } from 'vitest';
import { agreementOf } from '../../src/compare/agreement.ts';
import type { Observed } from '../../src/compare/compare.ts';
import { agreementLines } from '../../src/reports/agreement.ts';
import { PLAIN_TEXT } from '../../src/reports/text-options.ts';
import type { Engine } from '../../src/targets/target.ts';
import { CASE, completed, run, uml } from './observed.ts';

/** A target by its name, such as `7.2 x86_64 jit`, and what its prog returns; null where it lacks something. */
function target(name: string, retval: number | null): Observed {
  const [release, arch, engine] = name.split(' ');
  const { info } = uml(completed());
  return {
    name: name.replaceAll(' ', '-'),
    info: { ...info, engine: engine as Engine, linux: { ...info.linux, release, arch } },
    outcome:
      retval === null
        ? { kind: 'unsupported', missing: [] }
        : completed({ runs: [run({ retval }), run()] }),
  };
}

describe('who agrees with whom', () => {
  it.each<
    [what: string, targets: Readonly<Record<string, number | null>>, says: readonly string[]]
  >([
    [
      'the JITs of a release against all else',
      {
        '6.1 x86_64 emulator': 1,
        '6.1 x86_64 jit': 1,
        '6.1 x86_64 interp': 1,
        '7.2 x86_64 jit': 2,
        '7.2 aarch64 jit': 2,
        '7.2 x86_64 interp': 1,
      },
      [
        '         4 targets',
        '           6.1-x86_64-emulator',
        '           6.1-x86_64-jit',
        '           6.1-x86_64-interp',
        '           7.2-x86_64-interp',
        'against  all 7.x JITs',
        '           7.2-x86_64-jit',
        '           7.2-aarch64-jit',
      ],
    ],
    [
      'interpreters against JITs',
      { '6.1 x86_64 jit': 1, '7.2 x86_64 jit': 1, '6.1 x86_64 interp': 2, '7.2 x86_64 interp': 2 },
      [
        '         all JITs          6.1-x86_64-jit, 7.2-x86_64-jit',
        'against  all interpreters  6.1-x86_64-interp, 7.2-x86_64-interp',
      ],
    ],
    [
      'the emulator, which is the odd one out',
      { '6.1 x86_64 emulator': 1, '6.1 x86_64 jit': 2, '7.2 x86_64 jit': 2 },
      [
        '         all kernels  6.1-x86_64-jit, 7.2-x86_64-jit',
        'against  6.1-x86_64-emulator',
        'the odd one out is 6.1-x86_64-emulator',
      ],
    ],
    [
      'what lacks something, which agrees with nobody',
      { '6.1 x86_64 jit': 1, '7.2 x86_64 jit': 2, '5.10 x86_64 jit': null },
      ['         6.1-x86_64-jit', 'against  7.2-x86_64-jit', 'not comparable: 5.10-x86_64-jit'],
    ],
    [
      'all the same',
      { '6.1 x86_64 jit': 1, '7.2 x86_64 jit': 1 },
      ['  all  6.1-x86_64-jit, 7.2-x86_64-jit'],
    ],
  ])('%s', (_what, targets, says) => {
    const observed = Object.entries(targets).map(([name, retval]) => target(name, retval));
    const agreement = agreementOf(CASE, observed);
    expect(agreementLines(agreement, { ...PLAIN_TEXT, width: 80 })).toEqual(says);
  });

  it('does not depend on which of a group is first', () => {
    const names = ['6.1 x86_64 jit', '7.2 x86_64 jit', '6.1 x86_64 interp'];
    const observed = names.map((name, i) => target(name, i === 1 ? 5 : 4));
    for (const order of [observed, observed.toReversed()]) {
      expect(agreementOf(CASE, order).oddOneOut?.name).toBe('7.2-x86_64-jit');
    }
  });
});
