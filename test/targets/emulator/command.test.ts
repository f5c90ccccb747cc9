import { describe, expect, it } from 'vitest';
import type { AttrOverrides } from '../../../src/case/attr.ts';
import type { Case, Run } from '../../../src/case/case.ts';
import type { LinuxSetting, RunOutcome } from '../../../src/targets/target.ts';
import { caseOf, FRAME, hex, LINUX, oneRun, run } from './driver.ts';

const CAME_IN = 0xfeed;
const PROG = 'r0 = 7\nexit';

interface Asked {
  readonly run?: Partial<Run>;
  readonly over?: Partial<Case>;
  readonly linux?: Partial<LinuxSetting>;
}

const outcomeOf = (attr: AttrOverrides, { run: more, over, linux }: Asked = {}) =>
  oneRun(caseOf(PROG, { runs: [run({ ...more, attr: { retval: CAME_IN, ...attr } })], ...over }), {
    linux: { ...LINUX, ...linux },
  });

/** kernel/bpf/syscall.c, `__sys_bpf` and `bpf_prog_test_run`; all of them observed. */
const COMMON: readonly (readonly [attr: AttrOverrides, errno: number, asked?: Asked])[] = [
  [{}, 0],
  [{ prog_fd: 'closed' }, 9],
  [{ prog_fd: 'map' }, 22],
  [{ prog_fd: 'file' }, 22],
  [{ attr: 'null' }, 14],
  [{ attr: 'unmapped' }, 14],
  [{ attr: 'unmapped', size: 4097 }, 7],
  [{ attr: 'null', size: 0 }, 22],
  [{ size: 4096 }, 0],
  [{ size: 4097 }, 7],
  [{ size: 4097 }, 0, { linux: { pageBytes: 65_536 } }],
  [{ size: 96, nonzero_at: 76 }, 22],
  [{ size: 76, nonzero_at: 76 }, 0],
  [{ size: 120, nonzero_at: 119 }, 22, { linux: { release: '5.10' } }],
  [{ size: 121, nonzero_at: 120 }, 7, { linux: { release: '5.10' } }],
  [{ size: 121, nonzero_at: 120 }, 22],
  [{ size: 145, nonzero_at: 144 }, 7],
  [{ size: 152, nonzero_at: 151 }, 22, { linux: { release: '6.12' } }],
  [{ size: 169, nonzero_at: 168 }, 7, { linux: { release: '7.2' } }],
  [{ prog_fd: 'closed', size: 145, nonzero_at: 144 }, 7],
  [{ prog_fd: 'closed', size: 100, nonzero_at: 90 }, 22],
  [{ prog_fd: 'closed', ctx_in: 'null' }, 22, { run: { ctx: { sizeBytes: 8, fields: {} } } }],
  [{ ctx_in: 'unmapped' }, 22],
  [{ ctx_out: 'unmapped' }, 22],
  [{ ctx_size_in: 8 }, 22],
  [{ size: 3 }, 22],
  [{ cmd: 'unknown', prog_fd: 'closed' }, 22],
  [{ cmd: 'common' }, 22],
  [{ cmd: 'common' }, 0, { linux: { release: '7.2' } }],
  [{ cmd: 'unknown', size: 4097 }, 7],
  [{ size: 3, prog_fd: 'closed' }, 9],
];

describe('a command', () => {
  it.each(
    COMMON.map(([attr, errno, asked]) => ({ attr, errno, asked })),
  )('with $attr ends with errno $errno', async ({ attr, errno, asked }) => {
    expect((await outcomeOf(attr, asked)).errno).toBe(errno);
  });

  it('of four bytes names its prog, unless the machine is big-endian', async () => {
    const over = { progType: 'raw_tracepoint' } as const;
    expect((await outcomeOf({ size: 1 }, { over })).retval).toBe(7);
    const big = { endianness: 'big', arch: 's390x' } as const;
    expect((await outcomeOf({ size: 3 }, { over, linux: big })).errno).toBe(22);
    expect((await outcomeOf({ size: 4 }, { over, linux: big })).retval).toBe(7);
  });

  it('refuses a duration of types that take none', async () => {
    for (const progType of ['raw_tracepoint', 'syscall'] as const) {
      const asked = { over: { progType }, run: { data: null, repeat: 0 } };
      expect((await outcomeOf({ duration: 1 }, asked)).errno).toBe(22);
      expect((await outcomeOf({ data_size_in: 9, data_size_out: 9 }, asked)).errno).toBe(0);
    }
    expect((await outcomeOf({ duration: 1 })).errno).toBe(0);
  });

  it('whose data_in has more bytes than there are is read on in zeros', async () => {
    const { dataOut } = await outcomeOf({ data_size_in: 66 }, { run: { dataOutBytes: 80 } });
    expect(dataOut.length).toBe(66);
    const { errno } = await outcomeOf({ data_size_in: 0xffff_ffff });
    expect(errno).toBe(22);
    const newer = { linux: { release: '7.2' } };
    expect((await outcomeOf({ data_size_in: 0xffff_ffff }, newer)).errno).toBe(12);
  });
});

