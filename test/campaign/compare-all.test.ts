import { describe, expect, it } from 'vitest';
import { showing } from '../../src/campaign/compare-all.ts';
import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import type { Divergence, DivergenceClass } from '../../src/compare/compare.ts';
import { formNamed, insnOf } from '../../src/isa/forms.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { DEFAULT_LINUX, type Target } from '../../src/targets/target.ts';

const RETURN = [insnOf(formNamed('mov64.k')), insnOf(formNamed('exit'))];
/** Reads above the stack, as no verifier lets it. */
const FALLS_OVER = [insnOf(formNamed('ldxdw'), { dst: 0, src: 10, off: 64 }), ...RETURN];

const caseOf = (insns: Case['progs'][number]['insns']): Case => ({
  progType: 'socket_filter',
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: [],
  progs: [{ insns }],
  runs: [{ ...PLAIN_RUN, data: new Uint8Array(64) }],
});

const divergenceOf = (of: DivergenceClass): Divergence => ({
  kind: 'diverge',
  class: of,
  where: {},
  values: ['', ''],
  description: '',
});

/** An emulator in the place of a kernel, and what it was asked. */
function kernel(): { readonly target: Target; readonly asked: Case[] } {
  const emulator = createEmulator({ linux: DEFAULT_LINUX });
  const asked: Case[] = [];
  const target: Target = {
    ...emulator,
    info: { ...emulator.info, engine: 'interp' },
    execute: (cases) => {
      asked.push(...cases);
      return emulator.execute(cases);
    },
  };
  return { target, asked };
}

describe('a kernel', () => {
  const cases = [FALLS_OVER, RETURN, FALLS_OVER].map(caseOf);
  const isSteady = async (some: readonly Case[]) => some.map(() => true);

  it.each([
    ['retval', [cases[1]]],
    ['map', [cases[1]]],
    ['crash', cases],
    ['complaint', cases],
  ] as const)('is asked what may show a divergence of the class %s', async (of, expected) => {
    const { target, asked } = kernel();
    const holds = showing(
      divergenceOf(of),
      [createEmulator({ linux: DEFAULT_LINUX }), target],
      isSteady,
    );
    expect(await holds(cases)).toEqual([false, false, false]);
    expect(asked).toEqual(expected);
  });
});

it('asks an emulator for what the ones before it leave possible', async () => {
  const cases = [FALLS_OVER, RETURN].map(caseOf);
  const emulators = [0, 1].map(() => {
    const emulator = createEmulator({ linux: DEFAULT_LINUX });
    const asked: Case[] = [];
    const execute = (some: readonly Case[]) => {
      asked.push(...some);
      return emulator.execute(some);
    };
    return { asked, target: { ...emulator, execute } };
  });
  const [first, second] = emulators.map(({ target }) => target);
  const isSteady = async (some: readonly Case[]) => some.map(() => true);
  const holds = showing(divergenceOf('retval'), [first, second], isSteady, [second, first]);
  expect(await holds([...cases, ...cases])).toEqual([false, false, false, false]);
  expect(emulators.map(({ asked }) => asked)).toEqual([[cases[1]], cases]);
});
