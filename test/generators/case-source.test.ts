import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  caseArbitrary,
  createCaseSource,
  type Shrinkable,
  type SourceOptions,
} from '../../generators/index.ts';
import { seededRandom } from '../../generators/random.ts';
import { caseOf, simplerOf } from '../../generators/shrinkable.ts';
import type { Case } from '../../src/case/case.ts';
import { namesUsed } from '../../src/case/names-used.ts';
import { disassembleInsn } from '../../src/isa/disassemble.ts';
import { FORMS } from '../../src/isa/forms.ts';
import { validateProg } from '../../src/isa/validate.ts';
import { NEWEST, WITHOUT_V4 } from './capabilities.ts';
import { isSmaller, planSize } from './plan-size.ts';

const options = { profile: 'default', capabilities: [NEWEST] } as const;
const takeAll = (count: number, given: SourceOptions): Shrinkable[] => {
  const source = createCaseSource(given);
  return Array.from({ length: count }, () => source.next());
};

const take = (count: number, given: SourceOptions): Case[] =>
  takeAll(count, given).map(({ testCase }) => testCase);

describe('a source of cases', () => {
  it('gives the same cases for the same seed', () => {
    expect(take(50, { ...options, seed: 7n })).toEqual(take(50, { ...options, seed: '7' }));
  });

  it('gives other cases for another seed', () => {
    expect(take(5, { ...options, seed: 7n })).not.toEqual(take(5, { ...options, seed: 8n }));
  });

  it('does not change what comes next when cases are shrunk', () => {
    const source = createCaseSource({ ...options, seed: 3n });
    const withShrinking = Array.from({ length: 20 }, () => {
      const { testCase, shrink } = source.next();
      let left = 20;
      for (const _smaller of shrink()) if (--left === 0) break;
      return testCase;
    });
    expect(withShrinking).toEqual(take(20, { ...options, seed: 3n }));
  });

  it('gives the same smaller cases every time', () => {
    const first = createCaseSource({ ...options, seed: 4n }).next();
    const cases = () => {
      const smaller: Case[] = [];
      for (const { testCase } of first.shrink()) if (smaller.push(testCase) === 200) break;
      return smaller;
    };
    expect(cases()).toEqual(cases());
  });

  it('generates only the prog types asked for', () => {
    const cases = take(30, { ...options, seed: 1n, progTypes: ['xdp'] });
    expect(new Set(cases.map(({ progType }) => progType))).toEqual(new Set(['xdp']));
  });

  it('gives outputs to inputs alone, with room for all, where a target can do no other runs', () => {
    const capabilities = [{ ...NEWEST, runs: 'paired' }] as const;
    const cases = take(100, { ...options, capabilities, seed: 2n });
    for (const run of cases.flatMap(({ runs }) => runs)) {
      expect(run.dataOutBytes ?? -1).toBe(run.data === null ? -1 : run.data.length + 256);
      expect(run.ctxOutBytes === null).toBe(run.ctx === null);
      expect(run).toMatchObject({ flags: 0, cpu: 0, batchSize: 0 });
    }
  });

  it('refuses capabilities without a prog type that it knows', () => {
    expect(() => createCaseSource({ ...options, seed: 1n, progTypes: ['kprobe'] })).toThrow(
      'Expected one of the prog types kprobe, got xdp, sched_cls, socket_filter',
    );
  });

  it('refuses capabilities without a form that every kernel has', () => {
    const capabilities = [{ ...NEWEST, forms: new Set(['exit']) }];
    expect(() => createCaseSource({ ...options, capabilities, seed: 1n })).toThrow('mov64.k');
  });
});

