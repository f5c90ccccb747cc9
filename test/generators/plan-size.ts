import type { Body, CasePlan, Fragment } from '../../generators/plan.ts';
import type { Run } from '../../src/case/case.ts';

/** How large a plan is: first by its parts, then by the numbers in them. Every shrink makes it smaller. */
export interface PlanSize {
  readonly parts: number;
  readonly magnitude: bigint;
}

export function planSize(plan: CasePlan): PlanSize {
  const { prog, maps, runs, commands, oddMaps, progFlags, attachType } = plan;
  const fragments = [prog.body, ...prog.functions.map(({ body }) => body)].map(bodySize);
  const masks = [
    prog.savedRegs,
    prog.addedRegs,
    prog.savedSlots,
    ...prog.functions.map(({ folded }) => folded),
  ];
  const parts = [
    ...fragments.map((size) => size.parts),
    ...masks.map(bits),
    ...prog.functions.map(({ args }) => 1 + args.length),
    ...maps.map(({ spec, keys }) => 1 + spec.entries.length + keys.length),
    ...runs.map(runParts),
    ...commands.map(({ command }) => (command.flags === 0n ? 1 : 2)),
    oddMaps.length,
    bits(progFlags),
    bits(attachType),
  ];
  const magnitudes = [
    ...fragments.map((size) => size.magnitude),
    ...[prog.result, prog.stackShift, prog.ctxReg].map(magnitude),
    ...prog.functions.map(({ result }) => magnitude(result)),
    ...maps.flatMap(({ spec, keys }) =>
      [...keys, ...spec.entries.map(({ value }) => value)].map(sum),
    ),
    ...runs.map(runMagnitude),
    ...commands.map(({ command: { key, value } }) => sum(key ?? NONE) + sum(value ?? NONE)),
  ];
  return {
    parts: parts.reduce((total, part) => total + part, 0),
    magnitude: magnitudes.reduce((total, part) => total + part, 0n),
  };
}

/** Whether `a` is smaller than `b`. */
export const isSmaller = (a: PlanSize, b: PlanSize): boolean =>
  a.parts < b.parts || (a.parts === b.parts && a.magnitude < b.magnitude);

function bodySize(body: Body): PlanSize {
  let parts = 0;
  let total = 0n;
  for (const fragment of body) {
    const inside = 'bodies' in fragment ? fragment.bodies.map(bodySize) : [];
    parts += inside.reduce((sum, size) => sum + size.parts, fragmentParts(fragment));
    total += inside.reduce((sum, size) => sum + size.magnitude, operandSum(fragment));
  }
  return { parts, magnitude: total };
}

/** Arithmetic is the simplest there is. */
function fragmentParts(fragment: Fragment): number {
  if (fragment.kind === 'alu') return 1;
  if ('args' in fragment) return 2 + fragment.args.length;
  if ('ops' in fragment) return 2 + fragment.ops.length;
  return fragment.kind === 'update' ? 2 + fragment.content.length : 2;
}

function operandSum({ kind: _kind, ...fragment }: Fragment): bigint {
  let total = 0n;
  for (const [name, operand] of Object.entries(fragment)) {
    if (typeof operand === 'number' || typeof operand === 'bigint') total += magnitude(operand);
    if (name === 'args') for (const hint of operand as number[]) total += magnitude(hint);
    if (name !== 'content' && name !== 'ops') continue;
    for (const part of operand as object[]) {
      for (const each of Object.values(part)) {
        if (typeof each === 'number' || typeof each === 'bigint') total += magnitude(each);
      }
    }
  }
  return total;
}

function runParts({ data, ctx, repeat, flags, cpu, batchSize, attr = {}, ...run }: Run): number {
  const isSet = [
    ctx !== null,
    repeat !== 1,
    repeat > 2,
    flags !== 0,
    cpu !== 0,
    batchSize !== 0,
    run.dataOutBytes !== null,
    run.ctxOutBytes !== null,
  ];
  const fields = Object.keys({ ...ctx?.fields, ...attr }).length;
  return 1 + isSet.filter((set) => set).length + fields + (data?.length ?? 0);
}

function runMagnitude({ data, ctx, flags, dataOutBytes, ctxOutBytes }: Run): bigint {
  const fields = Object.values(ctx?.fields ?? {});
  const numbers = [flags, dataOutBytes ?? 0, ctxOutBytes ?? 0, ...fields].map(magnitude);
  return numbers.reduce((total, part) => total + part, sum(data ?? new Uint8Array()));
}

const NONE = new Uint8Array();
const bits = (mask: number): number => mask.toString(2).replaceAll('0', '').length;
const sum = (bytes: Uint8Array): bigint => BigInt(bytes.reduce((total, byte) => total + byte, 0));
const magnitude = (value: number | bigint): bigint => {
  const exact = BigInt(value);
  return exact < 0n ? -exact : exact;
};
