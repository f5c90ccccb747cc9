import { type HelperName, helperId } from '../../../isa/helpers.ts';
import { checkMtu } from './check-mtu.ts';
import { csumDiff, csumLevel, csumUpdate, l3CsumReplace, l4CsumReplace } from './checksum.ts';
import {
  dynptrData,
  dynptrFromMem,
  dynptrRead,
  dynptrWrite,
  ringbufDiscardDynptr,
  ringbufReserveDynptr,
  ringbufSubmitDynptr,
} from './dynptr.ts';
import {
  getCurrentComm,
  getCurrentPidTgid,
  getNsCurrentPidTgid,
  getPrandomU32,
  getSmpProcessorId,
  ktimeGetNs,
  someCookie,
  zero,
} from './environment.ts';
import { fibLookup } from './fib-lookup.ts';
import type { Helper } from './helper.ts';
import { kallsymsLookupName, snprintfBtf } from './kernel-names.ts';
import { kptrXchg } from './kptr.ts';
import { getCurrentTaskBtf, localStorageDelete, localStorageGet } from './local-storage.ts';
import { loop } from './loop.ts';
import { lwtPushEncap } from './lwt-push-encap.ts';
import { mapDeleteElem, mapLookupElem, mapLookupPercpuElem, mapUpdateElem } from './maps.ts';
import { perCpuPtr, thisCpuPtr } from './per-cpu.ts';
import { perfEventOutput } from './perf-event-output.ts';
import {
  probeRead,
  probeReadKernel,
  probeReadKernelStr,
  probeReadStr,
  probeReadUser,
} from './probe-read.ts';
import { cloneRedirect, redirect, redirectNeigh, redirectPeer } from './redirect.ts';
import { redirectMap } from './redirect-map.ts';
import {
  ringbufDiscard,
  ringbufOutput,
  ringbufQuery,
  ringbufReserve,
  ringbufSubmit,
} from './ring.ts';
import { mapPeekElem, mapPopElem, mapPushElem } from './sequence.ts';
import { skbLoadBytes, skbLoadBytesRelative, skbStoreBytes } from './skb.ts';
import {
  skbAdjustRoom,
  skbChangeHead,
  skbChangeProto,
  skbChangeTail,
  skbChangeType,
  skbPullData,
} from './skb-edit.ts';
import {
  getHashRecalc,
  setHash,
  setHashInvalid,
  skbEcnSetCe,
  skbSetTstamp,
  zeroOfSkb,
} from './skb-fields.ts';
import { skbVlanPop, skbVlanPush } from './skb-vlan.ts';
import {
  ancestorCgroupId,
  currentAncestorCgroupId,
  currentCgroupId,
  currentTaskUnderCgroup,
  noSocket,
  otherSocket,
  rawCheckSyncookieIpv4,
  rawCheckSyncookieIpv6,
  rawGenSyncookieIpv4,
  rawGenSyncookieIpv6,
  skAssign,
  skbCgroupId,
  skbUnderCgroup,
  skCgroupId,
  skFullsock,
  socketSyncookie,
} from './sockets.ts';
import { spinLock } from './spin-lock.ts';
import { getLocalStorage } from './storage.ts';
import { snprintf, strncmp } from './strings.ts';
import { strtol, strtoul } from './strtol.ts';
import { tracePrintk, traceVprintk } from './trace-printk.ts';
import { getAttachCookie, getFuncArg, getFuncArgCnt, getFuncRet } from './tracing.ts';
import {
  skbGetTunnelKey,
  skbGetTunnelOpt,
  skbGetXfrmState,
  skbSetTunnelKey,
  skbSetTunnelOpt,
} from './tunnel.ts';
import { userRingbufDrain } from './user-ring.ts';
import { forEachMapElem } from './walk.ts';
import {
  xdpAdjustHead,
  xdpAdjustMeta,
  xdpAdjustTail,
  xdpGetBuffLen,
  xdpLoadBytes,
  xdpStoreBytes,
} from './xdp.ts';

