import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { execa } from 'execa';
import type { Candidate } from './apt.ts';
import type { CatalogueRow } from './catalogue.ts';
import { checkFormat, describeFile, MANIFEST_NAME, type Manifest } from './manifest.ts';
import { loadOrder, moduleName } from './modules.ts';

/**
 * Takes what is needed out of a package, a few MB of hundreds, and puts it with its manifest into
 * `into`. `tree` is an empty folder for what is between. Rejects with `ImageError` where the image is
 * not of the row's format.
 */
export async function unpackImage(
  row: CatalogueRow,
  candidate: Candidate,
  deb: string,
  folders: { readonly tree: string; readonly into: string },
  signal: AbortSignal,
): Promise<Manifest> {
  const { tree, into } = folders;
  const patterns = [row.kernel, row.config, row.builtin, ...row.moduleFiles];
  await execa('dpkg-deb', ['--fsys-tarfile', deb], {
    buffer: { stdout: false },
    cancelSignal: signal,
  }).pipe('tar', ['-x', '-f', '-', '-C', tree, '--no-same-owner', '--wildcards', ...patterns], {
    cancelSignal: signal,
  });

  const paths = await readdir(tree, { recursive: true });
  const kernel = join(tree, only(paths, row.kernel));
  await checkFormat(kernel, row.format);
  await mkdir(into);
  await copyFile(kernel, join(into, 'kernel'));
  await copyConfig(join(tree, only(paths, row.config)), join(into, 'config'));

  const builtin = join(tree, only(paths, row.builtin));
  const order = await modulesToLoad(row, tree, paths, builtin);
  for (const { name, content } of order) await writeFile(join(into, name), content);

  const describe = async (name: string) => ({ name, ...(await describeFile(join(into, name))) });
  const manifest: Manifest = {
    version: 1,
    package: candidate.package,
    packageVersion: candidate.version,
    release: basename(dirname(builtin)),
    format: row.format,
    kernel: await describe('kernel'),
    config: await describe('config'),
    modules: await Promise.all(order.map(({ name }) => describe(name))),
  };
  await writeFile(join(into, MANIFEST_NAME), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

/** tar has failed already where a pattern matched nothing. */
function only(paths: readonly string[], pattern: string): string {
  const [head, tail] = pattern.slice('./'.length).split('*') as [string, string?];
  const matches = paths.filter((path) =>
    tail === undefined ? path === head : path.startsWith(head) && path.endsWith(tail),
  );
  const [match] = matches;
  if (match === undefined || matches.length > 1) {
    throw new Error(`Expected one file ${pattern} in the package, got ${matches.length}`);
  }
  return match;
}

async function copyConfig(from: string, to: string): Promise<void> {
  if (!from.endsWith('.gz')) return copyFile(from, to);
  await pipeline(createReadStream(from), createGunzip(), createWriteStream(to));
}

async function modulesToLoad(
  row: CatalogueRow,
  tree: string,
  paths: readonly string[],
  builtin: string,
): Promise<readonly { readonly name: string; readonly content: Uint8Array }[]> {
  if (row.modules.length === 0) return [];
  const modules = new Map<string, Uint8Array>();
  for (const path of paths.filter((path) => path.endsWith('.ko'))) {
    modules.set(moduleName(path), await readFile(join(tree, path)));
  }
  const builtinNames = (await readFile(builtin, 'utf8')).trim().split('\n').map(moduleName);
  const order = loadOrder(row.modules, modules, new Set(builtinNames));
  return order.map((name) => ({ name: `${name}.ko`, content: modules.get(name)! }));
}
