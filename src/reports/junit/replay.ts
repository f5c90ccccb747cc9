import type { CaseReport } from '../../corpus/case-report.ts';
import { junitXml, type Result } from './junit.ts';

/**
 * A replay for CI: a suite of the folder or corpus of that name, in which each case is a test. One that
 * diverges fails; one that no kernel has answered to is skipped.
 */
export const replayJunit = (path: string, reports: readonly CaseReport[]): string =>
  junitXml([
    {
      name: `replay of ${path}`,
      tests: reports.map((report) => ({
        suite: path,
        name: `${report.name}: ${report.claim}`,
        result: resultOf(report),
      })),
    },
  ]);

function resultOf({ compared, divergences, mistakes }: CaseReport): Result {
  if (divergences.length > 0) {
    const [message] = divergences;
    return { kind: 'failure', type: 'divergence', message, text: divergences.join('\n') };
  }
  if (compared + mistakes.length > 0) return { kind: 'passed' };
  return { kind: 'skipped', message: "no kernel's answer to compare with" };
}
