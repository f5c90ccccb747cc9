import { describe, expect, it } from 'vitest';
import { common, featureSets } from '../../src/campaign/common-features.ts';
import type { Features } from '../../src/targets/target.ts';

const features = (
  forms: readonly string[],
  helpers: readonly number[],
  ksyms: readonly string[] = [],
): Features => ({
  progTypes: new Set(['xdp']),
  mapTypes: new Set(['array']),
  forms: new Set(forms),
  helpers: new Map([['xdp', new Set(helpers)]]),
  ksyms: new Map([['xdp', new Set(ksyms)]]),
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

  it('differ by a kernel symbol', () => {
    const named = features(['add64.x'], [1, 2], ['bpf_prog_active']);
    expect(featureSets([OLD, named], [named])).toEqual([OLD, named]);
  });

  it('are given once where kernels are equal', () => {
    expect(featureSets([NEW, NEW], [ALL])).toEqual([NEW]);
  });

  it('are paired runs where one target can do no others', () => {
    const paired: Features = { ...OLD, runs: 'paired' };
    expect(common([paired, NEW]).runs).toBe('paired');
    expect(featureSets([OLD, paired], [ALL])).toEqual([paired, OLD]);
  });

  it('hold no helpers of a prog type that one target lacks', () => {
    const without: Features = { ...OLD, progTypes: new Set(), helpers: new Map() };
    expect(common([OLD, without]).helpers).toEqual(new Map());
  });
});
