/** What BPF_PROG_RUN and the machine do differently from one Linux release to another. */
export interface ReleaseRules {
  /** Frames of bpf-to-bpf calls that may be active at once. */
  readonly callFrames: number;
  /** Bytes of `struct __sk_buff`. */
  readonly skBuffBytes: number;
  /** Whether `batch_size` is a field of `bpf_attr.test`. */
  readonly batchSize: 'unknown' | 'known';
  /** Flags of a run of an skb type: none, or BPF_F_TEST_SKB_CHECKSUM_COMPLETE. */
  readonly skbFlags: number;
  /** Whether `ingress_ifindex` may be given to an skb, and is written back. */
  readonly skbIngressIfindex: 'refused' | 'kept';
  /** `hwtstamp` is in `struct __sk_buff`. */
  readonly skbHwtstamp: 'absent' | 'kept';
  /** What does not fit into the linear part of an skb. */
  readonly skbFrags: 'refused' | 'nonlinear';
  /** What cgroup_skb finds in `data_end`: 0, or the end of the packet. */
  readonly cgroupSkbPointers: 'zero' | 'computed';
  /** The route that lwt_xmit is given. */
  readonly lwtXmitRoute: 'none' | 'ipv6';
  /** BPF_PROG_RUN of lwt_seg6local. */
  readonly seg6localRun: 'taken' | 'refused';
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
  /** `retval` of a flow dissector: whether it returned 0, or what it returned. */
  readonly flowRetval: 'whether-ok' | 'returned';
  /**
   * `remote_port` of `struct bpf_sk_lookup`: 32 bits, of which too many are refused, or (commit
   * 9a69e2b385f4, "bpf: Make remote_port field in struct bpf_sk_lookup 16-bit wide") 16 and a pad.
   */
  readonly skLookupRemotePort: 'u32' | 'be16';
  /** The functions that a run with `fmod_ret` calls. */
  readonly modifiedFunctions: readonly string[];
  /**
   * NULL for a pointer of a struct_ops function that is not marked as nullable (commit 980ca8ceeae6,
   * "bpf: check bpf_dummy_struct_ops program params for test runs").
   */
  readonly structOpsNull: 'passed' | 'refused';
  /** Bytes of `struct bpf_sk_lookup`. */
  readonly skLookupBytes: number;
  /**
   * How many elements an LRU map frees at once: 128, or half of what a CPU's share is (commit
   * d4adf1c9ee77, "bpf: Adjust free target to avoid global starvation of LRU map", 6.16, and 6.12.36).
   */
  readonly lruFreeTarget: 'fixed' | 'by-size';
  /**
   * What a full LPM trie refuses: also what would take the place of an element, or only new ones
   * (commit 532d6b36b2bf, "bpf: Handle in-place update for full LPM trie correctly", 6.13 and stable).
   */
  readonly fullTrie: 'refuses-all' | 'refuses-new';
  /**
   * Whether tail calls of all frames count together. A JITed subprog had a count of its own, which it
   * began with its caller's (commit 116e04ba1459, "bpf, x64: Fix tailcall hierarchy").
   */
  readonly tailCallCount: 'by-frame' | 'shared';
  /** Whether a tail call to an empty slot counts, in JITed code and in the interpreter. */
  readonly jitedEmptyTailCall: 'counts' | 'free';
  readonly interpretedEmptyTailCall: 'counts' | 'free';
  /** BPF_F_BROADCAST and BPF_F_EXCLUDE_INGRESS of `redirect_map` (commit e624d4ed4aa8, 5.14). */
  readonly redirectBroadcast: 'unknown' | 'known';
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
  cgroupSkbPointers: [
    ['0', 'zero'],
    ['6.18', 'computed'],
  ],
  lwtXmitRoute: [
    ['0', 'none'],
    ['6.1', 'ipv6'],
  ],
  seg6localRun: [
    ['0', 'taken'],
    ['6.1', 'refused'],
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
  flowRetval: [
    ['0', 'whether-ok'],
    ['5.16', 'returned'],
  ],
  skLookupRemotePort: [
    ['0', 'u32'],
    ['5.18', 'be16'],
  ],
  skLookupBytes: [
    ['0', 64],
    ['5.17', 72],
  ],
  modifiedFunctions: [
    ['0', ['bpf_modify_return_test']],
    ['6.12', ['bpf_modify_return_test', 'bpf_modify_return_test2']],
  ],
  structOpsNull: [
    ['0', 'passed'],
    ['6.11', 'refused'],
  ],
  lruFreeTarget: [
    ['0', 'fixed'],
    ['6.12', 'by-size'],
  ],
  fullTrie: [
    ['0', 'refuses-all'],
    ['6.1', 'refuses-new'],
  ],
  tailCallCount: [
    ['0', 'by-frame'],
    ['6.12', 'shared'],
  ],
  jitedEmptyTailCall: [
    ['0', 'counts'],
    ['6.12', 'free'],
  ],
  interpretedEmptyTailCall: [
    ['0', 'counts'],
    ['6.19', 'free'],
  ],
  redirectBroadcast: [
    ['0', 'unknown'],
    ['5.14', 'known'],
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
