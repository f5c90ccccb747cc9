import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Case } from '../../../case/case.ts';
import type { Outcome, TargetInfo } from '../../target.ts';
import { type BpftoolOptions, bpftoolBatch } from './bpftool.ts';
import { type Answered, caseOutcome, goesOnAfter } from './case-outcome.ts';
import { type Command, planOf } from './commands.ts';
import type { Workspace } from './workspace.ts';

export interface BatchOptions {
  /** Of the machine. */
  readonly info: TargetInfo;
  readonly workspace: Workspace;
  /** The name of the batch's folders, which are there as long as it runs. */
  readonly id: string;
  readonly tool: BpftoolOptions;
  /** Whether refused progs are told with the verifier's log. */
  readonly log: 'none' | 'tail';
}

/**
 * Runs cases that bpftool can express, mostly all with one process. Rejects with `LinkError` where a
 * process of bpftool dies or hangs: which case was at fault is then not known.
 */
export async function runBatch(
  cases: readonly Case[],
  { info, workspace, id, tool, log }: BatchOptions,
): Promise<readonly Outcome[]> {
  const { arch } = info.linux;
  const { endianness } = info.linux;
  const { folder, pins } = workspace;
  const plans = cases.map((testCase, i) =>
    planOf(testCase, { arch, endianness, files: `${id}/c${i}`, pins: `${pins}/${id}/c${i}` }),
  );
  const folders = [join(folder, id), resolve(folder, pins, id)];
  try {
    // Hundreds of tiny files in memory: waiting for each in turn takes ten times as long.
    for (const path of folders) mkdirSync(path);
    for (const { name, bytes } of plans.flatMap(({ files }) => files)) {
      writeFileSync(join(folder, name), bytes);
    }
    const answered = await give(
      plans.map(({ commands }) => commands),
      folder,
      tool,
    );
    return cases.map((testCase, i) => caseOutcome(testCase, answered[i], { endianness, log }));
  } finally {
    for (const path of folders) rmSync(path, { recursive: true, force: true });
  }
}

/** Gives the commands of all cases, process after process, as each ends with the first that fails. */
async function give(
  plans: readonly (readonly Command[])[],
  folder: string,
  tool: BpftoolOptions,
): Promise<readonly (readonly Answered[])[]> {
  const answered: Answered[][] = plans.map(() => []);
  let pending = plans.flatMap((commands, owner) => commands.map((each) => ({ ...each, owner })));
  while (pending.length > 0) {
    const words = pending.map((each) => each.words);
    const answers = await bpftoolBatch(words, folder, tool);
    for (const [i, answer] of answers.entries()) {
      const { step, owner } = pending[i];
      answered[owner].push({ step, answer });
    }
    const last = pending[answers.length - 1];
    const ended = answers[answers.length - 1].kind === 'failed' && !goesOnAfter(last.step);
    pending = pending.slice(answers.length).filter(({ owner }) => !ended || owner !== last.owner);
  }
  return answered;
}
