import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ImageError, type Manifest, readImage } from './manifest.ts';

/**
 * Moves a folder with an image to its place. Where another process was faster its image is as good, if
 * it is `good` at all. Any other one is moved into `scratch` first, as a folder can't be replaced in one
 * step.
 */
export async function installImage(
  image: string,
  folder: string,
  scratch: string,
  good: (manifest: Manifest) => boolean,
): Promise<void> {
  const attemptsMax = 3;
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(image, folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const occupied = code === 'ENOTEMPTY' || code === 'EEXIST';
      if (!occupied || attempt === attemptsMax) throw error;
    }
    try {
      if (good(await readImage(folder))) return;
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
    }
    await rename(folder, join(scratch, `replaced-${attempt}`)).catch(() => {});
  }
}
