import { ENOTSUPP, EOPNOTSUPP } from './errno.ts';
import type { KptrOnUpdate } from './maps/values.ts';

/** What BPF_PROG_RUN and the machine do differently from one Linux release to another. */
export interface ReleaseRules {
  /** Frames of bpf-to-bpf calls that may be active at once. */
  readonly callFrames: number;
  /** Bytes of `union bpf_attr`; behind them a command may have zeros alone. */
  readonly attrBytes: number;
  /** BPF_COMMON_ATTRS, a flag of any command of bpf(2). */
  readonly commonAttrs: 'unknown' | 'known';
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
  /**
   * BPF_PROG_RUN of XDP: a buffer in one piece, no ctx, and flags that nobody looks at; or a ctx, frags, and
   * flags, of which there is BPF_F_TEST_XDP_LIVE_FRAMES.
   */
  readonly xdpRun: 'plain' | 'full';
  /** The most metadata in front of an XDP packet, bytes. */
  readonly xdpMetaMax: number;
  /** `sizeof(struct xdp_page_head)`: of 6.1 with a `struct xdp_frame`, which lies in the headroom since. */
  readonly xdpPageHeadBytes: number;
  /**
   * How far before a live frame its copies begin: `struct xdp_frame` was taken to lie before the
   * headroom by `xdpf_clone` alone (commit 294635a8165a, "bpf, test_run: fix &xdp_frame misplacement for
   * LIVE_FRAMES").
   */
  readonly liveCopyShiftBytes: number;
  /** Whether pages of live frames come back from the stack (commit 9c94bbf9a87b, "xdp: recycle Page Pool backed
   * skbs built from XDP frames"). */
  readonly stackPages: 'lost' | 'recycled';
  /**
   * When it is forgotten where a redirect leads to: at each frame, but for the index (`bpf_prog_run_xdp`,
   * include/linux/filter.h 6.1), or with all of `struct bpf_redirect_info` at each batch (commit
   * 401cb7dae813, "net: Reference bpf_redirect_info via task_struct on PREEMPT_RT.").
   */
  readonly redirectForgotten: 'by-frame' | 'by-batch';
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
  /** Flags of map commands: BPF_F_LOCK alone, or also BPF_F_CPU and BPF_F_ALL_CPUS (7.0). */
  readonly commandFlags: 'lock' | 'cpus';
  /** What BPF_MAP_LOOKUP_AND_DELETE_ELEM takes: maps without keys, or also hash maps (5.14). */
  readonly lookupAndDelete: 'keyless' | 'hashes';
  /**
   * What a map is frozen for: once for anybody, or only by an fd that may write (commit c4c84f6fb2c4, "bpf: drop
   * unnecessary bpf_capable() check in BPF_MAP_FREEZE command", 6.4).
   */
  readonly freeze: 'any' | 'writable';
  /** BPF_MAP_FREEZE of a map with a spin lock (commit aa3496accc41, 6.2). */
  readonly freezeLocked: 'done' | 'refused';
  /** Types with batches: the first, or also percpu_array, lpm_trie (5.13) and maps of maps (5.16). */
  readonly batches: 'first' | 'more';
  /** BPF_F_RB_OVERWRITE of a ringbuf, which drops its oldest records where it is full. */
  readonly ringOverwrite: 'unknown' | 'known';
  /** When a map that nobody may read nor write is refused: before its type is asked, or last of all. */
  readonly mapFileFlags: 'first' | 'last';
  /** Whether spin locks and the like must be where they are in the inner map that a map of maps was made with. */
  readonly innerFields: 'ignored' | 'compared';
  /** What a `cpumap` says of a prog's fd that is none: no memory, or what is wrong with it. */
  readonly cpumapBadProg: 'no-memory' | 'told';
  /**
   * How long a storage of a cgroup may be: a page, or as other local storages (commit 33fe044f6a9e, "bpf: Increase
   * supported cgroup storage value size", 5.15).
   */
  readonly storageValue: 'page' | 'local';
  /** How long the key of a hash map may be: as a prog's stack, or anything (5.12 or later). */
  readonly hashKeyBytes: 'stack' | 'any';
  /** An element of a hash map of maps that gets another value: a new one, or the same (6.13 or later). */
  readonly mapOfMapsUpdate: 'replaces' | 'in-place';
  /** BPF_F_BROADCAST and BPF_F_EXCLUDE_INGRESS of `redirect_map` (commit e624d4ed4aa8, 5.14). */
  readonly redirectBroadcast: 'unknown' | 'known';
  /**
   * Bytes that the kernel keeps of fields of `struct __sk_buff`, where not as many as the ctx rule says: `vlan_present` was a bit, and has become a comparison of 32 bits
   * (`bpf_convert_ctx_access`, net/core/filter.c, 6.12).
   */
  readonly skbKernelBytes: Readonly<Record<string, 4>>;
  /** What taking a VLAN tag off an skb forgets: that there is one, or also what it was. */
  readonly vlanClear: 'flag' | 'all';
  /**
   * What `skb_vlan_push` moves with a tag that goes into the packet: the noted length of the Ethernet
   * header, or the network header (net/core/skbuff.c, 6.12).
   */
  readonly vlanPush: 'mac-length' | 'network-header';
  /** Bytes of the buffers that small skbs are moved to (`skb_small_head_cache`); 0 without any. */
  readonly skbSmallHeadBytes: number;
  /** `bpf_skb_change_proto` of an skb with a `gso_size` and no `gso_type`. */
  readonly changeProtoGso: 'refused' | 'taken';
  /** Flags of `bpf_skb_adjust_room` for packets that lose their outer IP header. */
  readonly adjustRoomDecap: 'unknown' | 'known';
  /** Whether `bpf_skb_adjust_room` asks for room for an inner Ethernet header that is announced. */
  readonly adjustRoomInnerEthernet: 'unchecked' | 'checked';
  /**
   * `bpf_csum_diff`: a 32-bit sum of at most 512 bytes, or 16 bits of any sizes (net/core/filter.c,
   * 7.2).
   */
  readonly csumDiff: 'summed' | 'folded';
  /** Whether `bpf_check_mtu` writes an MTU of 0 where it fails. */
  readonly checkMtuClears: 'no' | 'on-failure';
  /** Whether `bpf_strtol` and `bpf_strtoul` set their result to 0 before they try. */
  readonly strtolClears: 'no' | 'first';
  /** BPF_F_NO_TUNNEL_KEY of `bpf_skb_set_tunnel_key`. */
  readonly tunnelNoKey: 'unknown' | 'known';
  /** `sizeof(struct bpf_tunnel_key)`: with the local address (commit 26101f5ab6bd, 6.0), or without. */
  readonly tunnelKeyBytes: 28 | 44;
  /** BPF_F_TUNINFO_FLAGS of `bpf_skb_get_tunnel_key` (commit 44c51472bef8, 6.1). */
  readonly tunnelFlags: 'unknown' | 'known';
  /** `TUNNEL_OPTIONS_PRESENT`: what there are options for, as flags of a tunnel. */
  readonly tunnelOptions: number;
  /** `BPF_FIB_LOOKUP_MASK`, net/core/filter.c. */
  readonly fibLookupFlags: number;
  /** The kinds of time that `bpf_skb_set_tstamp` knows: of delivery, or of three clocks. */
  readonly tstampTypes: 'delivery' | 'clocks';
  /** Bytes of `struct xdp_frame`, which XDP progs leave alone at the beginning of a frame. */
  readonly xdpFrameBytes: number;
  /** The most metadata that `bpf_xdp_adjust_meta` takes. */
  readonly xdpAdjustMetaMax: number;
  /**
   * Width of sizes and offsets of dynptrs (commit 531b87d865eb, "bpf: widen dynptr size/offset to 64
   * bit", 6.19), and whether `dynptr_write` looks at its flags before it looks at its range.
   */
  readonly dynptrBits: 32 | 64;
  readonly dynptrFlags: 'first' | 'last';
  /**
   * Formats of `bpf_trace_printk`: a few without flags and widths, with one `%s` of a short text, or those of all
   * such helpers (commit d9c9e4db186a, "bpf: Factorize bpf_trace_printk and bpf_seq_printf", 5.13).
   */
  readonly printkFormats: 'few' | 'common';
  /** The errno of a map of a type that may not have a spin lock (kernel/bpf/syscall.c, `map_check_btf`). */
  readonly lockRefusal: number;
  /**
   * What becomes of an object in an array's value when another value is put there: bpf_obj_free_fields drops
   * it (6.12), bpf_obj_cancel_fields leaves it (7.2; array_map_update_elem, kernel/bpf/arraymap.c).
   */
  readonly kptrOnUpdate: KptrOnUpdate;
  readonly name: string;
}

