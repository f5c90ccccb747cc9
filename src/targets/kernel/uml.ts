import { chmod, copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openLink } from './framing.ts';
import { type FrameFiles, hostfsPort, openFrameFiles } from './hostfs-port.ts';
import { FRAME_BODY_MAX_BYTES, type Launch } from './link.ts';
import { startGroup } from './process-group.ts';
import { makeScratchFolder } from './scratch-folder.ts';

export interface UmlOptions {
  /** The user-mode-linux executable. */
  readonly kernel: string;
  /** The agent, linked statically. */
  readonly agent: string;
  /** Modules to load, in their order. */
  readonly modules?: readonly string[];
  /** What the guest has; used of the host's as the guest touches it. */
  readonly memoryMb?: number;
  readonly helloTimeoutMs?: number;
}

/** What a guest has where nobody says. */
export const UML_MEMORY_MB = 256;
const HELLO_TIMEOUT_MS = 20_000;

/**
 * Boots user-mode Linux: an ordinary process, no root, no QEMU. Its root file system is a hostfs
 * folder that holds only what it needs: the agent as /init, mount points, and the files of frames.
 * Rejects with `LinkError`, which carries the end of the console, where no agent says hello.
 */
export function umlLaunch(options: UmlOptions): Launch {
  const memoryMb = options.memoryMb ?? UML_MEMORY_MB;
  return async (signal) => {
    signal.throwIfAborted();
    const folder = await makeScratchFolder(memoryMb * 1024 * 1024 + 2 * FRAME_BODY_MAX_BYTES);
    const files = await furnish(folder, options).catch(async (error) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    const group = startGroup({
      command: options.kernel,
      args: kernelParameters(memoryMb),
      folder,
      env: { TMPDIR: folder },
      cpu: await nextCpu(),
    });
    const machine = {
      ...group,
      close: async () => {
        await group.close();
        files.close();
      },
    };
    const helloTimeoutMs = options.helloTimeoutMs ?? HELLO_TIMEOUT_MS;
    return openLink(hostfsPort(files, group.channel), machine, { helloTimeoutMs, signal });
  };
}

/** Puts everything into the guest's root folder. */
async function furnish(folder: string, { agent, modules }: UmlOptions): Promise<FrameFiles> {
  for (const name of ['dev', 'link', 'proc', 'sys', 'modules']) await mkdir(join(folder, name));
  for (const [i, module] of (modules ?? []).entries()) {
    const name = `${String(i).padStart(2, '0')}-${basename(module)}`;
    await copyFile(module, join(folder, 'modules', name));
  }
  await copyFile(agent, join(folder, 'init'));
  await chmod(join(folder, 'init'), 0o755);
  return openFrameFiles(join(folder, 'link'));
}

/** Paths are relative to the working folder: the kernel splits its command line at spaces. */
function kernelParameters(memoryMb: number): readonly string[] {
  return [
    `mem=${memoryMb}M`,
    'rootfstype=hostfs',
    'hostfs=.',
    'rw',
    'init=/init',
    'uml_dir=./',
    'umid=uml',
    // The console on standard error, the bell on the socket.
    'con=null',
    'con0=null,fd:2',
    'console=tty0',
    'ssl0=fd:3',
    'bpfdiff.link=hostfs',
    'quiet',
    // As in Debian's kernels: pages of live frames hold nothing of what was there before.
    'init_on_alloc=1',
    'panic=-1',
    'noreboot',
    ...FASTER_BOOT,
  ];
}

/** From 1.1 s to 0.1 s. Nothing here changes what BPF does. */
const FASTER_BOOT = [
  // The first measures every RAID 6 algorithm for 0.85 s; only btrfs and md ask for the best. The
  // others keep 400 pages of vmalloc memory, and whenever a prog is freed UML maps all such pages
  // anew (flush_tlb_kernel_range_common, arch/um/kernel/tlb.c, 6.1): without them a case costs a
  // third, and frees do not pile up.
  'initcall_blacklist=raid6_select_algo,init_jfs_fs,init_zswap',
  // 256 pairs of BSD ptys.
  'pty.legacy_count=0',
  // Measured otherwise, by waiting for a few ticks of 10 ms.
  'lpj=10000000',
];

let launches = 0;

/**
 * UML runs its guest's user space by ptrace: two processes that wait for each other at every
 * syscall. On one CPU that takes 15 us; across two, where a scheduler likes to put them, 60 us.
 * Machines are dealt out over the CPUs that there are.
 */
async function nextCpu(): Promise<number | undefined> {
  const status = await readFile('/proc/self/status', 'utf8');
  const cpus = parseCpuList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '');
  return cpus[(process.pid + launches++) % cpus.length];
}

/** Reads a list such as `0-3,8`, as in cpuset(7). */
export function parseCpuList(list: string): readonly number[] {
  return list.split(',').flatMap((range) => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(range);
    if (!match) return [];
    const first = Number(match[1]);
    const last = Number(match[2] ?? first);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
