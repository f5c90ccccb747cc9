import { compileAgent } from '../targets/kernel/agent/compile-agent.ts';
import { ARCHES } from '../targets/kernel/arch.ts';
import type { BootSlots } from '../targets/kernel/boot-slots.ts';
import { hostLaunch } from '../targets/kernel/host.ts';
import { type EnsureImageOptions, ensureImage } from '../targets/kernel/images/ensure-image.ts';
import { knownKernel } from '../targets/kernel/images/known-kernels.ts';
import type { Launch } from '../targets/kernel/link.ts';
import { fastestQemuLaunch } from '../targets/kernel/qemu-accel.ts';
import { UML_MEMORY_MB, umlLaunch } from '../targets/kernel/uml.ts';

/**
 * Gets all that a kernel is started with: its agent, its image, its turn to boot. Rejects with
 * `TargetUnavailableError` where something of it can't be had.
 */
export async function launchOf(
  kernel: string,
  options: EnsureImageOptions,
  slots: BootSlots,
): Promise<Launch> {
  const { cacheDir, signal } = options;
  const known = knownKernel(cacheDir, kernel);
  // First: whether there is a compiler shows at once.
  const agent = await compileAgent({ cacheDir, target: kernel, arch: known?.arch, signal });
  if (kernel === 'host') return hostLaunch({ agent });

  const image = await ensureImage(kernel, options);
  if (known?.boots === 'uml') {
    return slots.bounded(
      { target: kernel, memoryMb: UML_MEMORY_MB },
      umlLaunch({ ...image, agent }),
    );
  }
  const { memoryMb } = ARCHES[image.arch].qemu;
  return slots.bounded(
    { target: kernel, memoryMb },
    fastestQemuLaunch({ ...image, target: kernel, agent, memoryMb }, cacheDir),
  );
}
