import { afterEach, expect, it, vi } from 'vitest';
import {
  checkRequirements,
  installMissing,
  type WantedKernel,
} from '../../../src/targets/kernel/requirements.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

const HOST: WantedKernel = { name: 'host', boots: 'host' };
const UML: WantedKernel = { name: 'uml', boots: 'uml', arch: 'x86_64' };
const VM: WantedKernel = { name: 'debian12', boots: 'vm', arch: 'x86_64' };
const ARM64: WantedKernel = { name: 'sid-arm64', boots: 'vm', arch: 'aarch64' };
const S390X: WantedKernel = { name: 'sid-s390x', boots: 'vm', arch: 's390x' };

/** What is missing where no program is found at all. */
async function missing(...kernels: readonly WantedKernel[]) {
  vi.stubEnv('PATH', '/nonexistent');
  return checkRequirements(kernels);
}

it('every requirement that is missing is told with what mends it', async () => {
  for (const { found, remedy } of await missing(UML, VM, ARM64, S390X)) {
    expect(found).toBeUndefined();
    expect(remedy).toMatch(/^(apt-get install [\w-]+|run bpfdiff )/);
  }
});

it('a requirement is told once, with all kernels that ask for it', async () => {
  const requirements = await missing(UML, VM, ARM64);
  const names = requirements.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const apt = requirements.find(({ name }) => name === 'apt-get');
  expect(apt?.neededFor).toEqual(['uml', 'debian12', 'sid-arm64']);
});

it.skipIf(process.arch !== 'x64').each([
  [[HOST], 'gcc libc6-dev'],
  [[UML], 'gcc libc6-dev dpkg tar util-linux'],
  [[VM], 'gcc libc6-dev dpkg tar qemu-system-x86 zstd lz4'],
  [
    [ARM64, S390X],
    'gcc-aarch64-linux-gnu libc6-dev-arm64-cross dpkg tar qemu-system-arm ' +
      'gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-system-misc',
  ],
])('one command installs what %j lack', async (kernels, packages) => {
  expect(installMissing(await missing(...kernels))).toBe(`apt-get install ${packages}`);
});

it('a requirement that is there is told with its place, and not installed', async () => {
  const requirements = await checkRequirements([UML]);
  const tar = requirements.find(({ name }) => name === 'tar');
  expect(tar?.found).toMatch(/^\/.*tar$/);
  expect(installMissing([tar!])).toBeUndefined();
});