/** What may differ, without the release's name. */
export type Differing = Omit<ReleaseRules, 'name'>;

/**
 * One row for each difference: from which release on (the oldest one known to have it) what holds.
 * Sources: net/bpf/test_run.c and kernel/bpf of Debian's 5.10.262, 6.1.192, 6.12.117, 7.2.13.
 */
const DIFFERENCES: { readonly [Name in keyof Differing]: readonly Since<Differing[Name]>[] } = {
  callFrames: [
    ['0', 8],
    ['7.2', 16],
  ],
  attrBytes: [
    ['0', 120],
    ['6.1', 144],
    ['6.12', 152],
    ['6.18', 168],
  ],
  commonAttrs: [
    ['0', 'unknown'],
    ['7.2', 'known'],
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
  xdpRun: [
    ['0', 'plain'],
    ['5.18', 'full'],
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
  commandFlags: [
    ['0', 'lock'],
    ['7.0', 'cpus'],
  ],
  lookupAndDelete: [
    ['0', 'keyless'],
    ['5.14', 'hashes'],
  ],
  freezeLocked: [
    ['0', 'done'],
    ['6.2', 'refused'],
  ],
  freeze: [
    ['0', 'any'],
    ['6.4', 'writable'],
  ],
  batches: [
    ['0', 'first'],
    ['5.16', 'more'],
  ],
  ringOverwrite: [
    ['0', 'unknown'],
    ['6.19', 'known'],
  ],
  mapFileFlags: [
    ['0', 'first'],
    ['6.19', 'last'],
  ],
  innerFields: [
    ['0', 'ignored'],
    ['5.15', 'compared'],
  ],
  cpumapBadProg: [
    ['0', 'no-memory'],
    ['6.13', 'told'],
  ],
  storageValue: [
    ['0', 'page'],
    ['5.15', 'local'],
  ],
  hashKeyBytes: [
    ['0', 'stack'],
    ['5.12', 'any'],
  ],
  mapOfMapsUpdate: [
    ['0', 'replaces'],
    ['6.13', 'in-place'],
  ],
  redirectBroadcast: [
    ['0', 'unknown'],
    ['5.14', 'known'],
  ],
  skbKernelBytes: [
    ['0', {}],
    ['6.2', { vlan_present: 4 }],
  ],
  vlanClear: [
    ['0', 'flag'],
    ['6.2', 'all'],
  ],
  vlanPush: [
    ['0', 'mac-length'],
    ['6.12', 'network-header'],
  ],
  skbSmallHeadBytes: [
    ['0', 0],
    ['6.3', 640],
  ],
  changeProtoGso: [
    ['0', 'refused'],
    ['5.13', 'taken'],
  ],
  adjustRoomDecap: [
    ['0', 'unknown'],
    ['6.3', 'known'],
  ],
  adjustRoomInnerEthernet: [
    ['0', 'unchecked'],
    ['5.13', 'checked'],
  ],
  csumDiff: [
    ['0', 'summed'],
    ['6.13', 'folded'],
  ],
  checkMtuClears: [
    ['0', 'on-failure'],
    ['6.12', 'no'],
  ],
  strtolClears: [
    ['0', 'no'],
    ['6.1', 'first'],
  ],
  tunnelKeyBytes: [
    ['0', 28],
    ['6.0', 44],
  ],
  tunnelFlags: [
    ['0', 'unknown'],
    ['6.1', 'known'],
  ],
  tunnelNoKey: [
    ['0', 'unknown'],
    ['6.2', 'known'],
  ],
  tunnelOptions: [
    ['0', 0x5800],
    ['5.18', 0xd800],
  ],
  fibLookupFlags: [
    ['0', 0x03],
    ['6.1', 0x1f],
    ['6.9', 0x3f],
  ],
  tstampTypes: [
    ['0', 'delivery'],
    ['6.11', 'clocks'],
  ],
  xdpFrameBytes: [
    ['0', 32],
    ['5.18', 40],
  ],
  xdpAdjustMetaMax: [
    ['0', 32],
    ['6.3', 252],
  ],
  dynptrBits: [
    ['0', 32],
    ['6.19', 64],
  ],
  dynptrFlags: [
    ['0', 'first'],
    ['6.4', 'last'],
  ],
  printkFormats: [
    ['0', 'few'],
    ['5.13', 'common'],
  ],
  lockRefusal: [
    ['0', ENOTSUPP],
    ['6.2', EOPNOTSUPP],
  ],
  xdpPageHeadBytes: [
    ['0', 152],
    ['6.3', 112],
  ],
  liveCopyShiftBytes: [
    ['0', 40],
    ['6.3', 0],
  ],
  stackPages: [
    ['0', 'lost'],
    ['6.4', 'recycled'],
  ],
  redirectForgotten: [
    ['0', 'by-frame'],
    ['6.11', 'by-batch'],
  ],
  kptrOnUpdate: [
    ['0', 'dropped'],
    ['7.2', 'kept'],
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

/** The rules that two releases differ in. */
export const rulesThatDiffer = (a: string, b: string): readonly (keyof Differing)[] => {
  const [ofA, ofB] = [releaseRules(a), releaseRules(b)];
  return (Object.keys(DIFFERENCES) as (keyof Differing)[]).filter(
    (name) => JSON.stringify(ofA[name]) !== JSON.stringify(ofB[name]),
  );
};

/** The releases that are the first with another value of a rule. */
export const changedSince = (name: keyof Differing): readonly string[] =>
  DIFFERENCES[name].slice(1).map(([since]) => since);

/** The rules of one release, but for some that are another's. */
export const mixedRules = (
  release: string,
  changed: readonly (keyof Differing)[],
  other: string,
): ReleaseRules => {
  const rules = releaseRules(other);
  const own = Object.fromEntries(changed.map((name) => [name, rules[name]]));
  return { ...releaseRules(release), ...(own as Partial<Differing>) };
};
