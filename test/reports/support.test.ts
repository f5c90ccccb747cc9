import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { HELPER_CALLS } from '../../generators/helper-calls.ts';
import { readReachFile } from '../../src/cli/reach-file.ts';
import type { HelperName } from '../../src/isa/helpers.ts';
import { type Compared, supportText } from '../../src/reports/support.ts';
import { OFFERED_TYPES, offeredAt } from '../../src/targets/emulator/helpers/offered.ts';
import { helperSupport, VARIATIONS } from '../../src/targets/emulator/helpers/support.ts';

const page = fileURLToPath(new URL('../../docs/support.md', import.meta.url));
const reach = readReachFile(fileURLToPath(new URL('../../docs/reach.json', import.meta.url)));
const RELEASES = [
  { release: '5.10', target: 'debian11' },
  { release: '6.1', target: 'debian12:jit' },
  { release: '6.12', target: 'debian13:jit' },
  { release: '7.2', target: 'sid:jit' },
] as const;

it('docs/support.md says what code and campaigns say', async () => {
  const compared = (kind: Compared, name: string, target: string) =>
    reach.targets[target]?.reach[kind][name] ?? 0;
  const text = supportText({
    releases: RELEASES,
    progTypes: OFFERED_TYPES,
    variations: VARIATIONS,
    helpers: helperSupport().map(({ id, name, exactness, variation }) => ({
      id,
      name,
      exactness,
      ...(variation !== undefined && { variation }),
      offered: (type, release) => offeredAt(type, release).includes(name),
    })),
    compared,
    names: (kind) =>
      [
        ...new Set(
          RELEASES.flatMap(({ target }) => Object.keys(reach.targets[target]?.reach[kind] ?? {})),
        ),
      ].toSorted(),
    cases: reach.campaigns.reduce((sum, { cases }) => sum + cases, 0),
    divergences: reach.campaigns.reduce((sum, { divergences }) => sum + divergences, 0),
  });
  await expect(text).toMatchFileSnapshot(page);
});

describe('the helpers whose results vary', () => {
  it('are those whose calls are generated as such', () => {
    const own = HELPER_CALLS.filter(({ returns }) => returns === 'own').map(({ helper }) => helper);
    // Drawn by another fragment, or with memory that hides what they write.
    const others: readonly HelperName[] = [
      ...(['ktime_get_ns', 'get_prandom_u32', 'get_smp_processor_id', 'get_current_comm'] as const),
      ...(['get_current_task_btf', 'kallsyms_lookup_name'] as const),
    ];
    const varying = helperSupport().filter(({ exactness }) => exactness === 'varies');
    expect([...new Set([...others, ...own])].toSorted()).toEqual(
      varying.map(({ name }) => name).toSorted(),
    );
  });
});
