import { describe, expect, it, test } from 'vitest';
import { assemble } from '../../../../src/isa/assemble.ts';
import { progParts } from '../../../../src/targets/kernel/bpftool/subprogs.ts';
import { insn, RETURN_0 } from '../../../../src/targets/kernel/tiny-case.ts';

/** For each part, how many insns it has, and which insn calls which part. */
const shapeOf = (text: string) =>
  progParts(assemble(text))?.map(({ insns, callees }) => [insns.length, [...callees]]);

const call = (imm: number) => insn('call.local', { imm });

describe('a prog', () => {
  it('without calls is one part', () => {
    expect(shapeOf('r0 = 1 ll\nexit')).toEqual([[2, []]]);
  });

  it('is cut where its calls go', () => {
    const text = 'call A\ncall B\nexit\nB:\nr0 = 1 ll\ncall A\nexit\nA:\nr0 = 0\nexit';
    expect(shapeOf(text)).toEqual([
      [
        3,
        [
          [0, 2],
          [1, 1],
        ],
      ],
      [3, [[1, 2]]],
      [2, []],
    ]);
  });

  test.each([
    ['out of it', [call(5), ...RETURN_0]],
    ['before it', [call(-3), ...RETURN_0]],
    ['into the midst of an insn', [call(2), insn('exit'), insn('lddw.imm'), insn('exit')]],
    ['to its beginning', [insn('mov64.k'), call(-2), insn('exit')]],
    ['from a subprog that nothing else calls', [...RETURN_0, call(-1), insn('exit')]],
  ])('with a call %s can not be cut', (_, insns) => {
    expect(progParts(insns)).toBeUndefined();
  });
});
