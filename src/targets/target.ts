import type { Case } from '../case/case.ts';
import type { Execution } from '../case/execution.ts';
import type { MapType } from '../case/map-type.ts';
import type { ProgType } from '../case/prog-type.ts';

/** What runs cases: the emulator, or one engine of one kernel. A batch in, a batch out. */
export interface Target {
  readonly name: string;
  readonly info: TargetInfo;
  readonly features: Features;
  /**
   * Runs every case and answers in the same order. A case that kills or hangs the target is told by
   * its outcome and the target is ready again afterwards; rejects with `TargetFailedError` only where
   * the target is beyond repair. One call at a time.
   */
  execute(cases: readonly Case[]): Promise<readonly Outcome[]>;
  /** How often it had to be started anew so far. */
  restarts(): number;
  /**
   * Starts its kernel anew, so that nothing that cases have left behind plays a part; rejects as `execute` does.
   * Does nothing where cases leave nothing behind, and where the kernel is not ours to start.
   */
  renew(): Promise<void>;
  /** Leaves no process and no file behind. May be called at any time and more than once. */
  close(): Promise<void>;
}

/** Byte order of a machine. */
export type Endianness = 'little' | 'big';
/** What runs the progs of a target. */
export type Engine = 'jit' | 'interp' | 'hardened' | 'emulator';

/** The Linux that an emulator is told to be. */
export interface LinuxSetting {
  /** Major and minor, such as `6.1`. */
  readonly release: string;
  /** `uname -m`. */
  readonly arch: string;
  readonly endianness: Endianness;
  readonly pageBytes: number;
  /** Possible CPUs, which is how many values an element of a per-CPU map has. */
  readonly cpus: number;
  /** What runs progs: calls of map helpers answer differently up to 6.3. */
  readonly execution: 'interp' | 'jit';
  /** User-mode Linux, whose `arch` is its host's; absent for others. */
  readonly userMode?: true;
}

/**
 * What the boot parameters in a `build` add to a setting: no other kernel than user-mode Linux is told
 * its `uml_dir`.
 */
export const settingOfBuild = (build: string): Pick<LinuxSetting, 'userMode'> =>
  /(^|\s)uml_dir=/.test(build) ? { userMode: true } : {};

/** The Linux that an emulator is told to be where there is no kernel that it could follow. */
export const DEFAULT_LINUX: LinuxSetting = {
  release: '6.1',
  arch: 'x86_64',
  endianness: 'little',
  pageBytes: 4096,
  cpus: 1,
  execution: 'interp',
};

/** What exactly ran. */
export interface TargetInfo {
  /** `uname -r`, such as `6.1.176`; the emulator: the release that it emulates. */
  readonly kernel: string;
  readonly engine: Engine;
  readonly linux: LinuxSetting;
  /** `uname -v`, boot parameters and sysctls: what else can change an answer. */
  readonly build: string;
}

/** What a target can load, found by loading tiny progs. */
export interface Features {
  readonly progTypes: ReadonlySet<ProgType>;
  readonly mapTypes: ReadonlySet<MapType>;
  /** Names of the forms of `isa/` that it accepts. */
  readonly forms: ReadonlySet<string>;
  /** Helper ids that a prog of the type may call. */
  readonly helpers: ReadonlyMap<ProgType, ReadonlySet<number>>;
  /** Where it can't be asked for every run: those that it can. */
  readonly runs?: PairedRuns;
  /** Absent where what becomes of XDP live frames can't be observed. */
  readonly liveFrames?: 'observed';
  /** Names of functions and variables of the kernel (`Case.ksyms`) that a prog of the type may use. */
  readonly ksyms: ReadonlyMap<ProgType, ReadonlySet<string>>;
}

/**
 * `data_out` where there is `data_in` and `ctx_out` where there is `ctx_in`, with room for all that may
 * come, and neither elsewhere; no flags, CPU or batch size.
 */
export type PairedRuns = 'paired';

/** What a target observed of one case. Plain data. */
export type Outcome =
  | Completed
  /** The target died of this case and of no other. `console` holds what its kernel said last. */
  | { readonly kind: 'crashed'; readonly trouble?: Trouble; readonly console: string }
  /** The target did not answer within the limit. */
  | { readonly kind: 'hung'; readonly trouble?: Trouble; readonly console: string }
  /** The target lacks something that the case needs; it was not tried. */
  | { readonly kind: 'unsupported'; readonly missing: readonly string[] };

/** What went wrong in a target, by name. Absent from answers that were recorded without it. */
export interface Trouble {
  readonly kind: TroubleKind;
  /**
   * One line, such as `WARNING in skb_warn_bad_offload (net/core/dev.c)`. The same trouble has the
   * same title each time: no times, addresses, pids, CPUs or line numbers.
   */
  readonly title: string;
}

/** Each kind of trouble; see src/targets/kernel/kernel-report.ts for how they are told apart. */
export type TroubleKind =
  /** Said by the kernel. */
  | 'panic'
  | 'oops'
  | 'bug'
  | 'warning'
  | 'kasan'
  | 'kfence'
  | 'ubsan'
  | 'lockdep'
  | 'rcu-stall'
  | 'lockup'
  | 'hung-task'
  | 'out-of-memory'
  | 'other'
  /** The process that ran the case died, and its kernel lives. */
  | 'worker'
  /** The agent died, without a word of its kernel. */
  | 'agent'
  /** The case took longer than it may; the agent ended it. */
  | 'time-limit'
  /** Nothing could end the case. */
  | 'stuck'
  /** Neither kernel nor agent answered in time. */
  | 'silent'
  /** The process of the whole machine ended, without a word of its kernel. */
  | 'vanished';

