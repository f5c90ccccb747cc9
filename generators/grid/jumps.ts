import type { Assembler } from '../lower/assembler.ts';
import { wordRuns } from './operations.ts';
import {
  caseOf,
  DIGEST,
  digest,
  digestReached,
  form,
  G,
  type Sheet,
  WORD_TYPE,
  word,
  wordRun,
} from './sheet.ts';

/** Jumps over every distance at which an encoding ends, both ways, and may_goto. */
export const jumpSheets = (): readonly Sheet[] => [
  ...DISTANCES.flatMap((distance) =>
    (['ja', 'jal', 'jne64.k'] as const).flatMap((name) => distanceSheets(name, distance)),
  ),
  ...mayGotoSheets(),
];

/** In insns: x86-64 jumps by 8 bits as far as 127 bytes, RISC-V by 13 bits as far as 4094. */
const DISTANCES = [0, 1, 2, ...Array.from({ length: 30 }, (_, i) => 15 + i), 300, 1100, 4000];
/** Backwards, all of it is walked by the verifier, and again. */
const BACKWARDS_MAX = 1100;

function distanceSheets(name: 'ja' | 'jal' | 'jne64.k', distance: number): readonly Sheet[] {
  const jump = name === 'jne64.k' ? G.jne : form(name, 'goto');
  const needs = { progType: WORD_TYPE, forms: [name], runs: 'any' } as const;
  const filler = (asm: Assembler) => {
    for (let i = 0; i < distance; i++) asm.emit(G.xor, { dst: DIGEST, imm: i });
  };
  const forwards: Sheet = {
    name: `${name} forwards ${distance}`,
    needs,
    make: () =>
      caseOf({
        progType: WORD_TYPE,
        runs: [wordRun([0n]), wordRun([1n])],
        body: (asm) => {
          const end = asm.label();
          word(asm, 1, 0);
          // What is jumped over must be reached somehow.
          const filled = asm.label();
          asm.jump(G.jeq, filled, { dst: 1, imm: 0 });
          asm.jump(jump, end, { dst: 1, imm: 0 });
          asm.place(filled);
          filler(asm);
          asm.place(end);
          digest(asm, 1);
        },
      }),
  };
  if (distance > BACKWARDS_MAX) return [forwards];
  const backwards: Sheet = {
    name: `${name} backwards ${distance}`,
    needs,
    make: () =>
      caseOf({
        progType: WORD_TYPE,
        runs: [wordRun([1n])],
        body: (asm) => {
          const head = asm.label();
          const end = asm.label();
          asm.emit(G.mov, { dst: 1, imm: 3 });
          asm.place(head);
          digestReached(asm);
          filler(asm);
          asm.emit(G.add, { dst: 1, imm: -1 });
          if (jump.kind === 'goto') asm.jump(G.jeq, end, { dst: 1, imm: 0 });
          asm.jump(jump, head, { dst: 1, imm: 0 });
          asm.place(end);
          digest(asm, 1);
        },
      }),
  };
  return [forwards, backwards];
}

/** A jump that the kernel may take, which of a loop so short it never does. */
const mayGotoSheets = (): readonly Sheet[] =>
  [0, 1, 100].map((trips) => ({
    name: `may_goto ${trips}`,
    needs: { progType: WORD_TYPE, forms: ['may_goto'], runs: 'any' },
    make: () =>
      caseOf({
        progType: WORD_TYPE,
        runs: wordRuns(3),
        body: (asm) => {
          const head = asm.label();
          const end = asm.label();
          asm.emit(G.mov, { dst: 7, imm: 0 });
          asm.place(head);
          asm.jump(form('may_goto', 'may_goto'), end);
          word(asm, 1, 0);
          digest(asm, 1);
          asm.emit(G.add, { dst: 7, imm: 1 });
          asm.jump(form('jle64.k', 'jump'), head, { dst: 7, imm: trips });
          asm.place(end);
        },
      }),
  }));
