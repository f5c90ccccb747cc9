/**
 * A running agent and the way to it: one frame body goes there, one comes back. Launchers (process,
 * uml, qemu) make links; what the bodies mean is the protocol's business.
 *
 * On the wire a frame is a 12-byte header and a body, all numbers little-endian:
 *
 *   0        4        8        12
 *   +--------+--------+--------+----------------+
 *   | magic  |  seq   | length | body ...       |    magic = "BPFD" (0x44465042)
 *   +--------+--------+--------+----------------+
 *
 * An answer carries the `seq` of its request. The agent speaks first: a frame with seq 0, its hello.
 */
export interface Link {
  /** Body of the hello frame. */
  readonly hello: Uint8Array;
  /**
   * Sends a body and resolves with the body of the answer. One call at a time. Rejects with
   * `LinkError` where the agent, its kernel or its process died, where the time is over, or where
   * what came is no frame.
   */
  request(body: Uint8Array, timeoutMs: number): Promise<Uint8Array>;
  /** The last of what the kernel wrote on its console, at most 64 KiB; '' where it has none. */
  console(): string;
  /** Ends the process, and removes what the launcher made. May be called more than once. */
  close(): Promise<void>;
}

export const FRAME_MAGIC = 0x44465042;
export const FRAME_HEADER_BYTES = 12;
/** Neither side takes a longer body. */
export const FRAME_BODY_MAX_BYTES = 16 * 1024 * 1024;

export class LinkError extends Error {
  readonly code: 'LINK_DIED' | 'LINK_TIMEOUT' | 'LINK_PROTOCOL';

  constructor(code: LinkError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LinkError';
    this.code = code;
  }
}

/** Starts an agent somewhere. `signal` ends an unfinished start. */
export type Launch = (signal: AbortSignal) => Promise<Link>;
