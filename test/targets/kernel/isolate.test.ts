import { describe, expect, it } from 'vitest';
import type { Case } from '../../../src/case/case.ts';
import { runIsolated } from '../../../src/targets/kernel/isolate.ts';
import { LinkError } from '../../../src/targets/kernel/link.ts';
import { tinyCase } from '../../../src/targets/kernel/tiny-case.ts';
import type { Outcome } from '../../../src/targets/target.ts';

/** Cases tell each other apart by `progFlags`. */
const cases = Array.from({ length: 20 }, (_, i) => tinyCase({ progFlags: i }));

interface Machine {
  /** Why it dies of a case; undefined where it does not. */
  readonly deathOf: (testCase: Case, request: number) => LinkError['code'] | undefined;
  /** At most that many cases are answered at once. */
  readonly atOnce?: number;
}

/** What each case got, by name, and how often the machine was restarted. */
async function run({ deathOf, atOnce = 100 }: Machine) {
  let requests = 0;
  let restarts = 0;
  let fresh = false;
  const outcomes = await runIsolated(cases, {
    request: async (asked) => {
      requests++;
      fresh = false;
      return asked.slice(0, atOnce).map((testCase): Outcome => {
        const code = deathOf(testCase, requests);
        if (code !== undefined) throw new LinkError(code, 'it died');
        return { kind: 'unsupported', missing: [`${testCase.progFlags}`] };
      });
    },
    isFresh: () => fresh,
    restart: async ({ code }): Promise<Outcome> => {
      restarts++;
      fresh = true;
      return { kind: code === 'LINK_TIMEOUT' ? 'hung' : 'crashed', console: '' };
    },
  });
  return {
    restarts,
    kinds: outcomes.map((outcome) =>
      outcome.kind === 'unsupported' ? outcome.missing[0] : outcome.kind,
    ),
  };
}

const inOrder = cases.map((_, i) => `${i}`);
const but = (exceptions: Record<number, string>): readonly string[] =>
  inOrder.map((name, i) => exceptions[i] ?? name);

describe('runIsolated', () => {
  it.each([
    1, 3, 19, 20,
  ])('answers in order where %i cases are answered at once', async (atOnce) => {
    expect(await run({ deathOf: () => undefined, atOnce })).toEqual({
      restarts: 0,
      kinds: inOrder,
    });
  });

  it.each(inOrder.map(Number))('finds that case %i alone kills the machine', async (culprit) => {
    const deathOf = ({ progFlags }: Case) => (progFlags === culprit ? 'LINK_DIED' : undefined);
    const { kinds, restarts } = await run({ deathOf });
    expect(kinds).toEqual(but({ [culprit]: 'crashed' }));
    expect(restarts).toBeLessThanOrEqual(7);
  });

  it('tells a case that hangs from one that crashes', async () => {
    const deaths: Record<number, LinkError['code']> = { 4: 'LINK_TIMEOUT', 5: 'LINK_DIED' };
    const { kinds } = await run({ deathOf: ({ progFlags }) => deaths[progFlags] });
    expect(kinds).toEqual(but({ 4: 'hung', 5: 'crashed' }));
  });

  it('blames no case where the machine died of something else', async () => {
    const deathOf = (_: Case, request: number) => (request === 1 ? 'LINK_DIED' : undefined);
    expect(await run({ deathOf })).toEqual({ restarts: 1, kinds: inOrder });
    expect(await run({ deathOf, atOnce: 1 })).toEqual({ restarts: 1, kinds: inOrder });
  });

  it('calls every case crashed where each of them kills', async () => {
    const { kinds } = await run({ deathOf: () => 'LINK_DIED' });
    expect(new Set(kinds)).toEqual(new Set(['crashed']));
  });

  it('passes on what is no death', async () => {
    const failing = runIsolated(cases, {
      request: async () => Promise.reject(new RangeError('ours')),
      isFresh: () => true,
      restart: async () => ({ kind: 'crashed', console: '' }),
    });
    await expect(failing).rejects.toThrow(RangeError);
  });

  it('calls no case crashed that the agent answers with nonsense', async () => {
    const deathOf = ({ progFlags }: Case) => (progFlags === 7 ? 'LINK_PROTOCOL' : undefined);
    await expect(run({ deathOf })).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
  });
});
