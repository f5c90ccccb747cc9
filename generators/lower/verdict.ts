import { formNamed } from '../../src/isa/forms.ts';
import { LIVE_IFINDEXES, NO_IFINDEX, type VerdictFragment } from '../live-run.ts';
import type { MapPlan } from '../plan.ts';
import { callHelper, ctxRegister, F, type Frame, noteCall } from './frame.ts';
import { mapNumber, setMap } from './maps.ts';
import { REDIRECT_MAPS } from './outward.ts';
import { NONE } from './view.ts';

/**
 * Counts frames in a map, and in a byte of the packet, which tells whether its page was used before.
 * The count chooses what becomes of the frame: r0 at the end.
 */
export function lowerVerdict(frame: Frame, fragment: VerdictFragment): void {
  const { by, at, args } = fragment;
  const { asm, view } = frame;
  const counter = mapNumber(frame, fragment.map, isCounter);
  const ctx = ctxRegister(frame, 6);
  if (counter === undefined || ctx === undefined || args.length === 0) return;
  countInPacket(frame, ctx, at);
  asm.emit(COUNTER[by], { dst: 1, imm: counter, nextImm: 0 });
  asm.emit(LOAD, { dst: 0, src: 1 });
  asm.emit(F.addK, { dst: 0, imm: 1 });
  asm.emit(F.stxdw, { dst: 1, src: 0 });
  asm.emit(F.andK, { dst: 0, imm: COUNT_MASK });
  noteCall(frame);
  view.regs[0] = NONE;
  const end = asm.label();
  for (const [count, hint] of args.slice(1, COUNT_MASK + 1).entries()) {
    const next = asm.label();
    asm.jump(F.jneK, next, { dst: 0, imm: count });
    decide(frame, by, hint);
    asm.jump(GOTO, end);
    asm.place(next);
    frame.effects.forks++;
  }
  decide(frame, by, args[0]);
  asm.place(end);
  noteCall(frame);
}

const isCounter = ({ spec: { type, maxEntries, valueBytes, spinLock, kptr } }: MapPlan): boolean =>
  type === 'array' &&
  maxEntries === 1 &&
  valueBytes >= 8 &&
  spinLock === undefined &&
  kptr === undefined;

const COUNTER = {
  fd: formNamed('lddw.map_val_by_fd'),
  idx: formNamed('lddw.map_val_by_idx'),
} as const;
const LOAD = formNamed('ldxdw');
const LOAD_BYTE = formNamed('ldxb');
const STORE_BYTE = formNamed('stxb');
const GOTO = formNamed('ja') as ReturnType<typeof formNamed> & { kind: 'goto' };
const BEYOND = formNamed('jgt64.x') as ReturnType<typeof formNamed> & { kind: 'jump' };
/** The most verdicts in turn, less 1. */
const COUNT_MASK = 3;

/** Offsets of `data` and `data_end` in `struct xdp_md`. */
const DATA = 0;
const DATA_END = 4;

function countInPacket({ asm }: Frame, ctx: number, at: number): void {
  const short = asm.label();
  asm.emit(F.ldxw, { dst: 2, src: ctx, off: DATA });
  asm.emit(F.ldxw, { dst: 3, src: ctx, off: DATA_END });
  asm.emit(F.movX, { dst: 4, src: 2 });
  asm.emit(F.addK, { dst: 4, imm: at + 1 });
  asm.jump(BEYOND, short, { dst: 4, src: 3 });
  asm.emit(LOAD_BYTE, { dst: 5, src: 2, off: at });
  asm.emit(F.addK, { dst: 5, imm: 1 });
  asm.emit(STORE_BYTE, { dst: 2, src: 5, off: at });
  asm.place(short);
}

type Decide = (frame: Frame, by: 'fd' | 'idx', hint: number) => void;

const answer =
  (imm: number): Decide =>
  ({ asm }) =>
    asm.emit(F.movK, { dst: 0, imm });

const redirect =
  (ifindex: number, then?: number): Decide =>
  (frame, by, hint) => {
    frame.asm.emit(F.movK, { dst: 1, imm: ifindex });
    frame.asm.emit(F.movK, { dst: 2, imm: 0 });
    callHelper(frame, 'redirect');
    if (then !== undefined) answer(then)(frame, by, hint);
  };

const redirectMap =
  (flags: number, then?: number): Decide =>
  (frame, by, hint) => {
    const number = mapNumber(frame, hint, ({ spec }) => REDIRECT_MAPS.has(spec.type));
    if (number === undefined) return answer(Action.REDIRECT)(frame, by, hint);
    const { keys } = frame.plan.maps[number];
    const key = keys[hint % keys.length];
    setMap(frame, 1, number, by);
    frame.asm.emit(F.movK, { dst: 2, imm: new DataView(key.buffer).getInt32(0, true) });
    frame.asm.emit(F.movK, { dst: 3, imm: flags });
    callHelper(frame, 'redirect_map');
    if (then !== undefined) answer(then)(frame, by, hint);
  };

const Action = { ABORTED: 0, DROP: 1, PASS: 2, TX: 3, REDIRECT: 4, UNKNOWN: 5 } as const;
/** BPF_F_BROADCAST, and with it BPF_F_EXCLUDE_INGRESS. */
const BROADCAST = 8;
const OTHERS = 24;

/** What becomes of a frame, by hint. */
const VERDICTS: readonly Decide[] = [
  answer(Action.PASS),
  answer(Action.TX),
  answer(Action.DROP),
  answer(Action.ABORTED),
  answer(Action.REDIRECT),
  answer(Action.UNKNOWN),
  redirect(LIVE_IFINDEXES[0]),
  redirect(LIVE_IFINDEXES[1]),
  redirect(1),
  redirect(NO_IFINDEX),
  // Where it leads to is left for another frame.
  redirect(LIVE_IFINDEXES[1], Action.DROP),
  redirectMap(0),
  redirectMap(Action.PASS),
  redirectMap(0, Action.REDIRECT),
  redirectMap(BROADCAST),
  redirectMap(OTHERS),
];

/** Half of the hints are for those that drop a frame or let it pass. */
function decide(frame: Frame, by: 'fd' | 'idx', hint: number): void {
  VERDICTS[hint % 2 === 0 ? (hint >> 1) % 3 : (hint >> 1) % VERDICTS.length](frame, by, hint >> 1);
}
