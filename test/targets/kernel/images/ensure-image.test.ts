import { mkdir, mkdtemp, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findProgram } from '../../../../src/targets/kernel/find-program.ts';
import {
  ensureImage,
  type KernelImage,
} from '../../../../src/targets/kernel/images/ensure-image.ts';
import { bpfdiff } from '../../../cli/command.ts';
import { never } from '../machines.ts';

const apt = await findProgram('apt-get');

/** Fetches for real, into a cache of its own with a space in its path. */
describe.skipIf(!apt)(`ensureImage (apt-get: ${apt ?? 'missing'})`, () => {
  let cacheDir: string;
  let said: string[];
  beforeEach(async () => {
    cacheDir = await mkdtemp(join(tmpdir(), 'bpfdiff image-'));
    said = [];
  });
  afterEach(() => rm(cacheDir, { recursive: true, force: true }));

  const ensure = (signal = never, cache = cacheDir): Promise<KernelImage> =>
    ensureImage('uml', {
      cacheDir: cache,
      signal,
      onEvent: (event) => said.push(event.kind === 'preparing' ? event.what : event.kind),
    });

  it('fetches with progress, once for all who ask, and again where it is damaged', async () => {
    const [image, same] = await Promise.all([ensure(), ensure()]);
    expect(same).toEqual(image);
    expect(image.release).toMatch(/^\d+\.\d+\.\d+/);
    expect(
      said.filter((line) => /^fetching user-mode-linux \S+ \(\d+ MB\)$/.test(line)),
    ).toHaveLength(1);
    expect(await readdir(join(cacheDir, 'kernels'))).toEqual(['uml']);

    said = [];
    expect(await ensure()).toEqual(image);
    expect(said).toEqual([]);

    await truncate(image.kernel, 1000);
    expect(await ensure()).toEqual(image);
    expect(said[0]).toMatch(/kernel: Expected \d+ bytes, got 1000; fetching it again$/);
    expect(await readdir(join(cacheDir, 'kernels'))).toEqual(['uml']);
  });

  it('is tried again where it was given up', async () => {
    const giveUp = new AbortController();
    setTimeout(() => giveUp.abort(new Error('given up')), 300);
    await expect(ensure(giveUp.signal)).rejects.toThrow('given up');
    expect(await readdir(join(cacheDir, 'kernels'))).toEqual([]);
    await ensure();
    expect(await readdir(join(cacheDir, 'fetching'))).toEqual(['uml.lock']);
  });

  it('fetches once for two processes that ask at the same time', async () => {
    const both = await Promise.all(
      ['one', 'other'].map(() => bpfdiff(['kernels', 'add', 'uml'], { XDG_CACHE_HOME: cacheDir })),
    );
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const progress = both.map(({ stderr }) => stderr).join('\n');
    expect(progress.match(/MB\)$/gm)).toHaveLength(1);
    expect(progress).toMatch(/^uml: waiting for another bpfdiff that fetches it$/m);
  });

  it('fetches lists of its own where the system has none', async () => {
    const lists = join(cacheDir, 'lists');
    await mkdir(join(lists, 'partial'), { recursive: true });
    await writeFile(join(cacheDir, 'apt.conf'), `Dir::State::Lists "${lists}";\n`);
    vi.stubEnv('APT_CONFIG', join(cacheDir, 'apt.conf'));
    await ensure();
    vi.unstubAllEnvs();
    expect(said.slice(0, 2)).toEqual([
      "fetching the lists of apt's sources",
      expect.stringMatching(/^fetching user-mode-linux /),
    ]);
    expect(await readdir(lists)).not.toContainEqual(expect.stringMatching(/InRelease$/));
  });

  it('says what to do where the cache is no folder', async () => {
    await writeFile(join(cacheDir, 'kernels'), '');
    await expect(ensure()).rejects.toMatchObject({
      code: 'TARGET_UNAVAILABLE',
      remedy: expect.stringContaining(cacheDir),
    });
  });

  it.each([
    ['no apt', { PATH: 'bin' }, /apt-cache was not found/, /install apt/],
    ['no flock', { PATH: '/nonexistent' }, /flock was not found/, /util-linux/],
    [
      'no sources',
      { APT_CONFIG: 'no-sources.conf' },
      /apt knows no package user-mode-linux/,
      /add/,
    ],
    ['no network', { APT_CONFIG: 'no-network.conf' }, /apt-get failed|Failed to fetch/, /sources/],
  ])('says what to do where there is %s', async (_, env, problem, remedy) => {
    await mkdir(join(cacheDir, 'empty/partial'), { recursive: true });
    const noLists = `Dir::State::Lists "${join(cacheDir, 'empty')}";\n`;
    const noSources = 'Dir::Etc::SourceList "/dev/null"; Dir::Etc::SourceParts "/dev/null";\n';
    // Nobody listens on the discard port.
    const noNetwork = ['http', 'https'].map(
      (way) => `Acquire::${way}::Proxy "http://127.0.0.1:9";`,
    );
    await writeFile(join(cacheDir, 'no-sources.conf'), noLists + noSources);
    await writeFile(join(cacheDir, 'no-network.conf'), noLists + noNetwork.join('\n'));
    await mkdir(join(cacheDir, 'bin'));
    for (const program of ['flock', 'sh', 'cat']) {
      await symlink((await findProgram(program))!, join(cacheDir, 'bin', program));
    }
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, resolve(cacheDir, value));
    const error = await ensure().catch((error: unknown) => error);
    vi.unstubAllEnvs();
    expect(error).toMatchObject({
      code: 'TARGET_UNAVAILABLE',
      message: expect.stringMatching(problem),
      remedy: expect.stringMatching(remedy),
    });
  });

  it('says what to do where the cache can not be written', async () => {
    // Not even root makes folders there.
    await expect(ensure(never, '/sys/bpfdiff')).rejects.toMatchObject({
      code: 'TARGET_UNAVAILABLE',
      remedy: 'make /sys/bpfdiff a folder of this user',
    });
  });
});
