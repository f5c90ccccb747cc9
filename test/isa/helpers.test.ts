import { describe, expect, it } from 'vitest';
import { HELPERS, helperId, helperName } from '../../src/isa/helpers.ts';

/** From `enum bpf_func_id` in include/uapi/linux/bpf.h. */
const IDS: readonly (readonly [number, string])[] = [
  [0, 'unspec'],
  [1, 'map_lookup_elem'],
  [5, 'ktime_get_ns'],
  [12, 'tail_call'],
  [26, 'skb_load_bytes'],
  [51, 'redirect_map'],
  [131, 'ringbuf_reserve'],
  [181, 'loop'],
  [209, 'user_ringbuf_drain'],
  [210, 'cgrp_storage_get'],
  [211, 'cgrp_storage_delete'],
];

describe('a helper', () => {
  it.each(IDS)('%d is %s', (id, name) => {
    expect(helperName(id)).toBe(name);
    expect(helperId(name)).toBe(id);
    expect(helperId(`bpf_${name}`)).toBe(id);
  });

  it('has an id up to 211', () => {
    expect(HELPERS).toHaveLength(212);
    expect(helperName(212)).toBeUndefined();
    expect(helperName(-1)).toBeUndefined();
    expect(helperId('nope')).toBeUndefined();
  });

  it('has a name that no other has', () => {
    expect(new Set(HELPERS).size).toBe(HELPERS.length);
  });
});
