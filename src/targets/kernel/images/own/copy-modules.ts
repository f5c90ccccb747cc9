import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { OPTIONAL_MODULES, WANTED_MODULES } from '../catalogue.ts';
import { loadOrderWith, modinfo, moduleName } from '../modules.ts';
import { MODULE_PATH, ModuleError, readModule } from '../read-module.ts';
import { OwnImageError } from './own-image-error.ts';

/**
 * Copies the modules that virtio-serial needs, and the optional ones, out of a folder, uncompressed. Resolves with their names,
 * in the order in which they are to be loaded. Rejects with `OwnImageError` where one is missing, can't
 * be read, or is for another release.
 */
export async function copyModules(
  folder: string,
  into: string,
  release: string | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const paths = await readdir(folder, { recursive: true }).catch((cause) => {
    throw new OwnImageError(`${folder}: can't be read (${cause.code})`, { cause });
  });
  const files = new Map(
    paths
      .filter((path) => MODULE_PATH.test(path))
      .map((path) => [moduleName(path), join(folder, path)]),
  );
  const list = paths.find((path) => basename(path) === 'modules.builtin');
  const builtin = list === undefined ? undefined : await readFile(join(folder, list), 'utf8');
  // Where nothing says what is built in, what is not there has to be.
  const wanted = WANTED_MODULES.filter((name) => builtin !== undefined || files.has(name));
  const read = async (name: string) => {
    const path = files.get(name);
    if (path === undefined) return undefined;
    const content = await readModule(path, signal);
    checkRelease(path, content, release);
    return content;
  };
  const builtinNames = new Set(builtin?.trim().split('\n').map(moduleName));
  const order = loadOrderWith(OPTIONAL_MODULES, wanted, read, builtinNames);
  const modules = await order.catch((cause) => {
    if (cause instanceof OwnImageError) throw cause;
    if (cause instanceof ModuleError) throw new OwnImageError(cause.message, { cause });
    throw new OwnImageError(`${folder}: ${cause.message}`, { cause });
  });
  for (const { name, content } of modules) await writeFile(join(into, `${name}.ko`), content);
  return modules.map(({ name }) => `${name}.ko`);
}

/** The first word of `vermagic` is the release; the kernel refuses modules of another one. */
function checkRelease(path: string, module: Buffer, release: string | undefined): void {
  const found = modinfo(module, 'vermagic')?.split(' ')[0];
  if (release === undefined || found === undefined || found === release) return;
  throw new OwnImageError(`${path}: Expected a module of ${release}, got one of ${found}`);
}
