import { describe, expect, it } from 'vitest';
import { pairsOf } from '../../src/campaign/pairs.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import type { LinuxSetting, Target } from '../../src/targets/target.ts';
import { DEFAULT_LINUX } from '../../src/targets/target.ts';

const emulator = (linux: Partial<LinuxSetting> = {}): Target =>
  createEmulator({ linux: { ...DEFAULT_LINUX, ...linux } });

/** Pairs go by what a target says of itself, not by what it does. */
const kernel = (linux: Partial<LinuxSetting> = {}): Target => {
  const target = emulator(linux);
  return { ...target, info: { ...target.info, engine: target.info.linux.execution } };
};

describe('pairs of targets', () => {
  it.each<[string, readonly Target[], readonly (readonly [number, number])[]]>([
    ['a kernel is compared with its emulator', [emulator(), kernel()], [[0, 1]]],
    [
      'each kernel is compared with the emulator of its own Linux',
      [emulator(), emulator({ release: '6.12' }), kernel(), kernel({ release: '6.12' })],
      [
        [0, 2],
        [1, 3],
      ],
    ],
    [
      'JIT and interpreter have emulators of their own',
      [emulator(), emulator({ execution: 'jit' }), kernel({ execution: 'jit' }), kernel()],
      [
        [1, 2],
        [0, 3],
      ],
    ],
    [
      'an emulator of another Linux than all kernels is compared with each',
      [emulator({ release: '5.10' }), kernel(), kernel({ release: '6.12' })],
      [
        [0, 1],
        [0, 2],
      ],
    ],
    [
      'without an emulator the first kernel is compared with every other',
      [kernel(), kernel({ release: '6.12' }), kernel({ execution: 'jit' })],
      [
        [0, 1],
        [0, 2],
      ],
    ],
    ['a target alone is compared with nothing', [kernel()], []],
  ])('%s', (_fact, targets, pairs) => {
    expect(pairsOf(targets)).toEqual(pairs);
  });
});
