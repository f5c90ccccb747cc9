import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, lstat, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { execa } from 'execa';
import { type CatalogueRow, type Layout, OPTIONAL_MODULES, WANTED_MODULES } from './catalogue.ts';
import { enginesOfConfig } from './engines.ts';
import type { Fetched } from './fetch-package.ts';
import {
  checkFormat,
  describeFile,
  FILE_MAX_BYTES,
  MANIFEST_NAME,
  type Manifest,
} from './manifest.ts';
import { loadOrderWith, type Module, moduleName } from './modules.ts';
import { MODULE_PATH, readModule } from './read-module.ts';

/**
 * Takes what is needed out of packages, a few MB of hundreds, and puts it with its manifest into
 * `into`. `tree` is an empty folder for what is between. Rejects with `ImageError` where the image is
 * not for the row's architecture.
 */
export async function unpackImage(
  row: CatalogueRow,
  { candidate, debs }: Fetched,
  folders: { readonly tree: string; readonly into: string },
  signal: AbortSignal,
): Promise<void> {
  const { tree, into } = folders;
  const { layout } = row;
  const patterns = [
    [layout.kernel, ...layout.moduleFiles],
    [layout.config, layout.builtin],
  ];
  const perDeb = layout.companion === undefined ? [patterns.flat()] : patterns;
  for (const [i, wanted] of perDeb.entries()) await extract(debs[i], tree, wanted, signal);
  await extractOptional(
    debs.at(layout.modulePackage === undefined ? 0 : -1)!,
    tree,
    layout,
    signal,
  );

  const paths = await readdir(tree, { recursive: true });
  const kernel = await only(tree, paths, layout.kernel);
  await checkFormat(kernel, row.arch);
  await mkdir(into);
  await rename(kernel, join(into, 'kernel'));
  await copyConfig(await only(tree, paths, layout.config), join(into, 'config'));

  const builtin = await only(tree, paths, layout.builtin);
  const wanted = row.boots === 'vm' ? WANTED_MODULES : [];
  const order = await modulesToLoad(wanted, tree, paths, builtin, signal);
  for (const { name, content } of order) await writeFile(join(into, `${name}.ko`), content);

  const { package: name, version, suite } = candidate;
  await writeManifest(into, {
    origin: { kind: 'package', package: name, version, suite, layout: layout.version },
    arch: row.arch,
    release: basename(dirname(builtin)),
    modules: order.map((module) => `${module.name}.ko`),
  });
}

/** Describes the files `kernel`, `config` if there is one, and the modules of a folder. */
export async function writeManifest(
  folder: string,
  facts: Pick<Manifest, 'origin' | 'arch' | 'release'> & { readonly modules: readonly string[] },
): Promise<void> {
  const describe = async (name: string) => ({ name, ...(await describeFile(join(folder, name))) });
  const hasConfig = (await readdir(folder)).includes('config');
  const manifest: Manifest = {
    version: 2,
    ...facts,
    kernel: await describe('kernel'),
    ...(hasConfig && {
      config: await describe('config'),
      engines: [...enginesOfConfig(await readFile(join(folder, 'config'), 'utf8'))],
    }),
    modules: await Promise.all(facts.modules.map(describe)),
  };
  await writeFile(join(folder, MANIFEST_NAME), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

async function extract(
  deb: string,
  tree: string,
  patterns: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await execa('dpkg-deb', ['--fsys-tarfile', deb], {
    buffer: { stdout: false },
    cancelSignal: signal,
  }).pipe('tar', ['-x', '-f', '-', '-C', tree, '--no-same-owner', '--wildcards', ...patterns], {
    cancelSignal: signal,
  });
}

/** A package that lacks one of them is as good. */
async function extractOptional(
  deb: string,
  tree: string,
  { optionalFiles }: Layout,
  signal: AbortSignal,
): Promise<void> {
  if (optionalFiles === undefined) return;
  await extract(deb, tree, optionalFiles, signal).catch(() => signal.throwIfAborted());
}

/** tar has failed already where a pattern matched nothing. Links are not followed. */
async function only(tree: string, paths: readonly string[], pattern: string): Promise<string> {
  const parts = pattern.slice('./'.length).split('*');
  const regex = new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('.*')}$`);
  const matches = paths.filter((path) => regex.test(path));
  const [match] = matches;
  if (match === undefined || matches.length > 1) {
    throw new Error(`Expected one file ${pattern} in the package, got ${matches.length}`);
  }
  const path = join(tree, match);
  const found = await lstat(path);
  if (!found.isFile() || found.size > FILE_MAX_BYTES) {
    throw new Error(`Expected ${match} to be a file of at most ${FILE_MAX_BYTES} bytes`);
  }
  return path;
}

async function copyConfig(from: string, to: string): Promise<void> {
  if (!from.endsWith('.gz')) return copyFile(from, to);
  await pipeline(createReadStream(from), createGunzip(), createWriteStream(to));
}

async function modulesToLoad(
  wanted: readonly string[],
  tree: string,
  paths: readonly string[],
  builtin: string,
  signal: AbortSignal,
): Promise<readonly Module[]> {
  const builtinNames = (await readFile(builtin, 'utf8')).trim().split('\n').map(moduleName);
  const read = async (name: string) => {
    const path = paths.find((each) => MODULE_PATH.test(each) && moduleName(each) === name);
    return path === undefined ? undefined : readModule(join(tree, path), signal);
  };
  return loadOrderWith(OPTIONAL_MODULES, wanted, read, new Set(builtinNames));
}
