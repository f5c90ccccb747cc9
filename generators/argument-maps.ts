import { HELPER_CALLS } from './helper-calls.ts';
import type { MapPlan } from './plan.ts';

/** BPF_F_RDONLY_PROG: with it, what the map is filled with is all that it ever holds. */
const RDONLY_PROG = 1 << 7;

const texts: ReadonlySet<string> = new Set(
  HELPER_CALLS.flatMap(({ args }) =>
    args.flatMap((arg) => (arg.kind === 'constant' ? arg.of : [])),
  ),
);

const offsets: ReadonlyMap<string, number> = (() => {
  let next = 0;
  return new Map(
    [...texts].map((text) => {
      const at = next;
      next += text.length + 1;
      return [text, at];
    }),
  );
})();

const content = Uint8Array.from(`${[...texts].join('\0')}\0`, (character) =>
  character.charCodeAt(0),
);

const FIRST = new Uint8Array(4);

/** A map that holds no cgroup. */
export const CGROUPS_MAP: MapPlan = {
  spec: {
    name: 'cgroups',
    type: 'cgroup_array',
    keyBytes: 4,
    valueBytes: 4,
    maxEntries: 2,
    flags: 0,
    entries: [],
  },
  keys: [new Uint8Array(4)],
};

/** The map that all texts lie in which the verifier must know, one behind the other. */
export const TEXTS_MAP: MapPlan = {
  spec: {
    name: 'texts',
    type: 'array',
    keyBytes: FIRST.length,
    valueBytes: content.length,
    maxEntries: 1,
    flags: RDONLY_PROG,
    entries: [{ key: FIRST, value: content }],
  },
  keys: [FIRST],
};

/** Whether progs may only read the map. */
export const isConstant = ({ spec }: MapPlan): boolean => (spec.flags & RDONLY_PROG) !== 0;

/** Where in its value the text begins. */
export const textOffset = (text: string): number => offsets.get(text)!;
