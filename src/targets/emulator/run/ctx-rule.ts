import { allFields, type CtxField, type CtxLayout } from '../../../case/ctx.ts';
import { s64, u32 } from '../../../isa/integers.ts';
import type { CtxAccess } from '../machine.ts';
import { type Memory, NOWHERE } from '../memory.ts';
import type { ReleaseRules } from '../releases.ts';

/** How progs of a type see their ctx. The UAPI struct lies in memory, and most loads just read it. */
export interface CtxRule {
  readonly layout: CtxLayout;
  /**
   * Bytes that the kernel itself keeps of a field, where fewer than the field has. A narrow load of at
   * least that many bytes gives the low ones, at whatever offset into the field it is
   * (`convert_ctx_accesses`, kernel/bpf/verifier.c 6.1: it shifts only loads of fewer bytes).
   */
  readonly kernelBytes: Readonly<Record<string, 1 | 2>>;
  /**
   * Where in the ctx, if not where the others are, a load of that many bytes at an offset reads; behind
   * the struct lies what a handler has put there.
   */
  readonly moved?: (offset: number, sizeBytes: number, release: ReleaseRules) => number | undefined;
  /** Fields that may be stored to. */
  readonly stores: Readonly<Record<string, CtxStore>>;
  /** Fields of `ctx_out` that are taken from the ctx after the run; the others echo `ctx_in`. */
  readonly writeBack: readonly string[];
}

/**
 * What a whole-field store of a register (u64), or of an immediate sign-extended, leaves in the field;
 * undefined where nothing is stored. `bytes` fields are plain memory, together with their neighbours.
 */
export type CtxStore = 'bytes' | ((value: bigint, operand: 'k' | 'x') => bigint | undefined);

/** Keeps the low 32 bits. */
export const store32: CtxStore = (value) => u32(value);
/** Keeps the low 16 bits. */
export const store16: CtxStore = (value) => value & 0xffffn;
export const store64: CtxStore = (value) => value;

const NO_QUEUE_MAPPING = 0xffffn;
/**
 * Drops 0xffff and above: a register is compared as u64, an immediate as int, so that a negative one
 * is stored (`bpf_convert_ctx_access`, net/core/filter.c; immediates since 6.4).
 */
export const storeQueueMapping: CtxStore = (value, operand) =>
  (operand === 'x' ? value : s64(value)) >= NO_QUEUE_MAPPING ? undefined : value & 0xffffn;

/** What a rule comes to for a ctx that begins at `start`. */
export function ctxAccess(
  rule: CtxRule,
  memory: Memory,
  start: number,
  littleEndian: boolean,
  release: ReleaseRules,
): CtxAccess {
  const { layout } = rule;
  const fieldAt = Array.from({ length: layout.sizeBytes }, (_, at) =>
    layout.fields.find(({ offset, sizeBytes }) => at >= offset && at < offset + sizeBytes),
  );
  const plain = fieldAt.map((field) => field && rule.stores[field.name] === 'bytes');
  const isPlain = (offset: number, sizeBytes: number) =>
    plain[offset] === true && plain[offset + sizeBytes - 1] === true;
  return {
    fields: new Map(allFields(layout).map((field) => [field.name, field])),
    loadAddress(offset, sizeBytes) {
      const moved = rule.moved?.(offset, sizeBytes, release);
      if (moved !== undefined) return start + moved;
      const field = fieldAt[offset];
      if (field === undefined) return NOWHERE;
      if (isPlain(offset, sizeBytes)) return start + offset;
      if (offset + sizeBytes > field.offset + field.sizeBytes) return NOWHERE;
      const kept = release.skbKernelBytes[field.name] ?? rule.kernelBytes[field.name];
      if (kept === undefined || sizeBytes < kept || sizeBytes === field.sizeBytes) {
        return start + offset;
      }
      return start + field.offset + (littleEndian ? 0 : field.sizeBytes - sizeBytes);
    },
    store(offset, sizeBytes, value, operand) {
      const field = fieldAt[offset];
      const store = field && rule.stores[field.name];
      if (field === undefined || store === undefined) return false;
      if (store === 'bytes') {
        if (!isPlain(offset, sizeBytes)) return false;
        setBytes(memory.view, start + offset, sizeBytes, value, littleEndian);
        return true;
      }
      if (offset !== field.offset || sizeBytes !== field.sizeBytes) return false;
      const stored = store(value, operand);
      if (stored === undefined) return true;
      setBytes(memory.view, start + offset, sizeBytes, stored, littleEndian);
      return true;
    },
  };
}

/** A field's value in a struct that begins at `start` of what `view` shows. */
export function readField(
  view: DataView,
  start: number,
  { offset, sizeBytes }: CtxField,
  littleEndian: boolean,
): bigint {
  const at = start + offset;
  if (sizeBytes === 8) return view.getBigUint64(at, littleEndian);
  if (sizeBytes === 4) return BigInt(view.getUint32(at, littleEndian));
  if (sizeBytes === 2) return BigInt(view.getUint16(at, littleEndian));
  return BigInt(view.getUint8(at));
}

export function writeField(
  view: DataView,
  start: number,
  { offset, sizeBytes }: CtxField,
  value: bigint,
  littleEndian: boolean,
): void {
  setBytes(view, start + offset, sizeBytes, value, littleEndian);
}

function setBytes(
  view: DataView,
  at: number,
  sizeBytes: number,
  value: bigint,
  littleEndian: boolean,
): void {
  if (sizeBytes === 8) view.setBigUint64(at, value, littleEndian);
  else if (sizeBytes === 4) view.setUint32(at, Number(u32(value)), littleEndian);
  else if (sizeBytes === 2) view.setUint16(at, Number(u32(value)), littleEndian);
  else view.setUint8(at, Number(u32(value)));
}
