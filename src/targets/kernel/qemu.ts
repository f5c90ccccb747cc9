import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TargetUnavailableError } from '../target.ts';
import { findProgram } from './find-program.ts';
import { openLink, streamPort } from './framing.ts';
import { agentInitramfs } from './initramfs.ts';
import type { Launch } from './link.ts';
import { startGroup } from './process-group.ts';
import { makeScratchFolder } from './scratch-folder.ts';

export interface QemuOptions {
  /** The target's name, for messages. */
  readonly target: string;
  readonly arch: 'x86_64';
  /** The kernel image, such as a bzImage. */
  readonly kernel: string;
  /** Modules that virtio-serial needs, in the order in which they are to be loaded. */
  readonly modules: readonly string[];
  /** The agent, linked statically. */
  readonly agent: string;
  /** `kvm` only where that works: see `fastestQemuLaunch`. */
  readonly accel: 'tcg' | 'kvm';
  readonly memoryMb?: number;
  readonly helloTimeoutMs?: number;
}

const MEMORY_MB = 512;
const HELLO_TIMEOUT_MS = 60_000;

/** What differs from one architecture to the next. */
const MACHINES = {
  x86_64: { qemu: 'qemu-system-x86_64', package: 'qemu-system-x86', console: 'ttyS0' },
} as const;

/**
 * Boots a kernel in a VM that has a console, one virtio-serial port and nothing else: no disk, no
 * network. The agent is /init of its initramfs. Rejects with `LinkError`, which carries the end of
 * the console, where no agent says hello, and with `TargetUnavailableError` where QEMU is missing.
 */
export function qemuLaunch(options: QemuOptions): Launch {
  const memoryMb = options.memoryMb ?? MEMORY_MB;
  const machine = MACHINES[options.arch];
  return async (signal) => {
    signal.throwIfAborted();
    if ((await findProgram(machine.qemu)) === undefined) {
      const remedy = `apt-get install ${machine.package}`;
      throw new TargetUnavailableError(options.target, `${machine.qemu} was not found`, remedy);
    }
    const initramfs = await readInitramfs(options);
    const folder = await makeScratchFolder(initramfs.length);
    await writeFile(join(folder, 'initramfs'), initramfs).catch(async (error) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    const group = startGroup({
      command: machine.qemu,
      args: qemuArguments(options, memoryMb),
      folder,
    });
    const helloTimeoutMs = options.helloTimeoutMs ?? HELLO_TIMEOUT_MS;
    return openLink(streamPort(group.channel, group.channel), group, { helloTimeoutMs, signal });
  };
}

async function readInitramfs({ agent, modules }: QemuOptions): Promise<Buffer> {
  const read = async (path: string) => ({ name: basename(path), content: await readFile(path) });
  return agentInitramfs(await readFile(agent), await Promise.all(modules.map(read)));
}

function qemuArguments(options: QemuOptions, memoryMb: number): readonly string[] {
  const { console } = MACHINES[options.arch];
  return [
    ...['-accel', options.accel === 'kvm' ? 'kvm' : 'tcg,thread=multi'],
    ...['-cpu', 'max', '-m', `${memoryMb}`, '-smp', '1'],
    ...['-display', 'none', '-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-kernel', options.kernel, '-initrd', 'initramfs'],
    // nokaslr and mitigations=off are for speed.
    ...[
      '-append',
      `console=${console} quiet panic=-1 nokaslr mitigations=off rcupdate.rcu_expedited=1 bpfdiff.link=virtio`,
    ],
    // The console on standard output, frames on the socket.
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', 'socket,id=frames,fd=3'],
    ...['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=frames,name=bpfdiff'],
  ];
}
