import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { ImageFormat } from './catalogue.ts';

const FILE = z.object({
  /** In the manifest's own folder. */
  name: z.string().regex(/^\w[\w.-]*$/),
  sizeBytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const MANIFEST = z.object({
  version: z.literal(1),
  package: z.string(),
  packageVersion: z.string(),
  /** `uname -r`. */
  release: z.string(),
  format: z.enum(['elf', 'bzImage']),
  kernel: FILE,
  config: FILE,
  /** In the order in which they are to be loaded. */
  modules: z.array(FILE).max(64),
});

/** What lies in a folder of the cache, as `manifest.json` there says. */
export type Manifest = z.infer<typeof MANIFEST>;
export type ManifestFile = z.infer<typeof FILE>;

export const MANIFEST_NAME = 'manifest.json';

/** Why an image can't be used. `absent` where there is nothing at all. */
export class ImageError extends Error {
  readonly code: 'absent' | 'damaged';

  constructor(code: ImageError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ImageError';
    this.code = code;
  }
}

/**
 * Reads the manifest of a folder and checks every file against it. Rejects with `ImageError` that
 * names the file, and what was expected and found.
 */
export async function readImage(folder: string): Promise<Manifest> {
  const manifest = await readManifest(join(folder, MANIFEST_NAME));
  for (const file of [manifest.kernel, manifest.config, ...manifest.modules]) {
    await checkFile(join(folder, file.name), file);
  }
  await checkFormat(join(folder, manifest.kernel.name), manifest.format);
  return manifest;
}

async function readManifest(path: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ImageError(absent ? 'absent' : 'damaged', `${path}: can't be read`, { cause });
  }
  try {
    return MANIFEST.parse(JSON.parse(text));
  } catch (cause) {
    throw new ImageError('damaged', `${path}: ${firstProblem(cause)}`, { cause });
  }
}

function firstProblem(cause: unknown): string {
  if (!(cause instanceof z.ZodError)) return (cause as Error).message;
  const [issue] = cause.issues;
  return issue ? `${issue.path.join('.')}: ${issue.message}` : cause.message;
}

async function checkFile(path: string, expected: ManifestFile): Promise<void> {
  const found = await describeFile(path).catch((cause) => {
    throw new ImageError('damaged', `${path}: can't be read`, { cause });
  });
  if (found.sizeBytes !== expected.sizeBytes) {
    const problem = `Expected ${expected.sizeBytes} bytes, got ${found.sizeBytes}`;
    throw new ImageError('damaged', `${path}: ${problem}`);
  }
  if (found.sha256 !== expected.sha256) {
    const problem = `Expected SHA-256 ${expected.sha256}, got ${found.sha256}`;
    throw new ImageError('damaged', `${path}: ${problem}`);
  }
}

export async function describeFile(path: string): Promise<Omit<ManifestFile, 'name'>> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return { sizeBytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

/** The bytes that tell the format of an image, and where they are. */
const MAGIC: Record<ImageFormat, { readonly offset: number; readonly bytes: string }> = {
  elf: { offset: 0, bytes: '\x7fELF' },
  // Documentation/x86/boot.rst, 6.1: "HdrS" at 0x202.
  bzImage: { offset: 0x202, bytes: 'HdrS' },
};

/** Rejects with `ImageError` where the file is not of the format. */
export async function checkFormat(path: string, format: ImageFormat): Promise<void> {
  const { offset, bytes } = MAGIC[format];
  const found = Buffer.alloc(bytes.length);
  const file = await open(path);
  try {
    await file.read(found, 0, found.length, offset);
  } finally {
    await file.close();
  }
  if (found.toString('latin1') === bytes) return;
  const expected = `Expected a kernel image of format ${format}`;
  const problem = `${expected} ("${bytes.replace('\x7f', '')}" at ${offset})`;
  throw new ImageError('damaged', `${path}: ${problem}, got bytes ${found.toString('hex')}`);
}
