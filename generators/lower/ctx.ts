import type { FormOf } from '../../src/isa/forms.ts';
import { formNamed } from '../../src/isa/forms.ts';
import { packetFields, readablePlaces, writablePlaces } from '../ctx-access.ts';
import { hooksOf, mayRead } from '../hooks.ts';
import type { CasePlan, FragmentOf } from '../plan.ts';
import { beginFork, endFork, type LowerBody, turnFork } from './control.ts';
import { ctxRegister, F, type Frame, LOAD, regMask, scalar, writable } from './frame.ts';
import { NONE, SCALAR } from './view.ts';

export function lowerCtxRead(frame: Frame, { form, field, dst }: FragmentOf<'ctx-read'>): void {
  if (isUnchecked(frame)) return;
  const places = placesOf(frame.plan, form.size);
  const ctx = places.length === 0 ? undefined : ctxRegister(frame, dst);
  if (places.length === 0 || ctx === undefined) return;
  const { offset, comparable } = places[field % places.length];
  const to = writable(frame, dst);
  frame.asm.emit(form, { dst: to, src: ctx, off: offset });
  frame.view.regs[to] = comparable ? SCALAR : NONE;
}

/**
 * Whether BPF_PROG_RUN looks only at what the first prog reads of its ctx, and not at those that take its place:
 * they would read behind it, or a NULL pointer (`tail-call-reads-behind-ctx` in `causes/`).
 */
const isUnchecked = ({ plan, prog }: Frame): boolean =>
  (plan.progType === 'raw_tracepoint' || plan.progType === 'syscall') && prog !== plan.prog;

/** A hook's ctx has words, of which the first bytes are read. */
function placesOf({ progType, attachType, attachBtf }: CasePlan, sizeBytes: number) {
  const hook = hooksOf(progType, attachType).find(({ name }) => name === attachBtf);
  return hook === undefined
    ? readablePlaces(progType, sizeBytes)
    : hook.words.flatMap((numberBytes, word) =>
        mayRead(hook, word, sizeBytes)
          ? [{ offset: 8 * word, comparable: sizeBytes <= numberBytes }]
          : [],
      );
}

export function lowerCtxWrite(
  frame: Frame,
  { form, field, src, back }: FragmentOf<'ctx-write'>,
): void {
  if (isUnchecked(frame)) return;
  const places = writablePlaces(frame.plan.progType, form.size);
  if (places.length === 0) return;
  const value = scalar(frame, src);
  const ctx = ctxRegister(frame, src);
  if (ctx === undefined) return;
  const { offset } = places[field % places.length];
  frame.asm.emit(form, { dst: ctx, src: value, off: offset });
  if (back === 0) return;
  const to = writable(frame, src);
  frame.asm.emit(LOAD[form.size], { dst: to, src: ctx, off: offset });
  frame.view.regs[to] = SCALAR;
}

/** How to ask whether `reach` is beyond `end`: the jump leads to where the packet is too short. */
interface BoundsTest {
  readonly jump: FormOf<'jump'>;
  readonly first: 'reach' | 'end';
  /** The jump leads to where the packet is long enough. */
  readonly inverted?: true;
}

const jump = (name: string) => formNamed(name) as FormOf<'jump'>;

/** The comparisons that `try_match_pkt_pointers` knows (kernel/bpf/verifier.c, 6.1). */
const BOUNDS_TESTS: readonly BoundsTest[] = [
  { jump: jump('jgt64.x'), first: 'reach' },
  { jump: jump('jlt64.x'), first: 'end' },
  { jump: jump('jge64.x'), first: 'reach' },
  { jump: jump('jle64.x'), first: 'end' },
  { jump: jump('jle64.x'), first: 'reach', inverted: true },
  { jump: jump('jge64.x'), first: 'end', inverted: true },
  { jump: jump('jlt64.x'), first: 'reach', inverted: true },
  { jump: jump('jgt64.x'), first: 'end', inverted: true },
];

/** `data + bytes > data_end` decides which body is entered; in the first the pointer is at hand. */
export function lowerPacket(
  frame: Frame,
  { from, bytes, indexBits, index, dst, test, bodies }: FragmentOf<'packet'>,
  lowerBody: LowerBody,
): void {
  const { asm, view } = frame;
  const fields = packetFields(frame.plan.progType);
  const added = indexBits > 0 ? scalar(frame, index) : undefined;
  const ctx = fields && ctxRegister(frame, dst);
  if (fields === undefined || ctx === undefined) return;
  const kept = regMask(ctx) | regMask(added);
  const data = writable(frame, dst, kept);
  const { data_meta: meta } = fields;
  const begin = from === 'data_meta' && meta !== undefined ? meta : fields.data;
  asm.emit(F.ldxw, { dst: data, src: ctx, off: begin });
  const reach = writable(frame, dst + 1, kept | regMask(data));
  if (added !== undefined) {
    asm.emit(F.movX, { dst: reach, src: added });
    asm.emit(F.andK, { dst: reach, imm: (1 << indexBits) - 1 });
    asm.emit(F.addX, { dst: data, src: reach });
  }
  const end = writable(frame, dst + 2, regMask(ctx) | regMask(data) | regMask(reach));
  const beyond = begin === fields.data ? fields.data_end : fields.data;
  asm.emit(F.ldxw, { dst: end, src: ctx, off: beyond });
  asm.emit(F.movX, { dst: reach, src: data });
  asm.emit(F.addK, { dst: reach, imm: bytes + 1 });
  for (const reg of [data, reach, end]) view.regs[reg] = NONE;

  const { jump, first, inverted } = BOUNDS_TESTS[test % BOUNDS_TESTS.length];
  const operands = first === 'reach' ? { dst: reach, src: end } : { dst: end, src: reach };
  const lowerWay = (isEnough: boolean) => {
    if (isEnough) view.regs[data] = { kind: 'packet', low: 0, high: bytes + 1, map: undefined };
    lowerBody(frame, bodies[isEnough ? 0 : 1]);
  };
  const fork = beginFork(frame, jump, operands);
  lowerWay(!inverted);
  const turned = turnFork(frame, fork);
  lowerWay(inverted === true);
  endFork(frame, turned);
}
