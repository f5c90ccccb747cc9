import { expect, it } from 'vitest';
import { createEmulator } from '../../../src/targets/emulator/emulator.ts';
import { caseOf, LINUX, oneRun, run } from './driver.ts';

const linux = (arch: string) => ({ ...LINUX, release: '7.2', arch });
const LENGTH_OF_PACKET = `
  r2 = *(u32 *)(r1 +0)
  r0 = *(u32 *)(r1 +4)
  r0 -= r2
  exit`;

/** Measured on 7.2. */
it.each([
  ['x86_64', 3520, 3712],
  ['aarch64', 3520, 3712],
  ['riscv64', 3520, 3712],
  ['ppc64le', 3456, 3584],
  ['s390x', 3328, 3552],
])('on %s XDP has %i bytes in one piece, an skb %i', async (arch, xdpBytes, skbBytes) => {
  const long = run({ data: new Uint8Array(4000) });
  const xdp = caseOf(LENGTH_OF_PACKET, { progType: 'xdp', runs: [long] });
  expect((await oneRun(xdp, { linux: linux(arch) })).retval).toBe(xdpBytes);

  // The last 2 bytes are there on some architectures only, and longer ones would be non-linear.
  const emulator = createEmulator({ linux: linux(arch) });
  const outcomes = await emulator.execute(
    [skbBytes - 2, skbBytes - 1].map((length) =>
      caseOf('r0 = 0\nexit', { runs: [run({ data: new Uint8Array(length) })] }),
    ),
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(['completed', 'unsupported']);
});
