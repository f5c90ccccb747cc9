import type { Random } from 'fast-check';
import { ATTR_WORDS, type AttrName, type AttrOverrides } from '../src/case/attr.ts';
import type { Run } from '../src/case/case.ts';
import { ctxLayoutOf } from '../src/case/ctx.ts';
import type { GeneratedType } from './ctx-access.ts';
import { oneIn, pick, pickWeighted, weighted } from './random.ts';

/**
 * A run whose command is wrong in one to three ways: its fd, its memory, its length. What comes in as
 * `retval` then mostly tells whether something was written.
 */
export function overrideRun(random: Random, type: GeneratedType, run: Run): Run {
  let attr: AttrOverrides = { ...run.attr, ...(oneIn(random, 2) && { retval: 0xfeed_beef }) };
  for (let left = pick(random, OVERRIDES_A_RUN); left > 0; left--) {
    attr = { ...attr, ...pickWeighted(random, OVERRIDES)(random, type, run) };
  }
  return Object.keys(attr).length === 0 ? run : { ...run, attr };
}

const OVERRIDES_A_RUN = [1, 1, 1, 2, 2, 3];

type Draw = (random: Random, type: GeneratedType, run: Run) => AttrOverrides;

const word =
  (name: keyof typeof ATTR_WORDS): Draw =>
  (random) => ({ [name]: pick<string>(random, ATTR_WORDS[name]) });

const number =
  (name: AttrName, values: readonly number[]): Draw =>
  (random) => ({ [name]: pick(random, values) });

/** Ends of fields, of `bpf_attr` in some release, of a page; and within a field. */
const FIELD_ENDS = [0, 4, 8, 12, 16, 24, 32, 36, 40, 44, 48, 56, 64, 68, 72, 76, 80];
const ATTR_ENDS = [120, 144, 152, 168];
const ODD_SIZES = [1, 2, 3, 9, 14, 35, 41, 65, 71, 73, 77, 79, 81, 4095, 4096, 4097, 65_536];
const U32_LIMITS = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
/** Limits of packets: of a header, a page without its surroundings, a page, and of 17 more. */
const DATA_SIZES = [13, 14, 20, 3520, 3521, 3712, 3713, 4096, 4097, 73_152, 73_153, 73_344, 73_345];

const OVERRIDES = weighted<Draw>([
  [(random) => ({ prog_fd: pick(random, ['closed', 'closed', 'map', 'file']) }), 8],
  [word('attr'), 6],
  [word('cmd'), 2],
  [word('data_in'), 4],
  [word('data_out'), 5],
  [word('ctx_in'), 4],
  [word('ctx_out'), 4],
  [(random, type) => (type === 'struct_ops' ? { state: pick(random, ATTR_WORDS.state) } : {}), 4],
  [number('size', [...FIELD_ENDS, ...FIELD_ENDS, ...ATTR_ENDS, ...ODD_SIZES, ...U32_LIMITS]), 6],
  [number('size', [4097, 65_536, 0xffff_ffff]), 3],
  [(random) => drawNonzero(random), 6],
  [(random, _type, run) => ({ data_size_in: drawSize(random, run.data?.length ?? 0) }), 7],
  [(random, _type, run) => ({ data_size_out: drawSize(random, run.dataOutBytes ?? 0) }), 2],
  [(random, type) => ({ ctx_size_in: drawCtxSize(random, type) }), 4],
  [(random, type) => ({ ctx_size_out: drawCtxSize(random, type) }), 2],
  [number('retval', [1, 0xffff_ffff]), 2],
  [number('duration', [1, 0x8000_0000]), 2],
]);

/** A byte that isn't 0, of padding or of what the release doesn't know; mostly within the size. */
function drawNonzero(random: Random): AttrOverrides {
  const about = pick(random, [76, 79, 80, ...ATTR_ENDS, 4094]);
  const nonzero_at = Math.max(76, about + pick(random, [-1, 0, 0, 1]));
  const size = oneIn(random, 8) ? nonzero_at : nonzero_at + pick(random, [1, 1, 2, 40]);
  return { nonzero_at, size };
}

function drawSize(random: Random, givenBytes: number): number {
  if (oneIn(random, 3)) return pick(random, U32_LIMITS);
  if (oneIn(random, 2)) return pick(random, DATA_SIZES);
  return Math.max(0, givenBytes + random.nextInt(-2, 2));
}

function drawCtxSize(random: Random, type: GeneratedType): number {
  if (oneIn(random, 3)) return pick(random, U32_LIMITS);
  const sizeBytes = ctxLayoutOf(type)?.sizeBytes ?? 8;
  return pick(random, [sizeBytes, sizeBytes - 1, sizeBytes + 1, 4096, 4097, 65_535, 65_536]);
}
