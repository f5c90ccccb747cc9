import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readCaseFolder } from '../../../src/corpus/case-folder.ts';
import { createEmulator } from '../../../src/targets/emulator/emulator.ts';
import { createOwnTarget } from '../../../src/targets/own/own-target.ts';
import { DEFAULT_LINUX, type Target } from '../../../src/targets/target.ts';
import { CASE } from '../../compare/observed.ts';

const RUNTIME = join(import.meta.dirname, 'runtime.mjs').replaceAll(' ', '\\ ');
const ROOT = join(import.meta.dirname, '../../..');

function own(how: string, command = `${process.execPath} ${RUNTIME} ${how}`): Target {
  const target = createOwnTarget({ command, linux: DEFAULT_LINUX, timeoutMs: 20_000 });
  onTestFinished(() => target.close());
  return target;
}

describe('a runtime of the user', () => {
  it('answers every case of the corpus as the emulator that it is', async () => {
    const cases = readCaseFolder(join(ROOT, 'corpus')).cases.map(({ testCase }) => testCase);
    const emulator = createEmulator({ linux: DEFAULT_LINUX });
    const bare = (outcomes: Awaited<ReturnType<Target['execute']>>) =>
      outcomes.map((outcome) =>
        outcome.kind !== 'completed'
          ? outcome
          : {
              ...outcome,
              execution: undefined,
              console: '',
              runs: outcome.runs.map((run) => ({ ...run, fault: undefined })),
            },
      );
    expect(bare(await own('right').execute(cases))).toEqual(bare(await emulator.execute(cases)));
  });

  it('that ends has crashed, and is started anew for the next case', async () => {
    const target = own('dying');
    const crashed = { kind: 'crashed', console: 'out of luck' };
    expect(await target.execute([CASE, CASE])).toEqual([crashed, crashed]);
    expect(target.restarts()).toBe(1);
  });

  it('that does not answer in time has hung', async () => {
    const command = `${process.execPath} ${RUNTIME} silent`;
    const target = createOwnTarget({ command, linux: DEFAULT_LINUX, timeoutMs: 300 });
    onTestFinished(() => target.close());
    expect(await target.execute([CASE])).toEqual([{ kind: 'hung', console: '' }]);
  });

  it('that answers what nobody understands is told', async () => {
    await expect(own('babbling').execute([CASE])).rejects.toThrow(
      'it answered wrongly: Expected a line of JSON, got "hello"',
    );
  });

  it('that is not there is told', async () => {
    const target = own('', '/nowhere/to be found');
    await expect(target.execute([CASE])).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' });
  });
});
