import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { detectFormat } from '../../../../src/targets/kernel/images/image-format.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bpfdiff format-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As far as 7.2.13's packages of Debian begin so. */
const head = (offset: number, hex: string): string => '00'.repeat(offset) + hex;
const elf = (machine: string): string => `7f454c46020101${'00'.repeat(9)}0200${machine}`;

it.each<[string, string, string | undefined]>([
  ['HdrS at 0x202', head(0x202, '48647253'), 'x86_64'],
  ['ARMd at 56', head(56, '41524d64'), 'aarch64'],
  ['RSC and 5 at 56', head(56, '52534305'), 'riscv64'],
  ['S390EP at 0x10008', head(0x10008, '533339304550'), 's390x'],
  ['ELF of machine 21', elf('1500'), 'ppc64le'],
  ['ELF of machine 62', elf('3e00'), 'x86_64'],
  ['big-endian ELF of machine 21', '7f454c46020201000000000000000000000200150000', undefined],
  ['ELF of machine 3', elf('0300'), undefined],
  ['ARMd at 57', head(57, '41524d64'), undefined],
  ['nothing', '', undefined],
])('an image with %s is for %s', async (_, hex, arch) => {
  const path = join(folder, 'image');
  await writeFile(path, Buffer.from(hex, 'hex'));
  expect((await detectFormat(path))?.arch).toBe(arch);
});
