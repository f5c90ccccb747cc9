import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { newFolder } from '../cli/command.ts';

const ROOT = join(import.meta.dirname, '../..');
const TSC = join(ROOT, 'node_modules/.bin/tsc');
const OPTIONS = ['--noEmit', '--strict', '--target', 'ES2023', '--module', 'NodeNext'];

/** What a project that has bpfdiff among its dependencies is told of this file; '' where all is well. */
async function complaints(lines: readonly string[]): Promise<string> {
  const text = ["import { it } from 'vitest';", "import { corpusTests } from 'bpfdiff/vitest';"];
  writeFileSync(join(folder, 'corpus.test.ts'), [...text, ...lines].join('\n'));
  const { stdout } = await execa(TSC, [...OPTIONS, '--skipLibCheck', 'corpus.test.ts'], {
    cwd: folder,
    reject: false,
  });
  return stdout;
}

let folder: string;
beforeAll(async () => {
  folder = await newFolder();
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  symlinkSync(ROOT, join(folder, 'node_modules/bpfdiff'));
  symlinkSync(join(ROOT, 'node_modules/vitest'), join(folder, 'node_modules/vitest'));
});

describe('the types of bpfdiff/vitest', () => {
  it('take the tests of the docs', async () => {
    expect(await complaints(["corpusTests(it, 'corpus/');"])).toBe('');
  });

  it('refuse what is no target', async () => {
    expect(await complaints(["corpusTests(it, 'corpus/', { target: 'mine' });"])).toContain(
      "Type 'string' is not assignable to type '(linux: LinuxSetting) => Target'",
    );
  });
});
