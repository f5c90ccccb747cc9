import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import { expect, it } from 'vitest';
import { startScreen } from '../../src/ui/start-screen.tsx';
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
