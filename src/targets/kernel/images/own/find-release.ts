import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { detectFormat } from '../image-format.ts';

/** `uname -r` of a kernel that was not booted; undefined where the image hides it. */
export async function findRelease(path: string): Promise<string | undefined> {
  const format = await detectFormat(path);
  return format?.name === 'bzImage' && format.arch === 'x86_64'
    ? releaseOfBzImage(path)
    : releaseInBanner(path);
}

/** `kernel_version` at 0x20e points, less 0x200, to a string (Documentation/x86/boot.rst, 6.1). */
async function releaseOfBzImage(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const pointer = (await file.read(Buffer.alloc(2), 0, 2, 0x20e)).buffer.readUInt16LE();
    const text = (await file.read(Buffer.alloc(200), 0, 200, pointer + 0x200)).buffer;
    return /^[\w.+~-]+(?=[ \0])/.exec(text.toString('latin1'))?.[0];
  } finally {
    await file.close();
  }
}

/** linux_banner of init/version-timestamp.c; in images that are not compressed. */
async function releaseInBanner(path: string): Promise<string | undefined> {
  let tail = '';
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const text = tail + (chunk as Buffer).toString('latin1');
    const release = /Linux version ([\w.+~-]{1,100}) \(/.exec(text)?.[1];
    if (release !== undefined) return release;
    tail = text.slice(-200);
  }
  return undefined;
}
