import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGroup } from '../../../src/targets/kernel/process-group.ts';
import { membersOf, untilNone } from './machines.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bpfdiff group-'));
});
afterAll(() => rm(folder, { recursive: true }));

const start = async (script: string) => {
  const own = await mkdtemp(join(folder, 'own-'));
  return startGroup({ command: 'sh', args: ['-c', script], folder: own });
};

describe('a process group', () => {
  it.each([
    ['exit 3', 'ended with exit status 3'],
    ['kill -s KILL $$', 'was killed by SIGKILL'],
    ['exec /nonexistent/kernel', 'ended with exit status 127'],
  ])('whose process does `%s` %s', async (script, how) => {
    const group = await start(script);
    expect(await group.ended).toBe(how);
    await group.close();
  });

  it('has standard output and standard error as its console', async () => {
    const group = await start('echo out; echo err >&2; exec /nonexistent/kernel');
    await group.ended;
    for (const line of ['out\n', 'err\n', 'nonexistent']) {
      await expect.poll(() => group.console()).toContain(line);
    }
    await group.close();
  });

  it('has a channel as file descriptor 3', async () => {
    const group = await start('read line <&3; echo "got $line" >&3');
    group.channel.write('a line\n');
    expect(`${(await once(group.channel, 'data'))[0]}`).toBe('got a line\n');
    await group.close();
  });

  it('is gone after close with all that it forked, and with its folder', async () => {
    const group = await start('sleep 1000 & (sleep 1000; true) & touch file; sleep 1000');
    await expect.poll(async () => (await membersOf(group.pid!)).length).toBeGreaterThan(4);
    await group.close();
    expect(await untilNone(() => membersOf(group.pid!))).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a process group whose Node is killed', () => {
  it('is gone with its folder, even while it spins', async () => {
    // Node can't run the sources as they are.
    const built = join(folder, 'built');
    const root = join(import.meta.dirname, '../../..');
    await execa(
      'npx',
      [
        'tsc',
        '-p',
        'tsconfig.build.json',
        '--incremental',
        'false',
        '--tsBuildInfoFile',
        'null',
        '--outDir',
        built,
      ],
      { cwd: root, reject: false },
    );
    await symlink(join(root, 'node_modules'), join(built, 'node_modules'));
    const own = await mkdtemp(join(folder, 'own-'));
    const script = `
      import { startGroup } from ${JSON.stringify(join(built, 'src/targets/kernel/process-group.js'))};
      const args = ['-c', 'while :; do :; done & while :; do :; done'];
      const group = startGroup({ command: 'sh', args, folder: ${JSON.stringify(own)} });
      console.log(group.pid);
    `;
    const node = execa('node', ['--input-type=module', '-e', script], {
      reject: false,
      buffer: false,
    });
    const pid = Number(`${(await once(node.stdout, 'data'))[0]}`);
    await expect.poll(async () => (await membersOf(pid)).length).toBeGreaterThan(2);
    node.kill('SIGKILL');
    expect(await untilNone(() => membersOf(pid))).toEqual([]);
    expect(await readdir(folder)).toEqual(['built']);
  });
});
