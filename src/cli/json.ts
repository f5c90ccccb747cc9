/** JSON of plain data that may hold bytes (as hex), bigints (as 0x…), sets and maps (as arrays). */
export const asJson = (value: unknown): string => JSON.stringify(value, plain);

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  if (value instanceof Set || value instanceof Map) return [...value];
  return value;
}
