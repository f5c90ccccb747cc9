import { join } from 'node:path';

/** Where the images of a cache lie, one folder for each kernel. */
export const imagesFolder = (cacheDir: string): string => join(cacheDir, 'kernels');

export const imageFolder = (cacheDir: string, name: string): string =>
  join(imagesFolder(cacheDir), name);

/** Where kernels are fetched: folders, each with a lock beside it. */
export const fetchesFolder = (cacheDir: string): string => join(cacheDir, 'fetching');

/** What is left here lets the next try go on. */
export const fetchFolder = (cacheDir: string, name: string): string =>
  join(fetchesFolder(cacheDir), name);

/** Whoever changes the kernel of a name or its folder above holds it. */
export const lockFile = (cacheDir: string, name: string): string =>
  join(fetchesFolder(cacheDir), `${name}.lock`);
