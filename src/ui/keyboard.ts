import type { ReadStream } from 'node:tty';
import { type Key, keysAtLast, readKeys } from './keys.ts';

/** A terminal whose keys come one by one and are not shown. */
export interface Keyboard {
  /** Puts the terminal into raw mode and reads, where this process may. */
  resume(): void;
  /** Whether keys are read. */
  isOn(): boolean;
  /** Leaves the terminal as it was. */
  pause(): void;
}

export interface KeyboardOptions {
  readonly stdin: ReadStream;
  /** Whether the terminal is this process's to read: one in the background would be stopped. */
  readonly isOurs: () => boolean;
  readonly onKey: (key: Key) => void;
}

/** How long the rest of a key may take. */
const REST_MS = 50;

/** Nothing is read until `resume`. */
export function openKeyboard({ stdin, isOurs, onKey }: KeyboardOptions): Keyboard {
  let isRead = false;
  let rest = '';
  let timer: NodeJS.Timeout | undefined;

  function take(chunk: Buffer): void {
    clearTimeout(timer);
    const read = readKeys(rest + chunk.toString('latin1'));
    rest = read.rest;
    if (rest !== '') timer = setTimeout(takeRest, REST_MS);
    for (const key of read.keys) onKey(key);
  }

  function takeRest(): void {
    const keys = keysAtLast(rest);
    rest = '';
    for (const key of keys) onKey(key);
  }

  function pause(): void {
    if (!isRead) return;
    isRead = false;
    clearTimeout(timer);
    rest = '';
    stdin.off('data', take);
    stdin.pause();
    stdin.setRawMode(false);
  }

  // A terminal that is gone ends the campaign by SIGHUP.
  stdin.on('error', () => {});
  return {
    isOn: () => isRead,
    pause,
    resume() {
      if (isRead || !isOurs()) return;
      isRead = true;
      stdin.setRawMode(true);
      stdin.on('data', take);
      stdin.resume();
    },
  };
}
