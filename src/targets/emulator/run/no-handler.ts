import type { ProgType } from '../../../case/prog-type.ts';
import { ENOTSUPP } from '../errno.ts';
import { failed } from './answer.ts';
import type { RunRule } from './rules.ts';

/**
 * Prog types whose `struct bpf_prog_ops` has no `test_run`, as far as they can be loaded without the
 * BTF id of what they attach to.
 */
export const NO_HANDLER_TYPES: readonly ProgType[] = [
  ...(['kprobe', 'tracepoint', 'perf_event', 'cgroup_sock', 'sock_ops', 'sk_skb'] as const),
  ...(['cgroup_device', 'sk_msg', 'cgroup_sock_addr', 'lirc_mode2', 'sk_reuseport'] as const),
  ...(['cgroup_sysctl', 'raw_tracepoint_writable', 'cgroup_sockopt'] as const),
];

/** `bpf_prog_test_run`, kernel/bpf/syscall.c 6.1: the answer is ENOTSUPP, and no prog runs. */
export const NO_HANDLER: RunRule = {
  helpers: new Set(),
  ctx: {
    layout: {
      struct: 'none',
      sizeBytes: 0,
      fields: [],
      tail: { name: 'tail', offset: 0, sizeBytes: 8 },
    },
    kernelBytes: {},
    stores: {},
    writeBack: [],
  },
  run: (_, run) => failed(run, ENOTSUPP),
  unsupported: () => [],
};
