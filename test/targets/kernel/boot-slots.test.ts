import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { bootSlots } from '../../../src/targets/kernel/boot-slots.ts';
import type { Launch, Link } from '../../../src/targets/kernel/link.ts';

const MEGABYTE = 1024 * 1024;
const never = new AbortController().signal;

/** Launches that begin when they are called and end when the test says so. */
function manualLaunches() {
  const begun: string[] = [];
  const endings = new Map<string, { resolve(link: Link): void; reject(error: Error): void }>();
  const launch =
    (name: string): Launch =>
    () =>
      new Promise((resolve, reject) => {
        begun.push(name);
        endings.set(name, { resolve, reject });
      });
  const link = (): Link => ({
    hello: new Uint8Array(),
    request: async (body) => body,
    console: () => '',
    close: async () => {},
  });
  return {
    begun,
    launch,
    succeed: (name: string) => endings.get(name)!.resolve(link()),
    fail: (name: string) => endings.get(name)!.reject(new Error('no hello')),
  };
}

const guest = (target: string, memoryMb = 1) => ({ target, memoryMb });

it('as many machines boot at once as there are cores, and the others in their order', async () => {
  const { begun, launch, succeed, fail } = manualLaunches();
  const slots = bootSlots({ cores: 2, memoryBytes: 10 * MEGABYTE });
  const links = ['a', 'b', 'c', 'd'].map((name) =>
    slots
      .bounded(
        guest(name),
        launch(name),
      )(never)
      .catch((error: Error) => error.message),
  );
  await setImmediate();
  expect(begun).toEqual(['a', 'b']);
  succeed('b');
  await links[1];
  await setImmediate();
  expect(begun).toEqual(['a', 'b', 'c']);
  fail('a');
  expect(await links[0]).toBe('no hello');
  await setImmediate();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
});

it('who gives up while it waits leaves its turn to the next', async () => {
  const { begun, launch, succeed } = manualLaunches();
  const slots = bootSlots({ cores: 1, memoryBytes: 10 * MEGABYTE });
  const giveUp = new AbortController();
  const first = slots.bounded(guest('a'), launch('a'))(never);
  const second = slots.bounded(guest('b'), launch('b'))(giveUp.signal);
  void slots.bounded(guest('c'), launch('c'))(never);
  giveUp.abort(new Error('enough'));
  await expect(second).rejects.toThrow('enough');
  succeed('a');
  await first;
  await setImmediate();
  expect(begun).toEqual(['a', 'c']);
});

it('a machine that has no room beside the others is refused in one line', async () => {
  const { launch, succeed } = manualLaunches();
  const slots = bootSlots({ cores: 4, memoryBytes: 1000 * MEGABYTE });
  const first = slots.bounded(guest('debian12', 512), launch('debian12'))(never);
  await expect(slots.bounded(guest('sid', 512), launch('sid'))(never)).rejects.toMatchObject({
    code: 'TARGET_UNAVAILABLE',
    message:
      'sid: its machine needs 512 MB of memory beside the 512 MB of the kernels before it, and 1000 MB were free',
  });
  succeed('debian12');
  await (await first).close();
  const again = slots.bounded(guest('sid', 512), launch('sid'))(never);
  await setImmediate();
  succeed('sid');
  await expect(again).resolves.toBeDefined();
});

it('memory is given back once, however often a link is closed, and where a boot fails', async () => {
  const { launch, succeed, fail } = manualLaunches();
  const slots = bootSlots({ cores: 4, memoryBytes: 2 * MEGABYTE });
  const open = (name: string) => slots.bounded(guest(name), launch(name))(never);
  const failing = open('a');
  await setImmediate();
  fail('a');
  await expect(failing).rejects.toThrow('no hello');
  const opening = open('b');
  await setImmediate();
  succeed('b');
  const link = await opening;
  await Promise.all([link.close(), link.close()]);
  const [c, d] = [open('c'), open('d')];
  await setImmediate();
  succeed('c');
  succeed('d');
  await Promise.all([c, d]);
  await expect(open('e')).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' });
});
