import { open } from 'node:fs/promises';
import type { Arch } from '../arch.ts';

/** A kind of file that QEMU boots with `-kernel`, told by bytes at offsets. */
interface Format {
  readonly name: string;
  readonly arch: Arch;
  readonly magic: readonly { readonly offset: number; readonly bytes: string }[];
}

/** ELF, 64 bits, little-endian, with `e_machine` of the architecture (elf.h). */
const elf = (arch: Arch, machine: number): Format => ({
  name: 'ELF',
  arch,
  magic: [
    { offset: 0, bytes: '\x7fELF\x02\x01' },
    { offset: 18, bytes: String.fromCharCode(machine, 0) },
  ],
});

const FORMATS: readonly Format[] = [
  // Documentation/x86/boot.rst, 6.1: "HdrS" at 0x202.
  { name: 'bzImage', arch: 'x86_64', magic: [{ offset: 0x202, bytes: 'HdrS' }] },
  // Documentation/arm64/booting.rst, 6.1: 0x644d5241 at 56.
  { name: 'Image', arch: 'aarch64', magic: [{ offset: 56, bytes: 'ARMd' }] },
  // Documentation/riscv/boot-image-header.rst, 6.1: 0x05435352 at 56.
  { name: 'Image', arch: 'riscv64', magic: [{ offset: 56, bytes: 'RSC\x05' }] },
  // arch/s390/boot/head.S, 6.1: "S390EP" at 0x10008.
  { name: 'bzImage', arch: 's390x', magic: [{ offset: 0x10008, bytes: 'S390EP' }] },
  elf('ppc64le', 21),
  elf('x86_64', 62),
];

const HEAD_BYTES = 0x10010;

/** Tells from its first bytes what a kernel image is for; undefined where it is none. */
export async function detectFormat(
  path: string,
): Promise<{ readonly name: string; readonly arch: Arch } | undefined> {
  const head = await readHead(path);
  return FORMATS.find(({ magic }) =>
    magic.every(({ offset, bytes }) => head.startsWith(bytes, offset)),
  );
}

/** What images look like, for messages. */
export const KNOWN_FORMATS = FORMATS.map(({ name, arch }) => `${name} for ${arch}`).join(', ');

/** As latin1, in which a character is a byte. */
async function readHead(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
