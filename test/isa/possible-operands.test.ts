import { describe, expect, it } from 'vitest';
import { FORMS } from '../../src/isa/forms.ts';
import { possibleOperands } from '../../src/isa/possible-operands.ts';
import { VALUE_CLASSES } from '../../src/isa/value-class.ts';

const ALL = possibleOperands();
const of = (name: string, way?: string) =>
  ALL.find((possible) => possible.form.name === name && possible.way === way)!;

describe('the classes that values can be of', () => {
  it('are told of every form, and of jumps by where they go', () => {
    const jumps = FORMS.filter(({ kind }) => kind === 'jump');
    expect(ALL).toHaveLength(FORMS.length + jumps.length);
  });

  it.each([
    ['add64.x', undefined, 16, 16],
    ['add64.k', undefined, 16, 8],
    ['lsh32.k', undefined, 16, 3],
    ['div64.k', undefined, 16, 7],
    ['mov64.x', undefined, undefined, 16],
    ['neg64', undefined, 16, undefined],
    ['ldxb', undefined, undefined, 4],
    ['ldxsw', undefined, undefined, 8],
    ['ldxdw', undefined, undefined, 16],
    ['add.w', undefined, 8, 16],
    ['exit', undefined, undefined, undefined],
    ['jgt64.x', 'taken', 15, 15],
    ['jset64.x', 'taken', 15, 15],
    ['jset32.x', 'taken', 13, 13],
    ['jeq64.k', 'taken', 8, 8],
    ['jeq64.k', 'not taken', 16, 8],
  ])('of %s %j are %j and %j', (name, way, first, second) => {
    expect([of(name, way).first?.size, of(name, way).second?.size]).toEqual([first, second]);
  });

  it('are none that nothing is above', () => {
    expect(VALUE_CLASSES.filter((name) => !of('jgt64.x', 'taken').second!.has(name))).toEqual([
      '-1',
    ]);
    expect(VALUE_CLASSES.filter((name) => !of('jsgt64.x', 'taken').first!.has(name))).toEqual([
      's64 min',
    ]);
  });
});
