import { rm } from 'node:fs/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { FRAME_BODY_MAX_BYTES, type Link } from '../../../src/targets/kernel/link.ts';
import { childrenOf, echoMachines, membersOf, never, untilNone } from './machines.ts';

const { machines, agentFolder } = await echoMachines();
afterAll(() => rm(agentFolder, { recursive: true }));

const LIMIT_MS = 20_000;

describe.each(machines)('a link to $name (missing: $missing)', ({ name, launch, missing }) => {
  const links: Link[] = [];
  const start = async (): Promise<Link> => {
    const link = await launch(never);
    links.push(link);
    return link;
  };
  const ask = async (link: Link, what: string, timeoutMs = LIMIT_MS): Promise<string> =>
    Buffer.from(await link.request(Buffer.from(what), timeoutMs)).toString();
  /** The process that was started last; its id is that of its group. */
  const group = async (): Promise<number> => (await childrenOf(process.pid)).at(-1)!;
  afterEach(async () => {
    for (const link of links.splice(0)) await link.close();
  });

  it.skipIf(missing)('begins with the hello of an agent that is root on the kernel', async () => {
    const link = await start();
    expect(Buffer.from(link.hello).toString()).toMatch(/^\d+\.\d+\.\d+/);
    // All 41 capabilities of 6.1, CAP_BPF among them.
    expect(await ask(link, 'status')).toMatch(/^CapEff:\t000001ffffffffff$/m);
  });

  it.skipIf(missing)('reaches a kernel with its own JIT', async () => {
    expect(await ask(await start(), 'jit')).toBe({ uml: '', debian12: '1\n' }[name]);
  });

  it.skipIf(missing)('carries bodies of every length unchanged', async () => {
    const link = await start();
    const lengths = [0, 1, 4083, 4084, 4085, 65_536, 1_000_003, FRAME_BODY_MAX_BYTES, 5];
    for (const length of lengths) {
      const body = Buffer.alloc(length, `${length} bytes of `);
      const answer = await link.request(body, LIMIT_MS);
      expect(Buffer.compare(answer, body), `${length} bytes`).toBe(0);
    }
  });

  it.skipIf(missing)('refuses a body that is too long and goes on', async () => {
    const link = await start();
    const tooLong = Buffer.alloc(FRAME_BODY_MAX_BYTES + 1);
    await expect(link.request(tooLong, LIMIT_MS)).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
    expect(await ask(link, 'still there')).toBe('still there');
  });

  it.skipIf(missing)('shows on its console what the agent writes', async () => {
    const link = await start();
    await ask(link, 'say');
    await expect.poll(() => link.console()).toContain('said on the console');
  });

  it.skipIf(missing)('is dead when the agent leaves', async () => {
    const link = await start();
    await expect(ask(link, 'quit')).rejects.toMatchObject({ code: 'LINK_DIED' });
    await expect(ask(link, 'hello?')).rejects.toMatchObject({ code: 'LINK_DIED' });
  });

  it.skipIf(missing)('is dead when its kernel panics, and its console tells why', async () => {
    const link = await start();
    await expect(ask(link, 'exit')).rejects.toMatchObject({ code: 'LINK_DIED' });
    expect(link.console()).toContain('Attempted to kill init');
  });

  it.skipIf(missing)('is dead when its process is killed in the middle of a request', async () => {
    const link = await start();
    await ask(link, 'say');
    const answer = ask(link, 'spin');
    process.kill(await group(), 'SIGKILL');
    await expect(answer).rejects.toMatchObject({
      code: 'LINK_DIED',
      message: expect.stringContaining('SIGKILL'),
    });
    expect(link.console()).toContain('said on the console');
  });

  it.skipIf(missing)('gives an answer with a wrong seq to nobody', async () => {
    const link = await start();
    await expect(ask(link, 'wrong seq')).rejects.toMatchObject({ code: 'LINK_PROTOCOL' });
  });

  it.skipIf(missing)('is over after a time-out, and closes all the same', async () => {
    const link = await start();
    const pid = await group();
    await expect(ask(link, 'spin', 100)).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    process.kill(-pid, 'SIGSTOP');
    await expect(ask(link, 'late')).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
    await link.close();
    expect(await untilNone(() => membersOf(pid))).toEqual([]);
  });

  it.skipIf(missing)('leaves no process behind, however often it is closed', async () => {
    const link = await start();
    const pid = await group();
    expect((await membersOf(pid)).length).toBeGreaterThan(1);
    await Promise.all([link.close(), link.close()]);
    expect(await untilNone(() => membersOf(pid))).toEqual([]);
    await expect(ask(link, 'hello?')).rejects.toMatchObject({ code: 'LINK_DIED' });
  });

  it.skipIf(missing)('is not made where its start is given up', async () => {
    const before = await childrenOf(process.pid);
    const giveUp = new AbortController();
    const starting = launch(giveUp.signal);
    setTimeout(() => giveUp.abort(), 30);
    await expect(starting).rejects.toThrow();
    expect(await untilNone(async () => newOnes(before, await childrenOf(process.pid)))).toEqual([]);
  });
});

const newOnes = (before: readonly number[], now: readonly number[]): readonly number[] =>
  now.filter((pid) => !before.includes(pid));
