import { describe, expect, it, test } from 'vitest';
import { errnoOfLoad, errnoOfMessage } from '../../../../src/targets/kernel/bpftool/errno-text.ts';

describe("the errno of bpftool's message", () => {
  test.each([
    ['map create failed: Invalid argument', 22],
    ['update failed: Argument list too long', 7],
    ['failed to run program: No space left on device', 28],
    ['failed to run program: Unknown error 524', 524],
    ["unrecognized map type: map: it's new", undefined],
    ['failed to load object file', undefined],
    ['', undefined],
  ])('%s is %s', (message, errno) => {
    expect(errnoOfMessage(message)).toBe(errno);
  });
});

describe('the errno of a prog that was refused', () => {
  test.each([
    ["libbpf: prog 'prog': failed to load: -13", 13],
    ["libbpf: prog 'prog': failed to load: -EACCES", 13],
    ["libbpf: prog 'prog': failed to load: -ENOTSUPP", 524],
    ['libbpf: load bpf program failed: Permission denied', 13],
    ['libbpf: failed to open object', undefined],
  ])('%s is %s', (line, errno) => {
    expect(errnoOfLoad(`libbpf: something\n${line}\nlibbpf: failed to load object 'x'\n`)).toBe(
      errno,
    );
  });

  it('is that of the last prog', () => {
    const stderr = "libbpf: prog 'a': failed to load: -1\nlibbpf: prog 'b': failed to load: -22\n";
    expect(errnoOfLoad(stderr)).toBe(22);
  });
});
