import type { Run } from '../../../case/case.ts';
import type { MapType } from '../../../case/map-type.ts';
import type { ProgType } from '../../../case/prog-type.ts';
import { helperId } from '../../../isa/helpers.ts';
import { s32, u32, u64 } from '../../../isa/integers.ts';
import { ENOSPC } from '../../../targets/emulator/errno.ts';
import type { Helper } from '../../../targets/emulator/helpers/helper.ts';
import type { MapRule } from '../../../targets/emulator/maps/rules.ts';
import { defaultRules, type EmulatorRules } from '../../../targets/emulator/rules.ts';
import { store32 } from '../../../targets/emulator/run/ctx-rule.ts';
import type { RunRule } from '../../../targets/emulator/run/rules.ts';
import type { RunOutcome } from '../../../targets/target.ts';

/** An emulator with one wrong rule. */
export interface Mutant {
  readonly name: string;
  readonly rules: Partial<EmulatorRules>;
}

/** What of the emulator its rule is of; `copies`: how BPF_PROG_RUN hands out what came of a run. */
export type MutantArea =
  | 'alu'
  | 'jump'
  | 'memory'
  | 'atomic'
  | 'calls'
  | 'maps'
  | 'helpers'
  | 'contexts'
  | 'attributes'
  | 'copies';

const { alu, swap, jump, load, store, atomic, maps, helpers, run } = defaultRules;

const mutantAlu = (form: string, rule: (typeof alu)[string]) => ({ alu: { ...alu, [form]: rule } });
const mutantJump = (form: string, rule: (typeof jump)[string]) => ({
  jump: { ...jump, [form]: rule },
});
const mutantSwap = (form: string, rule: (typeof swap)[string]) => ({
  swap: { ...swap, [form]: rule },
});
const mutantAtomic = (form: string, wrong: Partial<(typeof atomic)[string]>) => ({
  atomic: { ...atomic, [form]: { ...atomic[form], ...wrong } },
});
const mutantMap = (type: MapType, wrong: Partial<MapRule>) => ({
  maps: { ...maps, [type]: { ...maps[type]!, ...wrong } },
});
const mutantRun = (type: ProgType, wrong: (rule: RunRule) => Partial<RunRule>) => ({
  run: { ...run, [type]: { ...run[type]!, ...wrong(run[type]!) } },
});
const mutantHelper = (name: Parameters<typeof helperId>[0], wrong: (right: Helper) => Helper) => {
  const id = helperId(name)!;
  return { helpers: { ...helpers, [id]: wrong(helpers[id]) } };
};
/** Its runs say something else than the case does. */
const mutantAttributes = (type: ProgType, wrong: Partial<Run>) =>
  mutantRun(type, (rule) => ({
    run: (session, attributes) => rule.run(session, { ...attributes, ...wrong }),
  }));
/** Something else comes out of its runs. */
const mutantAnswer = (type: ProgType, wrong: (right: RunOutcome) => Partial<RunOutcome>) =>
  mutantRun(type, (rule) => ({
    run: (session, attributes) => {
      const outcome = rule.run(session, attributes);
      return { ...outcome, ...wrong(outcome) };
    },
  }));

const ALU: readonly Mutant[] = [
  {
    name: 'a 32-bit addition keeps the upper half',
    rules: mutantAlu('add32.x', (d, s) => (d & ~0xffffffffn) | u32(d + s)),
  },
  { name: 'a 32-bit mov sign-extends', rules: mutantAlu('mov32.x', (_d, s) => s32(s)) },
  { name: 'an arithmetic shift is logical', rules: mutantAlu('arsh64.x', alu['rsh64.x']) },
  { name: 'a 32-bit arithmetic shift is logical', rules: mutantAlu('arsh32.k', alu['rsh32.k']) },
  {
    name: 'modulo by zero gives 0',
    rules: mutantAlu('mod64.x', (d, s) => (s === 0n ? 0n : d % s)),
  },
  {
    name: 'a 32-bit division looks at the whole divisor',
    rules: mutantAlu('div32.x', (d, s) => (s === 0n ? 0n : u32(u32(d) / (u32(s) || 1n)))),
  },
  {
    name: 'an immediate of an and is not sign-extended',
    rules: mutantAlu('and64.k', (d, s) => d & u32(s)),
  },
  {
    name: 'a shift by 64 and more gives 0',
    rules: mutantAlu('lsh64.x', (d, s) => (s > 63n ? 0n : d << s)),
  },
  { name: 'a 32-bit negation is one of 64 bits', rules: mutantAlu('neg32', alu.neg64) },
  { name: 'be32 does not swap', rules: mutantSwap('be32', (d) => u32(d)) },
  { name: 'le16 does not cut', rules: mutantSwap('le16', (d) => d) },
  {
    name: 'a 32-bit product has 64 bits',
    rules: mutantAlu('mul32.x', (d, s) => u64(u32(d) * u32(s))),
  },
  {
    name: 'a 32-bit shift looks at six bits of its count',
    rules: mutantAlu('lsh32.x', (d, s) => u32(u32(d) << (s & 63n))),
  },
];