/** A case that was loaded or refused, and run. */
export interface Completed {
  readonly kind: 'completed';
  readonly load: LoadOutcome;
  /** One for each run of the case; empty where the load was rejected. */
  readonly runs: readonly RunOutcome[];
  /** One for each map of the case; empty where the load was rejected. */
  readonly maps: readonly MapContent[];
  /** What the kernel complained of while this case ran; it lived on. */
  readonly trouble?: Trouble;
  /** Warnings and worse that the kernel said while this case ran; '' for none. */
  readonly console: string;
  /** Emulator only, never compared. */
  readonly execution?: Execution;
}

/** The verifier's decision. */
export type LoadOutcome =
  /** `log`: what the verifier said of its work, where it was asked. Never compared or recorded. */
  | { readonly verdict: 'accepted'; readonly log?: string }
  /** `log` is the tail of the verifier's log, at most 4 KiB; '' where none was asked for. */
  | { readonly verdict: 'rejected'; readonly errno: number; readonly log: string };

/** What one BPF_PROG_RUN gave. */
export interface RunOutcome {
  /** 0, or the positive errno of the command (524 for ENOTSUPP). */
  readonly errno: number;
  /** `retval`, u32; 0 where the command did not write it. */
  readonly retval: number;
  /** What the command wrote into `data_out`: at most `dataOutBytes` bytes. */
  readonly dataOut: Uint8Array;
  /** `data_size_out` after the command. */
  readonly dataSizeOut: number;
  readonly ctxOut: Uint8Array;
  readonly ctxSizeOut: number;
  /** One for each command of the run; absent where it has none. */
  readonly commands?: readonly CommandOutcome[];
  /** Emulator only: why the prog could not go on. */
  readonly fault?: Fault;
  /**
   * Where live frames were asked for (`isLiveRun`): what left the prog. First what the stack was given,
   * in order, or sorted by ifindex and bytes where the case has a CPUMAP, whose thread runs when it
   * likes; then what was sent out of each interface, in order.
   */
  readonly frames?: readonly LiveFrames[];
}

/** Frames that are alike and followed each other. */
export interface LiveFrames {
  readonly way: 'received' | 'sent';
  /** Of the device that they came from or went to. */
  readonly ifindex: number;
  readonly times: number;
  /** From the Ethernet header on, with its VLAN tag. */
  readonly bytes: Uint8Array;
}

/** What one map command gave. */
export interface CommandOutcome {
  /** 0, or the positive errno of the command. */
  readonly errno: number;
  /** Of a batch: `count` after the command. 0 for other commands. */
  readonly count: number;
  /**
   * What came back: the next key, or the value, of a per-CPU map the values of all CPUs one behind the other;
   * of a batch the keys and then the values. None where a value would be an id of the kernel's.
   */
  readonly output: Uint8Array;
}

/** What a prog did that the verifier would not have let it do, or a limit that it ran into. */
export interface Fault {
  readonly reason:
    | 'access'
    | 'unknown-insn'
    | 'unknown-helper'
    | 'bad-jump'
    | 'call-depth'
    | 'write-to-r10'
    | 'bad-argument'
    | 'steps';
  readonly prog: number;
  /** The slot of the insn at fault. */
  readonly slot: number;
  /** For people, such as "read of 4 bytes at 0x2000a, which no region holds". */
  readonly detail: string;
}

/** Final content of a map, by key in byte order, so that it compares. */
export type MapContent = readonly MapContentEntry[];

/** An element of a map. */
export interface MapContentEntry {
  /** As `MapEntry.key`. */
  readonly key: Uint8Array;
  /** One value; for a per-CPU map one for each possible CPU. */
  readonly values: readonly Uint8Array[];
}

/** Can't run here: says what is missing and how to get it. Tests skip, visibly counted. */
export class TargetUnavailableError extends Error {
  readonly code = 'TARGET_UNAVAILABLE';
  readonly target: string;
  /** One line for people: what to install or to do. */
  readonly remedy: string;

  constructor(target: string, problem: string, remedy: string, options?: ErrorOptions) {
    super(`${target}: ${problem}`, options);
    this.name = 'TargetUnavailableError';
    this.target = target;
    this.remedy = remedy;
  }
}

/** The outside failed: boot, agent, timeout, protocol. Retried or counted, never compared. */
export class TargetFailedError extends Error {
  readonly code = 'TARGET_FAILED';
  readonly target: string;

  constructor(target: string, problem: string, options?: ErrorOptions) {
    super(`${target}: ${problem}`, options);
    this.name = 'TargetFailedError';
    this.target = target;
  }
}

/** What happens to a target, for whoever watches. */
export type TargetEvent =
  | { readonly kind: 'preparing'; readonly what: string }
  | { readonly kind: 'booting' }
  | { readonly kind: 'ready'; readonly afterMs: number }
  /** `console` is the end of what the dead one had said. */
  | {
      readonly kind: 'restarted';
      readonly why: string;
      readonly trouble?: Trouble;
      readonly console?: string;
    }
  | { readonly kind: 'closed' };
