import { parseCaseText } from '../../src/case/text.ts';
import type { Observed } from '../../src/compare/compare.ts';
import type { Disagreement } from '../../src/repro/disagreement.ts';
import { DEFAULT_LINUX, type RunOutcome } from '../../src/targets/target.ts';

const RUN: RunOutcome = {
  errno: 0,
  retval: 1,
  dataOut: new Uint8Array(),
  dataSizeOut: 0,
  ctxOut: new Uint8Array(),
  ctxSizeOut: 0,
};

/** A side that answered with that retval. */
export const answering = (name: string, retval: number): Observed => ({
  name,
  info: { kernel: '6.1.176', engine: 'interp', linux: DEFAULT_LINUX, build: '' },
  outcome: {
    kind: 'completed',
    load: { verdict: 'accepted' },
    runs: [{ ...RUN, retval }],
    maps: [],
    console: '',
  },
});

/** Of a case in its text form with one run. */
export const disagreementOn = (text: string): Disagreement => ({
  testCase: parseCaseText(text, 'example.case').testCase,
  subject: answering('uml', 1),
  other: answering('emulator', 2),
  claim: 'retval: 0x1 on uml, 0x2 on emulator',
  shows: 'divergence',
});

/** A call of a function, a jump, an insn that LLVM 14 has no words for. */
export const SMALL = `case small
prog_type xdp

prog
  r1 = 1
  if r1 == 1 goto +1
  exit
  call pc+1
  exit
  *(u32 *)(r10 -4) = 5
  r0 = r1
  exit

run
  data 0000000000000000000000000000
`;
