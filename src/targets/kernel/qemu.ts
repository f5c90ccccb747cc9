import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { TargetUnavailableError } from '../target.ts';
import { ARCHES, type Arch, type ArchRow } from './arch.ts';
import { findProgram } from './find-program.ts';
import { openLink, streamPort } from './framing.ts';
import { agentInitramfs } from './initramfs.ts';
import type { Launch } from './link.ts';
import { startGroup } from './process-group.ts';
import { makeScratchFolder } from './scratch-folder.ts';
import { extractVmlinux } from './vmlinux.ts';

export interface QemuOptions {
  /** The target's name, for messages. */
  readonly target: string;
  readonly arch: Arch;
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

const HELLO_TIMEOUT_MS = 60_000;

/**
 * Boots a kernel in a VM that has a console, one virtio-serial port and nothing else: no disk, no
 * network. The agent is /init of its initramfs. Rejects with `LinkError`, which carries the end of
 * the console, where no agent says hello, and with `TargetUnavailableError` where QEMU is missing.
 */
export function qemuLaunch(options: QemuOptions): Launch {
  const { qemu } = ARCHES[options.arch];
  return async (signal) => {
    signal.throwIfAborted();
    if ((await findProgram(qemu.command)) === undefined) {
      const remedy = `apt-get install ${qemu.package}`;
      throw new TargetUnavailableError(options.target, `${qemu.command} was not found`, remedy);
    }
    const files = await readFiles(options, signal);
    const folder = await makeScratchFolder(files.initramfs.length + (files.vmlinux?.length ?? 0));
    const group = await writeFiles(folder, files)
      .then(() =>
        startGroup({ command: qemu.command, args: qemuArguments(options, files), folder }),
      )
      .catch(async (error) => {
        await rm(folder, { recursive: true, force: true });
        throw error;
      });
    const helloTimeoutMs = options.helloTimeoutMs ?? HELLO_TIMEOUT_MS;
    const port = streamPort(group.channel, group.channel);
    const link = await openLink(port, group, { helloTimeoutMs, signal });
    // The guest has them in its memory; the folder is in the machine's.
    for (const name of Object.keys(files)) await rm(join(folder, name), { force: true });
    return link;
  };
}

/** What QEMU reads, by its name in the working folder. */
interface Files {
  readonly initramfs: Buffer;
  /** The kernel, where it is better not booted from the image. */
  readonly vmlinux?: Buffer;
}

async function readFiles(
  { arch, kernel, agent, modules }: QemuOptions,
  signal: AbortSignal,
): Promise<Files> {
  const read = async (path: string) => ({ name: basename(path), content: await readFile(path) });
  const initramfs = agentInitramfs(await readFile(agent), await Promise.all(modules.map(read)));
  if (arch !== 'x86_64') return { initramfs };
  const vmlinux = await extractVmlinux(await readFile(kernel), signal);
  return { initramfs, ...(vmlinux !== undefined && { vmlinux }) };
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}

function qemuArguments(options: QemuOptions, { vmlinux }: Files): readonly string[] {
  const { qemu, console }: ArchRow = ARCHES[options.arch];
  const isEmulated = options.accel === 'tcg';
  const cpu = isEmulated ? (qemu.emulatedArgs ?? qemu.args) : qemu.args;
  const parameters = [`console=${console}`, ...PARAMETERS, 'bpfdiff.link=virtio'];
  return [
    ...['-accel', isEmulated ? 'tcg,thread=multi' : 'kvm', ...cpu],
    ...['-m', `${options.memoryMb ?? qemu.memoryMb}`, '-smp', '1'],
    ...['-display', 'none', '-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-kernel', vmlinux === undefined ? options.kernel : 'vmlinux', '-initrd', 'initramfs'],
    ...['-append', parameters.join(' ')],
    // The console on standard output, frames on the socket.
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-chardev', 'socket,id=frames,fd=3'],
    ...['-device', 'virtio-serial', '-device', 'virtserialport,chardev=frames,name=bpfdiff'],
  ];
}

/** All but the first two are for speed. */
const PARAMETERS = [
  'quiet',
  'panic=-1',
  'nokaslr',
  'mitigations=off',
  'rcupdate.rcu_expedited=1',
  // A third of a boot: self-tests of every cipher, and keys for modules and for Secure Boot.
  'cryptomgr.notests',
  'initcall_blacklist=load_system_certificate_list',
];
