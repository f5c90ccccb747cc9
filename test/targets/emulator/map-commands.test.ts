import { describe, expect, it } from 'vitest';
import type { MapCommand, MapSpec } from '../../../src/case/case.ts';
import { parseCaseText } from '../../../src/case/text.ts';
import type { CommandOutcome, LinuxSetting } from '../../../src/targets/target.ts';
import { bytes, caseOf, completed, hex, LINUX, mapSpec, run } from './driver.ts';

const PROG = 'r0 = 0\nexit';

/** What commands to the only map answer, such as `0 01000000`, `2` or, of a batch, `2 x3 ...`. */
async function answers(
  spec: Partial<MapSpec>,
  lines: readonly string[],
  linux: Partial<LinuxSetting> = {},
): Promise<readonly string[]> {
  const maps = [mapSpec({ valueBytes: 4, ...spec })];
  const runs = [run({ commands: lines.map((line) => commandOf(line, maps[0])) })];
  const outcome = await completed(caseOf(PROG, { maps, runs }), { linux: { ...LINUX, ...linux } });
  return outcome.runs[0].commands!.map(answerText);
}

/** Read as a `.case` file has it, for a map of that shape. */
function commandOf(line: string, { type, keyBytes, valueBytes }: MapSpec): MapCommand {
  const map = `map m ${type} key ${keyBytes} value ${valueBytes}`;
  const text = `case c\nprog_type xdp\n${map}\nprog\n  exit\nrun\n  ${line}\n`;
  return parseCaseText(text, 'line').testCase.runs[0].commands![0];
}

const answerText = ({ errno, count, output }: CommandOutcome): string =>
  [errno, count === 0 ? '' : `x${count}`, hex(output)].filter((part) => part !== '').join(' ');

type Row = readonly [command: string, answer: string];

const inOrder = (rows: readonly Row[]) => ({
  lines: rows.map(([line]) => line),
  expected: rows.map(([, answer]) => answer),
});

/** kernel/bpf/syscall.c and arraymap.c, Linux 6.1. */
const OF_AN_ARRAY: readonly Row[] = [
  ['update m key 01000000 value 0a000000', '0'],
  ['lookup m key 01000000', '0 0a000000'],
  ['lookup m key 02000000', '2'],
  ['lookup m', '14'],
  ['lookup m key 01000000 flags 0x1', '22'],
  ['update m key 01000000', '14'],
  ['update m key 01000000 value 0b000000 flags 0x1', '17'],
  ['update m key 02000000 value 0b000000', '7'],
  ['update m key 02000000 value 0b000000 flags 0x4', '22'],
  ['delete m key 01000000', '22'],
  ['delete m key 01000000 flags 0x1', '22'],
  ['lookup_and_delete m key 01000000', '524'],
  ['next_key m', '0 00000000'],
  ['next_key m key 00000000', '0 01000000'],
  ['next_key m key 01000000', '2'],
  ['next_key m key 09000000', '0 00000000'],
  ['lookup_batch m count 2', '0 x2 0000000001000000000000000a000000'],
  ['lookup_batch m count 3', '2 x2 0000000001000000000000000a000000'],
  ['lookup_batch m count 0', '0'],
  ['lookup_batch m count 1 flags 0x1', '22 x1'],
  ['update_batch m count 2 key 0000000005000000 value 0c0000000d000000', '7 x1'],
  ['delete_batch m count 1 key 00000000', '524 x1'],
  ['lookup_and_delete_batch m count 1', '524 x1'],
  ['freeze m flags 0x1', '22'],
  ['freeze m', '0'],
  ['freeze m', '16'],
  ['update m key 00000000 value 0a000000', '1'],
  ['lookup m key 00000000', '0 0c000000'],
];

/** hashtab.c; BPF_F_ZERO_SEED makes the order known. */
const OF_A_HASH: readonly Row[] = [
  ['next_key m', '2'],
  ['update m key 01000000 value 0a000000 flags 0x2', '2'],
  ['update m key 01000000 value 0a000000 flags 0x1', '0'],
  ['update m key 02000000 value 0b000000', '0'],
  ['update m key 03000000 value 0c000000', '0'],
  ['update m key 04000000 value 0c000000', '7'],
  ['next_key m', '0 02000000'],
  ['next_key m key 02000000', '0 03000000'],
  ['next_key m key 01000000', '2'],
  ['next_key m key 07000000', '0 02000000'],
  ['lookup_batch m count 1', '0 x1 020000000b000000'],
  ['delete_batch m count 2 key 0300000009000000', '2 x1'],
  ['lookup_and_delete m key 01000000', '0 0a000000'],
  ['lookup_and_delete_batch m count 2', '2 x1 020000000b000000'],
  ['update m key 02000000 value 0b000000', '0'],
  ['lookup_and_delete m key 01000000', '2'],
  ['delete m key 02000000', '0'],
  ['delete m key 02000000', '2'],
];

