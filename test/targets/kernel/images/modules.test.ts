import { describe, expect, it } from 'vitest';
import {
  dependencies,
  loadOrder,
  loadOrderWith,
  moduleName,
} from '../../../../src/targets/kernel/images/modules.ts';

const module = (depends: string): Buffer =>
  Buffer.from(`\x7fELF...\0license=GPL\0depends=${depends}\0retpoline=Y\0`);

describe('loadOrder', () => {
  // As in 6.1.192; up to 6.1.176 virtio depended on nothing.
  const modules = new Map([
    ['virtio', module('virtio_ring')],
    ['virtio_ring', module('')],
    ['virtio_pci_modern_dev', module('')],
    ['virtio_pci_legacy_dev', module('')],
    ['virtio_pci', module('virtio_ring,virtio_pci_modern_dev,virtio_pci_legacy_dev,virtio')],
    ['virtio_console', module('virtio,virtio_ring')],
    ['chicken', module('egg')],
    ['egg', module('chicken')],
    ['hungry', module('cake')],
  ]);
  const none = new Set<string>();

  const read = async (name: string) => modules.get(name);
  const namesOf = async (wanted: readonly string[], builtin: ReadonlySet<string>) =>
    (await loadOrder(wanted, read, builtin)).map(({ name }) => name);

  it.each([
    ['puts optional ones behind the others', 'virtio_console', ['virtio', 'virtio_console']],
    ['leaves optional ones out that there are not', 'cake', ['virtio']],
  ])('%s', async (_, optional, names) => {
    const order = await loadOrderWith([optional], ['virtio'], read, new Set(['virtio_ring']));
    expect(order.map(({ name }) => name)).toEqual(names);
  });

  it('puts each module after what it depends on, once', async () => {
    expect(await namesOf(['virtio_pci', 'virtio_console'], none)).toEqual([
      'virtio_ring',
      'virtio_pci_modern_dev',
      'virtio_pci_legacy_dev',
      'virtio',
      'virtio_pci',
      'virtio_console',
    ]);
  });

  it('leaves out what is built in', async () => {
    const builtin = new Set(['virtio', 'virtio_ring', 'virtio_console']);
    expect(await namesOf(['virtio_console'], builtin)).toEqual([]);
  });

  it.each([
    ['hungry', 'there is no module hungry -> cake'],
    ['chicken', 'modules depend on each other: chicken -> egg'],
  ])('fails for %s: %s', async (wanted, message) => {
    await expect(namesOf([wanted], none)).rejects.toThrow(message);
  });
});

it.each([
  ['\0depends=a,b\0', ['a', 'b']],
  ['\0depends=\0', []],
  ['no such field', []],
])('the dependencies in %j are %j', (content, names) => {
  expect(dependencies(Buffer.from(content))).toEqual(names);
});

it.each([
  ['kernel/drivers/char/hw_random/virtio-rng.ko', 'virtio_rng'],
  ['virtio.ko', 'virtio'],
  ['extra/virtio-console.ko.zst', 'virtio_console'],
])('%s is the module %s', (path, name) => {
  expect(moduleName(path)).toBe(name);
});
