import { describe, expect, it } from 'vitest';
import { caseOf, completed, mapSpec, r0Of, run } from './driver.ts';

const storage = (type: 'sk_storage' | 'task_storage') =>
  mapSpec({ type, keyBytes: 4, valueBytes: 8, maxEntries: 0, flags: 1 });

const OWNER = {
  sk_storage: 'r1 = *(u64 *)(r6 +168)\ncall sk_fullsock\n',
  task_storage: 'call get_current_task_btf\n',
} as const;
const PROG_TYPE = { sk_storage: 'sched_cls', task_storage: 'raw_tracepoint' } as const;

/** Raw tracepoints take no packet. */
const RUN = { sk_storage: run(), task_storage: run({ data: null, repeat: 0 }) } as const;

/** A value is had with those flags, begun with 7 and made one larger; r0 is what it was, or -1. */
const had = (type: keyof typeof OWNER, flags: number) => `
  ${OWNER[type]}r2 = r0
  r1 = map_by_fd(0) ll
  *(u64 *)(r10 -8) = 7
  r3 = r10
  r3 += -8
  r4 = ${flags}
  call ${type}_get
  r7 = -1
  if r0 == 0 goto NONE${flags}
  r7 = *(u64 *)(r0 +0)
  r1 = 1
  lock *(u64 *)(r0 +0) += r1
NONE${flags}:
  r0 = r7
`;
const deleted = (type: keyof typeof OWNER) =>
  `${OWNER[type]}r2 = r0\nr1 = map_by_fd(0) ll\ncall ${type}_delete\n`;

describe.each(['sk_storage', 'task_storage'] as const)('a value of %s', (type) => {
  it.each([
    ['is not there at first', had(type, 0), -1n],
    ['is made with what is given', had(type, 1), 7n],
    ['is had again', had(type, 1) + had(type, 0), 8n],
    ['is not had with other flags', had(type, 1) + had(type, 2), -1n],
    ['is deleted', had(type, 1) + deleted(type), 0n],
    ['is gone then', had(type, 1) + deleted(type) + had(type, 0), -1n],
    ['is deleted once', deleted(type), -2n],
  ])('%s', async (_what, prog, found) => {
    const over = { progType: PROG_TYPE[type], maps: [storage(type)], runs: [RUN[type]] };
    const r0 = await r0Of(`r6 = r1\n${prog}`, over);
    expect(BigInt.asIntN(64, r0)).toBe(found);
  });

  it.each([
    ['keys of 8 bytes', { keyBytes: 8 }, 22],
    ['entries', { maxEntries: 1 }, 22],
    ['elements beforehand', { flags: 0 }, 22],
    ['values of nothing', { valueBytes: 0 }, 22],
    ['values of 64 KiB', { valueBytes: 65536 }, 7],
  ])('has no %s', async (_what, over, errno) => {
    const testCase = caseOf('r0 = 0\nexit', { maps: [{ ...storage(type), ...over }] });
    expect((await completed(testCase)).load).toMatchObject({ errno });
  });
});

it.each([
  ['sk_storage', [7, 7]],
  ['task_storage', [7, 8]],
] as const)('%s of a run is found by the next one or not: %j', async (type, retvals) => {
  const testCase = caseOf(`r6 = r1\n${had(type, 1)}exit`, {
    progType: PROG_TYPE[type],
    maps: [storage(type)],
    runs: [RUN[type], RUN[type]],
  });
  expect((await completed(testCase)).runs.map(({ retval }) => retval)).toEqual(retvals);
});
