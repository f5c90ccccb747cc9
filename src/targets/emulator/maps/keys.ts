/** A key as text, a character for each byte, so that it can be looked up. */
export function keyText(bytes: Uint8Array, at: number, lenBytes: number): string {
  let text = '';
  for (let i = at; i < at + lenBytes; i++) text += String.fromCharCode(bytes[i]);
  return text;
}

/** The bytes of a key that was made text. */
export const keyBytesOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

/** A u32 as outcomes and entries hold it on every machine. */
export const littleEndianIndex = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
