import { OBJECT_BYTES, OBJECT_TYPE } from '../../../case/ksyms.ts';
import { badArgument } from '../helpers/helper.ts';
import { type Machine, raise } from '../machine.ts';
import { Access, addRegion, allows } from '../memory.ts';
import { numberIn } from '../registers.ts';
import type { ObjectOf } from '../stack-objects.ts';
import type { Kfunc } from './kfunc.ts';

/** `void *bpf_obj_new_impl(u64 local_type_id__k, void *meta__ign)`: there is always memory for it. */
export const objNew: Kfunc = (machine) => {
  const { memory, objects, luck } = machine;
  if (machine.regs[1] !== BigInt(OBJECT_TYPE)) {
    badArgument(machine, 1, `type ${OBJECT_TYPE}`);
    return 0n;
  }
  const own = [...objects].filter(([, object]) => object.kind === 'own');
  const freed = own.find(([, object]) => (object as Own).count === 0)?.[0];
  const address = freed ?? newAddress(machine, own.at(-1)?.[0]);
  if (address === undefined) return 0n;
  // What lay there before is left in it.
  memory.bytes.fill(luck, address, address + OBJECT_BYTES);
  objects.set(address, { kind: 'own', count: 1 });
  return BigInt(address);
};

/** `void bpf_obj_drop_impl(void *p__alloc, void *meta__ign)` */
export const objDrop: Kfunc = (machine) => {
  counted(machine, -1);
  return 0n;
};

/** `void *bpf_refcount_acquire_impl(void *p__refcounted_kptr, void *meta__ign)` */
export const refcountAcquire: Kfunc = (machine) => {
  counted(machine, 1);
  return machine.regs[1];
};

function counted(machine: Machine, by: number): void {
  const address = numberIn(machine.words, 1);
  const object = machine.objects.get(address);
  if (object?.kind !== 'own' || object.count === 0) badArgument(machine, 1, 'an object');
  else machine.objects.set(address, { kind: 'own', count: object.count + by } satisfies Own);
}

type Own = ObjectOf<'own'>;

/** With a reference count behind. */
const STRIDE_BYTES = 32;
const REGION_BYTES = 1 << 16;

/** Behind the one that was made last, as long as their region goes. */
function newAddress(machine: Machine, last: number | undefined): number | undefined {
  const { memory } = machine;
  const next = (last ?? 0) + STRIDE_BYTES;
  if (last !== undefined && allows(memory, next, OBJECT_BYTES, Access.BOTH)) return next;
  const region = addRegion(memory, {
    sizeBytes: REGION_BYTES,
    access: Access.BOTH,
    elements: { strideBytes: STRIDE_BYTES, usedBytes: OBJECT_BYTES },
  });
  if (region !== undefined) return memory.starts[region];
  raise(machine, 'bad-argument', machine.row, 'no memory for another object');
  return undefined;
}
