import type { Arch } from '../arch.ts';
import type { KernelEngine } from '../protocol.ts';
import { ALL_ENGINES, INTERPRETER_ONLY } from './engines.ts';

/** A kernel that a distribution's packages hold. One row for each; nothing else knows their names. */
export interface CatalogueRow {
  readonly name: string;
  readonly arch: Arch;
  /** `uml` is a process, `vm` needs QEMU. */
  readonly boots: 'uml' | 'vm';
  /** What its configuration is expected to say; the first is the default. */
  readonly engines: readonly KernelEngine[];
  /** Where it is looked for when the lists that the system has don't know it; none: nowhere. */
  readonly suites: readonly string[];
  /** `ID` of os-release, where only that system has it. */
  readonly system?: string;
  /** Names of packages that hold the image, and in them the release. The newest version is taken. */
  readonly packages: RegExp;
  /** What those names begin with, for apt's search. */
  readonly packagePrefix: string;
  /** Said where apt knows no such package. */
  readonly remedy: string;
  readonly layout: Layout;
}

/** Where things lie in the packages, as patterns of tar. */
export interface Layout {
  /**
   * What is taken out of the packages. It goes up with the patterns: an image that was unpacked by a
   * lower one is fetched anew.
   */
  readonly version: number;
  readonly kernel: string;
  readonly config: string;
  /** The list of built-in modules; it lies in a folder named as the release. */
  readonly builtin: string;
  /** Modules that may have to be loaded. */
  readonly moduleFiles: readonly string[];
  /** Modules that it may lack. */
  readonly optionalFiles?: readonly string[];
  /** Where config and list lie in another package: its name, but for the release that follows. */
  readonly companion?: string;
  /** Where optional modules lie in a package of their own: its name, as above. */
  readonly modulePackage?: string;
}

/** What virtio-serial needs. Built in from 6.12 on; what these depend on is found in them. */
export const WANTED_MODULES = ['virtio_pci', 'virtio_console'];

/** What XDP live frames need (agent/live-net.c). A kernel without it runs everything else. */
export const OPTIONAL_MODULES = ['tun'];

const UML: Layout = {
  version: 2,
  kernel: './usr/bin/linux.uml',
  config: './usr/share/doc/user-mode-linux/config.gz',
  builtin: './usr/lib/uml/modules/*/modules.builtin',
  moduleFiles: [],
  optionalFiles: ['./usr/lib/uml/modules/*/kernel/drivers/net/tun.ko'],
};

const BUILT_IN: Layout = {
  version: 1,
  kernel: './boot/vmlinuz-*',
  config: './boot/config-*',
  builtin: './*lib/modules/*/modules.builtin',
  moduleFiles: [],
};

const WITH_MODULES: Layout = {
  ...BUILT_IN,
  version: 2,
  moduleFiles: [
    './lib/modules/*/kernel/drivers/virtio/virtio*.ko',
    './lib/modules/*/kernel/drivers/char/virtio_console.ko',
  ],
  optionalFiles: ['./lib/modules/*/kernel/drivers/net/tun.ko'],
};

/** Since trixie. */
const WITH_PACKED_MODULES: Layout = {
  ...BUILT_IN,
  version: 2,
  optionalFiles: ['./usr/lib/modules/*/kernel/drivers/net/tun.ko.xz'],
};

/** Since 7.x. */
const SPLIT: Layout = {
  version: 1,
  kernel: './usr/lib/modules/*/vmlinuz',
  config: './usr/lib/modules/*/config',
  builtin: './usr/lib/modules/*/modules.builtin',
  moduleFiles: [],
  companion: 'linux-base-',
};

/** The modules of other kernels than those for clouds are too many to fetch one of them. */
const SPLIT_WITH_MODULES: Layout = {
  ...SPLIT,
  version: 2,
  optionalFiles: ['./usr/lib/modules/*/kernel/drivers/net/tun.ko.xz'],
  modulePackage: 'linux-modules-',
};

/** All of them, by name; the newest version that really is there is fetched. */
export const CATALOGUE = {
  uml: {
    name: 'uml',
    arch: 'x86_64',
    boots: 'uml',
    engines: INTERPRETER_ONLY,
    suites: [],
    packages: /^user-mode-linux$/,
    packagePrefix: 'user-mode-linux',
    remedy: "add Debian's `main` component to apt's sources, which holds user-mode-linux",
    layout: UML,
  },
  debian11: debian(
    'debian11',
    'bullseye',
    /^linux-image-(5\.10\.0-\d+-cloud-amd64)$/,
    WITH_MODULES,
  ),
  debian12: debian('debian12', 'bookworm', /^linux-image-(6\.1\.0-\d+-cloud-amd64)$/, WITH_MODULES),
  debian13: debian(
    'debian13',
    'trixie',
    /^linux-image-(6\.12\.\d+\+deb13(?:\.\d+)?-cloud-amd64)$/,
    WITH_PACKED_MODULES,
  ),
  sid: sid('sid', 'x86_64', 'cloud-amd64'),
  'sid-arm64': sid('sid-arm64', 'aarch64', 'cloud-arm64'),
  'sid-riscv64': sid('sid-riscv64', 'riscv64', 'riscv64'),
  // s390x's JIT is not configured.
  'sid-s390x': { ...sid('sid-s390x', 's390x', 's390x'), engines: INTERPRETER_ONLY },
  'sid-ppc64el': sid('sid-ppc64el', 'ppc64le', 'powerpc64le'),
  // Written from Ubuntu's package lists, never run.
  ubuntu: {
    name: 'ubuntu',
    arch: 'x86_64',
    boots: 'vm',
    engines: ALL_ENGINES,
    suites: [],
    system: 'ubuntu',
    packages: /^linux-image-(\d[\d.]*-\d+-generic)$/,
    packagePrefix: 'linux-image-',
    remedy: 'run apt-get update',
    layout: { ...BUILT_IN, companion: 'linux-modules-' },
  },
} as const satisfies Record<string, CatalogueRow>;

export type ImageName = keyof typeof CATALOGUE;

/** The row of a name, if there is one. */
export const catalogueRow = (name: string): CatalogueRow | undefined =>
  Object.hasOwn(CATALOGUE, name) ? CATALOGUE[name as ImageName] : undefined;

/** A stable release's own kernel for clouds, which is small and has BTF. */
function debian(name: string, suite: string, packages: RegExp, layout: Layout): CatalogueRow {
  return {
    name,
    arch: 'x86_64',
    boots: 'vm',
    engines: ALL_ENGINES,
    suites: [suite, `${suite}-security`],
    packages,
    packagePrefix: 'linux-image-',
    remedy: `choose another kernel: Debian's ${suite} may have left its mirrors`,
    layout,
  };
}

/** The newest kernel that Debian has, whose version moves from week to week. */
function sid(name: string, arch: Arch, flavour: string): CatalogueRow {
  return {
    name,
    arch,
    boots: 'vm',
    engines: ALL_ENGINES,
    suites: ['sid'],
    packages: new RegExp(`^linux-binary-(\\d[\\d.]*\\+deb[\\d.]+-${flavour})$`),
    packagePrefix: 'linux-binary-',
    remedy: 'report this as a bug: sid may have named its packages anew',
    layout: flavour.startsWith('cloud-') ? SPLIT_WITH_MODULES : SPLIT,
  };
}
