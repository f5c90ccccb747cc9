import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { markUsed } from '../../../../../src/targets/kernel/images/cache.ts';
import { ensureImage } from '../../../../../src/targets/kernel/images/ensure-image.ts';
import {
  addOwnImage,
  type OwnImageOptions,
} from '../../../../../src/targets/kernel/images/own/add-own-image.ts';
import { never } from '../../machines.ts';
import { bzImage } from '../fabricate.ts';

const CONFIG = ['BPF_SYSCALL', 'BLK_DEV_INITRD', 'PROC_FS', 'BPF_JIT', 'BPF_JIT_ALWAYS_ON']
  .map((option) => `CONFIG_${option}=y\n`)
  .join('');
const MODULAR = `${CONFIG}CONFIG_VIRTIO_PCI=m\nCONFIG_VIRTIO_CONSOLE=m\n`;

let folder: string;
let cacheDir: string;
const file = async (name: string, content: string | Uint8Array): Promise<string> => {
  await mkdir(join(folder, name, '..'), { recursive: true });
  await writeFile(join(folder, name), content);
  return join(folder, name);
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bpfdiff own-'));
  cacheDir = join(folder, 'cache');
  await file('bzImage', bzImage('6.9.0-mine+'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const add = (options: Partial<OwnImageOptions> = {}): Promise<void> =>
  addOwnImage({
    cacheDir,
    name: 'mine',
    image: join(folder, 'bzImage'),
    arch: undefined,
    modules: undefined,
    config: undefined,
    signal: never,
    ...options,
  });
const image = (name = 'mine') => ensureImage(name, { cacheDir, signal: never, onEvent: () => {} });

const module = (depends: string, release = '6.9.0-mine+'): Buffer =>
  Buffer.from(`\x7fELF...\0depends=${depends}\0vermagic=${release} SMP mod_unload\0`);

/** Modules as `make modules_install` leaves them, each compressed in another way. */
async function addModules(release?: string): Promise<string> {
  const kernel = 'lib/modules/6.9.0-mine+/kernel/drivers';
  await file('lib/modules/6.9.0-mine+/modules.builtin', 'kernel/drivers/virtio/virtio.ko\n');
  await file(`${kernel}/virtio/virtio_ring.ko`, module('virtio', release));
  await file(`${kernel}/virtio/virtio_pci.ko.gz`, gzipSync(module('virtio_ring', release)));
  await file(`${kernel}/net/virtio_net.ko`, 'of no interest');
  const console = await file(`${kernel}/char/virtio_console.ko`, module('virtio_ring', release));
  await execa('xz', [console]);
  return join(folder, 'lib');
}

it('an image alone becomes a kernel that was never booted', async () => {
  await add();
  expect(await image()).toMatchObject({
    arch: 'x86_64',
    release: '6.9.0-mine+',
    from: join(folder, 'bzImage'),
    config: undefined,
    modules: [],
  });
  expect(await readdir(join(cacheDir, 'fetching'))).toEqual(['mine.lock']);
});

it('modules are taken uncompressed, in the order of loading; built-in ones are not needed', async () => {
  await add({ modules: await addModules(), config: await file('.config', MODULAR) });
  const { modules, config } = await image();
  expect(modules.map((path) => path.replace(/^.*\//, ''))).toEqual([
    'virtio_ring.ko',
    'virtio_pci.ko',
    'virtio_console.ko',
  ]);
  expect(await readFile(modules.at(-1)!)).toEqual(module('virtio_ring'));
  expect(await readFile(config!, 'utf8')).toBe(MODULAR);
});

it('image and configuration may be compressed with gzip', async () => {
  await file('bzImage', gzipSync(bzImage('6.9.1')));
  const config = `${CONFIG}CONFIG_VIRTIO_PCI=y\nCONFIG_VIRTIO_CONSOLE=y\n`;
  await add({ config: await file('config.gz', gzipSync(config)) });
  expect(await image()).toMatchObject({ release: '6.9.1' });
});

it('a kernel of the same name is replaced, but for one that is in use', async () => {
  await add();
  await file('bzImage', bzImage('6.9.2'));
  const endUse = await markUsed(cacheDir, 'mine');
  await expect(add()).rejects.toThrow(`mine is in use by process ${process.pid}; end that first`);
  await endUse();
  await add();
  expect(await image()).toMatchObject({ release: '6.9.2' });
});

it('one that was damaged since has to be added again', async () => {
  await add();
  await truncate((await image()).kernel, 10);
  await expect(image()).rejects.toMatchObject({
    code: 'TARGET_UNAVAILABLE',
    message: expect.stringMatching(/^mine: .*kernel: Expected 4096 bytes, got 10$/),
    remedy: 'bpfdiff kernels add --image FILE --name mine',
  });
});

it.each<[string, () => Promise<Partial<OwnImageOptions>>, RegExp]>([
  ['a name in capitals', async () => ({ name: 'Mine' }), /Expected a name such as .*got "Mine"/],
  ['a path as its name', async () => ({ name: '../mine' }), /Expected a name such as/],
  ['the name of a kernel', async () => ({ name: 'sid' }), /sid is the name of another target/],
  ['the name of a target', async () => ({ name: 'host' }), /host is the name of another target/],
  ['no image', async () => ({ image: '/nosuch' }), /^\/nosuch: the image can't be read \(ENOENT\)/],
  ['a folder', async () => ({ image: folder }), /Expected the image to be a file/],
  [
    'something else',
    async () => ({ image: await file('text', 'hello') }),
    /text: Expected one of bzImage for x86_64, Image for aarch64, .*, got another file/,
  ],
  ['another machine', async () => ({ arch: 's390x' }), /an image for s390x, got one for x86_64/],
  ['an ELF', async () => ({ image: process.execPath }), /Expected a bzImage, got ELF/],
  [
    'what begins as an Image does',
    async () => ({ image: await file('Image', Buffer.from(`${' '.repeat(56)}ARMd`)) }),
    /Expected a Linux kernel, got no "Linux version" in it/,
  ],
  [
    'half a gzip file',
    async () => ({ image: await file('half.gz', gzipSync(bzImage('6')).subarray(0, 60)) }),
    /half.gz: can't be uncompressed: unexpected end of file/,
  ],
  [
    'a configuration that blows up',
    async () => ({ config: await file('bomb.gz', gzipSync(Buffer.alloc(5_000_000))) }),
    /bomb.gz: Expected at most 4000000 bytes, got more/,
  ],
  [
    'something else as configuration',
    async () => ({ config: await file('text', 'hello') }),
    /Expected a kernel's configuration, got no CONFIG_ line/,
  ],
  [
    'modules that are not there',
    async () => ({ config: await file('.config', MODULAR) }),
    /Expected CONFIG_VIRTIO_PCI=y, got CONFIG_VIRTIO_PCI=m; add --modules DIR/,
  ],
  [
    'no BPF',
    async () => ({ config: await file('.config', '# CONFIG_BPF_SYSCALL\nCONFIG_NET=y\n') }),
    /Expected CONFIG_BPF_SYSCALL=y, got is not set/,
  ],
  [
    'modules of another release',
    async () => ({ modules: await addModules('6.8.0') }),
    /virtio\S+: Expected a module of 6\.9\.0-mine\+, got one of 6\.8\.0/,
  ],
  [
    'modules of which one is missing',
    async () => {
      const modules = await addModules();
      await rm(join(modules, 'modules/6.9.0-mine+/kernel/drivers/virtio/virtio_ring.ko'));
      return { modules };
    },
    /lib: there is no module virtio_pci -> virtio_ring/,
  ],
])('%s is refused with what was expected', async (_, options, message) => {
  const adding = add(await options());
  await expect(adding).rejects.toThrow(message);
  await expect(adding).rejects.toMatchObject({ code: 'OWN_IMAGE' });
  expect(await readdir(join(cacheDir, 'kernels')).catch(() => [])).toEqual([]);
});
