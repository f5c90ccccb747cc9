import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import {
  encodeHeader,
  frameReader,
  type Machine,
  openLink,
  streamPort,
} from '../../../src/targets/kernel/framing.ts';
import type { Link } from '../../../src/targets/kernel/link.ts';

const bytes = (...parts: readonly (Uint8Array | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part)));
const frame = (seq: number, body: string): Buffer => bytes(encodeHeader(seq, body.length), body);

describe('frameReader', () => {
  const wire = bytes(frame(0, ''), frame(1, 'one'), frame(0xffff_ffff, 'the last'));

  it.each([
    1, 2, 3, 11, 12, 13, 15, 100,
  ])('puts frames together from %i bytes at a time', (size) => {
    const got: [number, string][] = [];
    const read = frameReader(({ seq, body }) => got.push([seq, Buffer.from(body).toString()]));
    for (let at = 0; at < wire.length; at += size) read(wire.subarray(at, at + size));
    expect(got).toEqual([
      [0, ''],
      [1, 'one'],
      [0xffff_ffff, 'the last'],
    ]);
  });

  it('lays a header out as "BPFD", seq, length, little-endian', () => {
    expect(encodeHeader(0x01020304, 5).toString('hex')).toBe('42504644' + '04030201' + '05000000');
  });

  it.each([
    ['another magic', bytes('HTTP/1.1 400'), /Expected a frame to begin with 0x44465042/],
    ['a body over 16 MiB', encodeHeader(1, 16 * 1024 * 1024 + 1), /at most 16777216 bytes/],
  ])('refuses %s', (_, chunk, message) => {
    expect(() => frameReader(() => {})(chunk)).toThrow(message);
  });
});

describe('openLink', () => {
  /** The agent's end of a link is written by hand. */
  const open = async (
    hello: Buffer | undefined,
    helloTimeoutMs = 1000,
    console = '',
  ): Promise<{ readonly link: Link; say(wire: Buffer): void; end(how: string): void }> => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    let end: (how: string) => void = () => {};
    const machine: Machine = {
      ended: new Promise((resolve) => {
        end = resolve;
      }),
      console: () => console,
      close: async () => end('was killed by SIGKILL'),
    };
    if (hello) input.write(hello);
    const signal = new AbortController().signal;
    const link = await openLink(streamPort(input, output), machine, { helloTimeoutMs, signal });
    return { link, say: (wire) => input.write(wire), end };
  };
  const body = Buffer.from('a request');

  it('gives the hello, and each request its answer', async () => {
    const { link, say } = await open(frame(0, 'hello'));
    expect(Buffer.from(link.hello).toString()).toBe('hello');
    for (const seq of [1, 2, 3]) {
      const answer = link.request(body, 1000);
      say(frame(seq, `answer ${seq}`));
      expect(Buffer.from(await answer).toString()).toBe(`answer ${seq}`);
    }
  });

  it.each([
    ['the end of the console', 'line 1\nline 2\n', /its console ended with:\nline 1\nline 2$/],
    ['what the kernel said', 'line 1\nOops\nline 3', /its kernel said:\nOops\nline 3$/],
  ])('tells %s where no hello comes', async (_, console, message) => {
    await expect(open(undefined, 20, console)).rejects.toMatchObject({
      code: 'LINK_TIMEOUT',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['LINK_PROTOCOL', 'no frame', bytes('Segmentation fault')],
    ['LINK_PROTOCOL', 'an answer to another request', frame(2, '')],
    ['LINK_PROTOCOL', 'a second hello', frame(0, '')],
  ] as const)('fails with %s where %s comes, and so do later requests', async (code, _, wire) => {
    const { link, say } = await open(frame(0, ''));
    const answer = link.request(body, 1000);
    say(wire);
    await expect(answer).rejects.toMatchObject({ code });
    await expect(link.request(body, 1000)).rejects.toMatchObject({ code });
  });

  it('fails where a frame comes that nobody asked for', async () => {
    const { link, say } = await open(frame(0, ''));
    say(frame(1, 'an answer before the question'));
    await new Promise(setImmediate);
    await expect(link.request(body, 1000)).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
  });

  it('fails with LINK_TIMEOUT, and an answer that is late answers no later request', async () => {
    const { link, say } = await open(frame(0, ''));
    await expect(link.request(body, 10)).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    say(frame(1, 'late'));
    await expect(link.request(body, 1000)).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
  });

  it('fails with LINK_DIED that says how, but takes the last words first', async () => {
    const { link, say, end } = await open(frame(0, ''));
    const answer = link.request(body, 10_000);
    end('ended with exit status 3');
    say(frame(1, 'last words'));
    expect(Buffer.from(await answer).toString()).toBe('last words');
    await expect(link.request(body, 10_000)).rejects.toMatchObject({
      code: 'LINK_DIED',
      message: 'ended with exit status 3',
    });
  });

  it('takes one request at a time', async () => {
    const { link, say } = await open(frame(0, ''));
    const first = link.request(body, 1000);
    await expect(link.request(body, 1000)).rejects.toThrow(/one request at a time/);
    say(frame(1, 'first'));
    expect(Buffer.from(await first).toString()).toBe('first');
  });
});
