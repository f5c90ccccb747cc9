import type { Hello, KernelEngine } from './protocol.ts';

/**
 * The engine that a machine's sysctls choose. A harden of 1 spares those who have CAP_BPF
 * (bpf_jit_blinding_enabled, Linux 6.1).
 */
export function engineOf({
  jitEnable,
  jitHarden,
}: Pick<Hello, 'jitEnable' | 'jitHarden'>): KernelEngine {
  if (jitEnable === undefined || jitEnable === 0) return 'interp';
  return jitHarden === 2 ? 'hardened' : 'jit';
}
