/** `uname -m` of the machines that kernels run on. */
export type Arch = keyof typeof ARCHES;

/** What differs from one architecture to the next. */
export interface ArchRow {
  /** As Debian names it in packages. */
  readonly debian: string;
  /** `process.arch` of a machine of this kind. */
  readonly node: string;
  /** What compiles for it elsewhere: `TRIPLET-gcc`. */
  readonly triplet: string;
  /** Debian's packages of that compiler and of its static C library. */
  readonly compilerPackages: readonly string[];
  readonly qemu: {
    readonly command: string;
    readonly package: string;
    /** Machine and CPU. */
    readonly args: readonly string[];
    /** In place of them where QEMU emulates the CPU. */
    readonly emulatedArgs?: readonly string[];
    readonly memoryMb: number;
  };
  /** The kernel's console that QEMU connects with `-serial`. */
  readonly console: string;
}

/** One row for each; measured with QEMU 7.2. */
export const ARCHES = {
  x86_64: {
    debian: 'amd64',
    node: 'x64',
    triplet: 'x86_64-linux-gnu',
    compilerPackages: ['gcc-x86-64-linux-gnu', 'libc6-dev-amd64-cross'],
    qemu: {
      command: 'qemu-system-x86_64',
      package: 'qemu-system-x86',
      args: ['-cpu', 'max'],
      // Linux copies and clears by `rep movsb` and `rep stosb` where a CPU calls them fast. QEMU does a byte
      // at a time; with words a case takes a sixth less.
      emulatedArgs: ['-cpu', 'max,erms=off,fsrm=off'],
      memoryMb: 512,
    },
    console: 'ttyS0',
  },
  aarch64: {
    debian: 'arm64',
    node: 'arm64',
    triplet: 'aarch64-linux-gnu',
    compilerPackages: ['gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross'],
    qemu: {
      command: 'qemu-system-aarch64',
      package: 'qemu-system-arm',
      args: ['-M', 'virt', '-cpu', 'max,pauth=off'],
      memoryMb: 512,
    },
    console: 'ttyAMA0',
  },
  riscv64: {
    debian: 'riscv64',
    node: 'riscv64',
    triplet: 'riscv64-linux-gnu',
    compilerPackages: ['gcc-riscv64-linux-gnu', 'libc6-dev-riscv64-cross'],
    qemu: {
      command: 'qemu-system-riscv64',
      package: 'qemu-system-misc',
      args: ['-M', 'virt'],
      memoryMb: 512,
    },
    console: 'ttyS0',
  },
  s390x: {
    debian: 's390x',
    node: 's390x',
    triplet: 's390x-linux-gnu',
    compilerPackages: ['gcc-s390x-linux-gnu', 'libc6-dev-s390x-cross'],
    qemu: {
      command: 'qemu-system-s390x',
      package: 'qemu-system-misc',
      // Its VCKSM adds wrongly to a sum that isn't 0, and with vectors the kernel sums packets by it.
      args: ['-M', 's390-ccw-virtio', '-cpu', 'max,vx=off'],
      memoryMb: 512,
    },
    console: 'ttysclp0',
  },
  ppc64le: {
    debian: 'ppc64el',
    node: 'ppc64',
    triplet: 'powerpc64le-linux-gnu',
    compilerPackages: ['gcc-powerpc64le-linux-gnu', 'libc6-dev-ppc64el-cross'],
    qemu: {
      command: 'qemu-system-ppc64',
      package: 'qemu-system-ppc',
      // Without the Open Firmware in between a boot takes less than half.
      args: ['-M', 'pseries,x-vof=on'],
      memoryMb: 1024,
    },
    console: 'hvc0',
  },
} as const satisfies Record<string, ArchRow>;

/** The C compiler for an architecture, which links against a static C library. */
export interface Compiler {
  readonly command: string;
  /** Debian's packages of the compiler and of the library. */
  readonly packages: readonly string[];
  /** The command that installs both. */
  readonly install: string;
}

const OWN_COMPILER = { command: 'cc', packages: ['gcc', 'libc6-dev'] };

/** The system's own compiler for this machine's own architecture, a cross-compiler for others. */
export function compilerFor(arch: Arch | undefined): Compiler {
  const { command, packages } =
    arch === undefined || isOwnArch(arch)
      ? OWN_COMPILER
      : { command: `${ARCHES[arch].triplet}-gcc`, packages: ARCHES[arch].compilerPackages };
  return { command, packages, install: `apt-get install ${packages.join(' ')}` };
}

/** Whether kernels of that architecture are this machine's own kind, so that KVM can run them. */
export const isOwnArch = (arch: Arch): boolean => ARCHES[arch].node === process.arch;
