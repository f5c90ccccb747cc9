/** Little-endian numbers, names and bytes one after another, in one buffer that grows and is reused. */
export class ByteWriter {
  #bytes = new Uint8Array(4096);
  #at = 0;

  u8(value: number): void {
    this.#need(1);
    this.#bytes[this.#at++] = value;
  }

  u16(value: number): void {
    this.u8(value);
    this.u8(value >>> 8);
  }

  u32(value: number): void {
    this.#need(4);
    this.#bytes[this.#at++] = value;
    this.#bytes[this.#at++] = value >>> 8;
    this.#bytes[this.#at++] = value >>> 16;
    this.#bytes[this.#at++] = value >>> 24;
  }

  u64(value: bigint): void {
    this.u32(Number(value & 0xffff_ffffn));
    this.u32(Number(value >> 32n));
  }

  /** ASCII of at most 255 characters, its length before it. */
  name(text: string): void {
    this.u8(text.length);
    this.#need(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.#at++] = text.charCodeAt(i);
  }

  bytes(bytes: Uint8Array): void {
    this.#need(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Forgets what was written. */
  begin(): void {
    this.#at = 0;
  }

  /** A copy of what was written since `begin`. */
  taken(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  #need(lenBytes: number): void {
    if (this.#at + lenBytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#at + lenBytes));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}
