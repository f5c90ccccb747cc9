/** Of a console that says too much only the end is kept. */
export const CONSOLE_MAX_BYTES = 64 * 1024;

export interface ConsoleRing {
  write(chunk: Uint8Array): void;
  /** What was written last, at most `CONSOLE_MAX_BYTES` bytes of it. */
  text(): string;
}

export function consoleRing(): ConsoleRing {
  const ring = Buffer.alloc(CONSOLE_MAX_BYTES);
  let written = 0;

  return {
    write: (chunk) => {
      const tail = chunk.subarray(-CONSOLE_MAX_BYTES);
      const at = written % CONSOLE_MAX_BYTES;
      const fits = Math.min(tail.length, CONSOLE_MAX_BYTES - at);
      ring.set(tail.subarray(0, fits), at);
      ring.set(tail.subarray(fits), 0);
      written += tail.length;
    },
    text: () => {
      if (written <= CONSOLE_MAX_BYTES) return lines(ring.subarray(0, written));
      const at = written % CONSOLE_MAX_BYTES;
      return lines(Buffer.concat([ring.subarray(at), ring.subarray(0, at)]));
    },
  };
}

/** A console ends its lines with CR LF. */
function lines(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\r', '');
}
