import { readFile } from 'node:fs/promises';
import * as os from 'node:os';
import type { Endianness, TargetInfo } from '../../target.ts';
import { engineOf } from '../engine-of.ts';
import type { KernelEngine } from '../protocol.ts';

/** What of this machine matters to progs. */
export interface HostInfo {
  readonly info: TargetInfo;
  /** The CPU that bpftool is kept on: 0, unless that can't be had. */
  readonly cpu: number;
}

/** Reads /proc and /sys. `tool` is the version of bpftool. */
export async function readHostInfo(tool: string): Promise<HostInfo> {
  const release = os.release();
  const engine = await readEngine();
  const cpu = await firstAllowedCpu();
  const parts = [os.version(), tool, cpu === 0 ? '' : `on CPU ${cpu}`];
  return {
    cpu,
    info: {
      kernel: release,
      engine,
      linux: {
        arch: os.machine(),
        release: /^\d+\.\d+/.exec(release)?.[0] ?? release,
        endianness: machineEndianness(),
        pageBytes: await readPageBytes(),
        cpus: await possibleCpus(),
        execution: engine === 'interp' ? 'interp' : 'jit',
      },
      build: parts.filter((part) => part !== '').join('; '),
    },
  };
}

const machineEndianness = (): Endianness => (os.endianness() === 'LE' ? 'little' : 'big');

async function readEngine(): Promise<KernelEngine> {
  const [jitEnable, jitHarden] = await Promise.all([
    readSetting('bpf_jit_enable'),
    readSetting('bpf_jit_harden'),
  ]);
  return engineOf({ jitEnable, jitHarden });
}

/** 0 where the kernel has none. */
const readSetting = async (name: string): Promise<number> =>
  Number(await readFile(`/proc/sys/net/core/${name}`, 'utf8').catch(() => '0'));

/** Such as `0-3`, `0,2-3` or `0`: the last number of all. */
async function possibleCpus(): Promise<number> {
  const list = await readFile('/sys/devices/system/cpu/possible', 'utf8');
  return Number(/(\d+)\s*$/.exec(list)?.[1] ?? 0) + 1;
}

async function firstAllowedCpu(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8');
  return Number(/^Cpus_allowed_list:\s*(\d+)/m.exec(status)?.[1] ?? 0);
}

const AT_PAGESZ = 6;

/** Of the auxiliary vector: pairs of a type and a value, in the words of this machine. */
async function readPageBytes(): Promise<number> {
  const { buffer, byteOffset, length } = await readFile('/proc/self/auxv');
  const words = new BigUint64Array(buffer.slice(byteOffset, byteOffset + length));
  const at = words.findIndex((type, i) => i % 2 === 0 && type === BigInt(AT_PAGESZ));
  return Number(words[at + 1]);
}