const BY_NAME: Partial<Record<HelperName, Helper>> = {
  map_lookup_elem: mapLookupElem,
  map_update_elem: mapUpdateElem,
  map_delete_elem: mapDeleteElem,
  ktime_get_ns: ktimeGetNs,
  trace_printk: tracePrintk,
  get_prandom_u32: getPrandomU32,
  get_smp_processor_id: getSmpProcessorId,
  skb_store_bytes: skbStoreBytes,
  skb_load_bytes: skbLoadBytes,
  sk_fullsock: skFullsock,
  per_cpu_ptr: perCpuPtr,
  this_cpu_ptr: thisCpuPtr,
  loop,
  map_push_elem: mapPushElem,
  map_pop_elem: mapPopElem,
  map_peek_elem: mapPeekElem,
  map_lookup_percpu_elem: mapLookupPercpuElem,
  for_each_map_elem: forEachMapElem,
  perf_event_output: perfEventOutput,
  redirect_map: redirectMap,
  get_local_storage: getLocalStorage,
  ringbuf_output: ringbufOutput,
  ringbuf_reserve: ringbufReserve,
  ringbuf_submit: ringbufSubmit,
  ringbuf_discard: ringbufDiscard,
  ringbuf_query: ringbufQuery,
  user_ringbuf_drain: userRingbufDrain,
  get_current_task_btf: getCurrentTaskBtf,
  sk_storage_get: localStorageGet,
  sk_storage_delete: localStorageDelete,
  task_storage_get: localStorageGet,
  task_storage_delete: localStorageDelete,
  kallsyms_lookup_name: kallsymsLookupName,
  snprintf_btf: snprintfBtf,
  ktime_get_boot_ns: ktimeGetNs,
  ktime_get_coarse_ns: ktimeGetNs,
  ktime_get_tai_ns: ktimeGetNs,
  jiffies64: ktimeGetNs,
  get_numa_node_id: zero,
  get_current_pid_tgid: getCurrentPidTgid,
  get_current_uid_gid: zero,
  get_current_comm: getCurrentComm,
  probe_read_kernel: probeReadKernel,
  probe_read_kernel_str: probeReadKernelStr,
  probe_read_user: probeReadUser,
  probe_read_user_str: probeReadUser,
  strtol,
  strtoul,
  csum_diff: csumDiff,
  csum_update: csumUpdate,
  csum_level: csumLevel,
  l3_csum_replace: l3CsumReplace,
  l4_csum_replace: l4CsumReplace,
  skb_load_bytes_relative: skbLoadBytesRelative,
  skb_pull_data: skbPullData,
  skb_change_tail: skbChangeTail,
  skb_change_head: skbChangeHead,
  skb_change_proto: skbChangeProto,
  skb_change_type: skbChangeType,
  skb_adjust_room: skbAdjustRoom,
  skb_vlan_push: skbVlanPush,
  skb_vlan_pop: skbVlanPop,
  set_hash: setHash,
  set_hash_invalid: setHashInvalid,
  get_hash_recalc: getHashRecalc,
  skb_ecn_set_ce: skbEcnSetCe,
  get_cgroup_classid: zero,
  skb_cgroup_classid: zeroOfSkb,
  get_route_realm: zeroOfSkb,
  redirect,
  redirect_peer: redirectPeer,
  redirect_neigh: redirectNeigh,
  clone_redirect: cloneRedirect,
  check_mtu: checkMtu,
  xdp_adjust_head: xdpAdjustHead,
  xdp_adjust_meta: xdpAdjustMeta,
  xdp_adjust_tail: xdpAdjustTail,
  xdp_get_buff_len: xdpGetBuffLen,
  xdp_load_bytes: xdpLoadBytes,
  xdp_store_bytes: xdpStoreBytes,
  snprintf,
  strncmp,
  trace_vprintk: traceVprintk,
  probe_read: probeRead,
  probe_read_str: probeReadStr,
  get_func_arg: getFuncArg,
  get_func_ret: getFuncRet,
  get_func_arg_cnt: getFuncArgCnt,
  get_attach_cookie: getAttachCookie,
  skb_under_cgroup: skbUnderCgroup,
  current_task_under_cgroup: currentTaskUnderCgroup,
  skb_set_tstamp: skbSetTstamp,
  skb_get_tunnel_key: skbGetTunnelKey,
  skb_set_tunnel_key: skbSetTunnelKey,
  skb_get_tunnel_opt: skbGetTunnelOpt,
  skb_set_tunnel_opt: skbSetTunnelOpt,
  skb_get_xfrm_state: skbGetXfrmState,
  lwt_push_encap: lwtPushEncap,
  fib_lookup: fibLookup,
  sk_lookup_tcp: noSocket,
  sk_lookup_udp: noSocket,
  skc_lookup_tcp: noSocket,
  sk_release: otherSocket,
  tcp_sock: otherSocket,
  get_listener_sock: otherSocket,
  skc_to_tcp6_sock: otherSocket,
  skc_to_tcp_sock: otherSocket,
  skc_to_tcp_timewait_sock: otherSocket,
  skc_to_tcp_request_sock: otherSocket,
  skc_to_udp6_sock: otherSocket,
  skc_to_unix_sock: otherSocket,
  skc_to_mptcp_sock: otherSocket,
  sk_assign: skAssign,
  tcp_check_syncookie: socketSyncookie,
  tcp_gen_syncookie: socketSyncookie,
  tcp_raw_gen_syncookie_ipv4: rawGenSyncookieIpv4,
  tcp_raw_gen_syncookie_ipv6: rawGenSyncookieIpv6,
  tcp_raw_check_syncookie_ipv4: rawCheckSyncookieIpv4,
  tcp_raw_check_syncookie_ipv6: rawCheckSyncookieIpv6,
  skb_cgroup_id: skbCgroupId,
  sk_cgroup_id: skCgroupId,
  get_current_cgroup_id: currentCgroupId,
  skb_ancestor_cgroup_id: ancestorCgroupId,
  sk_ancestor_cgroup_id: ancestorCgroupId,
  get_current_ancestor_cgroup_id: currentAncestorCgroupId,
  get_socket_uid: zeroOfSkb,
  get_socket_cookie: someCookie,
  get_netns_cookie: someCookie,
  get_ns_current_pid_tgid: getNsCurrentPidTgid,
  spin_lock: spinLock,
  spin_unlock: spinLock,
  kptr_xchg: kptrXchg,
  dynptr_from_mem: dynptrFromMem,
  ringbuf_reserve_dynptr: ringbufReserveDynptr,
  ringbuf_submit_dynptr: ringbufSubmitDynptr,
  ringbuf_discard_dynptr: ringbufDiscardDynptr,
  dynptr_read: dynptrRead,
  dynptr_write: dynptrWrite,
  dynptr_data: dynptrData,
};

/** By id. */
export const HELPER_RULES: Readonly<Record<number, Helper>> = Object.fromEntries(
  Object.entries(BY_NAME).map(([name, helper]) => [helperId(name)!, helper]),
);