const JUMP: readonly Mutant[] = [
  { name: 'a signed jump compares unsigned', rules: mutantJump('jsgt64.x', jump['jgt64.x']) },
  {
    name: 'a 32-bit jump compares 64 bits',
    rules: mutantJump('jlt32.x', jump['jlt64.x']),
  },
  { name: 'jset wants all bits', rules: mutantJump('jset64.x', (d, s) => (d & s) === s) },
  { name: 'jle is jlt', rules: mutantJump('jle64.k', jump['jlt64.k']) },
  {
    name: 'a signed 32-bit jump compares 64 bits',
    rules: mutantJump('jsle32.k', jump['jsle64.k']),
  },
];

const MEMORY: readonly Mutant[] = [
  {
    name: 'a halfword is loaded with its sign',
    rules: { load: { ...load, ldxh: (view, at, little) => BigInt(view.getInt16(at, little)) } },
  },
  { name: 'a byte store writes two bytes', rules: { store: { ...store, stxb: store.stxh } } },
  {
    name: 'a word is loaded with its sign',
    rules: { load: { ...load, ldxw: (view, at, little) => BigInt(view.getInt32(at, little)) } },
  },
  {
    name: 'a word is stored in the other byte order',
    rules: {
      store: { ...store, stxw: (view, at, value, little) => store.stxw(view, at, value, !little) },
    },
  },
  {
    name: 'an immediate that is stored is not sign-extended',
    rules: {
      store: {
        ...store,
        stdw: (view, at, value, little) => store.stdw(view, at, u32(value), little),
      },
    },
  },
];

const ATOMIC: readonly Mutant[] = [
  {
    name: 'cmpxchg does not write r0',
    rules: mutantAtomic('cmpxchg.dw', { fetchInto: 'nowhere' }),
  },
  {
    name: 'a 32-bit fetch sign-extends',
    rules: mutantAtomic('fetch_add.w', { fetched: (old) => u64(s32(old)) }),
  },
  {
    name: 'xchg stores the old value',
    rules: mutantAtomic('xchg.w', { stored: (old) => old }),
  },
  {
    name: 'an atomic and is an or',
    rules: mutantAtomic('and.dw', { stored: (old, src) => old | src }),
  },
  {
    name: 'a cmpxchg that fails stores',
    rules: mutantAtomic('cmpxchg.dw', { stored: (_old, src) => src }),
  },
];

const CALLS: readonly Mutant[] = [
  {
    name: 'a call sees 32 bits of an argument that has 64',
    rules: mutantHelper('map_update_elem', (right) => (machine) => {
      machine.regs[4] = u32(machine.regs[4]);
      return right(machine);
    }),
  },
  {
    name: 'a call that succeeds leaves r0 as it was',
    rules: mutantHelper('map_delete_elem', (right) => (machine) => {
      const [before] = machine.regs;
      return right(machine) || before;
    }),
  },
  {
    name: 'what a call returns is cut to 32 bits',
    rules: mutantHelper('map_update_elem', (right) => (machine) => u32(right(machine))),
  },
];

const MAPS: readonly Mutant[] = [
  {
    name: 'a hash map ignores NOEXIST',
    rules: mutantMap('hash', {
      checkUpdate: (flags, key) => maps.hash!.checkUpdate(flags === 1n ? 0n : flags, key),
    }),
  },
  {
    name: 'an array map lets elements be deleted',
    rules: mutantMap('array', { checkDelete: () => 0 }),
  },
  {
    name: 'an array map takes any flags',
    rules: mutantMap('array', { checkUpdate: (_flags, key) => maps.array!.checkUpdate(0n, key) }),
  },
  {
    name: 'an LRU hash map ignores EXIST',
    rules: mutantMap('lru_hash', {
      checkUpdate: (flags, key) => maps.lru_hash!.checkUpdate(flags === 2n ? 0n : flags, key),
    }),
  },
];

