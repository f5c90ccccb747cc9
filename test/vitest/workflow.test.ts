import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../cli/command.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The `run:` steps of the workflow, which are a line each, in order. */
const STEPS = [
  ...readFileSync(join(ROOT, 'docs/examples/bpfdiff.yml'), 'utf8').matchAll(/^ +run: (.+)$/gm),
].map(([, command]) => command);

let folder: string;

const NPM = {
  npm_config_offline: 'true',
  npm_config_ignore_scripts: 'true',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
};

/** Runs the steps as GitHub does, until one fails; nothing is fetched, and nothing built. */
async function runSteps(): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const step of STEPS) {
    const { exitCode = -1 } = await execa('bash', ['-e', '-o', 'pipefail', '-c', step], {
      cwd: folder,
      reject: false,
      stdin: 'ignore',
      env: {
        CI: '1',
        GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
        ...NPM,
      },
    });
    statuses.push(exitCode);
    if (exitCode !== 0) break;
  }
  return statuses;
}

beforeAll(async () => {
  folder = await newFolder();
  const links = { bpfdiff: ROOT, vitest: join(ROOT, 'node_modules/vitest') };
  const dependencies = Object.fromEntries(
    Object.entries(links).map(([name, path]) => [name, `file:${path}`]),
  );
  const project = { name: 'project', version: '1.0.0', type: 'module', dependencies };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(project));
  await execa('npm', ['install', '--package-lock-only'], { cwd: folder, env: NPM });
  writeFileSync(
    join(folder, 'corpus.test.js'),
    [
      "import { describe, it } from 'vitest';",
      "import { corpusTests } from 'bpfdiff/vitest';",
      "describe('the corpus', () => corpusTests(it, 'corpus/'));",
    ].join('\n'),
  );
  cpSync(join(ROOT, 'corpus/seeds'), join(folder, 'corpus'), { recursive: true });
});

describe('the workflow of the docs', () => {
  it('passes with a corpus that agrees', async () => {
    expect(STEPS).toHaveLength(4);
    expect(await runSteps()).toEqual([0, 0, 0, 0]);
    const summary = JSON.parse(readFileSync(join(folder, 'summary.md'), 'utf8'));
    expect(summary).toMatchObject({ kind: 'summary', diverged: 0 });
  });

  it('fails with one that does not', async () => {
    const [file] = (await execa('ls', { cwd: join(folder, 'corpus') })).stdout
      .split('\n')
      .filter((name) => name.endsWith('.case'));
    const path = join(folder, 'corpus', file);
    const text = readFileSync(path, 'utf8');
    const wrong = text.replace(/^( {4})retval .*/m, '$1retval 0x12345');
    expect(wrong).not.toBe(text);
    writeFileSync(path, wrong);
    expect(await runSteps()).toEqual([0, 1]);
  });
});
