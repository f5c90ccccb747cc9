import { createHash } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';

/** A version of user-mode-linux, and the files in its package; a text that begins with -> is a link. */
export interface FabricatedPackage {
  readonly version: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** `no`: apt's lists name it, and the pool has it no more. */
  readonly inPool: 'yes' | 'no';
}

/** An ELF for x86-64, as far as it begins so. */
const ELF = Buffer.from(`7f454c46020101${'00'.repeat(9)}02003e00`, 'hex');

/** What a package of user-mode-linux has to hold. */
export const UML_FILES: FabricatedPackage['files'] = {
  'usr/bin/linux.uml': ELF,
  'usr/share/doc/user-mode-linux/config.gz': gzipSync('CONFIG_BPF_SYSCALL=y\n'),
  'usr/lib/uml/modules/6.9.0/modules.builtin': 'kernel/fs/ext4/ext4.ko\n',
};

/**
 * Makes an archive with those packages in a folder, and lists that apt has read. Resolves with the
 * path of a configuration that makes apt know nothing else.
 */
export async function fabricateArchive(
  folder: string,
  packages: readonly FabricatedPackage[],
): Promise<string> {
  const archive = join(folder, 'archive');
  const records: string[] = [];
  for (const { version, files, inPool } of packages) {
    const path = join('pool', `user-mode-linux_${version}_amd64.deb`);
    const deb = await build(folder, version, files);
    const sha256 = createHash('sha256').update(deb).digest('hex');
    await mkdir(join(archive, 'pool'), { recursive: true });
    if (inPool === 'yes') await writeFile(join(archive, path), deb);
    const fields = [`Filename: ${path}`, `Size: ${deb.length}`, `SHA256: ${sha256}`];
    records.push(`${control(version)}${fields.join('\n')}\n`);
  }
  const index = join(archive, 'dists/sid/main/binary-amd64/Packages');
  await mkdir(dirname(index), { recursive: true });
  await writeFile(index, records.join('\n'));

  const state = join(folder, 'state');
  await mkdir(join(state, 'partial'), { recursive: true });
  const list = join(folder, 'archive.list');
  await writeFile(list, `deb [trusted=yes] copy:${archive} sid main\n`);
  const config = join(folder, 'apt.conf');
  const settings = [
    `Dir::Etc::SourceList "${list}"`,
    'Dir::Etc::SourceParts "/dev/null"',
    `Dir::State::Lists "${state}"`,
  ];
  await writeFile(config, settings.map((setting) => `${setting};\n`).join(''));
  await execa('apt-get', ['update'], { env: { APT_CONFIG: config } });
  return config;
}

const control = (version: string): string =>
  `Package: user-mode-linux
Version: ${version}
Architecture: amd64
Maintainer: Nobody <nobody@example.org>
Description: fabricated
`;

async function build(
  folder: string,
  version: string,
  files: FabricatedPackage['files'],
): Promise<Buffer> {
  const tree = join(folder, `tree-${version}`);
  for (const [name, content] of Object.entries({ ...files, 'DEBIAN/control': control(version) })) {
    const path = join(tree, name);
    await mkdir(dirname(path), { recursive: true });
    const link = typeof content === 'string' ? /^-> (.*)/.exec(content)?.[1] : undefined;
    await (link === undefined ? writeFile(path, content) : symlink(link, path));
  }
  const deb = join(folder, `${version}.deb`);
  await execa('dpkg-deb', ['--root-owner-group', '--build', tree, deb]);
  return readFile(deb);
}
