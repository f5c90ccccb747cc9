import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { extractVmlinux } from '../../../src/targets/kernel/vmlinux.ts';

const never = new AbortController().signal;
const NOTE = Buffer.from('04000000080000001200000058656e00', 'hex');
const KERNEL = Buffer.concat([Buffer.from('\x7fELF'), NOTE, Buffer.alloc(100, 'kernel')]);

/** A bzImage of one sector of setup code, and the payload 16 bytes behind it. */
function bzImage(payload: Buffer): Buffer {
  const head = Buffer.alloc(2 * 512 + 16);
  head[0x1f1] = 1;
  head.write('HdrS', 0x202, 'latin1');
  head.writeUInt32LE(16, 0x248);
  head.writeUInt32LE(payload.length + 4, 0x24c);
  const length = Buffer.alloc(4);
  return Buffer.concat([head, payload, length, Buffer.from('what lies behind')]);
}

it('the kernel in a bzImage is what was compressed', async () => {
  expect(await extractVmlinux(bzImage(gzipSync(KERNEL)), never)).toEqual(KERNEL);
});

it.each([
  ['is no bzImage', Buffer.alloc(4096)],
  ['ends within its header', bzImage(gzipSync(KERNEL)).subarray(0, 0x230)],
  ['is compressed in a way that is not known', bzImage(Buffer.from('BZh91AY'))],
  ['is cut short', bzImage(gzipSync(KERNEL)).subarray(0, 2 * 512 + 40)],
  ['has no PVH entry', bzImage(gzipSync(Buffer.alloc(100, 'kernel')))],
])('an image that %s is left to boot as it is', async (_, image) => {
  expect(await extractVmlinux(image, never)).toBeUndefined();
});
