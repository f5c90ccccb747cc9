import { describe, expect, it } from 'vitest';
import { bpfdiff } from './command.ts';

const NOTHING = { PATH: '/nonexistent' };

describe('bpfdiff doctor', () => {
  it('prints what the kernels lack that it was asked for, and one command for all of it', async () => {
    const { stdout, exitCode } = await bpfdiff(['doctor', 'uml', 'debian12'], NOTHING);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^missing +tar +for uml, debian12: apt-get install tar$/m);
    expect(stdout).toMatch(/^missing +taskset +for the speed of uml: /m);
    const commands = stdout.split('\n').filter((line) => line.startsWith('To mend it: '));
    expect(commands).toEqual([
      expect.stringMatching(/^To mend it: apt-get install .*\btar\b.*\bqemu-system-/),
    ]);
    expect(stdout).not.toContain('privilege');
  });

  it('prints one JSON object where that is asked for', async () => {
    const { stdout } = await bpfdiff(['doctor', 'uml', '--json'], NOTHING);
    const { requirements, install } = JSON.parse(stdout);
    expect(install).toMatch(/^apt-get install /);
    expect(requirements).toContainEqual({
      name: 'tar',
      neededFor: ['uml'],
      without: 'none of them starts',
      packages: ['tar'],
      remedy: 'apt-get install tar',
    });
  });

  it('refuses a kernel that it does not know, and says which there are', async () => {
    const { stderr, exitCode } = await bpfdiff(['doctor', 'hurd']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^bpfdiff: Unknown kernel "hurd"; expected one of uml, .*, host$/m);
  });
});
