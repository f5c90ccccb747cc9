import { execa } from 'execa';

/**
 * The kernel inside a bzImage, an ELF that QEMU can enter directly by its PVH note: a guest takes a
 * second for what the host decompresses in 0.2 s. undefined where there is none, or no program that
 * decompresses it; then the image boots as it is.
 *
 * Layout (Documentation/arch/x86/boot.rst, 6.12): at 0x1f1 the number of 512-byte sectors behind the
 * first that hold the setup code (0 means 4), at 0x202 a magic, at 0x248 and 0x24c where behind the setup code
 * the compressed kernel lies, and its length, which counts 4 bytes of a length at its end.
 */
export async function extractVmlinux(
  image: Buffer,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const payload = payloadOf(image);
  const format = FORMATS.find(({ magic }) => payload?.subarray(0, magic.length).equals(magic));
  if (format === undefined) return undefined;
  const done = await execa(format.program, ['-dc'], {
    input: payload,
    encoding: 'buffer',
    maxBuffer: VMLINUX_MAX_BYTES,
    reject: false,
    cancelSignal: signal,
    timeout: TIMEOUT_MS,
  });
  signal.throwIfAborted();
  if (done.failed) return undefined;
  const vmlinux = Buffer.from(done.stdout.buffer, done.stdout.byteOffset, done.stdout.length);
  return vmlinux.includes(PVH_NOTE) ? vmlinux : undefined;
}

const VMLINUX_MAX_BYTES = 512 * 1024 * 1024;
const TIMEOUT_MS = 20_000;

const FORMATS = [
  { magic: Buffer.from('28b52ffd', 'hex'), program: 'zstd' },
  { magic: Buffer.from('fd377a585a00', 'hex'), program: 'xz' },
  { magic: Buffer.from('02214c18', 'hex'), program: 'lz4' },
  { magic: Buffer.from('1f8b08', 'hex'), program: 'gzip' },
] as const;

/** Of an ELF note: name of 4 bytes, value of 8, type XEN_ELFNOTE_PHYS32_ENTRY, name `Xen`. */
const PVH_NOTE = Buffer.from('04000000080000001200000058656e00', 'hex');

const SECTOR_BYTES = 512;
const HEADER_END = 0x250;

function payloadOf(image: Buffer): Buffer | undefined {
  if (image.length < HEADER_END || image.toString('latin1', 0x202, 0x206) !== 'HdrS') {
    return undefined;
  }
  const setupSectors = image[0x1f1] || 4;
  const start = (1 + setupSectors) * SECTOR_BYTES + image.readUInt32LE(0x248);
  const length = image.readUInt32LE(0x24c) - 4;
  return length > 0 ? image.subarray(start, start + length) : undefined;
}
