import { describe, expect, it } from 'vitest';
import { createCaseSource } from '../../../generators/case-source.ts';
import { createAgenda } from '../../../generators/guide/agenda.ts';
import { aimAt } from '../../../generators/guide/aims.ts';
import { seededRandom } from '../../../generators/random.ts';
import { caseOf } from '../../../generators/shrinkable.ts';
import { FORMS } from '../../../src/isa/forms.ts';
import { operandsOfKey } from '../../../src/isa/operands.ts';
import { createEmulator } from '../../../src/targets/emulator/emulator.ts';
import { DEFAULT_LINUX } from '../../../src/targets/target.ts';

const ALL = new Set(FORMS.map(({ name }) => name));
const KEYS = 1500;

describe('an aim', () => {
  it('mostly executes its form with the classes of values that it is for', async () => {
    const emulator = createEmulator({ linux: DEFAULT_LINUX });
    const random = seededRandom('aims');
    const agenda = createAgenda(random);
    const keys = Array.from({ length: KEYS }, () => agenda.next(ALL)!);
    const cases = keys.map((key) => {
      const body = aimAt(random, key)!;
      return caseOf({ ...PLAN, prog: { ...PLAN.prog, body, functions: [] } });
    });
    const outcomes = await emulator.execute(cases);
    const missed = keys.filter((key, i) => {
      const outcome = outcomes[i];
      return outcome.kind !== 'completed' || !outcome.execution?.operands.includes(key);
    });
    const names = new Set(missed.map((key) => operandsOfKey(key).form.name));
    expect(missed.length / KEYS, [...names].join(' ')).toBeLessThan(0.12);
  });
});

describe('an agenda', () => {
  it('gives what was reached no more', () => {
    const random = seededRandom('agenda');
    const agenda = createAgenda(random);
    const all: number[] = [];
    for (let key = agenda.next(ALL); key !== undefined; key = agenda.next(ALL)) all.push(key);
    expect(all.length).toBeGreaterThan(20_000);
    const other = createAgenda(random);
    expect(other.reach(all)).toBe(new Set(all).size);
    expect(other.next(ALL)).toBeUndefined();
  });

  it('gives only forms that are allowed', () => {
    const agenda = createAgenda(seededRandom('allowed'));
    const allowed = new Set(['add64.x', 'jeq32.k']);
    const forms = Array.from({ length: 2000 }, () => agenda.next(allowed))
      .filter((key) => key !== undefined)
      .map((key) => operandsOfKey(key).form.name);
    expect(new Set(forms)).toEqual(allowed);
  });
});

/** Of a socket filter with a packet. */
const PLAN = (() => {
  const emulator = createEmulator({ linux: DEFAULT_LINUX });
  const source = createCaseSource({
    seed: 'plan',
    profile: 'alu',
    capabilities: [emulator.features],
    progTypes: ['socket_filter'],
  });
  return source.next().plan!;
})();
