import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bzImage, putKernel } from '../targets/kernel/images/fabricate.ts';
import { bpfdiff, ndjson, newFolder } from './command.ts';

/** Whose cache holds kernels that nothing can boot. */
let folder: string;
const kernels = (...args: readonly string[]) =>
  bpfdiff(['kernels', ...args], { XDG_CACHE_HOME: folder });

beforeAll(async () => {
  folder = await newFolder();
  const cacheDir = join(folder, 'bpfdiff');
  await putKernel(cacheDir, 'debian12', { bootedMs: Date.UTC(2026, 1, 3, 4, 5) });
  await writeFile(join(folder, 'bzImage'), bzImage('6.9.0-mine'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('bpfdiff kernels', () => {
  it('lists what is there, and what can be had', async () => {
    const { stdout, exitCode } = await kernels('ls');
    expect(stdout).toMatch(
      /^debian12 +6\.9\.0 +x86_64 .* 1 MB +2026-02-03 04:05 +sid: linux-image/m,
    );
    expect(stdout).toMatch(/^sid-s390x +not fetched +s390x +interp +sid$/m);
    expect(exitCode).toBe(0);

    const listed = ndjson((await kernels('ls', '--json')).stdout);
    expect(listed.find(({ name }) => name === 'debian12')).toEqual({
      name: 'debian12',
      fetched: true,
      own: false,
      release: '6.9.0',
      arch: 'x86_64',
      engines: ['jit', 'interp', 'hardened'],
      from: 'sid: linux-image 6.9.0-1',
      sizeBytes: 4096,
      bootedMs: Date.UTC(2026, 1, 3, 4, 5),
      usedBy: [],
    });
    expect(listed.find(({ name }) => name === 'debian11')).toMatchObject({
      fetched: false,
      from: 'bullseye, bullseye-security',
    });
  });

  it("adds the user's own, names it as a target, and removes it", async () => {
    const image = join(folder, 'bzImage');
    const added = await kernels('add', '--image', image, '--name', 'mine');
    expect(added.stdout).toBe(`mine: 6.9.0-mine, ${image}`);
    const ran = await bpfdiff(['run', '--targets', 'emulator,mine:nosuch'], {
      XDG_CACHE_HOME: folder,
    });
    expect(ran.stderr).toMatch(/mine has no engine "nosuch"; expected jit or interp or hardened/);
    const removed = await kernels('rm', 'mine');
    expect(removed.stdout).toMatch(/^removed mine \(1 MB, your own from '.*bzImage'\)$/);
    expect((await kernels('ls')).stdout).not.toMatch(/mine/);
  });

  it.each([
    [['add'], /Expected names, some of uml, debian11, .*; or --image FILE/],
    [['add', 'nosuch'], /Unknown kernel "nosuch"; expected some of uml, /],
    [['add', '--config', 'x', 'sid'], /--config goes with --image FILE/],
    [['add', '--image', 'x'], /Expected --name NAME beside --image/],
    [['add', '--image', 'x', '--name', 'x', 'sid'], /Expected --image alone, got also "sid"/],
    [['add', '--image', 'nosuch', '--name', 'x'], /nosuch: the image can't be read \(ENOENT\)/],
    [['rm', 'nosuch'], /Unknown kernel "nosuch"; the cache has debian12/],
  ])('%j is refused with what was expected', async (args, message) => {
    const { stderr, exitCode } = await kernels(...args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  it('keeps a kernel that another process runs', async () => {
    const mark = join(folder, 'bpfdiff/kernels/debian12', `used-by-${process.pid}`);
    await writeFile(mark, '');
    const { stderr, exitCode } = await kernels('rm', 'debian12');
    expect(stderr).toBe(`bpfdiff: debian12 is in use by process ${process.pid}; end that first`);
    expect(exitCode).toBe(2);
    expect((await kernels('ls')).stdout).toMatch(`in use by ${process.pid}`);
    await rm(mark);
  });
});

it('a kernel that was run was booted just now', async () => {
  const startedMs = Date.now();
  const targets = ['--targets', 'emulator,uml', '--cases', '10', '--no-tui'];
  await bpfdiff(['run', ...targets, '--corpus', join(folder, 'corpus.db')]);
  const listed = ndjson((await bpfdiff(['kernels', 'ls', '--json'])).stdout);
  const uml = listed.find(({ name }) => name === 'uml')!;
  // Files' times are some milliseconds coarse.
  expect(uml.bootedMs).toBeGreaterThan(startedMs - 1000);
});
