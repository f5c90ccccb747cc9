import type { MapCommandKind } from '../../case/map-command.ts';
import type { Endianness, Engine } from '../target.ts';
import { protocolError, type WireReader, wireReader } from './wire.ts';

/**
 * What the bodies of frames hold; agent/wire.h is the other end. Numbers are u32, little-endian; insns
 * and ctx are in the byte order of the agent's machine; `text` is a length and UTF-8.
 *
 *   hello     version, hello flags, page bytes, possible CPUs, CPU of the agent, jit_enable,
 *             jit_harden, and as text: release, version, machine, boot parameters, source hash
 *   batch     BATCH, engine, batch flags, case timeout ms, budget ms, cases, case ...
 *   case      prog type, attach type, prog flags, ksyms, maps, progs, runs, attach BTF name as text,
 *             ksym as text ..., map ..., prog ..., run ...
 *   map       type, key bytes, value bytes, max entries, flags, inner map + 1 or 0, spin lock + 1 or 0, entries, all keys,
 *             all values
 *   prog      slots, insns
 *   run       parts, data bytes, ctx bytes, data_out bytes, ctx_out bytes, repeat, flags, cpu,
 *             batch size, commands, data, ctx, with ATTR overrides and override ..., command ...
 *   override  number of its name in `ATTR_NAMES`, value or number of its word
 *   command   kind, map, parts, flags (u64), count, key or keys, value or values
 *   answer    BATCH, cases, time in ns (u64), outcome ...
 *   outcome   COMPLETED, errno, step, index, log as text, and if errno is 0: run ..., map ...; then
 *             console as text
 *             CRASHED or HUNG, console as text
 *             NOT_RUN
 *     run     errno, retval, data_size_out, ctx_size_out, data bytes, ctx bytes, data, ctx; of a live
 *             run then frames: count, and of each way, ifindex, times, bytes as text; then of each
 *             command errno, count, bytes and what came back
 *     map     entries, and of each its key and its value, or values of all possible CPUs; of a ring
 *             each record with its length
 *   error     ERROR, code, text
 *   program   PROGRAM, engine, timeout ms, bytes of a static executable as text; it is answered by
 *             PROGRAM, fate, exit status or signal, what it printed as text, console as text
 *
 * Keys of maps that are indexed by a u32 are little-endian. Insns name maps and ksyms by index.
 */
export const PROTOCOL_VERSION = 10;

export const RequestKind = { BATCH: 1, PROGRAM: 2 } as const;
export const AnswerKind = { BATCH: 1, ERROR: 2, PROGRAM: 3 } as const;
export const ErrorCode = { MALFORMED: 1, ENGINE: 2, TOO_LONG: 3, WORKER: 4, PROGRAM: 5 } as const;
export const ProgramFate = { EXITED: 0, KILLED: 1, TIMED_OUT: 2 } as const;
export const BatchFlag = { WANTS_LOG: 1, WANTS_MESSAGE: 2 } as const;
export const HelloFlag = { BIG_ENDIAN: 1, PRIVILEGED: 2 } as const;
export const CaseStatus = { COMPLETED: 0, CRASHED: 1, HUNG: 2, NOT_RUN: 3 } as const;
export const LoadStep = { MAP_CREATE: 0, MAP_FILL: 1, PROG_LOAD: 2, NETWORK: 3 } as const;
export const FrameWay = { RECEIVED: 0, SENT: 1 } as const;
export const RunPart = { DATA: 1, CTX: 2, DATA_OUT: 4, CTX_OUT: 8, ATTR: 16 } as const;

export const CommandPart = { KEY: 1, VALUE: 2 } as const;
/** `enum command_kind` of agent/wire.h. */
export const CommandCode: Readonly<Record<MapCommandKind, number>> = {
  lookup: 0,
  update: 1,
  delete: 2,
  next_key: 3,
  lookup_and_delete: 4,
  freeze: 5,
  lookup_batch: 6,
  update_batch: 7,
  delete_batch: 8,
  lookup_and_delete_batch: 9,
};

