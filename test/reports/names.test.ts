import { expect, it } from 'vitest';
import { errnoText } from '../../src/reports/names.ts';

it.each([
  [0, '0'],
  [1, 'EPERM (1)'],
  [22, 'EINVAL (22)'],
  [95, 'ENOTSUP (95)'],
  [524, 'ENOTSUPP (524)'],
  [4000, '4000'],
  [0xffff_ffff, '4294967295'],
])('errno %i is written %s', (errno, text) => {
  expect(errnoText(errno)).toBe(text);
});
