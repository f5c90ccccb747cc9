import { expect, it } from 'vitest';
import { enginesOfConfig } from '../../../../src/targets/kernel/images/engines.ts';

it.each([
  ['CONFIG_BPF_JIT=y\n# CONFIG_BPF_JIT_ALWAYS_ON is not set\n', ['jit', 'interp', 'hardened']],
  ['CONFIG_BPF_JIT=y\nCONFIG_BPF_JIT_ALWAYS_ON=y\n', ['jit', 'hardened']],
  ['# CONFIG_BPF_JIT is not set\n', ['interp']],
  ['CONFIG_BPF_SYSCALL=y\n', ['interp']],
])('a kernel configured with %j has %j', (config, engines) => {
  expect(enginesOfConfig(config)).toEqual(engines);
});
