import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/isa/assemble.ts';
import { pointsOf } from '../../src/localise/points.ts';

/** What can be read before an insn, as text. */
function readable(text: string, at: number): string {
  const point = pointsOf(assemble(text)).find(({ insn }) => insn === at);
  const regs = point?.regs.map((reg) => `r${reg}`) ?? [];
  return [...regs, ...(point?.pieces.map(({ offset, size }) => `${offset}:${size}`) ?? [])].join(
    ' ',
  );
}

const READ: readonly (readonly [string, string, number, string])[] = [
  ['a register that is read later', 'r0 = 1\nr0 += 1\nexit', 1, 'r0'],
  ['no register that nobody reads', 'r6 = 1\nr0 = 1\nexit', 1, ''],
  ['no register that nobody has set', 'r0 = 1\nexit', 0, ''],
  [
    'no register that is set on one path only',
    'if r1 == 0 goto a\nr6 = 1\na:\nr0 = 2\nexit',
    2,
    '',
  ],
  [
    'what a function is given and reads',
    'r1 = 1\nr2 = 2\ncall f\nexit\nf:\nr0 = r2\nexit',
    2,
    'r2',
  ],
  ['what a function keeps', 'r6 = 1\ncall f\nr0 = r6\nexit\nf:\nr0 = 0\nexit', 2, 'r6'],
  ['a piece of the stack', '*(u32 *)(r10 -8) = 1\nr0 = 0\nexit', 1, '-8:4'],
  [
    'pieces by their size',
    '*(u64 *)(r10 -8) = 1\n*(u8 *)(r10 -9) = 1\nr0 = 0\nexit',
    2,
    '-8:8 -9:1',
  ],
  [
    'the stack through a copy of r10',
    'r2 = r10\nr2 += -16\n*(u64 *)(r2 +8) = 1\nr0 = 0\nexit',
    3,
    '-8:8',
  ],
  [
    'the stack as far as it is set on all paths',
    'if r1 == 0 goto a\n*(u64 *)(r10 -8) = 1\na:\nr0 = 0\nexit',
    2,
    '',
  ],
  [
    'what a helper has filled',
    'r6 = r1\nr3 = r10\nr3 += -8\nr2 = 0\nr4 = 4\ncall skb_load_bytes#26\nexit',
    6,
    'r0 -8:4',
  ],
];

describe('before an insn', () => {
  it.each(READ)('there can be read %s', (_name, text, at, expected) => {
    expect(readable(text, at)).toBe(expected);
  });

  it('two registers that nobody needs are there to work with', () => {
    const [, point] = pointsOf(assemble('r0 = 1\nr0 += r0\nexit'));
    expect(point.scratch).not.toContain(0);
    expect(point.spills).toBeUndefined();
  });

  it('registers that are needed are kept below all of the stack that is used', () => {
    const sets = Array.from({ length: 10 }, (_, reg) => `r${reg} = ${reg}`);
    const adds = Array.from({ length: 9 }, (_, i) => `r0 += r${i + 1}`);
    const text = [...sets, '*(u64 *)(r10 -24) = r1', ...adds, 'exit'].join('\n');
    const point = pointsOf(assemble(text)).find(({ insn }) => insn === 11)!;
    expect(point.spills).toEqual([-32, -40]);
  });
});
