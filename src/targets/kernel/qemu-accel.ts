import { constants } from 'node:fs';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { isOwnArch } from './arch.ts';
import { type Launch, LinkError } from './link.ts';
import { type QemuOptions, qemuLaunch } from './qemu.ts';

/** With KVM a guest says hello within a second, or never. */
const KVM_HELLO_TIMEOUT_MS = 10_000;

/**
 * Boots a VM with KVM where that works, which it can for this machine's own architecture only, and by software emulation elsewhere. /dev/kvm can be there
 * and still not boot a guest, so it is tried; that it failed is remembered in the cache for as long
 * as this machine runs the same kernel.
 */
export function fastestQemuLaunch(options: Omit<QemuOptions, 'accel'>, cacheDir: string): Launch {
  const memory = join(cacheDir, 'kernels', 'kvm-failed');
  return async (signal) => {
    const emulated = qemuLaunch({ ...options, accel: 'tcg' });
    if (!isOwnArch(options.arch) || !(await mayHaveKvm()) || (await hasFailed(memory))) {
      return emulated(signal);
    }
    try {
      const helloTimeoutMs = KVM_HELLO_TIMEOUT_MS;
      return await qemuLaunch({ ...options, accel: 'kvm', helloTimeoutMs })(signal);
    } catch (error) {
      if (!(error instanceof LinkError) || signal.aborted) throw error;
    }
    const link = await emulated(signal);
    // Only now is it sure that it was for KVM.
    await remember(memory);
    return link;
  };
}

async function mayHaveKvm(): Promise<boolean> {
  return access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}

async function hasFailed(memory: string): Promise<boolean> {
  const under = await readFile(memory, 'utf8').catch(() => '');
  return under.trim() === release();
}

/** A cache that can't be written costs a try at each start, no more. */
async function remember(memory: string): Promise<void> {
  try {
    await mkdir(join(memory, '..'), { recursive: true });
    await writeFile(memory, `${release()}\n`);
  } catch {
    // See above.
  }
}
