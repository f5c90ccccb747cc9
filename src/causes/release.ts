import type { LinuxSetting } from '../targets/target.ts';

/** Whether a Linux is of that release or a later one, such as `6.18`. */
export function isAtLeast({ release }: LinuxSetting, oldest: string): boolean {
  const [major, minor] = release.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldest.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
