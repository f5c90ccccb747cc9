import type { Change } from '../causes/changes.ts';

/** A change, and in which releases it is there and not, as a campaign can see: since which one. */
export interface DatedChange extends Change {
  readonly rule: string;
  readonly since: readonly string[];
}

/** docs/kernel-changes.md: what Linux does otherwise since some release, as the emulator follows it. */
export function kernelChangesText(changes: readonly DatedChange[]): string {
  const rows = changes.map(
    ({ rule, since, what, source }) =>
      `| \`${rule}\` | ${since.join(', ')} | ${what} | ${source} |`,
  );
  return `${[INTRODUCTION, '', HEADING, '| --- | --- | --- | --- |', ...rows].join('\n')}\n`;
}

const INTRODUCTION = `# What Linux does otherwise since some release

Each is a row of \`CHANGES\` in \`src/causes/changes.ts\` and of \`src/targets/emulator/releases.ts\`, which this
page is printed from (\`npx vitest run test/reports/kernel-changes.test.ts -u\`). Where kernels of two releases
disagree, \`bpfdiff run\` gives an emulator of the one release rules of the other, one at a time, and names
those with which it answers as the other kernel does: \`change:flowRetval\`. Releases are the oldest that are
known to have a change; Debian's kernels have some by a backport.`;

const HEADING = '| change | since | what is so since then | source |';
