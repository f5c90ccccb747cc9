import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { TargetUnavailableError } from '../../target.ts';

/** Folders of this process alone. */
export interface Workspace {
  /** For files; commands are run in it. */
  readonly folder: string;
  /** For pins, as `folder` sees it; on a BPF file system. */
  readonly pins: string;
  /** Removes both. */
  close(): Promise<void>;
}

const BPFFS = '/sys/fs/bpf';
/** `BPF_FS_MAGIC` of include/uapi/linux/magic.h. */
const BPF_FS_MAGIC = 0xcafe4a11;

const PREFIX = 'bpfdiff-bpftool-';
const OWN_MOUNT = 'bpf';

/**
 * Makes a folder for files and one for pins: in the BPF file system of the machine if it has one
 * where it belongs, else in one of our own, so that nothing of the machine is changed. What processes
 * that are gone left behind is removed first. Rejects with `TargetUnavailableError`.
 */
export async function openWorkspace(target: string): Promise<Workspace> {
  await sweep();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  try {
    if (await isBpffs(BPFFS)) {
      const pins = await mkdtemp(join(BPFFS, `${PREFIX}${process.pid}-`));
      return { folder, pins, close: () => remove([folder, pins]) };
    }
    await mountBpffs(join(folder, OWN_MOUNT));
    return { folder, pins: OWN_MOUNT, close: () => remove([folder]) };
  } catch (error) {
    await remove([folder]);
    throw new TargetUnavailableError(
      target,
      'pinning maps and progs needs a BPF file system that may be written to',
      'run bpfdiff as root, or choose another target such as uml',
      { cause: error },
    );
  }
}

async function isBpffs(folder: string): Promise<boolean> {
  try {
    return (await statfs(folder)).type === BPF_FS_MAGIC;
  } catch {
    return false;
  }
}

async function mountBpffs(folder: string): Promise<void> {
  await mkdir(folder);
  await execa('mount', ['-t', 'bpf', '-o', 'mode=0700', 'bpf', folder]);
}

async function remove(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const mounted = join(folder, OWN_MOUNT);
    if (await isBpffs(mounted)) await execa('umount', ['--lazy', mounted], { reject: false });
    await rm(folder, { recursive: true, force: true });
  }
}

async function sweep(): Promise<void> {
  for (const parent of [tmpdir(), BPFFS]) {
    const names = await readdir(parent).catch(() => []);
    await remove(names.filter(isLeftOver).map((name) => join(parent, name)));
  }
}

function isLeftOver(name: string): boolean {
  const [, pid] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
  if (pid === undefined) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
