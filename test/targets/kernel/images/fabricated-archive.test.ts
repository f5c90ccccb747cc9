import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findProgram } from '../../../../src/targets/kernel/find-program.ts';
import { markUsed } from '../../../../src/targets/kernel/images/cache.ts';
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

  async function fetch(
    packages: readonly FabricatedPackage[],
    archive = folder,
  ): Promise<KernelImage> {
    vi.stubEnv('APT_CONFIG', await fabricateArchive(archive, packages));
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

  describe('an image that an older bpfdiff unpacked', () => {
    const files = {
      ...UML_FILES,
      'usr/lib/uml/modules/6.9.0/kernel/drivers/net/tun.ko': '\x7fELF...\0depends=\0',
    };
    let image: KernelImage;
    beforeEach(async () => {
      image = await fetch([{ version: '6.9.9-1', files: UML_FILES, inPool: 'yes' }]);
      const manifest = join(folder, 'cache/kernels/uml/manifest.json');
      const text = await readFile(manifest, 'utf8');
      expect(text).toContain('"layout": 2');
      await writeFile(manifest, text.replace(/,\s*"layout": 2/, ''));
      said = [];
    });

    const fetchAgain = (inPool: FabricatedPackage['inPool']) =>
      mkdtemp(join(folder, 'newer-')).then((archive) =>
        fetch([{ version: '6.9.10-1', files, inPool }], archive),
      );

    it('is fetched anew, with what is wanted since, and once', async () => {
      const whole = await fetchAgain('yes');
      expect(whole.from).toBe('sid: user-mode-linux 6.9.10-1');
      expect(whole.modules.map((path) => basename(path))).toEqual(['tun.ko']);
      expect(said[0]).toMatch(/uml is of an older bpfdiff, .*; fetching it again$/);
      said = [];
      expect(await fetchAgain('yes')).toEqual(whole);
      expect(said).toEqual([]);
    });

    it('serves on where it can not be fetched', async () => {
      expect(await fetchAgain('no')).toEqual(image);
      expect(said.at(-1)).toMatch(/; going on with the old one$/);
      expect(await readFile(image.kernel)).toEqual(UML_FILES['usr/bin/linux.uml']);
    });

    it('serves on while a process runs it', async () => {
      const release = await markUsed(join(folder, 'cache'), 'uml');
      expect(await fetchAgain('yes')).toEqual(image);
      expect(said).toEqual([]);
      await release();
      expect((await fetchAgain('yes')).modules).toHaveLength(1);
    });
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
