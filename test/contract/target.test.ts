import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseCaseText } from '../../src/case/text.ts';
import { readCaseFolder } from '../../src/corpus/case-folder.ts';
import type { Outcome, Target } from '../../src/targets/target.ts';
import { openKernels, type TestKernels } from '../kernels.ts';

const NAMES = ['emulator', 'uml', 'debian12:jit', 'debian12:interp', 'debian12:hardened'];
const { cases } = readCaseFolder(join(import.meta.dirname, '../../corpus/seeds'));

const caseOf = (prog: string, run = '') =>
  parseCaseText(`case x\nprog_type xdp\n\nprog\n${prog}\n${run}`, 'x.case').testCase;
const RUN = `run\n  data ${'00'.repeat(14)}\n`;

/** What every target, emulator or kernel, promises (src/targets/target.ts). */
describe('every target', () => {
  let opened: TestKernels;
  beforeAll(async () => {
    opened = await openKernels(NAMES);
  });
  afterAll(() => opened.close());

  const forEach = (check: (target: Target) => Promise<void>) => async () => {
    for (const target of opened.targets) await check(target);
  };

  it('is there by the name that it was asked for', () => {
    const names = opened.targets.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(NAMES.slice(1)));
    expect(names.filter((name) => name.startsWith('emulator'))).toHaveLength(3);
  });

  it(
    'answers an empty batch with an empty one',
    forEach(async (target) => {
      expect(await target.execute([]), target.name).toEqual([]);
    }),
  );

  it(
    'answers as many cases as it is given, in their order',
    forEach(async (target) => {
      const progs = Array.from({ length: 300 }, (_, i) => caseOf(`  r0 = ${i % 5}\n  exit`, RUN));
      const retvals = (await target.execute(progs)).map(retvalOf);
      expect(retvals, target.name).toEqual(progs.map((_, i) => i % 5));
    }),
  );

  it(
    'gives an outcome for each run and map of a case that it can run',
    forEach(async (target) => {
      const outcomes = await target.execute(cases.map(({ testCase }) => testCase));
      for (const [i, outcome] of outcomes.entries()) {
        if (outcome.kind === 'unsupported') continue;
        const { name, testCase } = cases[i];
        expect(outcome, `${name} on ${target.name}`).toMatchObject({
          kind: 'completed',
          load: { verdict: 'accepted' },
        });
        if (outcome.kind !== 'completed') continue;
        expect(outcome.runs).toHaveLength(testCase.runs.length);
        expect(outcome.maps).toHaveLength(testCase.maps.length);
      }
    }),
  );

  it(
    'runs each case as if it were alone',
    forEach(async (target) => {
      const batch = cases.map(({ testCase }) => testCase);
      const together = await target.execute(batch);
      for (const [i, testCase] of batch.entries()) {
        expect(await target.execute([testCase]), cases[i].name).toEqual([together[i]]);
      }
    }),
  );

  it(
    'says what it lacks of a case that it can not run',
    forEach(async (target) => {
      const [outcome] = await target.execute([caseOf('  call 145\n  exit', RUN)]);
      expect(outcome, target.name).toMatchObject({ kind: 'unsupported' });
    }),
  );

  it(
    'has features that hold at least the first instruction set and the generated prog types',
    forEach(async ({ features, name }) => {
      for (const form of [
        'add64.x',
        'mov32.k',
        'ldxw',
        'stxdw',
        'jeq64.k',
        'call.helper',
        'exit',
      ]) {
        expect(features.forms.has(form), `${form} on ${name}`).toBe(true);
      }
      for (const type of ['xdp', 'sched_cls', 'socket_filter'] as const) {
        expect(features.progTypes.has(type), `${type} on ${name}`).toBe(true);
        expect(features.helpers.get(type)?.has(1), `map_lookup_elem in ${type} on ${name}`).toBe(
          true,
        );
      }
    }),
  );

  it('that is a kernel rejects what its verifier refuses, with an errno', async () => {
    const uninitialised = caseOf('  r0 = r3\n  exit', RUN);
    for (const target of opened.kernels) {
      const [outcome] = await target.execute([uninitialised]);
      expect(outcome, target.name).toMatchObject({
        kind: 'completed',
        load: { verdict: 'rejected', errno: 13 },
        runs: [],
      });
    }
  });
});

const retvalOf = (outcome: Outcome): number | undefined =>
  outcome.kind === 'completed' ? outcome.runs[0]?.retval : undefined;
