import type { Case } from '../../case/case.ts';
import type { Outcome } from '../target.ts';
import { LinkError } from './link.ts';

/** A machine that may die of what it is asked. */
export interface MortalMachine {
  /** Answers the first of the cases, at least one. Rejects with `LinkError` where it died. */
  request(cases: readonly Case[]): Promise<readonly Outcome[]>;
  /** Whether nothing was asked of it since it was started. */
  isFresh(): boolean;
  /** Has it ready again. Resolves with the outcome of a case that it died of. */
  restart(death: LinkError): Promise<Outcome>;
}

/**
 * Runs all cases. Where the machine dies, halves of what it was asked are tried, until the case at
 * fault is alone; all others get the outcomes that they have without it.
 *
 * It takes two deaths to blame a case: one alone may have had another cause, such as a process that
 * was killed. And the last must be of a fresh machine: otherwise it may have died of what the cases
 * before had left behind, such as memory that is gone.
 */
export async function runIsolated(
  cases: readonly Case[],
  machine: MortalMachine,
): Promise<readonly Outcome[]> {
  return runAll(cases, machine, 'first');
}

type Attempt = 'first' | 'again';

async function runAll(
  cases: readonly Case[],
  machine: MortalMachine,
  attempt: Attempt,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  while (outcomes.length < cases.length) {
    const rest = cases.slice(outcomes.length);
    const alone = rest.length === 1 && machine.isFresh();
    try {
      outcomes.push(...(await machine.request(rest)));
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      const outcome = await machine.restart(error);
      if (alone && attempt === 'again') {
        if (error.code === 'LINK_PROTOCOL') throw error;
        outcomes.push(outcome);
      } else {
        outcomes.push(...(await runHalves(rest, machine)));
      }
    }
  }
  return outcomes;
}

async function runHalves(
  cases: readonly Case[],
  machine: MortalMachine,
): Promise<readonly Outcome[]> {
  const half = cases.length >> 1;
  const first = await runAll(cases.slice(0, half), machine, 'again');
  return [...first, ...(await runAll(cases.slice(half), machine, 'again'))];
}
