import { describe, expect, it } from 'vitest';
import { observedBy } from '../../src/campaign/observed-by.ts';
import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import { changeFinder } from '../../src/cli/change-finder.ts';
import { compareOutcomes } from '../../src/compare/compare.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import type { LinuxSetting } from '../../src/targets/target.ts';

const linux = (release: string, more: Partial<LinuxSetting> = {}): LinuxSetting => ({
  release,
  arch: 'x86_64',
  endianness: 'little',
  pageBytes: 4096,
  cpus: 1,
  execution: 'jit',
  ...more,
});

const findChange = changeFinder();

/** What is found for the answers of two Linuxes, which must differ. */
async function changeOf(testCase: Case, ...linuxes: readonly LinuxSetting[]) {
  const targets = linuxes.map((setting) => createEmulator({ linux: setting }));
  const [a, b] = await Promise.all(
    targets.map(async (target) => observedBy(target, (await target.execute([testCase]))[0])),
  );
  expect(compareOutcomes(testCase, a, b).kind).toBe('diverge');
  return findChange(testCase, [a, b]);
}

const prog = (progType: Case['progType'], text: string, over: Partial<Case> = {}): Case => ({
  progType,
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: [],
  progs: [{ insns: assemble(text) }],
  runs: [{ ...PLAIN_RUN, data: new Uint8Array(34) }],
  ...over,
});

const DISSECTS = prog('flow_dissector', 'r0 = 7\nexit');
const MAP_UPDATE = prog(
  'socket_filter',
  `*(u32 *)(r10 -4) = 9
   *(u64 *)(r10 -16) = 0
   r1 = map_by_fd(0) ll
   r2 = r10
   r2 += -4
   r3 = r10
   r3 += -16
   r4 = 0
   call map_update_elem#2
   r0 s>>= 63
   exit`,
  {
    maps: [
      {
        name: 'm',
        type: 'array',
        keyBytes: 4,
        valueBytes: 8,
        maxEntries: 1,
        flags: 0,
        entries: [],
      },
    ],
  },
);

describe('the change that two releases differ by', () => {
  it.each([
    ['the retval of a flow dissector', DISSECTS, '5.10', '6.1', ['change:flowRetval']],
    [
      'an errno of a JITed map_update_elem',
      MAP_UPDATE,
      '6.1',
      '6.12',
      ['change:jitedMapResultBits'],
    ],
    ['the same, the other way round', MAP_UPDATE, '6.12', '6.1', ['change:jitedMapResultBits']],
  ])('is found for %s', async (_, testCase, from, to, change) => {
    expect(await changeOf(testCase, linux(from), linux(to))).toEqual(change);
  });

  it('is two where each does a part', async () => {
    const run = { ...PLAIN_RUN, data: new Uint8Array(34) };
    const both = { ...DISSECTS, runs: [run, { ...run, attr: { cmd: 'common' } as const }] };
    const changes = ['change:commonAttrs', 'change:flowRetval'];
    expect(await changeOf(both, linux('5.10'), linux('7.2'))).toEqual(changes);
  });

  it('is none where an engine differs as well', async () => {
    const interp = linux('6.12', { execution: 'interp' });
    expect(await changeOf(MAP_UPDATE, linux('6.1'), interp)).toEqual([]);
  });

  it('is none where a kernel answers what no emulator does', async () => {
    const [a, b] = ['6.1', '6.12'].map((release) => createEmulator({ linux: linux(release) }));
    const [outcome] = await a.execute([DISSECTS]);
    if (outcome.kind !== 'completed') expect.unreachable();
    const odd = { ...outcome, runs: outcome.runs.map((run) => ({ ...run, retval: 5 })) };
    const observed = [observedBy(a, outcome), observedBy(b, odd)] as const;
    expect(await findChange(DISSECTS, observed)).toEqual([]);
  });
});
