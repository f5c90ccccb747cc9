import { describe, expect, it } from 'vitest';
import { compareAll } from '../../src/campaign/compare-all.ts';
import { presumedBy, type StandIns } from '../../src/campaign/presumed-by.ts';
import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import type { Divergence } from '../../src/compare/compare.ts';
import { formNamed, insnOf } from '../../src/isa/forms.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { DEFAULT_LINUX, type Target } from '../../src/targets/target.ts';

const returning = (imm: number): Case => ({
  progType: 'socket_filter',
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: [],
  progs: [{ insns: [insnOf(formNamed('mov64.k'), { imm }), insnOf(formNamed('exit'))] }],
  runs: [{ ...PLAIN_RUN, data: new Uint8Array(64) }],
});

const right = createEmulator({ linux: DEFAULT_LINUX });
/** A runtime that can't count beyond 5. */
const wrong: Target = {
  ...right,
  name: 'own',
  execute: (cases) =>
    right.execute(cases.map((testCase) => returning(Math.min(testCase.progs[0].insns[0].imm, 5)))),
};
const kernel: Target = {
  ...right,
  name: 'sid:jit',
  info: { ...right.info, engine: 'jit' },
  execute: () => Promise.reject(new Error('the kernel was asked')),
};
const isSteady = async (cases: readonly Case[]) => cases.map(() => true);
const standIns: StandIns = {
  of: (target) => (target === kernel ? right : target),
  isSteady,
  mayLoad: ({ progs: [{ insns }] }) => insns[0].imm !== 7,
};

async function divergenceOn(testCase: Case): Promise<Divergence> {
  const [{ comparison }] = await compareAll([testCase], [wrong, right], isSteady);
  if (comparison.kind !== 'diverge') throw new Error('Expected a divergence');
  return comparison;
}

describe('what stands in for two targets', () => {
  it('says of a case whether they would diverge as they did', async () => {
    const divergence = await divergenceOn(returning(9));
    const pair = [wrong, kernel] as const;
    const presumed = await presumedBy(standIns, returning(9), divergence, pair);
    expect(await presumed!(returning(6))).toBe(true);
    expect(await presumed!(returning(5))).toBe(false);
    expect(await presumed!(returning(7))).toBe(false);
  });

  it('is not heard where it does not see the divergence itself', async () => {
    const divergence = await divergenceOn(returning(9));
    const pair = [right, kernel] as const;
    expect(await presumedBy(standIns, returning(9), divergence, pair)).toBeUndefined();
  });

  it('is not heard where the targets are as quick themselves', async () => {
    const divergence = await divergenceOn(returning(9));
    const pair = [wrong, right] as const;
    expect(await presumedBy(standIns, returning(9), divergence, pair)).toBeUndefined();
  });
});