type Written = Pick<RunOutcome, 'errno' | 'retval' | 'dataSizeOut' | 'ctxSizeOut'>;

/** What is there before a command that ends with this errno has written all. */
const FAULTS: readonly (readonly [attr: AttrOverrides, told: Written, out: number])[] = [
  [{ data_in: 'unmapped' }, { errno: 14, retval: CAME_IN, dataSizeOut: 64, ctxSizeOut: 192 }, 0],
  [{ ctx_in: 'unmapped' }, { errno: 14, retval: CAME_IN, dataSizeOut: 64, ctxSizeOut: 192 }, 0],
  [{ data_out: 'read_only' }, { errno: 14, retval: CAME_IN, dataSizeOut: 64, ctxSizeOut: 192 }, 0],
  [{ attr: 'read_only' }, { errno: 14, retval: CAME_IN, dataSizeOut: 64, ctxSizeOut: 192 }, 14],
  [
    { attr: 'read_only_front' },
    { errno: 14, retval: CAME_IN, dataSizeOut: 64, ctxSizeOut: 192 },
    14,
  ],
  [{ attr: 'read_only_back' }, { errno: 14, retval: 7, dataSizeOut: 64, ctxSizeOut: 192 }, 14],
  [{ ctx_out: 'unmapped' }, { errno: 14, retval: 7, dataSizeOut: 64, ctxSizeOut: 192 }, 14],
  [{ attr: 'read_only_end' }, { errno: 14, retval: 7, dataSizeOut: 64, ctxSizeOut: 192 }, 14],
  [
    { attr: 'read_only_front', data_size_out: 20 },
    { errno: 28, retval: CAME_IN, dataSizeOut: 64, ctxSizeOut: 192 },
    14,
  ],
  [
    { data_out: 'unmapped', data_size_out: 20 },
    { errno: 28, retval: CAME_IN, dataSizeOut: 20, ctxSizeOut: 192 },
    0,
  ],
  [
    { ctx_out: 'read_only', ctx_size_out: 20 },
    { errno: 28, retval: 7, dataSizeOut: 64, ctxSizeOut: 20 },
    14,
  ],
];

it.each(FAULTS)('a run with %o has written %o', async (attr, told, out) => {
  const asked = {
    over: { progType: 'sched_cls' } as const,
    run: {
      data: FRAME,
      ctx: { sizeBytes: 192, fields: {} },
      dataOutBytes: 64,
      ctxOutBytes: 192,
    },
  };
  const { errno, retval, dataSizeOut, ctxSizeOut, dataOut } = await outcomeOf(attr, asked);
  expect({ errno, retval, dataSizeOut, ctxSizeOut }).toEqual(told);
  expect(hex(dataOut)).toBe(hex(FRAME.subarray(0, out)));
});

describe('a syscall prog', () => {
  const asked = {
    over: { progType: 'syscall' } as const,
    run: { data: null, repeat: 0, ctx: { sizeBytes: 8, fields: {} } },
  };

  it('has its retval written before its ctx', async () => {
    expect(await outcomeOf({ ctx_in: 'read_only' }, asked)).toMatchObject({ errno: 14, retval: 7 });
    expect(await outcomeOf({ attr: 'read_only' }, asked)).toMatchObject({
      errno: 14,
      retval: CAME_IN,
    });
  });
});
