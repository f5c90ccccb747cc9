import { closeSync, constants, openSync, readSync, writevSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { decodeHeader, encodeHeader, type FramePort } from './framing.ts';
import { FRAME_HEADER_BYTES, LinkError } from './link.ts';

/** The two files that frames go through. They are made once and kept open, whatever the guest does. */
export interface FrameFiles {
  readonly request: number;
  readonly answer: number;
  isOpen(): boolean;
  close(): void;
}

export function openFrameFiles(folder: string): FrameFiles {
  const { O_CREAT, O_EXCL, O_RDWR } = constants;
  const [request, answer] = ['request', 'answer'].map((name) =>
    openSync(join(folder, name), O_RDWR | O_CREAT | O_EXCL, 0o600),
  ) as [number, number];
  let open = true;
  return {
    request,
    answer,
    isOpen: () => open,
    close: () => {
      if (open) for (const fd of [request, answer]) closeSync(fd);
      open = false;
    },
  };
}

/**
 * Frames as files in a folder that a UML guest sees, with a byte on its tty when one is complete.
 * The files are in memory, hence read and written at once. agent/transport.c is the other end.
 */
export function hostfsPort(files: FrameFiles, bell: Duplex): FramePort {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  let failed: (error: LinkError) => void = () => {};

  const readAnswer = () => {
    readFully(files.answer, header, 0);
    const { seq, length } = decodeHeader(header);
    const body = Buffer.allocUnsafeSlow(length);
    readFully(files.answer, body, FRAME_HEADER_BYTES);
    return { seq, body };
  };

  return {
    listen: (received, whenFailed) => {
      failed = (error) => {
        failed = () => {};
        whenFailed(error);
      };
      bell.on('data', (bells: Buffer) => {
        try {
          for (let left = bells.length; left > 0 && files.isOpen(); left--) received(readAnswer());
        } catch (error) {
          failed(asLinkError(error));
        }
      });
      const ended = (cause?: unknown): void =>
        failed(new LinkError('LINK_DIED', 'the tty was closed', { cause }));
      for (const event of ['error', 'close', 'end'] as const) bell.on(event, ended);
    },
    send: ({ seq, body }) => {
      if (!files.isOpen()) return;
      try {
        writeFully(files.request, [encodeHeader(seq, body.length), body]);
        bell.write('\0');
      } catch (error) {
        failed(asLinkError(error));
      }
    },
  };
}

function readFully(fd: number, into: Buffer, position: number): void {
  for (let done = 0; done < into.length; ) {
    const read = readSync(fd, into, done, into.length - done, position + done);
    if (read === 0) {
      throw new LinkError(
        'LINK_PROTOCOL',
        `Expected a frame of ${position + into.length} bytes, got ${position + done}`,
      );
    }
    done += read;
  }
}

function writeFully(fd: number, parts: readonly Uint8Array[]): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const written = writevSync(fd, parts, 0);
  if (written !== length) throw new Error(`wrote ${written} of ${length} bytes`);
}

function asLinkError(error: unknown): LinkError {
  if (error instanceof LinkError) return error;
  return new LinkError('LINK_DIED', (error as Error).message, { cause: error });
}
