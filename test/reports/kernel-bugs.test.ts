import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CAUSES } from '../../src/causes/causes.ts';
import { kernelBugsText } from '../../src/reports/kernel-bugs.ts';
import { regressions } from '../causes/regressions.ts';

it('docs/kernel-bugs.md says what causes and corpus say', async () => {
  const page = fileURLToPath(new URL('../../docs/kernel-bugs.md', import.meta.url));
  await expect(kernelBugsText(CAUSES, regressions())).toMatchFileSnapshot(page);
});
