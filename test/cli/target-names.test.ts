import { describe, expect, it } from 'vitest';
import { parseTargetNames } from '../../src/cli/target-names.ts';

const NO_CACHE = '/nonexistent';

describe('target names', () => {
  it('a kernel without an engine gets its first one', () => {
    expect(parseTargetNames('emulator, uml,debian12', NO_CACHE)).toEqual([
      { kind: 'emulator', text: 'emulator', release: undefined },
      { kind: 'kernel', text: 'uml', kernel: 'uml', engine: 'interp' },
      { kind: 'kernel', text: 'debian12', kernel: 'debian12', engine: 'jit' },
    ]);
  });

  it('an emulator can be pinned to a release', () => {
    expect(parseTargetNames('emulator@6.12', NO_CACHE)).toEqual([
      { kind: 'emulator', text: 'emulator@6.12', release: '6.12' },
    ]);
  });

  it('kernels of the catalogue are named as their machines are', () => {
    const names = 'debian11,debian13:interp,sid:hardened,sid-arm64,sid-s390x';
    expect(parseTargetNames(names, NO_CACHE)).toMatchObject([
      { kernel: 'debian11', engine: 'jit' },
      { kernel: 'debian13', engine: 'interp' },
      { kernel: 'sid', engine: 'hardened' },
      { kernel: 'sid-arm64', engine: 'jit' },
      { kernel: 'sid-s390x', engine: 'interp' },
    ]);
  });

  it.each([
    ['sid-s390x:jit', /sid-s390x has no engine "jit"; expected interp/],
    ['nosuch', /Unknown target "nosuch"; expected one of emulator, .*uml/],
    ['uml:jit', /uml has no engine "jit"; expected interp/],
    ['uml,uml', /uml is named twice/],
    ['', /Unknown target ""/],
    ['toString', /Unknown target "toString"/],
    ['debian12:jit:jit', /Unknown target/],
  ])('"%s" is refused with what was expected', (text, message) => {
    expect(() => parseTargetNames(text, NO_CACHE)).toThrow(message);
  });
});
