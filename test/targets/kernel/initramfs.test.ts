import { expect, it } from 'vitest';
import { agentInitramfs, newcArchive, S_IFREG } from '../../../src/targets/kernel/initramfs.ts';

const hex8 = (...values: readonly number[]): string =>
  values.map((value) => value.toString(16).padStart(8, '0')).join('');

it('a newc entry is a header of 13 numbers, a path, a content, each padded to 4', () => {
  const entry = { path: 'init', mode: S_IFREG | 0o755, content: Buffer.from('hello') };
  const expected = [
    `070701${hex8(1, 0o100755, 0, 0, 1, 0, 5, 0, 0, 0, 0, 5, 0)}init\0\0hello\0\0\0`,
    `070701${hex8(2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0)}TRAILER!!!\0\0\0\0`,
  ];
  expect(newcArchive([entry]).toString('latin1')).toBe(expected.join(''));
});

it('modules are named so that they sort as they are to be loaded', () => {
  const names = [
    'virtio_ring.ko',
    'virtio.ko',
    'a.ko',
    ...Array.from({ length: 9 }, (_, i) => `m${i}.ko`),
  ];
  const modules = names.map((name) => ({ name, content: Buffer.from(name) }));
  const archive = agentInitramfs(Buffer.from('agent'), modules).toString('latin1');
  const paths = [...archive.matchAll(/modules\/(\d\d-[\w.]+)\0/g)].map((match) => match[1]!);
  expect(paths.map((path) => path.slice(3))).toEqual(names);
  expect(paths.toSorted()).toEqual(paths);
});
