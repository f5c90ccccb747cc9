import type { DivergenceClass, Place } from '../compare/compare.ts';

/** What each class of divergence says of the two targets. */
export const CLAIMS: Readonly<Record<DivergenceClass, string>> = {
  verdict: 'one verifier accepts what the other rejects',
  errno: 'the command ends with different errnos',
  retval: 'the prog returns different values',
  data: 'the packet comes out differently',
  ctx: 'the ctx comes out differently',
  map: 'a map ends with different content',
  crash: 'one of them crashes or faults',
  hang: 'one of them does not answer',
  complaint: 'the kernel complains',
};

/** Where two outcomes differ, as `run 0, map out, key 00000000, byte 7`; '' for the whole of them. */
export const placeWords = ({ run, command, map, key, cpu, field, offset }: Place): string =>
  [
    run === undefined ? undefined : `run ${run}`,
    command === undefined ? undefined : `command ${command}`,
    map === undefined ? undefined : `map ${map}`,
    key === undefined ? undefined : `key ${key}`,
    cpu === undefined ? undefined : `CPU ${cpu}`,
    field,
    offset === undefined ? undefined : `byte ${offset}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ');
