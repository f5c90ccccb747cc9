import type { DynptrKfunc } from '../src/case/ksyms.ts';

/** Memory of a map, a record of a ring, or what a kfunc makes one of. */
export type DynptrSource = 'memory' | 'record' | DynptrKfunc;

/** A helper or kfunc for dynptrs. What it has no use for stays unused. */
export interface DynptrOp {
  readonly op: 'read' | 'write' | 'data' | DynptrKfunc;
  readonly off: bigint;
  readonly end: bigint;
  readonly len: number;
  /** Where on the stack its bytes are. */
  readonly at: number;
  readonly value: number;
  readonly flags: number;
  /** 0: the dynptr itself; else a clone, where there is one. */
  readonly on: number;
}
