import { expect, it } from 'vitest';
import { drawOfClass } from '../../../generators/guide/value-of-class.ts';
import { seededRandom } from '../../../generators/random.ts';
import { VALUE_CLASSES, valueClassOf } from '../../../src/isa/value-class.ts';

it.each([...VALUE_CLASSES.entries()])('every value drawn of class %i is %s', (number) => {
  const random = seededRandom(`class ${number}`);
  for (let n = 0; n < 500; n++) {
    const value = drawOfClass(random, number);
    const halves = [value >> 32n, value & 0xffff_ffffn].map(Number);
    expect(valueClassOf(halves[0], halves[1]), value.toString(16)).toBe(number);
  }
});
