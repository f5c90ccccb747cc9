import { type HelperName, helperId } from '../../../isa/helpers.ts';
import { getPrandomU32, getSmpProcessorId, ktimeGetNs } from './environment.ts';
import type { Helper } from './helper.ts';
import { loop } from './loop.ts';
import { mapDeleteElem, mapLookupElem, mapLookupPercpuElem, mapUpdateElem } from './maps.ts';
import { perCpuPtr, thisCpuPtr } from './per-cpu.ts';
import { perfEventOutput } from './perf-event-output.ts';
import { redirectMap } from './redirect-map.ts';
import {
  ringbufDiscard,
  ringbufOutput,
  ringbufQuery,
  ringbufReserve,
  ringbufSubmit,
} from './ring.ts';
import { mapPeekElem, mapPopElem, mapPushElem } from './sequence.ts';
import { skbLoadBytes, skbStoreBytes, skFullsock } from './skb.ts';
import { tracePrintk } from './trace-printk.ts';
import { forEachMapElem } from './walk.ts';

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
  ringbuf_output: ringbufOutput,
  ringbuf_reserve: ringbufReserve,
  ringbuf_submit: ringbufSubmit,
  ringbuf_discard: ringbufDiscard,
  ringbuf_query: ringbufQuery,
};

/** By id. */
export const HELPER_RULES: Readonly<Record<number, Helper>> = Object.fromEntries(
  Object.entries(BY_NAME).map(([name, helper]) => [helperId(name)!, helper]),
);
