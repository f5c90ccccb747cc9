/** Bytes that are not a case. `code` is stable; `offset` is the byte at which reading stopped. */
export class CaseBytesError extends Error {
  readonly code = 'CASE_BYTES_INVALID';
  readonly offset: number;

  constructor(offset: number, expected: string, found: string, options?: ErrorOptions) {
    super(`Expected ${expected}, got ${found} (byte ${offset} of a case)`, options);
    this.name = 'CaseBytesError';
    this.offset = offset;
  }
}

/** Reads what `ByteWriter` wrote; throws `CaseBytesError` where the bytes end or exceed a limit. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // Not as a Buffer, whose `slice` is no copy.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(what: string, max = 0xff): number {
    return this.#atMost(this.#view.getUint8(this.#skip(1, what)), max, what);
  }

  u16(what: string, max = 0xffff): number {
    return this.#atMost(this.#view.getUint16(this.#skip(2, what), true), max, what);
  }

  u32(what: string, max = 0xffff_ffff): number {
    return this.#atMost(this.#view.getUint32(this.#skip(4, what), true), max, what);
  }

  u64(what: string): bigint {
    return this.#view.getBigUint64(this.#skip(8, what), true);
  }

  name(what: string): string {
    const lenBytes = this.u8(what);
    const at = this.#skip(lenBytes, what);
    return String.fromCharCode(...this.#bytes.subarray(at, at + lenBytes));
  }

  /** A copy, so that the case does not hold on to the whole buffer. */
  bytes(lenBytes: number, what: string): Uint8Array {
    const at = this.#skip(lenBytes, what);
    return this.#bytes.slice(at, at + lenBytes);
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  end(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) this.fail('the end', `${left} more bytes`);
  }

  fail(expected: string, found: string, options?: ErrorOptions): never {
    throw new CaseBytesError(this.#at, expected, found, options);
  }

  #atMost(value: number, max: number, what: string): number {
    if (value > max) this.fail(`${what} of at most ${max}`, `${value}`);
    return value;
  }

  /** Where the next `lenBytes` bytes begin. */
  #skip(lenBytes: number, what: string): number {
    const at = this.#at;
    if (at + lenBytes > this.#bytes.length) {
      this.fail(`${lenBytes} bytes of ${what}`, `${this.#bytes.length - at}`);
    }
    this.#at += lenBytes;
    return at;
  }
}
