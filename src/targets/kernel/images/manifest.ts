import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { ARCHES, type Arch } from '../arch.ts';
import { detectFormat, KNOWN_FORMATS } from './image-format.ts';

/** No kernel nor its configuration is nearly as large. */
export const FILE_MAX_BYTES = 512 * 1024 * 1024;

const FILE = z.object({
  /** In the manifest's own folder. */
  name: z.string().regex(/^\w[\w.-]*$/),
  sizeBytes: z.int().positive().max(FILE_MAX_BYTES),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const MANIFEST = z.object({
  version: z.literal(2),
  origin: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('package'),
      package: z.string().max(200),
      version: z.string().max(200),
      suite: z.string().max(200),
      /** `Layout.version` of the row that it was unpacked by; the first was not noted. */
      layout: z.int().positive().default(1),
    }),
    /** The user's own, copied from a path. */
    z.object({ kind: z.literal('user'), path: z.string().max(5000) }),
  ]),
  arch: z.enum(Object.keys(ARCHES) as [Arch, ...Arch[]]),
  /** `uname -r`, as far as it was found. */
  release: z.string().max(200),
  /** As the configuration says, if there is one; the first is the default. */
  engines: z
    .array(z.enum(['jit', 'interp', 'hardened']))
    .min(1)
    .optional(),
  kernel: FILE,
  config: FILE.optional(),
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
  const manifest = await readManifest(folder);
  for (const file of manifestFiles(manifest)) await checkFile(join(folder, file.name), file);
  await checkFormat(join(folder, manifest.kernel.name), manifest.arch);
  return manifest;
}

/** All files that a manifest describes. */
export const manifestFiles = ({ kernel, config, modules }: Manifest): readonly ManifestFile[] => [
  kernel,
  ...(config ? [config] : []),
  ...modules,
];

/** Reads the manifest of a folder, and believes it. Rejects with `ImageError`. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_NAME);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const absent = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ImageError(absent ? 'absent' : 'damaged', `${path}: can't be read`, { cause });
  }
  try {
    return parseManifest(text);
  } catch (cause) {
    throw new ImageError('damaged', `${path}: ${firstProblem(cause)}`, { cause });
  }
}

/** Reads a manifest's text. Throws where it is none. */
export const parseManifest = (text: string): Manifest => MANIFEST.parse(JSON.parse(text));

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

/** Rejects with `ImageError` where the file is no kernel image of the architecture. */
export async function checkFormat(path: string, arch: Arch): Promise<void> {
  const found = await detectFormat(path);
  if (found?.arch === arch) return;
  const what = found ? `${found.name} for ${found.arch}` : `none of ${KNOWN_FORMATS}`;
  const problem = `Expected a kernel image for ${arch}, got ${what}`;
  throw new ImageError('damaged', `${path}: ${problem}`);
}
