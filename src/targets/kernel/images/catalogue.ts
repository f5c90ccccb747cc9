/** A kernel that a distribution's package holds. One row for each; nothing else knows their names. */
export interface CatalogueRow {
  readonly name: string;
  /** As `process.arch`, and as `uname -m`. */
  readonly arch: { readonly node: string; readonly uname: 'x86_64' };
  /** Names of packages that hold it. Of those that apt knows, the newest is taken. */
  readonly packages: RegExp;
  /** What those names begin with, for apt's search. */
  readonly packagePrefix: string;
  /** Said where apt knows no such package. */
  readonly remedy: string;
  /** The image and what it was configured with, as patterns of tar. */
  readonly kernel: string;
  readonly format: ImageFormat;
  readonly config: string;
  /** Pattern for the list of built-in modules; it lies in a folder named as the release. */
  readonly builtin: string;
  /** Patterns for the modules that may be needed. */
  readonly moduleFiles: readonly string[];
  /** Names of the modules that must be loaded; what they depend on is found in them. */
  readonly modules: readonly string[];
}

export type ImageFormat = 'elf' | 'bzImage';
export type ImageName = keyof typeof CATALOGUE;

const X86_64 = { node: 'x64', uname: 'x86_64' } as const;

export const CATALOGUE = {
  uml: {
    name: 'uml',
    arch: X86_64,
    packages: /^user-mode-linux$/,
    packagePrefix: 'user-mode-linux',
    remedy: "add Debian's `main` component to apt's sources, which holds user-mode-linux",
    kernel: './usr/bin/linux.uml',
    format: 'elf',
    config: './usr/share/doc/user-mode-linux/config.gz',
    builtin: './usr/lib/uml/modules/*/modules.builtin',
    moduleFiles: [],
    modules: [],
  },
  debian12: {
    name: 'debian12',
    arch: X86_64,
    packages: /^linux-image-6\.1\.0-\d+-cloud-amd64$/,
    packagePrefix: 'linux-image-6.1.0-',
    remedy: "add Debian 12 (bookworm, `main`) to apt's sources",
    kernel: './boot/vmlinuz-*',
    format: 'bzImage',
    config: './boot/config-*',
    builtin: './lib/modules/*/modules.builtin',
    moduleFiles: [
      './lib/modules/*/kernel/drivers/virtio/virtio*.ko',
      './lib/modules/*/kernel/drivers/char/virtio_console.ko',
    ],
    // From 6.12 on virtio-serial is built in.
    modules: ['virtio_pci', 'virtio_console'],
  },
} as const satisfies Record<string, CatalogueRow>;
