import { describe, expect, it } from 'vitest';
import { common, featureSets } from '../../src/campaign/common-features.ts';
import type { Features } from '../../src/targets/target.ts';

const features = (forms: readonly string[], helpers: readonly number[]): Features => ({
  progTypes: new Set(['xdp']),
  mapTypes: new Set(['array']),
  forms: new Set(forms),
  helpers: new Map([['xdp', new Set(helpers)]]),
});

const OLD = features(['add64.x'], [1, 2]);
const NEW = features(['add64.x', 'sdiv64.x'], [1, 3]);
const ALL = features(['add64.x', 'sdiv64.x', 'fetch_add.w'], [1, 2, 3, 4]);

describe('features that cases are generated for', () => {
  it('are in common what every target has', () => {
    expect(common([OLD, NEW])).toEqual(features(['add64.x'], [1]));
  });

  it('are those of all targets first, then those of each kernel with the emulators', () => {
    expect(featureSets([OLD, NEW], [ALL])).toEqual([features(['add64.x'], [1]), OLD, NEW]);
  });

  it('are given once where kernels are equal', () => {
    expect(featureSets([NEW, NEW], [ALL])).toEqual([NEW]);
  });

  it('hold no helpers of a prog type that one target lacks', () => {
    const without: Features = { ...OLD, progTypes: new Set(), helpers: new Map() };
    expect(common([OLD, without]).helpers).toEqual(new Map());
  });
});
