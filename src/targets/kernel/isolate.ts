import type { Case } from '../../case/case.ts';
import type { Outcome } from '../target.ts';
import { LinkError } from './link.ts';

/** A machine that may die of what it is asked. */
export interface MortalMachine {
  /** Answers the first of the cases, at least one. Rejects with `LinkError` where it died. */
  request(cases: readonly Case[]): Promise<readonly Outcome[]>;
  /** Has it ready again, and tells what it said last before it died. */
  restart(death: LinkError): Promise<string>;
}

/**
 * Runs all cases. Where the machine dies, halves of what it was asked are tried, until the case at
 * fault is alone; all others get the outcomes that they have without it. It takes two deaths to call
 * a case `crashed` or `hung`: one alone may have had another cause, such as a process that was killed.
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
    try {
      outcomes.push(...(await machine.request(rest)));
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      outcomes.push(...(await afterDeath(rest, error, machine, attempt)));
    }
  }
  return outcomes;
}

async function afterDeath(
  cases: readonly Case[],
  death: LinkError,
  machine: MortalMachine,
  attempt: Attempt,
): Promise<readonly Outcome[]> {
  const console = await machine.restart(death);
  if (cases.length === 1 && attempt === 'again') {
    if (death.code === 'LINK_PROTOCOL') throw death;
    return [{ kind: death.code === 'LINK_TIMEOUT' ? 'hung' : 'crashed', console }];
  }
  const half = cases.length >> 1;
  const first = await runAll(cases.slice(0, half), machine, 'again');
  return [...first, ...(await runAll(cases.slice(half), machine, 'again'))];
}