const HELPERS: readonly Mutant[] = [
  {
    name: 'dynptr_from_mem of unknown flags leaves r0 at 0',
    rules: mutantHelper('dynptr_from_mem', (right) => (machine) => {
      right(machine);
      return 0n;
    }),
  },
  {
    name: 'skb_load_bytes beyond the packet leaves r0 at 0',
    rules: mutantHelper('skb_load_bytes', (right) => (machine) => {
      right(machine);
      return 0n;
    }),
  },
  {
    name: 'a deletion of what is not there answers 0',
    rules: mutantHelper('map_delete_elem', (right) => (machine) => {
      right(machine);
      return 0n;
    }),
  },
  {
    name: 'csum_diff has no seed',
    rules: mutantHelper('csum_diff', (right) => (machine) => {
      machine.regs[5] = 0n;
      return right(machine);
    }),
  },
  {
    name: 'xdp_adjust_head refuses nothing',
    rules: mutantHelper('xdp_adjust_head', (right) => (machine) => {
      right(machine);
      return 0n;
    }),
  },
];

const CONTEXTS: readonly Mutant[] = [
  {
    name: 'the mark is not written back',
    rules: mutantRun('sched_cls', ({ ctx }) => ({
      ctx: { ...ctx, writeBack: ctx.writeBack.filter((field) => field !== 'mark') },
    })),
  },
  {
    name: 'the ctx of a syscall prog is not written back',
    rules: mutantAnswer('syscall', () => ({ ctxOut: new Uint8Array(0) })),
  },
  {
    name: 'tc_index has 32 bits',
    rules: mutantRun('sched_cls', ({ ctx }) => ({
      ctx: { ...ctx, stores: { ...ctx.stores, tc_index: store32 } },
    })),
  },
  {
    name: 'the priority is not written back',
    rules: mutantRun('sched_act', ({ ctx }) => ({
      ctx: { ...ctx, writeBack: ctx.writeBack.filter((field) => field !== 'priority') },
    })),
  },
];

const ATTRIBUTES: readonly Mutant[] = [
  {
    name: 'the last repeat is not run',
    rules: mutantRun('xdp', (rule) => ({
      run: (session, attributes) =>
        rule.run(session, { ...attributes, repeat: Math.max(1, attributes.repeat - 1) }),
    })),
  },
  { name: 'a CPU is not refused', rules: mutantAttributes('sched_cls', { cpu: 0 }) },
  { name: 'flags are not refused', rules: mutantAttributes('cgroup_skb', { flags: 0 }) },
  {
    name: 'a batch size is not refused',
    rules: mutantAttributes('socket_filter', { batchSize: 0 }),
  },
  { name: 'a prog is not repeated', rules: mutantAttributes('sched_act', { repeat: 1 }) },
];

const COPIES: readonly Mutant[] = [
  {
    name: 'a flow dissector says whether it returned 0',
    rules: mutantAnswer('flow_dissector', ({ retval }) => ({ retval: Number(retval === 0) })),
  },
  {
    name: 'what does not fit into data_out is not copied at all',
    rules: mutantAnswer('sched_cls', (outcome) =>
      outcome.errno === ENOSPC ? { dataOut: new Uint8Array(0) } : {},
    ),
  },
  {
    name: 'data_size_out is what fits into data_out',
    rules: mutantAnswer('xdp', ({ dataOut }) => ({ dataSizeOut: dataOut.length })),
  },
  {
    name: 'ctx_size_out is what fits into ctx_out',
    rules: mutantAnswer('xdp', ({ ctxOut }) => ({ ctxSizeOut: ctxOut.length })),
  },
];

/** What authors of eBPF runtimes get wrong. */
export const MUTANTS_BY_AREA: Readonly<Record<MutantArea, readonly Mutant[]>> = {
  alu: ALU,
  jump: JUMP,
  memory: MEMORY,
  atomic: ATOMIC,
  calls: CALLS,
  maps: MAPS,
  helpers: HELPERS,
  contexts: CONTEXTS,
  attributes: ATTRIBUTES,
  copies: COPIES,
};

export const MUTANTS: readonly Mutant[] = Object.values(MUTANTS_BY_AREA).flat();
