import { readFileSync } from 'node:fs';

/** The package's root, from src/cli as well as from dist/src/cli. */
export const PACKAGE_ROOT: URL = [
  new URL('../../', import.meta.url),
  new URL('../../../', import.meta.url),
].find(hasPackageJson)!;

/** The version of this bpfdiff. */
export const VERSION: string = JSON.parse(
  readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8'),
).version;

function hasPackageJson(root: URL): boolean {
  try {
    readFileSync(new URL('package.json', root));
    return true;
  } catch {
    return false;
  }
}
