import { describe, expect, it } from 'vitest';
import { gridSheets } from '../../generators/grid/grid.ts';
import { FEW_WORDS, IMMEDIATES, OFFSETS, WORDS } from '../../generators/grid/operands.ts';
import { createCaseSource, GENERATED_TYPES } from '../../generators/index.ts';
import { caseHash } from '../../src/case/hash.ts';
import { namesUsed } from '../../src/case/names-used.ts';
import { FORMS } from '../../src/isa/forms.ts';
import { validateProg } from '../../src/isa/validate.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { LINUX } from '../targets/emulator/driver.ts';
import { WITHOUT_V4 } from './capabilities.ts';
import { unreached32, unreached64 } from './value-classes.ts';

const emulator = createEmulator({ linux: { ...LINUX, release: '7.2', cpus: 1 } });
const sheets = gridSheets([emulator.features]);
/** One in so many is made and run; which ones is as good as drawn. */
const STRIDE = 7;
const some = sheets.filter((_, i) => i % STRIDE === 0);

describe('the grid', () => {
  it('has sheets of different names', () => {
    expect(new Set(sheets.map(({ name }) => name)).size).toBe(sheets.length);
  });

  it('executes every form', async () => {
    const left = new Set(FORMS.map(({ name }) => name));
    for (const { make, needs, name } of sheets) {
      const named = needs.forms ?? [];
      // Those that are named are enough; what has no name is looked into.
      if (named.length > 0 && !named.some((form) => left.has(form))) continue;
      if (named.length === 0 && !/^call|^lddw/.test(name)) continue;
      const testCase = make();
      const [outcome] = await emulator.execute([testCase]);
      if (outcome.kind !== 'completed') continue;
      for (const form of namesUsed(testCase, outcome.execution?.executed).forms) left.delete(form);
    }
    expect([...left]).toEqual([]);
  }, 60_000);

  it('has no case twice', () => {
    const hashes = sheets.map(({ make }) => caseHash(make()));
    expect(new Set(hashes).size).toBe(sheets.length);
  }, 60_000);

  it('has cases of bounded size whose insns are well formed', () => {
    for (const { make, name } of some) {
      const { progs, runs } = make();
      expect(validateProg(progs[0].insns), name).toEqual([]);
      expect(progs[0].insns.length, name).toBeLessThan(5000);
      expect(runs.length, name).toBeLessThanOrEqual(400);
    }
  });

  it('has no prog that a fault ends', async () => {
    for (const { make, name } of some) {
      const [outcome] = await emulator.execute([make()]);
      if (outcome.kind !== 'completed') throw new Error(`${name}: ${outcome.kind}`);
      expect(outcome.load.verdict, name).toBe('accepted');
      expect(
        outcome.runs.flatMap(({ fault }) => fault ?? []),
        name,
      ).toEqual([]);
    }
  }, 60_000);

  it('has operands of every class', () => {
    expect(unreached64(WORDS)).toEqual([]);
    expect(unreached32(IMMEDIATES)).toEqual([]);
  });

  it.each([
    ['words', WORDS],
    ['few words', FEW_WORDS],
    ['immediates', IMMEDIATES],
    ['offsets', OFFSETS],
  ])('has no %s twice', (_name, values: readonly unknown[]) => {
    expect(new Set(values).size).toBe(values.length);
  });

  it('keeps to what is there', () => {
    const capabilities = [
      { ...WITHOUT_V4, progTypes: new Set(GENERATED_TYPES), helpers: new Map(), ksyms: new Map() },
    ];
    for (const { make, name } of gridSheets(capabilities).filter((_, i) => i % STRIDE === 0)) {
      const used = namesUsed(make());
      for (const form of used.forms) expect(capabilities[0].forms, name).toContain(form);
      expect(used.helpers.size, name).toBe(0);
    }
  });

  it('asks for paired runs alone where there are no others', () => {
    const paired = gridSheets([{ ...emulator.features, runs: 'paired' }]);
    expect(paired.length).toBeGreaterThan(100);
    for (const { make, name } of paired.filter((_, i) => i % STRIDE === 0)) {
      for (const { ctx, ctxOutBytes, data, dataOutBytes } of make().runs) {
        expect([ctx === null, data === null], name).toEqual([
          ctxOutBytes === null,
          dataOutBytes === null,
        ]);
      }
    }
  });
});

describe('a source of the grid', () => {
  it('gives the whole grid first, whatever the seed, and then drawn cases', () => {
    const options = { profile: 'grid', capabilities: [emulator.features] } as const;
    const only = { ...options, progTypes: ['sk_lookup'] } as const;
    const sources = ['1', '2'].map((seed) => createCaseSource({ ...only, seed }));
    const [first, second] = sources.map((source) =>
      Array.from({ length: source.fixedCases + 1 }, () => source.next().testCase),
    );
    expect(first.length).toBeGreaterThan(10);
    expect(first.slice(0, -1)).toEqual(second.slice(0, -1));
    expect(first.at(-1)).not.toEqual(second.at(-1));
  });

  it('has none for a type that nothing is known of, beside drawn ones', () => {
    const drawn = createCaseSource({
      seed: '1',
      profile: 'default',
      capabilities: [emulator.features],
    });
    expect(drawn.fixedCases).toBe(0);
  });
});
