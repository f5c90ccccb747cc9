import { expect, it } from 'vitest';
import { CATALOGUE, type ImageName } from '../../../../src/targets/kernel/images/catalogue.ts';

it.each<[ImageName, string, string | undefined]>([
  ['debian11', 'linux-image-5.10.0-46-cloud-amd64', '5.10.0-46-cloud-amd64'],
  ['debian11', 'linux-image-6.1.0-0.deb11.52-cloud-amd64', undefined],
  ['debian12', 'linux-image-6.1.0-56-cloud-amd64', '6.1.0-56-cloud-amd64'],
  ['debian12', 'linux-image-6.1.0-56-cloud-amd64-dbg', undefined],
  ['debian12', 'linux-image-6.1.0-56-rt-amd64', undefined],
  ['debian13', 'linux-image-6.12.115+deb13.1-cloud-amd64', '6.12.115+deb13.1-cloud-amd64'],
  ['debian13', 'linux-image-6.12.117+deb13-cloud-amd64', '6.12.117+deb13-cloud-amd64'],
  ['debian13', 'linux-image-6.12.117+deb12-cloud-amd64', undefined],
  ['sid', 'linux-binary-7.2.13+deb14-cloud-amd64', '7.2.13+deb14-cloud-amd64'],
  ['sid', 'linux-binary-unsigned-7.2.13+deb14-cloud-amd64', undefined],
  ['sid-arm64', 'linux-binary-7.2.13+deb14-cloud-arm64', '7.2.13+deb14-cloud-arm64'],
  ['sid-arm64', 'linux-binary-7.2.13+deb14-arm64-16k', undefined],
  ['sid-riscv64', 'linux-binary-7.2.13+deb14-riscv64', '7.2.13+deb14-riscv64'],
  ['sid-s390x', 'linux-binary-7.2.13+deb14-s390x', '7.2.13+deb14-s390x'],
  ['sid-ppc64el', 'linux-binary-7.2.13+deb14-powerpc64le', '7.2.13+deb14-powerpc64le'],
  ['sid-ppc64el', 'linux-binary-7.2.13+deb14-powerpc64le-64k', undefined],
  ['ubuntu', 'linux-image-6.8.0-49-generic', '6.8.0-49-generic'],
  ['ubuntu', 'linux-image-generic', undefined],
])('for %s, package %s holds release %s', (name, packageName, release) => {
  expect(CATALOGUE[name].packages.exec(packageName)?.[1]).toBe(release);
});
