import { copyFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, describe, expect, it } from 'vitest';
import { openKernelMachine } from '../../../../src/targets/kernel/kernel-machine.ts';
import type { Launch } from '../../../../src/targets/kernel/link.ts';
import { childrenOf, never, untilNone } from '../machines.ts';
import { faultyKernels } from './faulty-kernel.ts';

const { uml, debian12, close } = await faultyKernels();
const folder = await mkdtemp(join(tmpdir(), 'bpfdiff-boot-'));
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true });
});

const opening = (launch: Launch) =>
  openKernelMachine({
    name: 'mine',
    launch,
    sysctls: 'ours',
    onEvent: () => {},
    signal: never,
    now: () => performance.now(),
    limits: { startsMax: 1 },
  });

describe.each([uml, debian12])('the start of $name (missing: $missing)', (kernel) => {
  it.skipIf(kernel.missing)('ends with the panic of a kernel that has no init', async () => {
    const agent = join(folder, 'no-agent');
    await writeFile(agent, 'this is no program\n');
    const before = await childrenOf(process.pid);
    await expect(opening(kernel.launch({ agent }))).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringMatching(
        /^mine: does not start: .*; its kernel said:\nKernel panic - not syncing: /,
      ),
    });
    const left = async () => (await childrenOf(process.pid)).filter((pid) => !before.includes(pid));
    expect(await untilNone(left)).toEqual([]);
  });

  it.skipIf(kernel.missing)('says what is wrong with an image that is cut short', async () => {
    const whole = kernel.image!.kernel;
    const cut = join(folder, `${kernel.name}-cut`);
    await copyFile(whole, cut);
    await truncate(cut, 4000);
    await expect(opening(kernel.launch({ kernel: cut }))).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringMatching(/^mine: does not start: (ended with|was killed by)/),
    });
  });
});
