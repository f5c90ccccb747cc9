import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeManifest } from '../../../../src/targets/kernel/images/unpack.ts';

/** A file that begins as a bzImage of that release does, and holds no kernel. */
export function bzImage(release: string): Buffer {
  const image = Buffer.alloc(0x1000);
  image.write('HdrS', 0x202);
  image.writeUInt16LE(0x300, 0x20e);
  image.write(`${release} (someone@somewhere) #1 SMP\0`, 0x500);
  return image;
}

/** Puts a kernel that nothing can boot into a cache; its time is the one it was booted at. */
export async function putKernel(
  cacheDir: string,
  name: string,
  { origin = 'package', bootedMs }: { origin?: 'package' | 'user'; bootedMs: number },
): Promise<string> {
  const folder = join(cacheDir, 'kernels', name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'kernel'), bzImage('6.9.0'));
  await writeManifest(folder, {
    origin:
      origin === 'user'
        ? { kind: 'user', path: '/boot/bzImage' }
        : { kind: 'package', package: 'linux-image', version: '6.9.0-1', suite: 'sid', layout: 1 },
    arch: 'x86_64',
    release: '6.9.0',
    modules: [],
  });
  await writeFile(join(folder, 'booted'), '');
  await utimes(join(folder, 'booted'), bootedMs / 1000, bootedMs / 1000);
  return folder;
}
