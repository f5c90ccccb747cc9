import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Manifest, readImage } from '../../../../src/targets/kernel/images/manifest.ts';

const KERNEL = Buffer.concat([
  Buffer.from('\x7fELF\x02\x01'),
  Buffer.alloc(12),
  Buffer.from([62, 0]),
]);
const BZIMAGE = Buffer.concat([Buffer.alloc(0x202), Buffer.from('HdrS')]);
const CONFIG = Buffer.from('CONFIG_BPF=y\n');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bpfdiff manifest-'));
  await write({});
});
afterEach(() => rm(folder, { recursive: true }));

const describeFile = (name: string, content: Buffer) => ({
  name,
  sizeBytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
});

async function write(changes: Partial<Manifest>, kernel = KERNEL): Promise<void> {
  const manifest: Manifest = {
    version: 2,
    origin: {
      kind: 'package',
      package: 'user-mode-linux',
      version: '6.1um4',
      suite: 'bookworm',
      layout: 2,
    },
    arch: 'x86_64',
    release: '6.1.176',
    kernel: describeFile('kernel', kernel),
    config: describeFile('config', CONFIG),
    modules: [],
    ...changes,
  };
  await writeFile(join(folder, 'kernel'), kernel);
  await writeFile(join(folder, 'config'), CONFIG);
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

it('an image that is as its manifest says is read', async () => {
  expect(await readImage(folder)).toMatchObject({ release: '6.1.176', arch: 'x86_64' });
  await write({ origin: { kind: 'user', path: '/boot/bzImage' } }, BZIMAGE);
  expect(await readImage(folder)).toMatchObject({ origin: { kind: 'user' } });
});

it('a folder without manifest is absent', async () => {
  await rm(join(folder, 'manifest.json'));
  await expect(readImage(folder)).rejects.toMatchObject({ code: 'absent' });
});

const flip = async (path: string): Promise<void> => {
  const content = await readFile(path);
  content[5]! ^= 1;
  await writeFile(path, content);
};

it.each<[string, () => Promise<void>, RegExp]>([
  ['cut off', () => truncate(join(folder, 'kernel'), 7), /kernel: Expected 20 bytes, got 7/],
  ['changed in one bit', () => flip(join(folder, 'config')), /config: Expected SHA-256 \w+, got/],
  ['without a file', () => rm(join(folder, 'config')), /config: can't be read/],
  [
    'for another machine',
    () => write({ arch: 's390x' }),
    /Expected a kernel image for s390x, got ELF for x86_64/,
  ],
  ['that is none', () => write({}, CONFIG), /for x86_64, got none of bzImage for x86_64, /],
  ['of an older bpfdiff', () => write({ version: 1 as 2 }), /manifest.json: version: /],
  [
    'with a file outside its folder',
    () => write({ kernel: describeFile('../kernel', KERNEL) }),
    /manifest.json: kernel.name: /,
  ],
  [
    'with half a manifest',
    () => truncate(join(folder, 'manifest.json'), 20),
    /manifest.json: .*JSON/,
  ],
])('an image %s is damaged, and the error says where', async (_, damage, message) => {
  await damage();
  const reading = readImage(folder);
  await expect(reading).rejects.toThrow(message);
  await expect(reading).rejects.toMatchObject({ code: 'damaged' });
});