export type KernelEngine = Exclude<Engine, 'emulator'>;

/** `keep` leaves the machine's settings alone. */
export const EngineCode = { keep: 0, jit: 1, interp: 2, hardened: 3 } as const satisfies Record<
  KernelEngine | 'keep',
  number
>;

/**
 * agent/limits.h; a request beyond them is answered with an error. Tests see to it that every case
 * within `CASE_LIMITS` is within these.
 */
export const WIRE_LIMITS = {
  CASES_MAX: 4096,
  KSYMS_MAX: 64,
  KSYM_CHARS_MAX: 128,
  MAPS_MAX: 64,
  ENTRIES_PER_MAP_MAX: 65_536,
  KEY_BYTES_MAX: 65_536,
  VALUE_BYTES_MAX: 1024 * 1024,
  PROGS_MAX: 64,
  SLOTS_PER_PROG_MAX: 2 * 65_536,
  RUNS_MAX: 4096,
  COMMANDS_PER_RUN_MAX: 256,
  DATA_BYTES_MAX: 1024 * 1024,
  CTX_BYTES_MAX: 65_536,
  OUT_BYTES_MAX: 1024 * 1024,
  LOG_BYTES_MAX: 4096,
  CONSOLE_BYTES_MAX: 4096,
  LIVE_FRAMES_MAX: 8192,
  LIVE_FRAME_BYTES_MAX: 4096,
  PROGRAM_OUTPUT_MAX: 1024 * 1024,
} as const;

/** The agent puts a line of its own before what the kernel said. */
export const CASUALTY_BYTES_MAX = WIRE_LIMITS.CONSOLE_BYTES_MAX + 128;

/** What an agent says of itself and of its machine. */
export interface Hello {
  readonly endianness: Endianness;
  /** It has CAP_SYS_ADMIN, or CAP_BPF and CAP_NET_ADMIN. */
  readonly privileged: boolean;
  readonly pageBytes: number;
  /** Possible CPUs. */
  readonly cpus: number;
  /** Where its workers run: 0, unless that can't be had. */
  readonly cpu: number;
  /** net.core.bpf_jit_enable and bpf_jit_harden; undefined where the kernel has none. */
  readonly jitEnable: number | undefined;
  readonly jitHarden: number | undefined;
  /** `uname -r`, `-v` and `-m`. */
  readonly release: string;
  readonly version: string;
  readonly machine: string;
  readonly bootParameters: string;
  /** Of the agent's source. */
  readonly sourceHash: string;
}

const TEXT_MAX = 4096;
const CPUS_MAX = 65_536;
const PAGE_BYTES_MAX = 1024 * 1024;

/** Throws `LinkError` (LINK_PROTOCOL) where it is no hello, or one of another version. */
export function decodeHello(body: Uint8Array): Hello {
  const from = wireReader(body);
  const version = from.u32();
  if (version !== PROTOCOL_VERSION) {
    throw protocolError(`an agent of protocol version ${PROTOCOL_VERSION}`, `${version}`);
  }
  const flags = from.u32();
  const hello: Hello = {
    endianness: flags & HelloFlag.BIG_ENDIAN ? 'big' : 'little',
    privileged: (flags & HelloFlag.PRIVILEGED) !== 0,
    pageBytes: from.bounded(PAGE_BYTES_MAX, 'pages'),
    cpus: from.bounded(CPUS_MAX, 'possible CPUs'),
    cpu: from.bounded(CPUS_MAX, 'a CPU'),
    jitEnable: setting(from),
    jitHarden: setting(from),
    release: from.text(TEXT_MAX, 'a release'),
    version: from.text(TEXT_MAX, 'a version'),
    machine: from.text(TEXT_MAX, 'a machine'),
    bootParameters: from.text(TEXT_MAX, 'boot parameters'),
    sourceHash: from.text(TEXT_MAX, 'a hash'),
  };
  from.end();
  return hello;
}

function setting(from: WireReader): number | undefined {
  const value = from.i32();
  return value < 0 ? undefined : value;
}