/** lpm_trie.c: children before their parents. */
const OF_A_TRIE: readonly Row[] = [
  ['update m key 08000000c0 value 01000000', '0'],
  ['update m key 02000000c0 value 02000000', '0'],
  ['update m key 0400000080 value 03000000', '0'],
  ['next_key m', '0 0400000080'],
  ['next_key m key 0400000080', '0 08000000c0'],
  ['next_key m key 08000000c0', '0 02000000c0'],
  ['next_key m key 02000000c0', '2'],
  ['next_key m key 0900000000', '0 0400000080'],
  ['lookup m key 08000000cf', '0 02000000'],
  ['delete m key 08000000c0', '0'],
  ['delete m key 08000000c0', '2'],
];

/** `htab_map_check_update_flags` and `bpf_map_check_op_flags`, Linux 7.2. */
const OF_A_CPU: readonly Row[] = [
  ['update m key 00000000 value 01000000 flags 0x8', '0'],
  ['lookup m key 00000000', '0 0100000000000000'],
  ['update m key 00000000 value 02000000 flags 0x100000008', '0'],
  ['lookup m key 00000000', '0 0100000002000000'],
  ['lookup m key 00000000 flags 0x100000008', '0 02000000'],
  ['lookup m key 00000000 flags 0x200000008', '34'],
  ['update m key 00000000 value 03000000 flags 0x10', '0'],
  ['lookup m key 00000000', '0 0300000003000000'],
  ['update m key 00000000 value 04000000 flags 0x18', '22'],
  ['update m key 00000000 value 04000000 flags 0x3', '0'],
  ['update m key 00000000 value 04000000 flags 0x11', '22'],
  ['update m key 00000000 value 04000000 flags 0x1', '17'],
];

describe('commands', () => {
  it.each([
    ['an array', { maxEntries: 2 }, OF_AN_ARRAY, {}],
    ['a hash map', { type: 'hash', maxEntries: 3, flags: 0x40 }, OF_A_HASH, {}],
    ['a trie', { type: 'lpm_trie', keyBytes: 5, maxEntries: 4, flags: 1 }, OF_A_TRIE, {}],
    ['a CPU of a hash map', { type: 'percpu_hash' }, OF_A_CPU, { release: '7.2' }],
  ] as const)('to %s answer as Linux does', async (_what, spec, rows, linux) => {
    const { lines, expected } = inOrder(rows);
    expect(await answers(spec, lines, linux)).toEqual(expected);
  });

  it('see what the prog left, and it sees what they left', async () => {
    const maps = [mapSpec()];
    const prog = `
      r1 = map_val(map_by_fd(0)) +0 ll
      r0 = *(u64 *)(r1 +0)
      r0 += 1
      *(u64 *)(r1 +0) = r0
      exit`;
    const commands = (lines: readonly string[]) => lines.map((line) => commandOf(line, maps[0]));
    const runs = [
      run({ commands: commands(['lookup m key 00000000']) }),
      run({ commands: commands(['update m key 00000000 value 2900000000000000']) }),
      run(),
    ];
    const outcome = await completed(caseOf(prog, { maps, runs }));
    expect(outcome.runs[0].commands).toEqual([
      { errno: 0, count: 0, output: bytes('0100000000000000') },
    ]);
    expect(outcome.runs.map(({ retval }) => retval)).toEqual([1, 2, 42]);
    expect(outcome.runs[2].commands).toBe(undefined);
  });

  it('can not read what only progs may read, nor write it', async () => {
    const lines = ['lookup m key 00000000', 'update m key 00000000 value 00000000'];
    expect(await answers({ flags: 0x10 }, lines)).toEqual(['1', '0']);
    expect(await answers({ flags: 0x8 }, lines)).toEqual(['0 00000000', '1']);
  });

  it('find a frozen queue full, and leave it untold', async () => {
    const maps = [mapSpec({ type: 'queue', keyBytes: 0, valueBytes: 4 })];
    const lines = ['update m value 01000000', 'freeze m', 'lookup_and_delete m', 'lookup m'];
    const runs = [run({ commands: lines.map((line) => commandOf(line, maps[0])) })];
    const outcome = await completed(caseOf(PROG, { maps, runs }));
    expect(outcome.runs[0].commands!.map(answerText)).toEqual(['0', '0', '1', '0 01000000']);
    expect(outcome.maps).toEqual([[]]);
  });
});
