import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { kernelReport, plainText } from './kernel-report.ts';
import {
  FRAME_BODY_MAX_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_MAGIC,
  type Link,
  LinkError,
} from './link.ts';

export interface Frame {
  readonly seq: number;
  readonly body: Uint8Array;
}

/** Carries frames there and back, in order. Frames that come before `listen` are kept. */
export interface FramePort {
  /** Called once. `failed` is called at most once, with LINK_DIED or LINK_PROTOCOL, and ends it. */
  listen(received: (frame: Frame) => void, failed: (error: LinkError) => void): void;
  /** Hands a frame over; the body must stay as it is until it is answered. */
  send(frame: Frame): void;
}

/** What an agent runs in: a process, a VM, a UML kernel. */
export interface Machine {
  /** Resolves with how it ended, for people, such as `killed by SIGKILL`. Never rejects. */
  readonly ended: Promise<string>;
  /** As `Link.console`. */
  console(): string;
  /** As `Link.close`. */
  close(): Promise<void>;
}

export interface LinkStart {
  /** How long the agent may take to say hello. */
  readonly helloTimeoutMs: number;
  /** Ends an unfinished start. */
  readonly signal: AbortSignal;
}

/** The stream can hold an answer that was sent just before the end, so it gets this long. */
const LAST_WORDS_MS = 200;
/** A stream ends a moment before its process is known to have ended. */
const OBITUARY_MS = 500;

/**
 * Waits for the agent's hello and gives the link to it. Where there is none in time the machine is
 * closed, and the error tells the end of its console.
 *
 * Once a request has failed, all that follow fail alike: what comes late would answer another one.
 */
