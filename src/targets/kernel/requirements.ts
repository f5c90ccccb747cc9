import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { ARCHES, type Arch, compilerFor } from './arch.ts';
import { findProgram } from './find-program.ts';

/** A kernel that somebody wants to run, and how it is run; `host` is this machine's own. */
export type WantedKernel =
  | { readonly name: string; readonly boots: 'host' }
  | { readonly name: string; readonly boots: 'uml' | 'vm'; readonly arch: Arch };

/** Something that kernels need of this machine, for people. */
export interface Requirement {
  readonly name: string;
  /** The kernels that ask for it, by name. */
  readonly neededFor: readonly string[];
  readonly without: 'none of them starts' | 'they are slower';
  /** What was found, such as a path; undefined where it is missing. */
  readonly found: string | undefined;
  /** Debian's packages that bring it; none where none does. */
  readonly packages: readonly string[];
  /** What mends it, in one line. */
  readonly remedy: string;
}

/** Looks at everything that these kernels need, and changes nothing. */
export async function checkRequirements(
  kernels: readonly WantedKernel[],
): Promise<readonly Requirement[]> {
  const rows = mergeRows(kernels.flatMap((kernel) => needsOf(kernel).map((row) => [kernel, row])));
  return Promise.all(
    rows.map(async ({ row: { name, find, packages = [], remedy, without }, kernels }) => ({
      name,
      neededFor: kernels,
      without: without ?? 'none of them starts',
      found: await find(),
      packages,
      remedy: remedy ?? installCommand(packages),
    })),
  );
}

/** The one command that installs all that is missing; undefined where no package would help. */
export function installMissing(requirements: readonly Requirement[]): string | undefined {
  const missing = requirements.filter(({ found }) => found === undefined);
  const packages = [...new Set(missing.flatMap((requirement) => requirement.packages))];
  return packages.length === 0 ? undefined : installCommand(packages);
}

const installCommand = (packages: readonly string[]): string =>
  `apt-get install ${packages.join(' ')}`;

interface Row {
  readonly name: string;
  readonly find: () => Promise<string | undefined>;
  readonly packages?: readonly string[];
  /** Where no package would help. */
  readonly remedy?: string;
  readonly without?: Requirement['without'];
}

function needsOf(kernel: WantedKernel): readonly Row[] {
  if (kernel.boots === 'host') return [...agentNeeds(undefined), PRIVILEGE];
  const { arch, boots } = kernel;
  if (boots === 'uml') return [...agentNeeds(arch), ...FETCHING, TASKSET];
  const { command, package: name } = ARCHES[arch].qemu;
  const unpackers = arch === 'x86_64' ? DECOMPRESSORS : [];
  return [...agentNeeds(arch), ...FETCHING, program(command, name), ...unpackers];
}

const program = (name: string, ...packages: readonly string[]): Row => ({
  name,
  find: () => findProgram(name),
  packages,
});

/** A compiler for that architecture, and the library that it links the agent against. */
function agentNeeds(arch: Arch | undefined): readonly Row[] {
  const { command, packages } = compilerFor(arch);
  const library = `static C library of ${command}`;
  return [
    program(command, packages[0]),
    { name: library, find: () => findStaticLibrary(command), packages: packages.slice(1) },
  ];
}

const FETCHING: readonly Row[] = [
  {
    name: 'apt-get',
    find: () => findProgram('apt-get'),
    remedy: 'run bpfdiff on Debian or a system made from it',
  },
  program('dpkg-deb', 'dpkg'),
  program('tar', 'tar'),
];

const TASKSET: Row = { ...program('taskset', 'util-linux'), without: 'they are slower' };

/** See vmlinux.ts: 5.10 and 6.1 come compressed with lz4, later ones with zstd. */
const DECOMPRESSORS: readonly Row[] = [
  { ...program('zstd', 'zstd'), without: 'they are slower' },
  { ...program('lz4', 'lz4'), without: 'they are slower' },
];

const PRIVILEGE: Row = {
  name: 'privilege to load BPF programs',
  find: findPrivilege,
  remedy: 'run bpfdiff as root',
};

/** Each requirement once, with the names of all kernels that ask for it. */
function mergeRows(
  asked: readonly (readonly [WantedKernel, Row])[],
): readonly { readonly row: Row; readonly kernels: readonly string[] }[] {
  const merged = new Map<string, { readonly row: Row; readonly kernels: string[] }>();
  for (const [{ name }, row] of asked) {
    const known = merged.get(row.name);
    if (known === undefined) merged.set(row.name, { row, kernels: [name] });
    else known.kernels.push(name);
  }
  return [...merged.values()];
}

async function findStaticLibrary(compiler: string): Promise<string | undefined> {
  const command = await findProgram(compiler);
  if (command === undefined) return undefined;
  // Prints the bare name where it has none.
  const { stdout } = await execa(command, ['-print-file-name=libc.a'], { reject: false });
  return stdout?.includes('/') ? stdout : undefined;
}

/** Bits of capabilities(7), include/uapi/linux/capability.h. */
const CAP_NET_ADMIN = 12n;
const CAP_SYS_ADMIN = 21n;
const CAP_BPF = 39n;

/** XDP and SCHED_CLS need CAP_NET_ADMIN beside CAP_BPF (bpf_prog_load, kernel/bpf/syscall.c, 6.1). */
async function findPrivilege(): Promise<string | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const has = (capability: bigint): boolean => ((effective >> capability) & 1n) === 1n;
  if (has(CAP_SYS_ADMIN)) return 'CAP_SYS_ADMIN';
  return has(CAP_BPF) && has(CAP_NET_ADMIN) ? 'CAP_BPF and CAP_NET_ADMIN' : undefined;
}
