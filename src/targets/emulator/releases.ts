/** What BPF_PROG_RUN and the machine do differently from one Linux release to another. */
export interface ReleaseRules {
  /** Frames of bpf-to-bpf calls that may be active at once. */
  readonly callFrames: number;
  /** Bytes of `struct __sk_buff`. */
  readonly skBuffBytes: number;
  /** Whether `batch_size` is a field of `bpf_attr.test`. */
  readonly batchSize: 'unknown' | 'known';
  /** Flags of a run of an skb type: none, or BPF_F_TEST_SKB_CHECKSUM_COMPLETE (not emulated). */
  readonly skbFlags: number;
  /** Whether `ingress_ifindex` may be given to an skb, and is written back. */
  readonly skbIngressIfindex: 'refused' | 'kept';
  /** `hwtstamp` is in `struct __sk_buff`. */
  readonly skbHwtstamp: 'absent' | 'kept';
  /** What does not fit into the linear part of an skb. */
  readonly skbFrags: 'refused' | 'nonlinear';
  /** BPF_PROG_RUN of XDP: a buffer in one piece and no ctx, or a ctx and frags. */
  readonly xdpCtx: 'refused' | 'taken';
  /** Flags of an XDP run: ignored, or only BPF_F_TEST_XDP_LIVE_FRAMES (not emulated). */
  readonly xdpFlags: 'ignored' | 'checked';
  /** The most metadata in front of an XDP packet, bytes. */
  readonly xdpMetaMax: number;
  /** How a multi-buffer packet goes into a `data_out` that is too short for it. */
  readonly xdpTruncation: 'frags-first' | 'in-order';
  /**
   * Width of what `map_update_elem` and `map_delete_elem` return to a JITed prog, which calls the
   * map's own function: that returned an `int`, whose upper half is not extended, up to 6.3 (commit
   * d7ba4cc900bf, "bpf: return long from bpf_map_ops funcs").
   */
  readonly jitedMapResultBits: 32 | 64;
  /**
   * `bpf_loop` without flags: a function that takes a u32, or (commit 1ade23711971, "bpf: Inline calls
   * to bpf_loop when callback is known") insns in its place, which compare all 64 bits and answer what
   * is too much by `w0 = -E2BIG`.
   */
  readonly bpfLoop: 'called' | 'inlined';
  readonly name: string;
}

type Differing = Omit<ReleaseRules, 'name'>;

/**
 * One row for each difference: from which release on (the oldest one known to have it) what holds.
 * Sources: net/bpf/test_run.c and kernel/bpf of Debian's 5.10.262, 6.1.192, 6.12.117, 7.2.13.
 */
const DIFFERENCES: { readonly [Name in keyof Differing]: readonly Since<Differing[Name]>[] } = {
  callFrames: [
    ['0', 8],
    ['7.2', 16],
  ],
  skBuffBytes: [
    ['0', 184],
    ['5.16', 192],
  ],
  batchSize: [
    ['0', 'unknown'],
    ['5.18', 'known'],
  ],
  skbFlags: [
    ['0', 0],
    ['6.1', 4],
  ],
  skbIngressIfindex: [
    ['0', 'refused'],
    ['6.1', 'kept'],
  ],
  skbHwtstamp: [
    ['0', 'absent'],
    ['5.16', 'kept'],
  ],
  skbFrags: [
    ['0', 'refused'],
    ['7.2', 'nonlinear'],
  ],
  xdpCtx: [
    ['0', 'refused'],
    ['5.18', 'taken'],
  ],
  xdpFlags: [
    ['0', 'ignored'],
    ['5.18', 'checked'],
  ],
  xdpMetaMax: [
    ['0', 32],
    ['6.12', 216],
  ],
  jitedMapResultBits: [
    ['0', 32],
    ['6.4', 64],
  ],
  bpfLoop: [
    ['0', 'called'],
    ['6.0', 'inlined'],
  ],
  xdpTruncation: [
    ['0', 'frags-first'],
    ['7.2', 'in-order'],
  ],
};

type Since<Value> = readonly [release: string, value: Value];

/** The rules of a release such as `6.1`; a release between two rows follows the older one. */
export function releaseRules(release: string): ReleaseRules {
  const entries = Object.entries(DIFFERENCES).map(([name, rows]) => {
    const value = (rows as readonly Since<unknown>[]).findLast(([since]) =>
      atLeast(release, since),
    );
    return [name, value![1]];
  });
  return { ...(Object.fromEntries(entries) as unknown as Differing), name: release };
}

function atLeast(release: string, since: string): boolean {
  const [major, minor] = numbers(release);
  const [sinceMajor, sinceMinor] = numbers(since);
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}

const numbers = (release: string): [number, number] => {
  const [major, minor] = release.split('.').map((part) => Number.parseInt(part, 10) || 0);
  return [major, minor ?? 0];
};