describe('every generated case', () => {
  it.each([
    ['the newest kernel', NEWEST],
    ['a kernel without the fourth instruction set', WITHOUT_V4],
  ])('keeps to the forms of %s', (_name, capabilities) => {
    for (const testCase of take(300, {
      profile: 'default',
      capabilities: [capabilities],
      seed: 5n,
    })) {
      for (const name of namesUsed(testCase).forms) expect(capabilities.forms).toContain(name);
    }
  });

  it('has a prog whose insns and jumps are well formed', () => {
    for (const { progs } of take(500, { ...options, seed: 'well formed' })) {
      expect(validateProg(progs[0].insns)).toEqual([]);
    }
  });

  it.each([
    ['maps', /= map_/],
    ['ksyms', /kfunc#|= var_addr/],
  ] as const)('names only its own %s', (list, written) => {
    for (const testCase of take(300, { ...options, seed: 6n })) {
      const { length } = testCase[list];
      const others = list === 'maps' ? mapsBeside(testCase) : [];
      const names = testCase.progs[0].insns.filter((insn) => written.test(disassembleInsn(insn)));
      for (const { imm } of names) expect(imm).toBeLessThan(length);
      expect(new Set([...names.map(({ imm }) => imm), ...others]).size).toBe(length);
    }
  });

  it('has runs that no kernel takes for endless or as a matter of luck', () => {
    for (const run of take(300, { ...options, seed: 9n }).flatMap(({ runs }) => runs)) {
      expect(run.flags).not.toBe(2);
      expect(run.repeat).toBeLessThanOrEqual(100);
    }
  });
});

/** Maps that no insn needs to name: those of commands, and those that are created for the sake of it. */
const mapsBeside = ({ maps, runs }: Case): readonly number[] => [
  ...runs.flatMap(({ commands = [] }) => commands.map(({ map }) => map)),
  ...maps.flatMap(({ name }, index) => (name === 'odd' ? [index] : [])),
];

describe('many generated cases', () => {
  const CASES = 3_000;
  const LEAST = 15;

  it(`contain every form in at least ${LEAST} of ${CASES}`, () => {
    const counts = new Map<string, number>();
    for (const testCase of take(CASES, { ...options, seed: 'forms' })) {
      for (const name of namesUsed(testCase).forms) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const rare = FORMS.map(({ name }) => name)
      .filter((name) => (counts.get(name) ?? 0) < LEAST)
      .map((name) => `${name}: ${counts.get(name) ?? 0}`);
    expect(rare).toEqual([]);
  }, 60_000);
});

describe('shrinking', () => {
  it('makes every case smaller', () => {
    const cases = caseArbitrary(options);
    const random = seededRandom('smaller');
    for (let n = 0; n < 5; n++) {
      const { value, context } = cases.generate(random, undefined);
      const sizeOf = (made: unknown) => planSize((made as Shrinkable).plan!);
      const size = sizeOf(context);
      for (const smaller of cases.shrink(value, context)) {
        expect(isSmaller(sizeOf(smaller.context), size)).toBe(true);
      }
    }
  });

  it('gives cases as their plans alone give them', () => {
    for (const { shrink } of takeAll(25, { ...options, seed: 'alone' })) {
      let left = 300;
      for (const { testCase, plan } of shrink()) {
        expect(testCase).toEqual(caseOf(plan!));
        if (--left === 0) break;
      }
    }
  }, 60_000);

  it.each([
    ['add32.x', 3],
    ['sdiv64.k', 3],
    ['movsx64.8', 3],
    ['be32', 3],
    ['jset32.x', 4],
    // From an object of the prog's own.
    ['ldxsh', 15],
    ['stxb', 9],
    ['cmpxchg.w', 5],
    // How often a bpf_loop goes round.
    ['lddw.imm', 11],
    ['lddw.map_val_by_idx', 5],
    ['lddw.var_addr', 4],
    ['call.local', 5],
    // An iterator, or a dynptr and what is done with it.
    ['call.kfunc', 24],
    ['ldind.w', 6],
    ['jal', 6],
  ])('a case that contains %s shrinks to at most %i insns', (name, most) => {
    const source = createCaseSource({ ...options, seed: 'least' });
    const contains = (testCase: Case) => namesUsed(testCase).forms.has(name);
    let smallest = source.next();
    while (!contains(smallest.testCase)) smallest = source.next();
    for (let next: typeof smallest | undefined = smallest; next !== undefined; ) {
      smallest = next;
      next = undefined;
      for (const smaller of simplerOf(smallest)) {
        if (!contains(smaller.testCase)) continue;
        next = smaller;
        break;
      }
    }
    const { progs, runs } = smallest.testCase;
    expect(progs[0].insns.length).toBeLessThanOrEqual(most);
    expect(runs).toHaveLength(1);
  });

  it('works inside of fast-check, which finds a small counterexample', () => {
    const withDivision = fc.check(
      fc.property(caseArbitrary(options), (testCase) => !namesUsed(testCase).forms.has('div64.x')),
      { seed: 1, numRuns: 1_000 },
    );
    expect(withDivision.counterexample?.[0].progs[0].insns.length).toBeLessThanOrEqual(4);
  });
});
