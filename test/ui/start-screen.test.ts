import { PassThrough, Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { expect, it } from 'vitest';
import type { CampaignEvent } from '../../src/campaign/events.ts';
import { type ScreenKeyboard, startScreen } from '../../src/ui/start-screen.tsx';
import { detectTerminal } from '../../src/ui/terminal.ts';
import { summary } from './events.ts';

/** A terminal that keeps what is written to it. */
function fakeTerminal(columns: number, rows: number) {
  let written = '';
  const stream = new Writable({
    write(chunk, _, done) {
      written += chunk;
      done();
    },
  });
  return {
    stream: Object.assign(stream, { columns, rows, isTTY: true }) as unknown as WriteStream,
    written: () => written,
  };
}

const terminal = detectTerminal({ TERM: 'xterm', NO_COLOR: '1' }, true);

it('a closed screen leaves the last event drawn, nothing running and no listener', async () => {
  const { stream, written } = fakeTerminal(80, 24);
  const screen = startScreen({ stream, terminal, now: () => 0 });
  screen.onEvent({ kind: 'target', name: 'uml', event: { kind: 'booting' } });
  screen.onEvent({ kind: 'summary', summary: summary() });
  await Promise.all([screen.close(), screen.close()]);
  expect(written()).toContain('bpfdiff | done in 33 s');
  expect(stream.listenerCount('resize')).toBe(0);

  const length = written().length;
  screen.onEvent({ kind: 'target', name: 'uml', event: { kind: 'closed' } });
  screen.interrupted();
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(written()).toHaveLength(length);
});

it('a terminal that does not know its size is taken for 80 columns', async () => {
  const { stream, written } = fakeTerminal(0, 0);
  const screen = startScreen({ stream, terminal, now: () => 0 });
  await screen.close();
  expect(written()).toContain(`${'.'.repeat(74)}   0 %`);
});

it('a process that ends without closing the screen shows the cursor again', async () => {
  const { stream, written } = fakeTerminal(80, 24);
  const before = process.listeners('exit');
  const screen = startScreen({ stream, terminal, now: () => 0 });
  const added = process.listeners('exit').filter((listener) => !before.includes(listener));
  expect(added).toHaveLength(1);
  added[0]?.(0);
  expect(written().endsWith('\u001B[?25h')).toBe(true);
  await screen.close();
  expect(process.listeners('exit')).toEqual(before);
});

/** A keyboard to type on, and what the screen has done with it. */
function fakeKeyboard(isOurs = (): boolean => true) {
  const done: string[] = [];
  const input = new PassThrough();
  const setRawMode = (mode: boolean): unknown => done.push(mode ? 'raw' : 'cooked');
  const keyboard: ScreenKeyboard = {
    stdin: Object.assign(input, { setRawMode, isTTY: true }) as unknown as ReadStream,
    isOurs,
    interrupt: () => done.push('interrupt'),
    suspend: () => done.push('suspend'),
    findingText: (finding, { width }) => `text of ${finding} in ${width} columns\n`,
  };
  /** Types, and waits until it was read. */
  const type = async (text: string): Promise<void> => {
    input.write(text);
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { keyboard, done, type };
}

const divergence = (id: string): CampaignEvent => ({
  kind: 'divergence',
  id,
  class: 'retval',
  targets: ['emulator', 'uml'],
  where: 'run 0: 1 and 2',
});

it('keys open what was found, and a finding has the text that is given for it', async () => {
  const { stream, written } = fakeTerminal(100, 24);
  const { keyboard, done, type } = fakeKeyboard();
  const screen = startScreen({ stream, terminal, keyboard, now: () => 0 });
  screen.onEvent(divergence('d1'));
  screen.onEvent({ kind: 'shrinking', id: 'd1', tried: 64, insns: 2, smallest: 'the\ncase\n' });
  await type('\r\r');
  expect(written()).toContain('\u001B[?1049h');
  expect(written()).toContain('shrinking: 64 tried, 2 insns');
  expect(written()).toContain('  case\r\n');
  screen.onEvent({
    kind: 'recorded',
    id: 'd1',
    finding: 'f1',
    class: 'retval',
    at: 'add32.x',
    insns: 2,
  });
  await type('k');
  expect(written()).toContain('text of f1 in 100 columns');
  await type('\u0003\u001A');
  expect(written().endsWith('\u001B[?1049l\u001B[?25h')).toBe(true);
  await screen.close();
  expect(done).toEqual(['raw', 'interrupt', 'cooked', 'suspend']);
});

it('a divergence that is looked at stays when a later one takes its place', async () => {
  const { stream, written } = fakeTerminal(80, 24);
  const { keyboard, type } = fakeKeyboard();
  const screen = startScreen({ stream, terminal, keyboard, now: () => 0 });
  screen.onEvent(divergence('d1'));
  screen.onEvent({ kind: 'dismissed', id: 'd1', why: 'known' });
  await type('\r\r');
  screen.onEvent(divergence('d2'));
  screen.onEvent({ kind: 'dismissed', id: 'd2', why: 'known' });
  const before = written().length;
  await type('\f');
  expect(written().slice(before)).toContain('d1: emulator and uml disagree');
  await screen.close();
});

it('who looks at what was found is waited for at the end', async () => {
  const { stream, written } = fakeTerminal(80, 24);
  const { keyboard, done, type } = fakeKeyboard();
  const screen = startScreen({ stream, terminal, keyboard, now: () => 0 });
  await type('\r');
  screen.onEvent({ kind: 'summary', summary: summary() });
  const closed = screen.close().then(() => done.push('closed'));
  await type('');
  expect(done).toEqual(['raw']);
  await type('q');
  await closed;
  expect(done).toEqual(['raw', 'cooked', 'closed']);
  expect(written().endsWith('\u001B[?25h')).toBe(true);
});

it('a terminal that is not ours is not read, and no keys are told', async () => {
  const { stream, written } = fakeTerminal(80, 24);
  const { keyboard, done } = fakeKeyboard(() => false);
  const screen = startScreen({ stream, terminal, keyboard, now: () => 0 });
  await screen.close();
  expect(done).toEqual([]);
  expect(written()).not.toContain('Enter');
});
