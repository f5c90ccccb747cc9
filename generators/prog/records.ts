import type { Random } from 'fast-check';
import type { Palette } from '../capabilities.ts';
import type { DynptrOp } from '../dynptr-op.ts';
import { drawLocalStorage } from '../local-storage.ts';
import type { FragmentOf } from '../plan.ts';
import { oneIn, pick } from '../random.ts';
import { repeated } from '../repeated.ts';

type Drawn = 'ring' | 'event' | 'redirect-map' | 'dynptr' | 'local-storage';
type Draw<Kind extends Drawn> = (
  random: Random,
  env: { readonly palette: Palette },
) => FragmentOf<Kind>;

/** How fragments are drawn that hand something over to the kernel, or get it. */
export const DRAW_RECORDS: { readonly [Kind in Drawn]: Draw<Kind> } = {
  ring: (random, { palette }) => ({
    kind: 'ring',
    by: pick(random, palette.mapBy),
    op: pick(random, ['output', 'submit', 'discard', 'query']),
    map: random.nextInt(0, 7),
    size: oneIn(random, 4) ? pick(random, RING_SIZES) : random.nextInt(0, 40),
    flags: random.nextInt(0, 5),
    src: reg(random),
  }),
  event: (random, { palette }) => ({
    kind: 'event',
    by: pick(random, palette.mapBy),
    map: random.nextInt(0, 7),
    flags: pick(random, EVENT_FLAGS),
    size: random.nextInt(0, 24),
  }),
  'redirect-map': (random, { palette }) => ({
    kind: 'redirect-map',
    by: pick(random, palette.mapBy),
    map: random.nextInt(0, 7),
    key: random.nextInt(0, 7),
    flags: pick(random, REDIRECT_FLAGS),
  }),
  'local-storage': drawLocalStorage,
  dynptr: (random, { palette }) => ({
    kind: 'dynptr',
    source: pick(random, palette.dynptrSources),
    by: pick(random, palette.mapBy),
    map: random.nextInt(0, 7),
    size: oneIn(random, 6) ? pick(random, RING_SIZES) : random.nextInt(0, 40),
    flags: oneIn(random, 12) ? 1 : 0,
    mixed: random.nextInt(0, 3),
    ops: repeated(random.nextInt(1, 6), () => drawDynptrOp(random, palette)),
    end: pick(random, ['submit', 'submit', 'discard']),
  }),
};

const reg = (random: Random): number => random.nextInt(0, 9);
const byte = (random: Random): number => random.nextInt(0, 255);

/** As much as a ring of 4096 bytes takes at once, and what it doesn't. */
const RING_SIZES = [1000, 2040, 4080, 4081, 4088, 5000];
/** Index, length of the packet's part, and bits that are refused. */
const EVENT_FLAGS = [0n, 1n, 16n, 0xffff_ffffn, 0x8_0000_0000n, 0xfffff_0000_0000n, 1n << 52n];
/** Actions, BPF_F_BROADCAST and BPF_F_EXCLUDE_INGRESS, and what is refused. */
const REDIRECT_FLAGS = [0, 1, 2, 3, 4, 8, 10, 18, 24, 32];
function drawDynptrOp(random: Random, { dynptrOps }: Palette): DynptrOp {
  const off = drawDynptrOffset(random);
  return {
    op: pick(random, dynptrOps),
    off,
    end: oneIn(random, 4) ? drawDynptrOffset(random) : off + BigInt(random.nextInt(0, 30)),
    len: oneIn(random, 4) ? random.nextInt(0, 23) : random.nextInt(0, 6),
    at: random.nextInt(0, 7),
    value: byte(random),
    flags: oneIn(random, 10) ? random.nextInt(1, 4) : 0,
    on: random.nextInt(0, 1),
  };
}

/** Mostly near the beginning; also where 24 and 32 bits end. */
function drawDynptrOffset(random: Random): bigint {
  if (oneIn(random, 10)) return pick(random, DYNPTR_OFFSETS);
  return BigInt(oneIn(random, 3) ? random.nextInt(0, 40) : random.nextInt(0, 4));
}

const DYNPTR_OFFSETS = [
  ...[1000n, 4000n, 0xff_ffffn, 0x100_0000n, 0xffff_ffffn, 1n << 32n],
  ...[(1n << 32n) + 2n, (1n << 63n) - 1n, (1n << 64n) - 1n],
];
