/**
 * Releases of Linux, both ends included, such as `6.1..6.12`, `6.7..` or `..6.1`; '' for all. What a known
 * divergence is known of.
 */
export type KernelRange = string;

/** How one is written. */
export const KERNEL_RANGE = {
  pattern: /^$|^(\d{1,3}\.\d{1,3})?\.\.(\d{1,3}\.\d{1,3})?$/,
  expected: 'releases such as `6.1..6.12`, `6.7..` or `..6.1`',
} as const;

/** Whether a release such as `6.18` lies in the range. */
export function isInRange(range: KernelRange, release: string): boolean {
  const [from = '', to = ''] = range.split('..');
  return (
    (from === '' || compareReleases(from, release) <= 0) &&
    (to === '' || compareReleases(release, to) <= 0)
  );
}

function compareReleases(a: string, b: string): number {
  const [[majorA, minorA], [majorB, minorB]] = [a, b].map((text) => text.split('.').map(Number));
  return majorA - majorB || minorA - minorB;
}
