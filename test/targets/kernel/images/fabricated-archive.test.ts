import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findProgram } from '../../../../src/targets/kernel/find-program.ts';
import {
  ensureImage,
  type KernelImage,
} from '../../../../src/targets/kernel/images/ensure-image.ts';
import { never } from '../machines.ts';
import { type FabricatedPackage, fabricateArchive, UML_FILES } from './fabricate-archive.ts';

const apt = await findProgram('apt-get');

/** Packages that no archive has, or should have, out of one of our own; apt and dpkg are real. */
describe.skipIf(!apt || process.arch !== 'x64')(`packages (apt-get: ${apt ?? 'missing'})`, () => {
  let folder: string;
  let said: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bpfdiff-archive-'));
    said = [];
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  async function fetch(packages: readonly FabricatedPackage[]): Promise<KernelImage> {
    vi.stubEnv('APT_CONFIG', await fabricateArchive(folder, packages));
    return ensureImage('uml', {
      cacheDir: join(folder, 'cache'),
      signal: never,
      onEvent: (event) => said.push(event.kind === 'preparing' ? event.what : event.kind),
    });
  }

  it('the newest version that the pool really has is taken', async () => {
    const image = await fetch([
      { version: '6.9.9-1', files: UML_FILES, inPool: 'yes' },
      { version: '6.9.11-1', files: UML_FILES, inPool: 'no' },
      { version: '6.9.10-1', files: UML_FILES, inPool: 'yes' },
    ]);
    expect(image).toMatchObject({ from: 'sid: user-mode-linux 6.9.10-1', release: '6.9.0' });
    expect(await readFile(image.config!, 'utf8')).toBe('CONFIG_BPF_SYSCALL=y\n');
    expect(said.filter((line) => line.startsWith('fetching user') && line.endsWith('MB)'))).toEqual(
      ['fetching user-mode-linux 6.9.11-1 (1 MB)', 'fetching user-mode-linux 6.9.10-1 (1 MB)'],
    );
  });

  const { 'usr/bin/linux.uml': _, ...withoutKernel } = UML_FILES;
  it.each<[string, FabricatedPackage['files'], RegExp]>([
    ['no kernel', withoutKernel, /tar failed: tar: .*linux.uml: Not found in archive/],
    [
      'a kernel that is a link to a file of this machine',
      { ...UML_FILES, 'usr/bin/linux.uml': '-> /etc/shadow' },
      /Expected usr\/bin\/linux.uml to be a file/,
    ],
    [
      'a kernel that is none',
      { ...UML_FILES, 'usr/bin/linux.uml': 'hello' },
      /Expected a kernel image for x86_64, got none of/,
    ],
    [
      'two releases',
      { ...UML_FILES, 'usr/lib/uml/modules/6.9.1/modules.builtin': '' },
      /Expected one file \S+ in the package, got 2/,
    ],
  ])('a package with %s is refused', async (_, files, message) => {
    const fetching = fetch([{ version: '6.9.9-1', files, inPool: 'yes' }]);
    await expect(fetching).rejects.toThrow(message);
    await expect(fetching).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' });
  });
});
