import { expect, it } from 'vitest';
import { CONSOLE_MAX_BYTES, consoleRing } from '../../../src/targets/kernel/console-ring.ts';

it.each([
  ['nothing', [], ''],
  ['lines without their CR', ['one\r\n', 'two\r\n'], 'one\ntwo\n'],
  ['all of what just fits', ['x'.repeat(CONSOLE_MAX_BYTES)], 'x'.repeat(CONSOLE_MAX_BYTES)],
  [
    'the end of more',
    ['x'.repeat(CONSOLE_MAX_BYTES), 'yz'],
    `${'x'.repeat(CONSOLE_MAX_BYTES - 2)}yz`,
  ],
  [
    'the end of one long chunk',
    [`${'x'.repeat(CONSOLE_MAX_BYTES)}yz`],
    `${'x'.repeat(CONSOLE_MAX_BYTES - 2)}yz`,
  ],
  [
    'the end of many chunks',
    Array<string>(CONSOLE_MAX_BYTES).fill('abc'),
    'abc'.repeat(CONSOLE_MAX_BYTES).slice(-CONSOLE_MAX_BYTES),
  ],
])('a console ring holds %s', (_, chunks, text) => {
  const ring = consoleRing();
  for (const chunk of chunks) ring.write(Buffer.from(chunk));
  expect(ring.text()).toBe(text);
});
