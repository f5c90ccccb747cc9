import type { FormOf } from '../../src/isa/forms.ts';
import { type FormKind, formNamed, formOf } from '../../src/isa/forms.ts';
import type { FragmentOf } from '../plan.ts';
import type { Assembler, Mark } from './assembler.ts';
import type { LowerBody } from './control.ts';
import { F, type Frame, stackPointer, whilePinned, whileRepeated, withObjects } from './frame.ts';
import { callKfunc, whileHeld } from './ksyms.ts';
import { counterRegister } from './loop.ts';
import { ensureReadable, slotAt } from './stack.ts';
import { Byte, copyView, meet, NONE, restoreView, SCALAR, type View } from './view.ts';

const GOTO = formNamed('ja') as FormOf<'goto'>;
const LOAD = formNamed('ldxw');

/** How often the verifier walks the body until nothing changes, or so. */
const BODY_WALKS = 5;
/** Until the view at the head no longer changes; it only narrows. */
const HEAD_PASSES_MAX = 200;
const MIX = 31;

/**
 * A loop over an iterator, with a register that every number goes into. The verifier walks the body until
 * a walk begins as an earlier one did, so that nothing but memory and numbers that it knows nothing of
 * goes from one trip to the next (process_iter_next_call, kernel/bpf/verifier.c 6.12).
 */
export function lowerIterate(
  frame: Frame,
  fragment: FragmentOf<'iterate'>,
  lowerBody: LowerBody,
): void {
  const { iterator, mixed, bodies } = fragment;
  const { asm, view, effects } = frame;
  const reg = counterRegister(frame, mixed);
  const done =
    reg !== undefined &&
    withObjects(frame, 1, (room) => {
      begin(frame, room, fragment);
      asm.emit(F.movX, { dst: reg, src: 0 });
      view.regs[reg] = SCALAR;
      const head = asm.label();
      const end = asm.label();
      asm.place(head);
      stackPointer(frame, 1, room);
      callKfunc(frame, iterator.next);
      asm.jump(F.jeqK, end, { dst: 0, imm: 0 });
      asm.emit(LOAD, { dst: 0, src: 0 });
      asm.emit(F.mulK, { dst: reg, imm: MIX });
      asm.emit(F.addX, { dst: reg, src: 0 });
      const body = () =>
        whilePinned(frame, [reg], () =>
          whileHeld(frame, () => whileRepeated(frame, () => lowerBody(frame, bodies[0]))),
        );
      const before = { weight: effects.weight, forks: effects.forks };
      const atHead = lowerSettled(frame, reg, body);
      asm.jump(GOTO, head);
      effects.weight = before.weight + BODY_WALKS * (effects.weight - before.weight);
      effects.forks = before.forks + BODY_WALKS * (effects.forks - before.forks + 1);
      asm.place(end);
      restoreView(view, atHead);
      view.regs[0] = NONE;
      stackPointer(frame, 1, room);
      callKfunc(frame, iterator.end);
    });
  if (!done) lowerBody(frame, bodies[0]);
}

/** r0 is what the kfunc answers. */
function begin(frame: Frame, room: number, fragment: FragmentOf<'iterate'>): void {
  const { iterator, first, slot } = fragment;
  const { asm, repeated } = frame;
  const count = tripsWithin(fragment.count, iterator.over, repeated);
  if (iterator.over === 'range') {
    stackPointer(frame, 1, room);
    asm.emit(F.movK, { dst: 2, imm: first });
    asm.emit(F.movK, { dst: 3, imm: (first + count) | 0 });
  } else {
    // What is not there to be read isn't compared.
    const at = slotAt(slot, 16);
    ensureReadable(frame, at, 16);
    stackPointer(frame, 1, room);
    if (slot % 16 === 15) asm.emit(F.movK, { dst: 2 });
    else stackPointer(frame, 2, frame.stackBase + at);
    asm.emit(F.movK, { dst: 3, imm: count });
  }
  callKfunc(frame, iterator.begin);
  frame.view.regs[0] = SCALAR;
}

/**
 * The least that are too many (`BPF_MAX_LOOPS`, `BITS_ITER_NR_WORDS_MAX`), and the most of what isn't refused: the
 * room for words has two, and a prog that is repeated must come to an end soon.
 */
const COUNTS = {
  range: { refused: (1 << 23) + 1, max: 512, maxRepeated: 7 },
  words: { refused: 512, max: 2, maxRepeated: 1 },
} as const;

function tripsWithin(count: number, over: keyof typeof COUNTS, repeated: boolean): number {
  const { refused, max, maxRepeated } = COUNTS[over];
  if (count <= 0 || count >= refused) return count;
  return count % ((repeated ? maxRepeated : max) + 1);
}

/** Lowers the body for a view that holds at its beginning on every trip, which comes back. */
function lowerSettled(frame: Frame, reg: number, body: () => void): View {
  const { asm, view, effects } = frame;
  const { weight, forks } = effects;
  const start = asm.mark();
  view.regs[0] = SCALAR;
  view.stack.fill(Byte.UNSET);
  const atHead = copyView(view);
  for (let pass = 0; pass < HEAD_PASSES_MAX; pass++) {
    body();
    const after = copyView(view);
    after.regs[0] = SCALAR;
    after.stack.fill(Byte.UNSET);
    const written = writtenSince(asm, start);
    for (let other = 6; other <= 9; other++) {
      if (other !== reg && written.has(other)) after.regs[other] = NONE;
    }
    if (!meet(atHead, after)) return atHead;
    asm.rewind(start);
    restoreView(view, atHead);
    effects.weight = weight;
    effects.forks = forks;
  }
  throw new Error('the view of an iterator does not settle');
}

const WRITES_NONE: ReadonlySet<FormKind> = new Set<FormKind>([
  ...(['store', 'store_rel', 'jump', 'goto', 'may_goto', 'exit'] as const),
]);

/** Registers that the insns behind the mark may write. */
function writtenSince(asm: Assembler, mark: Mark): ReadonlySet<number> {
  const written = new Set<number>();
  for (const insn of asm.since(mark)) {
    const form = formOf(insn)!;
    if (form.kind === 'atomic') written.add(insn.src);
    else if (!WRITES_NONE.has(form.kind)) {
      written.add(insn.dst);
    }
  }
  return written;
}
