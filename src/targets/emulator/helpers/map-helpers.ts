import type { HelperName } from '../../../isa/helpers.ts';

/** Helpers for maps that all prog types may call, beside lookup, update and delete. */
export const MAP_HELPERS: readonly HelperName[] = [
  'tail_call',
  'map_push_elem',
  'map_pop_elem',
  'map_peek_elem',
  'map_lookup_percpu_elem',
  'for_each_map_elem',
  'perf_event_output',
  'ringbuf_output',
  'ringbuf_reserve',
  'ringbuf_submit',
  'ringbuf_discard',
  'ringbuf_query',
];
