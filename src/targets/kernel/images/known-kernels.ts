import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Arch } from '../arch.ts';
import type { KernelEngine } from '../protocol.ts';
import { CATALOGUE, type CatalogueRow, catalogueRow } from './catalogue.ts';
import { ALL_ENGINES } from './engines.ts';
import { imageFolder, imagesFolder } from './folders.ts';
import { MANIFEST_NAME, type Manifest, parseManifest } from './manifest.ts';

/** A kernel that can be named: of the catalogue, or a user's own in the cache. */
export interface KnownKernel {
  readonly name: string;
  readonly arch: Arch;
  readonly boots: CatalogueRow['boots'];
  /** The first is the default. What its configuration says, or is expected to say. */
  readonly engines: readonly KernelEngine[];
}

/** The kernels of the catalogue, then those that the user has added to a cache. */
export function knownKernels(cacheDir: string): readonly KnownKernel[] {
  const names = [...new Set([...Object.keys(CATALOGUE), ...namesIn(imagesFolder(cacheDir))])];
  return names.map((name) => knownKernel(cacheDir, name)).filter((known) => known !== undefined);
}

/** Undefined where no kernel is called so. */
export function knownKernel(cacheDir: string, name: string): KnownKernel | undefined {
  const row = catalogueRow(name);
  const manifest = manifestOf(imageFolder(cacheDir, name));
  const arch = row?.arch ?? manifest?.arch;
  if (arch === undefined) return undefined;
  const engines = manifest?.engines ?? row?.engines ?? ALL_ENGINES;
  return { name, arch, boots: row?.boots ?? 'vm', engines };
}

/** Undefined where there is none that can be read. */
function manifestOf(folder: string): Manifest | undefined {
  try {
    return parseManifest(readFileSync(join(folder, MANIFEST_NAME), 'utf8'));
  } catch {
    return undefined;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
