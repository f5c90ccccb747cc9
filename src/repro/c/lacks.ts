import type { MapSpec } from '../../case/case.ts';
import { isLiveRun } from '../../case/live-run.ts';
import type { Disagreement, Lacks } from '../disagreement.ts';
import { commandLacks } from './commands.ts';
import { canOverride } from './run-buffers.ts';

const EFAULT = 14;
const ENOSPC = 28;

/** What of a disagreement a C program can't show, each once; empty where it can be written. */
export function cLacks({ testCase, subject, other }: Disagreement): Lacks {
  const { maps, runs, progType } = testCase;
  const { outcome } = subject;
  // After a fault, and where one may have been, only what is before zeros was recorded.
  const faults =
    outcome.kind === 'completed' &&
    outcome.runs.some(({ errno, dataOut, ctxOut }, i) => {
      const mayHaveFaulted = errno === EFAULT || (errno === ENOSPC && runs[i].attr !== undefined);
      return mayHaveFaulted && dataOut.length + ctxOut.length > 0;
    });
  const isLive = runs.some((run) => isLiveRun(testCase, run));
  const rows: readonly (readonly [lacking: boolean, what: string])[] = [
    [
      other.outcome.kind !== 'completed',
      `${other.name} did not answer, so nothing can be expected`,
    ],
    [subject.outcome.kind === 'unsupported', `${subject.name} could not run it`],
    [
      isLive && maps.some(({ type }) => type === 'cpumap'),
      'live frames that the thread of a CPUMAP hands on',
    ],
    [!runs.every(canOverride), 'such a command that is wrong on purpose'],
    [kptrShapes(maps).size > 1, 'kptrs in maps whose values are not alike'],
    [progType === 'struct_ops', 'the state of struct_ops'],
    [faults, 'what is copied before a fault'],
  ];
  const commands = runs.flatMap((run) => run.commands ?? []);
  return [
    ...rows.flatMap(([lacking, what]) => (lacking ? [what] : [])),
    ...new Set(commands.flatMap((command) => commandLacks(testCase, command) ?? [])),
  ];
}

const kptrShapes = (maps: readonly MapSpec[]): ReadonlySet<string> =>
  new Set(
    maps.flatMap(({ valueBytes, kptr }) => (kptr === undefined ? [] : `${valueBytes} ${kptr}`)),
  );
