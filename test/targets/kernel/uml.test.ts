import { expect, it } from 'vitest';
import { parseCpuList } from '../../../src/targets/kernel/uml.ts';

it.each([
  ['0', [0]],
  ['0-3', [0, 1, 2, 3]],
  ['1,3-4,8', [1, 3, 4, 8]],
  ['', []],
])('the CPU list "%s" is %j', (list, cpus) => {
  expect(parseCpuList(list)).toEqual(cpus);
});
