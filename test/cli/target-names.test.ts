import { describe, expect, it } from 'vitest';
import { parseTargetNames } from '../../src/cli/target-names.ts';

describe('target names', () => {
  it('a kernel without an engine gets its first one', () => {
    expect(parseTargetNames('emulator, uml,debian12')).toEqual([
      { kind: 'emulator', text: 'emulator', release: undefined },
      { kind: 'kernel', text: 'uml', kernel: 'uml', engine: 'interp' },
      { kind: 'kernel', text: 'debian12', kernel: 'debian12', engine: 'jit' },
    ]);
  });

  it('an emulator can be pinned to a release', () => {
    expect(parseTargetNames('emulator@6.12')).toEqual([
      { kind: 'emulator', text: 'emulator@6.12', release: '6.12' },
    ]);
  });

  it.each([
    ['nosuch', /Unknown target "nosuch"; expected one of emulator, .*uml/],
    ['uml:jit', /uml has no engine "jit"; expected interp/],
    ['uml,uml', /uml is named twice/],
    ['', /Unknown target ""/],
    ['toString', /Unknown target "toString"/],
    ['debian12:jit:jit', /Unknown target/],
  ])('"%s" is refused with what was expected', (text, message) => {
    expect(() => parseTargetNames(text)).toThrow(message);
  });
});
