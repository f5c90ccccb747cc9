import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Summary } from '../../src/campaign/events.ts';
import { bpfdiff, ndjson, newFolder } from './command.ts';
import { descendants, stillRunning } from './descendants.ts';

describe('bpfdiff run', () => {
  let folder: string;
  let corpus: string;
  beforeAll(async () => {
    folder = await newFolder();
    corpus = join(folder, 'my corpus.db');
  });

  it('compares generated cases on a real kernel, and ends with a summary and status 0', async () => {
    const { stdout, exitCode } = await bpfdiff([
      'run',
      '--targets',
      'emulator,uml',
      '--cases',
      '600',
      '--json',
      '--corpus',
      corpus,
    ]);
    const events = ndjson(stdout);
    const summary = events.at(-1) as unknown as Summary & { kind: string };
    expect(exitCode).toBe(0);
    expect(summary).toMatchObject({ kind: 'summary', cases: 600, divergences: 0, findings: [] });
    const { uml } = summary.targets;
    expect(uml).toMatchObject({ arch: 'x86_64', engine: 'interp', crashed: 0, hung: 0 });
    expect(uml.kernel).toMatch(/^6\.1\./);
    expect(uml.accepted + uml.unsupported).toBeGreaterThanOrEqual(540);
    expect(uml.compared + uml.incomparable).toBe(uml.accepted + uml.rejected);
    expect(uml.reach.forms['add64.x']).toBeGreaterThan(0);
  });

  it('draws the same cases for the same seed', async () => {
    const counts = await Promise.all(
      [1, 2].map(async () => {
        const args = ['run', '--cases', '200', '--seed', '42', '--json', '--corpus', corpus];
        const { targets, runs } = ndjson((await bpfdiff(args)).stdout).at(-1) as unknown as Summary;
        return { runs, forms: targets.uml.reach.forms };
      }),
    );
    expect(counts[0]).toEqual(counts[1]);
  });

  it('prints progress on stderr and a table on stdout where no terminal is', async () => {
    const { stdout, stderr, exitCode } = await bpfdiff([
      'run',
      '--cases',
      '100',
      '--corpus',
      corpus,
    ]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^100 cases, /);
    expect(stdout).toMatch(/no divergence\n?$/);
    expect(stderr).toMatch(/uml: ready after/);
  });

  it('ends at Ctrl-C with a summary of what was done, and leaves no process behind', async () => {
    const { process, kernels } = await startCampaign(['--time', '10m', '--corpus', corpus]);
    process.kill('SIGINT');
    const { stdout, exitCode } = await process;
    expect(exitCode).toBe(130);
    expect(ndjson(stdout).at(-1)).toMatchObject({ kind: 'summary', stopped: 'interrupted' });
    expect(stillRunning(kernels)).toEqual([]);
  });

  it('leaves no process behind when it is killed itself', async () => {
    const { process, kernels } = await startCampaign(['--time', '10m', '--corpus', corpus]);
    process.kill('SIGKILL');
    await process;
    await vi.waitFor(() => expect(stillRunning(kernels)).toEqual([]), { timeout: 10_000 });
  });

  it('starts a kernel anew that was killed, and loses no case', async () => {
    const args = ['--cases', '4000', '--seed', '31', '--corpus', corpus];
    const { process, kernels } = await startCampaign(args);
    const uml = kernels.find(({ name }) => name === 'kernel')!;
    globalThis.process.kill(uml.pid, 'SIGKILL');
    const { stdout, exitCode } = await process;
    const { targets, ...summary } = ndjson(stdout).at(-1) as unknown as Summary;
    expect(summary).toMatchObject({ cases: 4000, divergences: 0 });
    const { accepted, rejected, unsupported, ...counts } = targets.uml;
    expect(counts).toMatchObject({ crashed: 0, restarted: 1 });
    expect(accepted + rejected + unsupported).toBe(4000);
    expect(exitCode).toBe(0);
  });

  it('compares several kernels and engines in one campaign', async () => {
    const names = 'emulator,uml,debian12:jit,debian12:interp,debian12:hardened';
    const { stdout, exitCode } = await bpfdiff([
      'run',
      '--targets',
      names,
      '--cases',
      '1000',
      '--seed',
      '31',
      '--json',
      '--corpus',
      corpus,
    ]);
    const { targets, divergences } = ndjson(stdout).at(-1) as unknown as Summary;
    expect(divergences).toBe(0);
    for (const [name, counts] of Object.entries(targets)) {
      const { accepted, rejected, unsupported, compared, incomparable } = counts;
      expect(accepted + unsupported, name).toBeGreaterThanOrEqual(900);
      expect(compared + incomparable, name).toBe(accepted + rejected);
      expect(compared, name).toBeGreaterThanOrEqual(700);
    }
    expect(exitCode).toBe(0);
  });

  it.each([
    [['--targets', 'emulator,nosuch'], 2, /Unknown target "nosuch"; expected one of emulator/],
    [['--targets', 'emulator'], 2, /Expected two targets or more/],
    [['--cases', '0'], 2, /Expected a whole number from 1/],
    [['--time', 'soon'], 2, /Expected a duration such as 60s/],
    [['--cases', '5', '--time', '5s'], 2, /cannot be used with option/],
    [['--seed', '-1'], 2, /Expected a whole number below 2\^64/],
    [['--profile', 'nosuch'], 2, /Allowed choices are default/],
    [['--prog-types', 'nosuch'], 2, /No cases are generated for "nosuch"\. Expected xdp/],
    [['--prog-types', 'xdp,lsm'], 2, /No cases are generated for "lsm"/],
    [['--nosuch'], 2, /unknown option '--nosuch'/],
  ])('%j is refused with status %i and says why', async (args, status, message) => {
    const { stderr, exitCode } = await bpfdiff(['run', ...args, '--corpus', corpus]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(exitCode).toBe(status);
  });

  it('says what to install where there is no C compiler', async () => {
    const env = { PATH: folder, XDG_CACHE_HOME: join(folder, 'empty cache') };
    const { stderr, exitCode } = await bpfdiff(['run', '--corpus', corpus], env);
    expect(stderr).toMatch(
      /uml: .*C compiler, cc was not found\n {2}apt-get install gcc libc6-dev/,
    );
    expect(exitCode).toBe(3);
  });

  it('refuses a corpus that is no corpus before it boots anything', async () => {
    const { stderr, exitCode } = await bpfdiff([
      'run',
      '--corpus',
      join(import.meta.dirname, 'command.ts'),
    ]);
    expect(stderr).toMatch(/isn't a corpus of bpfdiff/);
    expect(stderr).not.toMatch(/booting/);
    expect(exitCode).toBe(2);
  });
});

/** A campaign that has compared something on uml, and the processes that it has started. */
async function startCampaign(args: readonly string[]) {
  const process = bpfdiff(['run', '--json', ...args]);
  let text = '';
  await new Promise<void>((resolve) => {
    process.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('"progress"')) resolve();
    });
  });
  const kernels = descendants(process.pid!);
  expect(kernels.length).toBeGreaterThan(0);
  return { process, kernels };
}
