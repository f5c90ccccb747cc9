import { describe, expect, it, test } from 'vitest';
import { type Case, type MapSpec, PLAIN_RUN } from '../../../../src/case/case.ts';
import { lacksOf } from '../../../../src/targets/kernel/bpftool/lacks.ts';
import { insn, RETURN_0, tinyCase } from '../../../../src/targets/kernel/tiny-case.ts';
import type { TargetInfo } from '../../../../src/targets/target.ts';

const linux = { release: '6.1', pageBytes: 4096, cpus: 2, execution: 'jit' } as const;
const infoOf = (arch: string): TargetInfo => ({
  kernel: '6.1.0',
  engine: 'jit',
  linux: { ...linux, arch, endianness: 'little' },
  build: '',
});
const lacking = (rest: Parameters<typeof tinyCase>[0], arch = 'x86_64') =>
  lacksOf(tinyCase(rest), infoOf(arch));

const DATA = new Uint8Array(14);
const MAP: MapSpec = {
  name: 'm',
  type: 'array',
  keyBytes: 4,
  valueBytes: 4,
  maxEntries: 1,
  flags: 0,
  entries: [],
};
const run = (rest: Partial<Case['runs'][number]>): Partial<Case> => ({
  runs: [{ ...PLAIN_RUN, data: DATA, dataOutBytes: 64, ...rest }],
});

describe('bpftool', () => {
  it('can express a case of one prog and a run with room for what comes out', () => {
    expect(lacking({ maps: [MAP], ...run({ repeat: 3 }) })).toEqual([]);
    expect(lacking(run({ ctx: { sizeBytes: 24, fields: {} }, ctxOutBytes: 24 }))).toEqual([]);
    expect(lacking(run({ data: null, dataOutBytes: null }))).toEqual([]);
  });

  test.each<[string, Parameters<typeof lacking>[0], string]>([
    [
      'a flag of the verifier',
      { progFlags: 4 },
      'progs of type socket_filter, attach type 0, flags 4',
    ],
    [
      'another attach type',
      { progType: 'xdp', expectedAttachType: 3 },
      'progs of type xdp, attach type 3, flags 0',
    ],
    [
      'progs that need BTF',
      { progType: 'struct_ops' },
      'progs of type struct_ops, attach type 0, flags 0',
    ],
    [
      'an index without a map',
      { insns: [insn('lddw.map_by_fd', { imm: 1 }), ...RETURN_0], maps: [MAP] },
      'a map that is not there',
    ],
    [
      'a call out of the prog',
      { insns: [insn('call.local', { imm: 9 }), ...RETURN_0] },
      'subprogs that libbpf would link in another way',
    ],
    ['flags of a run', run({ flags: 1 }), 'flags of a run'],
    ['a CPU', run({ cpu: 1 }), 'the CPU of a run'],
    ['batch_size', run({ batchSize: 1 }), 'batch_size of a run'],
    [
      'no data_out',
      run({ dataOutBytes: null }),
      'data_out without data_in, or data_in without data_out',
    ],
    [
      'a data_out of size 0',
      run({ dataOutBytes: 0 }),
      'data_out without data_in, or data_in without data_out',
    ],
    [
      'data_out alone',
      run({ data: null }),
      'data_out without data_in, or data_in without data_out',
    ],
    [
      'ctx_out alone',
      run({ ctxOutBytes: 24 }),
      'ctx_out without ctx_in, or ctx_in without ctx_out',
    ],
    [
      'large elements',
      {
        maps: [
          {
            ...MAP,
            valueBytes: 4000,
            entries: [{ key: new Uint8Array(4), value: new Uint8Array(4000) }],
          },
        ],
      },
      'map entries of more than 4000 bytes',
    ],
    [
      'much content',
      { maps: [{ ...MAP, valueBytes: 1024, maxEntries: 65_536 }] },
      'an answer of more than 16777216 bytes',
    ],
  ])('has no words for %s', (_, rest, what) => {
    expect(lacking(rest)).toEqual([`bpftool: ${what}`]);
  });

  it('does without BPF_F_ANY_ALIGNMENT where it means nothing', () => {
    expect(lacking({ progFlags: 2 }, 'aarch64')).toEqual([]);
    expect(lacking({ progFlags: 2 }, 'riscv64')).toHaveLength(1);
  });
});
