/** Something that Linux does otherwise since some release, and means to. */
export interface Change {
  /** What is so since then, in a sentence. */
  readonly what: string;
  /** The kernel's commit, or file and function with the release that they were read in. */
  readonly source: string;
}

/**
 * What became different from one release to another, by the rule of the emulator that follows it
 * (`targets/emulator/releases.ts`, which says from which release on). Two kernels that disagree as the
 * emulator does with and without one of these rules have found it.
 */
export const CHANGES = {
  callFrames: {
    what: 'Progs may call 16 frames deep instead of 8.',
    source: 'MAX_CALL_FRAMES, include/linux/bpf_verifier.h (7.2)',
  },
  attrBytes: {
    what: '`union bpf_attr` has grown: a command is as long as its fields, with zeros alone behind them.',
    source: 'union bpf_attr, include/uapi/linux/bpf.h',
  },
  commonAttrs: {
    what: 'BPF_COMMON_ATTRS is a flag of any command of bpf(2).',
    source: '__sys_bpf, kernel/bpf/syscall.c (7.2)',
  },
  skBuffBytes: {
    what: '`struct __sk_buff` is 192 bytes long, with `hwtstamp` at its end.',
    source: 'struct __sk_buff, include/uapi/linux/bpf.h (6.1)',
  },
  batchSize: {
    what: '`batch_size` is a field of `bpf_attr.test`.',
    source: 'commit b530e9e1063e, "bpf: Add "live packet" mode for XDP in BPF_PROG_RUN"',
  },
  skbFlags: {
    what: 'BPF_F_TEST_SKB_CHECKSUM_COMPLETE is a flag of a run of an skb.',
    source: 'bpf_prog_test_run_skb, net/bpf/test_run.c (6.12, and 6.1 of Debian)',
  },
  skbIngressIfindex: {
    what: '`ingress_ifindex` may be given to an skb, and is written back.',
    source: 'convert___skb_to_skb, net/bpf/test_run.c (6.1)',
  },
  skbHwtstamp: {
    what: '`hwtstamp` of an skb may be given and read.',
    source: 'convert___skb_to_skb, net/bpf/test_run.c (6.1)',
  },
  skbFrags: {
    what: 'What does not fit into the linear part of an skb goes into frags.',
    source: 'bpf_prog_test_run_skb, net/bpf/test_run.c (7.2)',
  },
  cgroupSkbPointers: {
    what: 'cgroup_skb finds the end of the packet in `data_end` instead of 0.',
    source: 'bpf_prog_test_run_skb, net/bpf/test_run.c (7.2)',
  },
  lwtXmitRoute: {
    what: 'The skb of lwt_xmit has a route, the null entry of IPv6.',
    source: 'bpf_prog_test_run_skb, net/bpf/test_run.c (6.1)',
  },
  seg6localRun: {
    what: 'BPF_PROG_RUN refuses lwt_seg6local.',
    source: 'lwt_seg6local_prog_ops, net/core/filter.c (6.1)',
  },
  xdpRun: {
    what: 'BPF_PROG_RUN of XDP takes a ctx, metadata and frags, and looks at its flags.',
    source: 'bpf_prog_test_run_xdp, net/bpf/test_run.c (6.1); commit b530e9e1063e for live frames',
  },
  xdpMetaMax: {
    what: 'A packet of XDP may have 216 bytes of metadata in front of it instead of 32.',
    source: 'xdp_metalen_invalid, include/net/xdp.h (6.12)',
  },
  xdpPageHeadBytes: {
    what: 'The head of a page of live frames is shorter, which leaves more room for the frame.',
    source: 'struct xdp_page_head, net/bpf/test_run.c (6.12)',
  },
  liveCopyShiftBytes: {
    what: 'A copy of a live frame begins where the frame does.',
    source: 'commit 294635a8165a, "bpf, test_run: fix &xdp_frame misplacement for LIVE_FRAMES"',
  },
  stackPages: {
    what: 'Pages of live frames that went to the stack come back to the page pool.',
    source: 'commit 9c94bbf9a87b, "xdp: recycle Page Pool backed skbs built from XDP frames"',
  },
  redirectForgotten: {
    what: 'Where a redirect leads to is forgotten at each batch instead of at each frame.',
    source:
      'commit 401cb7dae813, "net: Reference bpf_redirect_info via task_struct on PREEMPT_RT."',
  },
  xdpTruncation: {
    what: 'A packet in frags is cut at the end where `data_out` is too short for it.',
    source: 'bpf_test_finish, net/bpf/test_run.c (7.2)',
  },
  jitedMapResultBits: {
    what: 'map_update_elem and map_delete_elem return all 64 bits of an errno to a JITed prog.',
    source: 'commit d7ba4cc900bf, "bpf: return long from bpf_map_ops funcs"',
  },
  bpfLoop: {
    what: 'Insns take the place of a call of bpf_loop, and compare all 64 bits of the count.',
    source: 'commit 1ade23711971, "bpf: Inline calls to bpf_loop when callback is known"',
  },
  flowRetval: {
    what: 'The retval of a flow dissector is what it returned instead of whether that was 0.',
    source: 'bpf_prog_test_run_flow_dissector, net/bpf/test_run.c (6.1)',
  },
  skLookupRemotePort: {
    what: '`remote_port` of `struct bpf_sk_lookup` has 16 bits.',
    source:
      'commit 9a69e2b385f4, "bpf: Make remote_port field in struct bpf_sk_lookup 16-bit wide"',
  },
  modifiedFunctions: {
    what: 'A run with fmod_ret calls a second function, whose result is added.',
    source: 'bpf_prog_test_run_tracing, net/bpf/test_run.c (6.12)',
  },
  structOpsNull: {
    what: 'NULL is refused for a pointer of a struct_ops function that is not marked as nullable.',
    source: 'commit 980ca8ceeae6, "bpf: check bpf_dummy_struct_ops program params for test runs"',
  },
  skLookupBytes: {
    what: '`struct bpf_sk_lookup` is 72 bytes long, with `ingress_ifindex` at its end.',
    source: 'struct bpf_sk_lookup, include/uapi/linux/bpf.h (6.1)',
  },
  lruFreeTarget: {
    what: 'An LRU map frees half of the share of a CPU at once instead of 128 elements.',
    source: 'commit d4adf1c9ee77, "bpf: Adjust free target to avoid global starvation of LRU map"',
  },
  fullTrie: {
    what: 'A full LPM trie takes another value for an element that it has.',
    source: 'commit 532d6b36b2bf, "bpf: Handle in-place update for full LPM trie correctly"',
  },
  tailCallCount: {
    what: 'Tail calls of all frames count together.',
    source: 'commit 116e04ba1459, "bpf, x64: Fix tailcall hierarchy"',
  },
  jitedEmptyTailCall: {
    what: 'A tail call to an empty slot does not count in JITed code.',
    source: 'emit_bpf_tail_call_indirect, arch/x86/net/bpf_jit_comp.c (6.12)',
  },
  interpretedEmptyTailCall: {
    what: 'A tail call to an empty slot does not count in the interpreter.',
    source: '___bpf_prog_run, kernel/bpf/core.c (7.2)',
  },
  commandFlags: {
    what: 'Map commands take BPF_F_CPU and BPF_F_ALL_CPUS.',
    source: 'bpf_map_check_op_flags, include/linux/bpf.h (7.2)',
  },
  lookupAndDelete: {
    what: 'BPF_MAP_LOOKUP_AND_DELETE_ELEM takes hash maps.',
    source: 'map_lookup_and_delete_elem, kernel/bpf/syscall.c (6.1)',
  },
  freeze: {
    what: 'BPF_MAP_FREEZE asks for an fd that may write.',
    source: 'commit c4c84f6fb2c4, "bpf: drop unnecessary bpf_capable() check in BPF_MAP_FREEZE"',
  },
  freezeLocked: {
    what: 'BPF_MAP_FREEZE refuses a map with a spin lock.',
    source: 'commit aa3496accc41, "bpf: Refactor kptr_off_tab into btf_record"',
  },
  batches: {
    what: 'percpu_array, lpm_trie and maps of maps have batches.',
    source: 'generic_map_lookup_batch in kernel/bpf/{arraymap,hashtab,lpm_trie}.c (6.1)',
  },
  ringOverwrite: {
    what: 'A ringbuf may drop its oldest records where it is full, with BPF_F_RB_OVERWRITE.',
    source: 'ringbuf_map_alloc, kernel/bpf/ringbuf.c (7.2)',
  },
  mapFileFlags: {
    what: 'That a map may be neither read nor written is looked at behind all that its type asks.',
    source: 'map_create and map_create_alloc, kernel/bpf/syscall.c (7.2)',
  },
  innerFields: {
    what: 'A map with a spin lock does not take the place of an inner map without one.',
    source: 'bpf_map_meta_equal, kernel/bpf/map_in_map.c (6.1: timer_off, 6.12: btf_record_equal)',
  },
  cpumapBadProg: {
    what: 'A cpumap says what is wrong with the fd of a prog, instead of that memory is short.',
    source: '__cpu_map_entry_alloc, kernel/bpf/cpumap.c (7.2)',
  },
  storageValue: {
    what: 'The storage of a cgroup may be as long as other local storages.',
    source: 'commit 33fe044f6a9e, "bpf: Increase supported cgroup storage value size"',
  },
  hashKeyBytes: {
    what: 'Keys of hash maps may be longer than the stack of a prog.',
    source: 'htab_map_alloc_check, kernel/bpf/hashtab.c (6.1)',
  },
  mapOfMapsUpdate: {
    what: 'An element of a hash map of maps stays the same one when it gets another value.',
    source: 'htab_map_update_elem_in_place, kernel/bpf/hashtab.c (7.2)',
  },
  redirectBroadcast: {
    what: 'redirect_map takes BPF_F_BROADCAST and BPF_F_EXCLUDE_INGRESS.',
    source: 'commit e624d4ed4aa8, "xdp: Extend xdp_redirect_map with broadcast support"',
  },
  skbKernelBytes: {
    what: '`vlan_present` of `struct __sk_buff` is a comparison of 32 bits instead of a bit.',
    source: 'bpf_convert_ctx_access, net/core/filter.c (6.12)',
  },
  vlanClear: {
    what: 'Taking a VLAN tag off an skb forgets what it was as well.',
    source: '__vlan_hwaccel_clear_tag, include/linux/if_vlan.h (6.12)',
  },
  vlanPush: {
    what: 'skb_vlan_push moves the network header with a tag that goes into the packet.',
    source: 'skb_vlan_push, net/core/skbuff.c (6.12)',
  },
  skbSmallHeadBytes: {
    what: 'Small skbs are moved to buffers of a cache of their own.',
    source: 'skb_small_head_cache, net/core/skbuff.c (6.12)',
  },
  changeProtoGso: {
    what: 'skb_change_proto takes an skb with a `gso_size` and no `gso_type`.',
    source: 'bpf_skb_proto_4_to_6, net/core/filter.c (6.1)',
  },
  adjustRoomDecap: {
    what: 'skb_adjust_room knows flags for packets that lose their outer IP header.',
    source: 'BPF_F_ADJ_ROOM_DECAP_L3_MASK, net/core/filter.c (6.12)',
  },
  adjustRoomInnerEthernet: {
    what: 'skb_adjust_room asks for room for an inner Ethernet header that is announced.',
    source: 'bpf_skb_net_grow, net/core/filter.c (6.1)',
  },
  csumDiff: {
    what: 'csum_diff answers 16 bits, of any sizes.',
    source: 'bpf_csum_diff, net/core/filter.c (7.2)',
  },
  checkMtuClears: {
    what: 'check_mtu leaves the MTU alone where it fails.',
    source: 'bpf_xdp_check_mtu, net/core/filter.c (6.12)',
  },
  strtolClears: {
    what: 'strtol and strtoul set their result to 0 before they try.',
    source: 'bpf_strtol, kernel/bpf/helpers.c (6.1 of Debian, 6.12)',
  },
  tunnelNoKey: {
    what: 'skb_set_tunnel_key knows BPF_F_NO_TUNNEL_KEY.',
    source: 'bpf_skb_set_tunnel_key, net/core/filter.c (6.12)',
  },
  tunnelKeyBytes: {
    what: '`struct bpf_tunnel_key` has the local address.',
    source: 'commit 26101f5ab6bd, "bpf: Add source ip in struct bpf_tunnel_key"',
  },
  tunnelFlags: {
    what: 'skb_get_tunnel_key knows BPF_F_TUNINFO_FLAGS.',
    source: 'commit 44c51472bef8, "bpf: Support getting tunnel flags"',
  },
  tunnelOptions: {
    what: 'Options of GTP tunnels are options as well.',
    source: 'TUNNEL_OPTIONS_PRESENT, include/net/ip_tunnels.h (6.1)',
  },
  fibLookupFlags: {
    what: 'fib_lookup knows more flags.',
    source: 'BPF_FIB_LOOKUP_MASK, net/core/filter.c (6.1, 6.12)',
  },
  tstampTypes: {
    what: 'skb_set_tstamp knows three clocks.',
    source: 'bpf_skb_set_tstamp, net/core/filter.c (6.12)',
  },
  xdpFrameBytes: {
    what: '`struct xdp_frame`, which progs leave alone at the beginning of a frame, is longer.',
    source: 'struct xdp_frame, include/net/xdp.h (6.1)',
  },
  xdpAdjustMetaMax: {
    what: 'xdp_adjust_meta makes room for more than 32 bytes.',
    source: 'xdp_metalen_invalid, include/net/xdp.h (6.12)',
  },
  dynptrBits: {
    what: 'Sizes and offsets of dynptrs have 64 bits.',
    source: 'commit 531b87d865eb, "bpf: widen dynptr size/offset to 64 bit"',
  },
  dynptrFlags: {
    what: 'dynptr_write looks at its range before it looks at its flags.',
    source: '__bpf_dynptr_write, kernel/bpf/helpers.c (6.12)',
  },
  printkFormats: {
    what: 'trace_printk takes the formats of all such helpers.',
    source: 'commit d9c9e4db186a, "bpf: Factorize bpf_trace_printk and bpf_seq_printf"',
  },
  lockRefusal: {
    what: 'A map of a type that may not have a spin lock is refused with EOPNOTSUPP.',
    source: 'map_check_btf, kernel/bpf/syscall.c (6.12)',
  },
  kptrOnUpdate: {
    what: 'An object in the value of an array stays when another value is put there.',
    source: 'array_map_update_elem, kernel/bpf/arraymap.c (7.2)',
  },
} as const satisfies Readonly<Record<string, Change>>;

export type ChangedRule = keyof typeof CHANGES;

const PREFIX = 'change:';

/** How findings and summaries name a change, such as `change:tailCallCount`. */
export const changeName = (rule: string): string => PREFIX + rule;

/** The change of such a name, unless it is one of another bpfdiff or none. */
export function changeNamed(name: string): Change | undefined {
  const rule = name.slice(PREFIX.length);
  const isKnown = name.startsWith(PREFIX) && Object.hasOwn(CHANGES, rule);
  return isKnown ? CHANGES[rule as ChangedRule] : undefined;
}
