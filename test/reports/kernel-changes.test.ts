import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CHANGES, type ChangedRule } from '../../src/causes/changes.ts';
import { kernelChangesText } from '../../src/reports/kernel-changes.ts';
import { changedSince } from '../../src/targets/emulator/releases.ts';

it('docs/kernel-changes.md says what causes and the rules of releases say', async () => {
  const page = fileURLToPath(new URL('../../docs/kernel-changes.md', import.meta.url));
  const changes = (Object.keys(CHANGES) as ChangedRule[]).map((rule) => ({
    rule,
    since: changedSince(rule),
    ...CHANGES[rule],
  }));
  await expect(kernelChangesText(changes)).toMatchFileSnapshot(page);
});
