import { u32, u64 } from '../../../isa/integers.ts';
import type { Helper } from '../helpers/helper.ts';
import type { Machine } from '../machine.ts';

/** A kfunc is called as a helper is. */
export type Kfunc = Helper;

/** What r0 holds of an `int`: what compilers of the architecture leave above it. */
export const intResult = ({ arch }: Machine, value: number): bigint =>
  arch.intResults === 'zeros' ? u32(BigInt(value)) : u64(BigInt(value | 0));
