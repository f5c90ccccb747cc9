import type { KernelEngine } from '../protocol.ts';

/** The first is the default. */
export const ALL_ENGINES: readonly KernelEngine[] = ['jit', 'interp', 'hardened'];
export const INTERPRETER_ONLY: readonly KernelEngine[] = ['interp'];

/** The engines of a kernel, from its configuration (kernel/bpf/Kconfig, 6.1). */
export function enginesOfConfig(config: string): readonly KernelEngine[] {
  const isSet = (option: string) => new RegExp(`^CONFIG_${option}=y$`, 'm').test(config);
  if (!isSet('BPF_JIT')) return INTERPRETER_ONLY;
  // The interpreter is left out then.
  return isSet('BPF_JIT_ALWAYS_ON') ? ['jit', 'hardened'] : ALL_ENGINES;
}
