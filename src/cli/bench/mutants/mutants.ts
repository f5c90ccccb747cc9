import type { MapType } from '../../../case/map-type.ts';
import type { ProgType } from '../../../case/prog-type.ts';
import { helperId } from '../../../isa/helpers.ts';
import { s32, u32, u64 } from '../../../isa/integers.ts';
import type { Helper } from '../../../targets/emulator/helpers/helper.ts';
import type { MapRule } from '../../../targets/emulator/maps/rules.ts';
import { defaultRules, type EmulatorRules } from '../../../targets/emulator/rules.ts';
import type { RunRule } from '../../../targets/emulator/run/rules.ts';

/** An emulator with one wrong rule. */
export interface Mutant {
  readonly name: string;
  readonly rules: Partial<EmulatorRules>;
}

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

/** What authors of eBPF runtimes get wrong. */
export const MUTANTS: readonly Mutant[] = [
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
  { name: 'a signed jump compares unsigned', rules: mutantJump('jsgt64.x', jump['jgt64.x']) },
  {
    name: 'a 32-bit jump compares 64 bits',
    rules: mutantJump('jlt32.x', jump['jlt64.x']),
  },
  { name: 'jset wants all bits', rules: mutantJump('jset64.x', (d, s) => (d & s) === s) },
  { name: 'be32 does not swap', rules: mutantSwap('be32', (d) => u32(d)) },
  { name: 'le16 does not cut', rules: mutantSwap('le16', (d) => d) },
  {
    name: 'a halfword is loaded with its sign',
    rules: { load: { ...load, ldxh: (view, at, little) => BigInt(view.getInt16(at, little)) } },
  },
  { name: 'a byte store writes two bytes', rules: { store: { ...store, stxb: store.stxh } } },
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
    name: 'the mark is not written back',
    rules: mutantRun('sched_cls', ({ ctx }) => ({
      ctx: { ...ctx, writeBack: ctx.writeBack.filter((field) => field !== 'mark') },
    })),
  },
  {
    name: 'a flow dissector says whether it returned 0',
    rules: mutantRun('flow_dissector', (rule) => ({
      run: (session, attributes) => {
        const outcome = rule.run(session, attributes);
        return { ...outcome, retval: Number(outcome.retval === 0) };
      },
    })),
  },
  {
    name: 'the ctx of a syscall prog is not written back',
    rules: mutantRun('syscall', (rule) => ({
      run: (session, attributes) => ({
        ...rule.run(session, attributes),
        ctxOut: new Uint8Array(0),
      }),
    })),
  },
  {
    name: 'the last repeat is not run',
    rules: mutantRun('xdp', (rule) => ({
      run: (session, attributes) =>
        rule.run(session, { ...attributes, repeat: Math.max(1, attributes.repeat - 1) }),
    })),
  },
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
];
