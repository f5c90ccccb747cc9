import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { findProgram } from './find-program.ts';

/** Something that kernels need of this machine, for people. */
export interface Requirement {
  readonly name: string;
  /** What doesn't work without it. */
  readonly neededFor: string;
  /** What was found, such as a path; undefined where it is missing. */
  readonly found: string | undefined;
  /** The command that mends it. */
  readonly remedy: string;
}

/** Looks at everything that kernels need, and changes nothing. */
export async function checkRequirements(): Promise<readonly Requirement[]> {
  return Promise.all(
    REQUIREMENTS.map(async ({ find, ...requirement }) => ({
      ...requirement,
      found: await find(),
    })),
  );
}

interface RequirementRow extends Omit<Requirement, 'found'> {
  readonly find: () => Promise<string | undefined>;
}

const FROM_DEBIAN = 'run bpfdiff on Debian or a system made from it';

const REQUIREMENTS: readonly RequirementRow[] = [
  {
    name: 'C compiler',
    neededFor: 'the agent, hence every kernel',
    find: () => findProgram('cc'),
    remedy: 'apt-get install gcc',
  },
  {
    name: 'static C library',
    neededFor: 'the agent, hence every kernel',
    find: findStaticLibc,
    remedy: 'apt-get install libc6-dev',
  },
  {
    name: 'apt-get',
    neededFor: 'fetching kernels',
    find: () => findProgram('apt-get'),
    remedy: FROM_DEBIAN,
  },
  {
    name: 'dpkg-deb',
    neededFor: 'fetching kernels',
    find: () => findProgram('dpkg-deb'),
    remedy: 'apt-get install dpkg',
  },
  {
    name: 'tar',
    neededFor: 'fetching kernels',
    find: () => findProgram('tar'),
    remedy: 'apt-get install tar',
  },
  {
    name: 'taskset',
    neededFor: 'the speed of uml',
    find: () => findProgram('taskset'),
    remedy: 'apt-get install util-linux',
  },
  {
    name: 'qemu-system-x86_64',
    neededFor: 'debian12',
    find: () => findProgram('qemu-system-x86_64'),
    remedy: 'apt-get install qemu-system-x86',
  },
  {
    name: 'privilege to load BPF programs',
    neededFor: 'host',
    find: findPrivilege,
    remedy: 'run bpfdiff as root',
  },
];

async function findStaticLibc(): Promise<string | undefined> {
  const cc = await findProgram('cc');
  if (cc === undefined) return undefined;
  // Prints the bare name where it has none.
  const { stdout } = await execa(cc, ['-print-file-name=libc.a'], { reject: false });
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
