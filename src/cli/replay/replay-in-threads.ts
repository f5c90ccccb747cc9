import { Worker } from 'node:worker_threads';
import type { CaseReport } from '../../corpus/case-report.ts';
import type { Block } from './blocks.ts';
import type { ReplayPlan } from './replayer.ts';
import type { WorkerAnswer } from './worker.ts';

/**
 * Replays blocks in several threads; each gets the next block when it is done with one. Yields reports in
 * the order of the blocks. Throws what the first thread that fails has thrown, as an error with its `code`.
 */
export async function* replayInThreads(
  plan: ReplayPlan,
  blocks: readonly Block[],
  jobs: number,
): AsyncGenerator<CaseReport> {
  const threads = Array.from({ length: Math.min(jobs, blocks.length) }, () => openThread(plan));
  const idle = [...threads];
  const waiting: ((thread: Thread) => void)[] = [];
  const free = (): Promise<Thread> => {
    const thread = idle.pop();
    return thread === undefined
      ? new Promise((resolve) => waiting.push(resolve))
      : Promise.resolve(thread);
  };
  const release = (thread: Thread): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(thread);
    else next(thread);
  };
  try {
    const answers = blocks.map(async (block) => {
      const thread = await free();
      const reports = await thread.replay(block);
      release(thread);
      return reports;
    });
    // They are awaited in order; until then a failure is not an unhandled one.
    for (const answer of answers) answer.catch(() => {});
    for (const answer of answers) yield* await answer;
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

interface Thread {
  replay(block: Block): Promise<readonly CaseReport[]>;
  close(): Promise<unknown>;
}

function openThread(plan: ReplayPlan): Thread {
  const worker = new Worker(new URL('worker.js', import.meta.url), { workerData: plan });
  return {
    replay: (block) =>
      new Promise((resolve, reject) => {
        worker.once('error', reject);
        worker.once('message', (answer: WorkerAnswer) => {
          worker.off('error', reject);
          if (answer.kind === 'reports') resolve(answer.reports);
          else reject(Object.assign(new Error(answer.message), { code: answer.code }));
        });
        worker.postMessage(block);
      }),
    close: () => worker.terminate(),
  };
}
