import { FRAME_BODY_MAX_BYTES, LinkError } from './link.ts';

/** Puts the body of a frame together in one buffer that grows and is used again. */
export interface WireWriter {
  /** How much was written since the last `reset`. */
  readonly length: number;
  u32(value: number): void;
  bytes(bytes: Uint8Array): void;
  /** Puts a number where one was written before. */
  setU32(at: number, value: number): void;
  /** Forgets all behind `length`. */
  reset(length: number): void;
  /** What was written; valid until the next write. */
  body(): Uint8Array;
}

const FIRST_BYTES = 64 * 1024;

/** Throws `FrameFull` where a body would be longer than a frame takes. */
export function wireWriter(): WireWriter {
  let buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let length = 0;

  const reserve = (bytes: number): number => {
    const at = length;
    const end = at + bytes;
    if (end > buffer.length) {
      if (end > FRAME_BODY_MAX_BYTES) throw new FrameFull();
      const larger = Buffer.allocUnsafeSlow(
        Math.min(FRAME_BODY_MAX_BYTES, Math.max(end, 2 * buffer.length)),
      );
      larger.set(buffer.subarray(0, at));
      buffer = larger;
    }
    length = end;
    return at;
  };

  return {
    get length() {
      return length;
    },
    u32: (value) => {
      const at = reserve(4);
      buffer.writeUInt32LE(value, at);
    },
    bytes: (bytes) => {
      const at = reserve(bytes.length);
      buffer.set(bytes, at);
    },
    setU32: (at, value) => {
      buffer.writeUInt32LE(value, at);
    },
    reset: (to) => {
      length = to;
    },
    body: () => buffer.subarray(0, length),
  };
}

/** What is to be sent does not fit into one frame. */
export class FrameFull extends Error {
  constructor() {
    super(`Expected a body of at most ${FRAME_BODY_MAX_BYTES} bytes`);
    this.name = 'FrameFull';
  }
}

/** Takes the body of a frame apart. Reading behind its end throws `LinkError` (LINK_PROTOCOL). */
export interface WireReader {
  u32(): number;
  i32(): number;
  u64(): bigint;
  /** A number that may be at most `max`. */
  bounded(max: number, what: string): number;
  /** A copy. */
  bytes(length: number): Uint8Array;
  /** Length and UTF-8. */
  text(max: number, what: string): string;
  /** Throws unless all has been read. */
  end(): void;
}

export function wireReader(body: Uint8Array): WireReader {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.length);
  let next = 0;

  const take = (length: number): number => {
    const at = next;
    if (length > buffer.length - at) {
      throw protocolError(`${length} bytes at ${at}`, `the end at ${buffer.length}`);
    }
    next = at + length;
    return at;
  };
  const u32 = (): number => buffer.readUInt32LE(take(4));
  const bounded = (max: number, what: string): number => {
    const value = u32();
    if (value > max) throw protocolError(`${what} of at most ${max}`, `${value}`);
    return value;
  };

  return {
    u32,
    i32: () => buffer.readInt32LE(take(4)),
    u64: () => buffer.readBigUInt64LE(take(8)),
    bounded,
    bytes: (length) => {
      if (length === 0) return EMPTY;
      const at = take(length);
      return new Uint8Array(buffer.buffer.slice(buffer.byteOffset + at, buffer.byteOffset + next));
    },
    text: (max, what) => {
      const at = take(bounded(max, what));
      return buffer.toString('utf8', at, next);
    },
    end: () => {
      if (next !== buffer.length) throw protocolError(`the end at ${next}`, `${buffer.length}`);
    },
  };
}

const EMPTY = new Uint8Array();

export function protocolError(expected: string, found: string): LinkError {
  return new LinkError('LINK_PROTOCOL', `Expected ${expected}, got ${found}`);
}
