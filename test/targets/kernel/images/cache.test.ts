import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cachedKernels,
  makeRoom,
  markUsed,
  removeKernel,
} from '../../../../src/targets/kernel/images/cache.ts';
import { tryLock } from '../../../../src/targets/kernel/images/lock.ts';
import { never } from '../machines.ts';
import { putKernel } from './fabricate.ts';

/** More than any process has. */
const DEAD_PID = 4_194_305;

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'bpfdiff cache-'));
});
afterEach(() => rm(cacheDir, { recursive: true, force: true }));

describe('makeRoom', () => {
  const names = (kernels: readonly { readonly name: string }[]) => kernels.map(({ name }) => name);

  beforeEach(async () => {
    await putKernel(cacheDir, 'debian11', { bootedMs: 1000 });
    await putKernel(cacheDir, 'debian12', { bootedMs: 3000 });
    await putKernel(cacheDir, 'debian13', { bootedMs: 2000 });
    await putKernel(cacheDir, 'mine', { origin: 'user', bootedMs: 0 });
  });
  const oneKernel = 0x1000;

  it('removes nothing from a cache that is within its limit', async () => {
    expect(await makeRoom(cacheDir, 'sid', never, 4 * oneKernel)).toEqual([]);
    expect(names(await cachedKernels(cacheDir))).toHaveLength(4);
  });

  it('removes what was booted least recently, and no more than it has to', async () => {
    expect(names(await makeRoom(cacheDir, 'sid', never, 2 * oneKernel))).toEqual([
      'debian11',
      'debian13',
    ]);
    expect(await readdir(join(cacheDir, 'kernels'))).toEqual(['debian12', 'mine']);
  });

  it("never removes the kernel to keep, one in use, or the user's own", async () => {
    const endUse = await markUsed(cacheDir, 'debian13');
    expect(names(await makeRoom(cacheDir, 'debian11', never, 1))).toEqual(['debian12']);
    await endUse();
    expect(names(await makeRoom(cacheDir, 'debian11', never, 1))).toEqual(['debian13']);
    expect(names(await cachedKernels(cacheDir))).toEqual(['debian11', 'mine']);
  });

  it('leaves alone what another process is fetching, and removes what one left that died', async () => {
    for (const name of ['debian11', 'sid']) {
      await mkdir(join(cacheDir, 'fetching', name, 'packages'), { recursive: true });
    }
    const lock = await tryLock(join(cacheDir, 'fetching', 'debian11.lock'), never);
    expect(names(await makeRoom(cacheDir, 'debian13', never, 1))).toEqual(['debian12']);
    await lock!.release();
    const left = await readdir(join(cacheDir, 'fetching'));
    expect(left.filter((name) => !name.endsWith('.lock'))).toEqual(['debian11']);
  });
});

describe('markUsed', () => {
  it('notes who runs a kernel until the use ends, and when it was booted', async () => {
    const folder = await putKernel(cacheDir, 'debian12', { bootedMs: 1000 });
    await writeFile(join(folder, `used-by-${DEAD_PID}`), '');
    const endUse = await markUsed(cacheDir, 'debian12');
    const [used] = await cachedKernels(cacheDir);
    expect(used).toMatchObject({ usedBy: [process.pid] });
    expect(used!.bootedMs).toBeGreaterThan(1000);
    await endUse();
    expect(await cachedKernels(cacheDir)).toMatchObject([{ usedBy: [] }]);
    expect(await readdir(folder)).toEqual(['booted', 'kernel', 'manifest.json']);
  });

  it('does without a cache that can be written', async () => {
    const endUse = await markUsed('/sys/bpfdiff', 'debian12');
    await endUse();
  });
});

describe('removeKernel', () => {
  it('waits for a process that fetches the kernel', async () => {
    await putKernel(cacheDir, 'debian12', { bootedMs: 1000 });
    const lock = await tryLock(join(cacheDir, 'fetching', 'debian12.lock'), never);
    const order: string[] = [];
    const onWait = async () => {
      order.push('waits');
      await lock!.release();
    };
    await removeKernel(cacheDir, 'debian12', { signal: never, onWait });
    expect(order).toEqual(['waits']);
    expect(await readdir(join(cacheDir, 'kernels'))).toEqual([]);
  });

  it('says what to do where the cache can not be written', async () => {
    const removing = removeKernel('/sys/bpfdiff', 'uml', { signal: never, onWait: () => {} });
    await expect(removing).rejects.toMatchObject({
      code: 'TARGET_UNAVAILABLE',
      remedy: 'make /sys/bpfdiff a folder of this user',
    });
  });
});
