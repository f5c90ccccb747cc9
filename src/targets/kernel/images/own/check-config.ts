import { readFile } from 'node:fs/promises';
import { OwnImageError } from './own-image-error.ts';

/** Options that a kernel needs here; the second kind may be modules. */
const BUILT_IN = ['BPF_SYSCALL', 'BLK_DEV_INITRD', 'PROC_FS'];
const MAYBE_MODULES = ['VIRTIO_PCI', 'VIRTIO_CONSOLE'];

/** Rejects with `OwnImageError` where a kernel of that configuration could not run cases. */
export async function checkConfig(
  name: string,
  path: string,
  { hasModules }: { readonly hasModules: boolean },
): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (!/^CONFIG_\w+=/m.test(text)) {
    throw new OwnImageError(`${name}: Expected a kernel's configuration, got no CONFIG_ line`);
  }
  const settingOf = (option: string) => new RegExp(`^CONFIG_${option}=(\\w)`, 'm').exec(text)?.[1];
  for (const option of [...BUILT_IN, ...MAYBE_MODULES]) {
    const value = settingOf(option);
    const mayBeModule = MAYBE_MODULES.includes(option);
    if (value === 'y' || (value === 'm' && mayBeModule && hasModules)) continue;
    const found = value === undefined ? 'is not set' : `CONFIG_${option}=${value}`;
    const fix = value === 'm' && mayBeModule ? '; add --modules DIR' : '';
    throw new OwnImageError(`${name}: Expected CONFIG_${option}=y, got ${found}${fix}`);
  }
}
