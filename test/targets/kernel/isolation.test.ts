import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { echoMachines, never } from './machines.ts';

const { machines, agentFolder } = await echoMachines();
afterAll(() => rm(agentFolder, { recursive: true }));

const LIMIT_MS = 20_000;
const MEMORY_MAX_KB = 1024 * 1024;

/** What there is of UML beside the agent: mount points, modules, frames, and UML's own pid and socket. */
const ROOTS = {
  uml: ['dev', 'init', 'link', 'modules', 'proc', 'sys', 'uml'],
  debian12: ['dev', 'init', 'modules', 'proc', 'root', 'sys'],
};

describe.each(machines)('a guest of $name (missing: $missing)', ({ name, launch, missing }) => {
  it.skipIf(missing)('sees nothing of this machine', async () => {
    const link = await launch(never);
    const read = async (path: string): Promise<string> =>
      Buffer.from(await link.request(Buffer.from(path), LIMIT_MS)).toString();
    const folder = async (path: string): Promise<readonly string[]> =>
      (await read(path))
        .split('\n')
        .filter((entry) => !['', '.', '..'].includes(entry))
        .sort();

    expect(await folder('/sys/class/net/'), 'network cards').toEqual(['lo']);
    expect(await folder('/sys/block/'), 'disks').toEqual([]);
    expect(await folder('/'), 'its root folder').toEqual(ROOTS[name]);
    if (name === 'uml') expect(await folder('/link/')).toEqual(['answer', 'request']);
    expect(await folder('/sys/bus/virtio/devices/'), 'the port for frames').toEqual(
      name === 'uml' ? [] : ['virtio0'],
    );
    const mounts = (await read('/proc/mounts')).matchAll(/^\S+ (\S+) (\S+)/gm);
    expect(new Set(Array.from(mounts, ([, where, type]) => `${where} ${type}`))).toEqual(
      new Set([
        name === 'uml' ? '/ hostfs' : '/ rootfs',
        '/dev devtmpfs',
        '/proc proc',
        '/sys sysfs',
      ]),
    );
    const memory = Number(/^MemTotal: +(\d+) kB/.exec(await read('/proc/meminfo'))?.[1]);
    expect(memory).toBeLessThan(MEMORY_MAX_KB);
    await link.close();
  });
});
