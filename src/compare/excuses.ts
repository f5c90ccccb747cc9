import type { Observed } from './compare.ts';

/** A difference that says nothing about the targets' execution: why, where, and where it is read. */
export interface Excuse {
  readonly name: string;
  readonly reason: string;
  /** Which kernels it concerns. */
  readonly kernels: string;
  readonly source: string;
  readonly applies: (a: Observed, b: Observed) => boolean;
}

/** Every rule that makes two outcomes incomparable. What no row excuses is a divergence. */
export const EXCUSES: readonly Excuse[] = [
  {
    name: 'unsupported',
    reason: 'One of the targets lacks a feature that the case needs, and did not try it.',
    kernels: 'all',
    source: 'the feature probe, src/targets/kernel/probe.ts',
    applies: (a, b) => [a, b].some(({ outcome }) => outcome.kind === 'unsupported'),
  },
  {
    name: 'no-verifier',
    reason: 'The emulator has no verifier: it runs what a kernel refuses to load.',
    kernels: 'all',
    source: 'src/targets/emulator',
    applies: (a, b) => [a, b].some(isEmulator) && [a, b].some(isRejected),
  },
  {
    name: 'other-verifier',
    reason: 'Verifiers of different releases accept different progs.',
    kernels: 'different releases',
    source: 'kernel/bpf/verifier.c',
    applies: (a, b) => a.info.kernel !== b.info.kernel && isRejected(a) !== isRejected(b),
  },
];

/** The name of the first rule that excuses whatever the two differ in. */
export const excuseOf = (a: Observed, b: Observed): string | undefined =>
  EXCUSES.find(({ applies }) => applies(a, b))?.name;

const isEmulator = ({ info }: Observed): boolean => info.engine === 'emulator';

const isRejected = ({ outcome }: Observed): boolean =>
  outcome.kind === 'completed' && outcome.load.verdict === 'rejected';
