import type { Writable } from 'node:stream';
import { execa } from 'execa';
import { TargetUnavailableError } from '../target.ts';
import { consoleRing } from './console-ring.ts';
import { type FramePort, type Machine, openLink, streamPort } from './framing.ts';
import type { Launch, Link } from './link.ts';
import { decodeHello } from './protocol.ts';

export interface HostOptions {
  /** The agent, linked statically. */
  readonly agent: string;
  readonly helloTimeoutMs?: number;
}

const HELLO_TIMEOUT_MS = 5000;

/**
 * Runs the agent as a child process, on the kernel of this machine. Rejects with
 * `TargetUnavailableError` where it may not load progs, and with `LinkError` where it does not start.
 */
export function hostLaunch({ agent, helloTimeoutMs = HELLO_TIMEOUT_MS }: HostOptions): Launch {
  return async (signal) => {
    signal.throwIfAborted();
    const { machine, port } = startAgent(agent);
    const link = await openLink(port, machine, { helloTimeoutMs, signal });
    await mustBePrivileged(link);
    return link;
  };
}

export interface AgentProcess {
  readonly machine: Machine;
  readonly port: FramePort;
  readonly stdin: Writable;
  /** undefined where it could not be started. */
  readonly pid: number | undefined;
}

/** The agent ends when its standard input does, hence with this process, however that ends. */
export function startAgent(agent: string): AgentProcess {
  const child = execa(agent, {
    stdio: ['pipe', 'pipe', 'pipe'],
    buffer: false,
    reject: false,
    // An interrupt at the terminal is for bpfdiff, which ends its agents itself.
    detached: true,
  });
  const ring = consoleRing();
  child.stderr.on('data', (chunk: Buffer) => ring.write(chunk));
  for (const stream of [child.stdin, child.stderr]) stream.on('error', () => {});
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(signal ? `was killed by ${signal}` : `ended with exit status ${code}`),
    );
  });
  const machine: Machine = {
    ended,
    console: ring.text,
    close: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
  const { stdin, stdout, pid } = child;
  return { machine, port: streamPort(stdout, stdin), stdin, pid };
}

async function mustBePrivileged(link: Link): Promise<void> {
  let privileged = false;
  try {
    privileged = decodeHello(link.hello).privileged;
  } finally {
    if (!privileged) await link.close();
  }
  if (privileged) return;
  throw new TargetUnavailableError(
    'host',
    'loading progs needs root, or CAP_BPF and CAP_NET_ADMIN',
    'run bpfdiff as root, or choose another target such as uml',
  );
}
