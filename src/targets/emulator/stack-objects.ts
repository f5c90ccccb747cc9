import { badArgument, memoryArgument } from './helpers/helper.ts';
import type { Machine } from './machine.ts';
import { Access } from './memory.ts';
import { numberIn } from './registers.ts';

/**
 * What the kernel keeps in bytes of the stack that a prog can't look into, or beside memory that it gave
 * out. It is kept apart from memory, by the address of its first byte, until something else takes its place.
 */
export type StackObject =
  | { readonly kind: 'iterator'; readonly numbers: Iterator<number> }
  /** Memory of the prog's own, and how many hold it; 0 where it is free. */
  | { readonly kind: 'own'; readonly count: number }
  | {
      readonly kind: 'dynptr';
      /**
       * Behind it: memory, a record of a ring, a packet or its metadata. `nothing` where it could not be
       * had.
       */
      readonly holds: 'nothing' | 'memory' | 'record' | 'skb' | 'xdp' | 'metadata';
      /** Address of the memory or record. */
      readonly start: number;
      /** From there, or from the beginning of the packet. */
      readonly offset: bigint;
      readonly size: bigint;
      readonly access: 'read' | 'write';
    };

export type ObjectOf<Kind extends StackObject['kind']> = Extract<
  StackObject,
  { readonly kind: Kind }
>;

/** The object that a register points to; undefined, with a fault, where it points to none such. */
export function objectAt<Kind extends StackObject['kind']>(
  machine: Machine,
  reg: number,
  kind: Kind,
): ObjectOf<Kind> | undefined {
  const object = machine.objects.get(numberIn(machine.words, reg));
  if (object?.kind === kind) return object as ObjectOf<Kind>;
  badArgument(machine, reg, `a ${kind}`);
  return undefined;
}

/** Puts one to where a register points. */
export function putObject(
  machine: Machine,
  reg: number,
  sizeBytes: number,
  object: StackObject,
): void {
  const address = memoryArgument(machine, reg, sizeBytes, Access.WRITE);
  if (address !== 0) machine.objects.set(address, object);
}

export function dropObject(machine: Machine, reg: number): void {
  machine.objects.delete(numberIn(machine.words, reg));
}
