import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram } from '../../../../src/targets/kernel/find-program.ts';
import { ensureImage } from '../../../../src/targets/kernel/images/ensure-image.ts';
import { bpfdiff } from '../../../cli/command.ts';
import { cacheDir, never } from '../machines.ts';

const MAIN = join(import.meta.dirname, '../../../../dist/src/cli/main.js');
const CASE = join(import.meta.dirname, '../../../../corpus/seeds');

const apt = (await findProgram('apt-get')) === undefined ? 'no apt-get' : undefined;
/** Folders are mounted where nobody else sees them. */
const unshare = await execa('unshare', ['--mount', 'true'], { reject: false });
const noMounts = apt ?? (unshare.exitCode === 0 ? undefined : 'no right to mount');

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'bpfdiff cache-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Runs bpfdiff after a script that mounts something; $CACHE is the cache of bpfdiff. */
const mounted = (script: string, args: readonly string[], cache: string) =>
  execa(
    'unshare',
    ['--mount', 'sh', '-c', `${script}\nexec "$@"`, 'sh', process.execPath, MAIN, ...args],
    { reject: false, stdin: 'ignore', env: { CACHE: cache, XDG_CACHE_HOME: join(cache, '..') } },
  );

const anyCase = async (): Promise<string> =>
  join(CASE, (await readdir(CASE)).filter((name) => name.endsWith('.case'))[0]);

describe(`a cache (missing: ${noMounts ?? 'nothing'})`, () => {
  it.skipIf(noMounts)('that is read-only serves what it has', async () => {
    await ensureImage('uml', { cacheDir, onEvent: () => {}, signal: never });
    const args = ['exec', await anyCase(), '--targets', 'emulator,uml'];
    expect((await bpfdiff(args)).exitCode).toBe(0);
    const script = 'mount --bind "$CACHE" "$CACHE"; mount -o remount,bind,ro "$CACHE"';
    const { exitCode, stderr } = await mounted(script, args, cacheDir);
    expect(stderr).not.toMatch(/EROFS|read-only/);
    expect(exitCode).toBe(0);
  });

  it.skipIf(noMounts)('that is read-only and empty is told with what to do', async () => {
    const cache = join(home, 'bpfdiff');
    const script = `mkdir "$CACHE"; mount -t tmpfs -o ro none "$CACHE"`;
    const args = ['exec', await anyCase(), '--targets', 'emulator,uml'];
    const { exitCode, stderr } = await mounted(script, args, cache);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(cache);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.skipIf(noMounts)(
    'that fills up while a kernel is fetched is told, and cleaned up',
    async () => {
      const cache = join(home, 'bpfdiff');
      // Room enough at first; another process takes it as soon as the fetching begins.
      const script = `
      mkdir "$CACHE"; mount -t tmpfs -o size=120m none "$CACHE"
      (until ls "$CACHE"/fetching/uml >/dev/null 2>&1; do sleep 0.01; done
       cat /dev/zero >"$CACHE/fill" 2>/dev/null) &
      "$@"; status=$?
      ls -A "$CACHE/kernels"
      kill $! 2>/dev/null
      exit $status`;
      const args = ['exec', await anyCase(), '--targets', 'emulator,uml'];
      const { exitCode, stdout, stderr } = await mounted(script, args, cache);
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(/room|space/i);
      expect(stderr).not.toMatch(/\n\s+at /);
      expect(stdout.trim()).toBe('');
    },
  );

  it.skipIf(apt)('serves two campaigns that start the same kernel at once', async () => {
    const env = { XDG_CACHE_HOME: home, XDG_DATA_HOME: home };
    const campaign = (n: number) =>
      bpfdiff(
        ['run', '--targets', 'emulator,uml', '--cases', '50', '--corpus', join(home, `${n}.db`)],
        env,
      );
    const both = await Promise.all([campaign(1), campaign(2)]);
    for (const { exitCode, stderr } of both) expect(exitCode, stderr).toBe(0);
    expect(await readdir(join(home, 'bpfdiff/kernels'))).toEqual(['uml']);
  });
});
