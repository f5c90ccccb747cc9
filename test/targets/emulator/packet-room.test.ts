import { expect, it } from 'vitest';
import type { LinuxSetting } from '../../../src/targets/target.ts';
import { caseOf, LINUX, oneRun, run } from './driver.ts';

const lengthOfPacket = (data: number, dataEnd: number) => `
  r2 = *(u32 *)(r1 +${data})
  r0 = *(u32 *)(r1 +${dataEnd})
  r0 -= r2
  exit`;
const LONG = [run({ data: new Uint8Array(4000) })];

/** Measured on 7.2. */
it.each([
  ['x86_64', 3520, 3712],
  ['aarch64', 3520, 3712],
  ['riscv64', 3520, 3710],
  ['ppc64le', 3456, 3584],
  ['s390x', 3328, 3550],
])('on %s XDP has %i bytes in one piece, an skb %i', async (arch, xdpBytes, skbBytes) => {
  const linux = { ...LINUX, release: '7.2', arch };
  const xdp = caseOf(lengthOfPacket(0, 4), { progType: 'xdp', runs: LONG });
  expect((await oneRun(xdp, { linux })).retval).toBe(xdpBytes);
  const skb = caseOf(lengthOfPacket(76, 80), { progType: 'sched_cls', runs: LONG });
  expect((await oneRun(skb, { linux })).retval).toBe(skbBytes);
});

/** Measured on user-mode Linux 6.1. */
it('aligns IP headers in user-mode Linux, which leaves packets two bytes less', async () => {
  const errnos = (linux: LinuxSetting) =>
    Promise.all(
      [3710, 3711, 3712, 3713].map(async (length) => {
        const runs = [run({ data: new Uint8Array(length) })];
        return (await oneRun(caseOf('r0 = 0\nexit', { runs }), { linux })).errno;
      }),
    );
  expect(await errnos(LINUX)).toEqual([0, 0, 0, 22]);
  expect(await errnos({ ...LINUX, userMode: true })).toEqual([0, 22, 22, 22]);
});
