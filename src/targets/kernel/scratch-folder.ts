import { constants } from 'node:fs';
import { access, mkdtemp, readFile, realpath, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes a folder for one machine, in memory where there is room: UML maps its guest's memory from a
 * file, executable, and on a disk each page that the guest writes is written to the disk too.
 * A container's /dev/shm is often small, or mounted `noexec`; then it is the system's folder for
 * temporary files.
 */
export async function makeScratchFolder(needBytes: number): Promise<string> {
  const parent = (await isRoomyTmpfs('/dev/shm', needBytes)) ? '/dev/shm' : tmpdir();
  return mkdtemp(join(await realpath(parent), 'bpfdiff-'));
}

/** `TMPFS_MAGIC` of include/uapi/linux/magic.h. */
const TMPFS_MAGIC = 0x01021994;

async function isRoomyTmpfs(folder: string, needBytes: number): Promise<boolean> {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    const { type, bavail, bsize } = await statfs(folder);
    return type === TMPFS_MAGIC && bavail * bsize >= needBytes && (await mayExecuteIn(folder));
  } catch {
    return false;
  }
}

/** Each line of mounts(5) begins: device, mount point, type, options. */
async function mayExecuteIn(mountPoint: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const options = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .findLast((fields) => fields[1] === mountPoint)?.[3];
  return !options?.split(',').includes('noexec');
}
