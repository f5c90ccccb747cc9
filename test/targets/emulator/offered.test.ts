import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROG_TYPES } from '../../../src/case/prog-type.ts';
import { HELPERS, type HelperName } from '../../../src/isa/helpers.ts';
import { offeredAt } from '../../../src/targets/emulator/helpers/offered.ts';
import { openKernels, type TestKernels } from '../../kernels.ts';

/** Kernels, with what releases they are told from others by. */
const KERNELS = { debian11: '5.10', debian12: '6.1', debian13: '6.12', sid: '7.2' } as const;

/** Never tried, as the kernel warns of whoever names it. */
const UNTRIED: ReadonlySet<HelperName> = new Set<HelperName>(['probe_write_user']);

describe('the helpers that kernels offer', () => {
  let opened: TestKernels;
  beforeAll(async () => {
    opened = await openKernels(Object.keys(KERNELS));
  }, 180_000);
  afterAll(() => opened?.close());

  it.each(Object.entries(KERNELS))('of %s, Linux %s, are those of the table', (name, release) => {
    const { features } = opened.kernels.find((kernel) => kernel.name === name)!;
    const differing = PROG_TYPES.filter((type) => features.progTypes.has(type)).flatMap((type) => {
      const probed = [...(features.helpers.get(type) ?? [])].map((id) => HELPERS[id]);
      const table = offeredAt(type, release).filter((each) => !UNTRIED.has(each));
      return [
        ...probed.filter((each) => !table.includes(each)).map((each) => `${type} has ${each}`),
        ...table.filter((each) => !probed.includes(each)).map((each) => `${type} lacks ${each}`),
      ];
    });
    expect(differing).toEqual([]);
  });
});
