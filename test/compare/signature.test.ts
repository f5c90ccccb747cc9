import { describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import { compareOutcomes, type Divergence, type Observed } from '../../src/compare/compare.ts';
import { signatureOf } from '../../src/compare/signature.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { CASE, completed, emulator, jit, run, uml } from './observed.ts';

const withProg = (asm: string): Case => ({ ...CASE, maps: [], progs: [{ insns: assemble(asm) }] });
const agreeing = emulator(completed());
const differing = uml(completed({ runs: [run({ retval: 1 }), run()] }));
const failing = (errno: number): Observed => uml(completed({ runs: [run({ errno }), run()] }));

const signature = (testCase: Case, a: Observed, b: Observed): string =>
  signatureOf({
    shrunk: testCase,
    divergence: compareOutcomes(CASE, a, b) as Divergence,
    observed: [a, b],
    cause: '',
  });

describe('the signature of a finding', () => {
  const prog = withProg('r0 = 5\nr0 /= 3\nexit');

  it('names class, kinds of targets, place and shape', () => {
    expect(signature(prog, agreeing, differing)).toBe(
      'retval emulator/interp retval: div64.k exit mov64.k xdp',
    );
  });

  it.each([
    ['the order of the targets', signature(prog, differing, agreeing)],
    ['immediates', signature(withProg('r0 = 7\nr0 /= 9\nexit'), agreeing, differing)],
    [
      'registers and repetitions',
      signature(withProg('r0 = 7\nr3 = 1\nr3 /= 9\nexit'), agreeing, differing),
    ],
  ])('does not depend on %s', (_, other) => {
    expect(other).toBe(signature(prog, agreeing, differing));
  });

  it.each([
    ['the forms of insns', signature(withProg('r0 = 5\nr0 %= 3\nexit'), agreeing, differing)],
    ['the kind of a target', signature(prog, agreeing, jit(differing.outcome))],
    ['the class', signature(prog, agreeing, failing(22))],
    [
      'what a run sets',
      signature({ ...prog, runs: [{ ...PLAIN_RUN, flags: 2 }] }, agreeing, differing),
    ],
  ])('depends on %s', (_, other) => {
    expect(other).not.toBe(signature(prog, agreeing, differing));
  });

  it('tells helpers and errnos apart', () => {
    const [ktime, random] = ['ktime_get_ns', 'get_prandom_u32'].map((helper) =>
      signature(withProg(`call ${helper}\nexit`), agreeing, differing),
    );
    expect(ktime).not.toBe(random);
    expect(signature(prog, agreeing, failing(22))).not.toBe(signature(prog, agreeing, failing(28)));
  });
});
