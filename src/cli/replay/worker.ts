import { parentPort, workerData } from 'node:worker_threads';
import type { CaseReport } from '../../corpus/case-report.ts';
import type { Block } from './blocks.ts';
import { createReplayer, type ReplayPlan } from './replayer.ts';

/** What it answers: of errors what a person is told, since threads pass on no classes. */
export type WorkerAnswer =
  | { readonly kind: 'reports'; readonly reports: readonly CaseReport[] }
  | { readonly kind: 'failed'; readonly message: string; readonly code: unknown };

const replayer = createReplayer(workerData as ReplayPlan);

parentPort!.on('message', async (block: Block) => {
  parentPort!.postMessage(await answer(block));
});

async function answer(block: Block): Promise<WorkerAnswer> {
  try {
    return { kind: 'reports', reports: await replayer.replay(block) };
  } catch (error) {
    const { message, code } = error as Error & { code?: unknown };
    return { kind: 'failed', message, code };
  }
}