export async function openLink(port: FramePort, machine: Machine, start: LinkStart): Promise<Link> {
  let waiting: Waiting | undefined;
  let failure: LinkError | undefined;
  let lastSeq = 0;

  const fail = (error: LinkError): void => {
    failure ??= error;
    waiting?.reject(failure);
  };

  const answer = (seq: number, timeoutMs: number): Promise<Uint8Array> =>
    new Promise((resolve, reject) => {
      const limit = setTimeout(
        () => fail(new LinkError('LINK_TIMEOUT', `no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      const done = (): void => {
        clearTimeout(limit);
        waiting = undefined;
      };
      waiting = {
        seq,
        resolve: (body) => {
          done();
          resolve(body);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      if (failure) waiting.reject(failure);
    });

  machine.ended.then((how) => {
    if (failure) return;
    setTimeout(() => fail(new LinkError('LINK_DIED', how)), LAST_WORDS_MS);
  });
  const abort = (): void => fail(new LinkError('LINK_DIED', 'the start was given up'));
  start.signal.addEventListener('abort', abort);
  if (start.signal.aborted) abort();

  let hello: Uint8Array;
  try {
    const greeting = answer(0, start.helloTimeoutMs);
    port.listen(
      (frame) => {
        if (frame.seq === waiting?.seq) waiting.resolve(frame.body);
        else fail(unexpectedSeq(frame.seq, waiting?.seq));
      },
      (error) => {
        if (error.code === 'LINK_DIED') obituary(machine, error).then(fail);
        else fail(error);
      },
    );
    hello = await greeting;
  } catch (error) {
    await machine.close();
    throw withConsole(error as LinkError, machine.console());
  } finally {
    start.signal.removeEventListener('abort', abort);
  }

  return {
    hello,
    request: async (body, timeoutMs) => {
      if (waiting) throw new Error('Expected one request at a time, got a second one');
      if (body.length > FRAME_BODY_MAX_BYTES) throw bodyTooLong(body.length);
      if (failure) throw failure;
      lastSeq = nextSeq(lastSeq);
      const answered = answer(lastSeq, timeoutMs);
      port.send({ seq: lastSeq, body });
      return answered;
    },
    console: () => machine.console(),
    close: async () => {
      fail(new LinkError('LINK_DIED', 'the link was closed'));
      await machine.close();
    },
  };
}

interface Waiting {
  readonly seq: number;
  resolve(body: Uint8Array): void;
  reject(error: LinkError): void;
}

/** 0 is the hello's own. */
function nextSeq(seq: number): number {
  return seq === 0xffff_ffff ? 1 : seq + 1;
}

/** Frames over a pair of streams, such as a child's pipes or, given twice, a socket. */
export function streamPort(input: Readable, output: Writable): FramePort {
  return {
    listen: (received, failed) => {
      let over = false;
      const end = (error: LinkError): void => {
        if (over) return;
        over = true;
        input.pause();
        failed(error);
      };
      const read = frameReader(received);
      input.on('data', (chunk: Buffer) => {
        if (over) return;
        try {
          read(chunk);
        } catch (error) {
          end(error as LinkError);
        }
      });
      const closed = (cause?: Error): void =>
        end(new LinkError('LINK_DIED', 'the stream ended', { cause }));
      input.on('error', closed);
      input.on('close', closed);
      input.on('end', closed);
      output.on('error', closed);
    },
    send: ({ seq, body }) => {
      output.cork();
      output.write(encodeHeader(seq, body.length));
      output.write(body);
      output.uncork();
    },
  };
}

/**
 * Puts frames together from chunks as they come. Every byte is copied once, into a body that has
 * its full length from the start. Throws `LinkError` where what comes is no frame.
 */
export function frameReader(received: (frame: Frame) => void): (chunk: Uint8Array) => void {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  let headerBytes = 0;
  let seq = 0;
  let body = Buffer.alloc(0);
  let bodyBytes = 0;

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (headerBytes < FRAME_HEADER_BYTES) {
        const part = chunk.subarray(at, at + FRAME_HEADER_BYTES - headerBytes);
        header.set(part, headerBytes);
        headerBytes += part.length;
        at += part.length;
        if (headerBytes < FRAME_HEADER_BYTES) return;
        const decoded = decodeHeader(header);
        seq = decoded.seq;
        body = Buffer.allocUnsafeSlow(decoded.length);
        bodyBytes = 0;
      }
      const part = chunk.subarray(at, at + body.length - bodyBytes);
      body.set(part, bodyBytes);
      bodyBytes += part.length;
      at += part.length;
      if (bodyBytes === body.length) {
        headerBytes = 0;
        received({ seq, body });
      }
    }
  };
}

export function encodeHeader(seq: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
  header.writeUInt32LE(FRAME_MAGIC, 0);
  header.writeUInt32LE(seq, 4);
  header.writeUInt32LE(length, 8);
  return header;
}

/** Throws `LinkError` where the bytes are no header, or one of a body that is too long. */
export function decodeHeader(header: Buffer): { readonly seq: number; readonly length: number } {
  const magic = header.readUInt32LE(0);
  if (magic !== FRAME_MAGIC) {
    throw new LinkError(
      'LINK_PROTOCOL',
      `Expected a frame to begin with ${hex(FRAME_MAGIC)}, got ${hex(magic)}`,
    );
  }
  const length = header.readUInt32LE(8);
  if (length > FRAME_BODY_MAX_BYTES) throw bodyTooLong(length);
  return { seq: header.readUInt32LE(4), length };
}

function bodyTooLong(length: number): LinkError {
  return new LinkError(
    'LINK_PROTOCOL',
    `Expected the body of a frame to have at most ${FRAME_BODY_MAX_BYTES} bytes, got ${length}`,
  );
}

function unexpectedSeq(got: number, expected: number | undefined): LinkError {
  const wanted = expected === undefined ? 'no frame' : `a frame with seq ${expected}`;
  return new LinkError('LINK_PROTOCOL', `Expected ${wanted}, got one with seq ${got}`);
}

/** How the process ended says more than that its stream did. */
async function obituary(machine: Machine, error: LinkError): Promise<LinkError> {
  const limit = new AbortController();
  const how = await Promise.race([
    machine.ended,
    sleep(OBITUARY_MS, undefined, { signal: limit.signal }).catch(() => undefined),
  ]);
  limit.abort();
  return how === undefined ? error : new LinkError('LINK_DIED', how, { cause: error });
}

const CONSOLE_LINES = 6;

/** There is no link to ask for the console yet. A report begins with what matters. */
function withConsole(error: LinkError, output: string): LinkError {
  const lines = (text: string): readonly string[] => text.trim().split('\n');
  const report = kernelReport(output);
  const said = report
    ? lines(report.text).slice(0, CONSOLE_LINES)
    : lines(plainText(output)).slice(-CONSOLE_LINES);
  if (said[0] === '') return error;
  const where = report ? 'its kernel said' : 'its console ended with';
  return new LinkError(error.code, `${error.message}; ${where}:\n${said.join('\n')}`, {
    cause: error,
  });
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
