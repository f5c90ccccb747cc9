import { observedBy } from '../campaign/observed-by.ts';
import { compareOutcomes, type Observed } from '../compare/compare.ts';
import type { Answer, RecordedCase } from '../corpus/records.ts';
import { createEmulator } from '../targets/emulator/emulator.ts';

/**
 * What goes into a `.case` file once its case ran: new answers of kernels, and the old ones of those
 * that did not run now. An answer that differs from that of an emulator of its Linux has the mistake
 * that a person names, or else the one that the target had before; one that agrees has none.
 */
export async function answersToRecord(
  { testCase, answers }: RecordedCase,
  observed: readonly Observed[],
  mistake?: string,
): Promise<readonly Answer[]> {
  const kernels = observed.filter(
    ({ info, outcome }) => info.engine !== 'emulator' && outcome.kind !== 'unsupported',
  );
  const oldOf = (kernel: Observed) => answers.find(({ name }) => name === kernel.name);
  const recorded = kernels.map(async (kernel): Promise<Answer> => {
    const known = mistake ?? oldOf(kernel)?.mistake;
    const isWrong = known !== undefined && (await differs(kernel));
    return isWrong ? { ...kernel, mistake: known } : kernel;
  });
  const isNew = ({ name }: Observed): boolean => kernels.some((kernel) => kernel.name === name);
  return [...answers.filter((answer) => !isNew(answer)), ...(await Promise.all(recorded))];

  async function differs(kernel: Observed): Promise<boolean> {
    const emulator = createEmulator({ linux: kernel.info.linux });
    const [outcome] = await emulator.execute([testCase]);
    return compareOutcomes(testCase, observedBy(emulator, outcome), kernel).kind === 'diverge';
  }
}
