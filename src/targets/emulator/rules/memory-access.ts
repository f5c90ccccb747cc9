import { FORMS } from '../../../isa/forms.ts';
import { u32 } from '../../../isa/integers.ts';
import type { SizeBytes } from '../../../isa/opcode.ts';

/** What a load leaves in `dst`; the address has been checked. */
export type LoadRule = (view: DataView, address: number, littleEndian: boolean) => bigint;

/** Puts the low bytes of a register, or of a sign-extended immediate, to a checked address. */
export type StoreRule = (
  view: DataView,
  address: number,
  value: bigint,
  littleEndian: boolean,
) => void;

const UNSIGNED: Readonly<Record<SizeBytes, LoadRule>> = {
  1: (view, address) => BigInt(view.getUint8(address)),
  2: (view, address, littleEndian) => BigInt(view.getUint16(address, littleEndian)),
  4: (view, address, littleEndian) => BigInt(view.getUint32(address, littleEndian)),
  8: (view, address, littleEndian) => view.getBigUint64(address, littleEndian),
};

const SIGNED: Readonly<Record<SizeBytes, LoadRule>> = {
  1: (view, address) => BigInt(view.getInt8(address)),
  2: (view, address, littleEndian) => BigInt(view.getInt16(address, littleEndian)),
  4: (view, address, littleEndian) => BigInt(view.getInt32(address, littleEndian)),
  8: (view, address, littleEndian) => view.getBigInt64(address, littleEndian),
};

const STORES: Readonly<Record<SizeBytes, StoreRule>> = {
  1: (view, address, value) => view.setUint8(address, Number(u32(value))),
  2: (view, address, value, littleEndian) =>
    view.setUint16(address, Number(u32(value)), littleEndian),
  4: (view, address, value, littleEndian) =>
    view.setUint32(address, Number(u32(value)), littleEndian),
  8: (view, address, value, littleEndian) => view.setBigUint64(address, value, littleEndian),
};

/** By the form's name, such as `ldxh`, `ldxsw`, `load_acq.b`. */
export const LOAD_RULES: Readonly<Record<string, LoadRule>> = Object.fromEntries(
  FORMS.flatMap((form) => {
    if (form.kind === 'load') return [[form.name, (form.signed ? SIGNED : UNSIGNED)[form.size]]];
    return form.kind === 'load_acq' ? [[form.name, UNSIGNED[form.size]]] : [];
  }),
);

/** By the form's name, such as `stb`, `stxdw`, `store_rel.w`. */
export const STORE_RULES: Readonly<Record<string, StoreRule>> = Object.fromEntries(
  FORMS.flatMap((form) =>
    form.kind === 'store' || form.kind === 'store_rel' ? [[form.name, STORES[form.size]]] : [],
  ),
);
