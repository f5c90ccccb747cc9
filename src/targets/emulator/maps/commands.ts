import type { MapCommand } from '../../../case/case.ts';
import { isBatch, type MapCommandKind } from '../../../case/map-command.ts';
import type { MapType } from '../../../case/map-type.ts';
import type { CommandOutcome } from '../../target.ts';
import { EBUSY, EFAULT, EINVAL, ENOENT, ENOSPC, ENOTSUPP, EPERM, ERANGE } from '../errno.ts';
import type { Machine } from '../machine.ts';
import type { EmulatedMap } from './map.ts';
import { MapFlag } from './rules.ts';

/** The map commands of bpf(2) on the maps of a case, which remember what was frozen. */
export interface MapCommands {
  run(command: MapCommand): CommandOutcome;
  isFrozen(map: number): boolean;
}

const NOTHING = new Uint8Array(0);

const Flag = { LOCK: 4n, CPU: 8n, ALL_CPUS: 16n } as const;

/** Types whose elements have a value for each CPU; a storage of cgroups has no elements here. */
const HAS_CPUS: readonly MapType[] = ['percpu_array', 'percpu_hash', 'lru_percpu_hash'];
const PER_CPU: ReadonlySet<MapType> = new Set<MapType>([...HAS_CPUS, 'percpu_cgroup_storage']);

/** An errno, or what came back. */
type Result = number | Uint8Array;

/** A batch's errno, how many elements it did, and what came back. */
interface BatchResult {
  readonly errno: number;
  readonly count: number;
  readonly output?: Uint8Array;
}

interface Job {
  readonly map: EmulatedMap;
  readonly command: MapCommand;
  readonly machine: Machine;
  readonly frozen: Set<number>;
}

/** kernel/bpf/syscall.c 6.1 and 7.2. */
export function mapCommands(machine: Machine): MapCommands {
  const frozen = new Set<number>();
  const run = (command: MapCommand): CommandOutcome => {
    const job: Job = { map: machine.maps[command.map], command, machine, frozen };
    if (isBatch(command.kind)) {
      const { errno, count, output = NOTHING } = runBatch(job);
      return { errno, count, output };
    }
    const result = SINGLE[command.kind as SingleKind](job);
    return typeof result === 'number'
      ? { errno: result, count: 0, output: NOTHING }
      : { errno: 0, count: 0, output: result };
  };
  // A map that progs may only read is frozen when it is filled, so that they may take it for known.
  for (const [map, { spec }] of machine.maps.entries()) {
    if ((spec.flags & MapFlag.RDONLY_PROG) !== 0) run({ ...FREEZE, map });
  }
  return { isFrozen: (map) => frozen.has(map), run };
}

const FREEZE: Omit<MapCommand, 'map'> = {
  kind: 'freeze',
  key: null,
  value: null,
  flags: 0n,
  count: 0,
};

type SingleKind = Exclude<MapCommandKind, `${string}_batch`>;

const SINGLE: Readonly<Record<SingleKind, (job: Job) => Result>> = {
  lookup(job) {
    const { map, command, machine } = job;
    const refused =
      machine.release.commandFlags === 'lock'
        ? firstOf(
            () => ((command.flags & ~Flag.LOCK) === 0n ? 0 : EINVAL),
            () => checkRead(job),
            () => checkFlags(job, Flag.LOCK),
          )
        : firstOf(
            () => checkRead(job),
            () => checkFlags(job, Flag.LOCK | Flag.CPU),
          );
    const errno = refused || checkKey(job);
    if (errno !== 0) return errno;
    const isAsked = map.spec.type === 'bloom_filter';
    if (isAsked && command.value === null) return EFAULT;
    return output(map.user.lookup((isAsked ? command.value : command.key) ?? NOTHING), job);
  },
  update(job) {
    const errno = firstOf(
      () => checkWrite(job),
      () => checkFlags(job, ~0n),
      () => checkKey(job),
      () => (job.command.value === null && job.map.spec.valueBytes > 0 ? EFAULT : 0),
    );
    if (errno !== 0) return errno;
    const { key, value } = job.command;
    return put(job, key ?? NOTHING, value ?? NOTHING);
  },
  delete(job) {
    if (job.command.flags !== 0n) return EINVAL;
    return checkWrite(job) || checkKey(job) || job.map.user.delete(job.command.key ?? NOTHING);
  },
  next_key(job) {
    const { map, command } = job;
    if (command.flags !== 0n) return EINVAL;
    const errno = checkRead(job) || (command.key === null ? 0 : checkKey(job));
    return errno === 0 ? map.user.nextKey(command.key) : errno;
  },
  lookup_and_delete(job) {
    const { map, command, machine } = job;
    const takesHashes = machine.release.lookupAndDelete === 'hashes';
    const known = takesHashes ? Flag.LOCK : 0n;
    const errno = firstOf(
      () => ((command.flags & ~known) === 0n ? 0 : EINVAL),
      () => checkRead(job),
      () => checkWrite(job),
      () => (isPlainOrLocked(job) ? 0 : EINVAL),
      () => checkKey(job),
      () => (takesHashes || map.sequence !== undefined ? 0 : ENOTSUPP),
    );
    if (errno !== 0) return errno;
    const found = map.user.lookupAndDelete?.(command.key ?? NOTHING) ?? ENOTSUPP;
    return output(found, job);
  },
  freeze(job) {
    const { map, command, machine, frozen } = job;
    if (command.flags !== 0n) return EINVAL;
    if (map.spec.spinLock !== undefined && machine.release.freezeLocked === 'refused') {
      return ENOTSUPP;
    }
    if (machine.release.freeze === 'writable' && checkWrite(job) !== 0) return EPERM;
    if (frozen.has(command.map)) return EBUSY;
    frozen.add(command.map);
    return NOTHING;
  },
};

function firstOf(...checks: readonly (() => number)[]): number {
  for (const check of checks) {
    const errno = check();
    if (errno !== 0) return errno;
  }
  return 0;
}

const checkRead = ({ map }: Job): number => ((map.spec.flags & MapFlag.WRONLY) === 0 ? 0 : EPERM);

const checkWrite = ({ map, command, frozen }: Job): number =>
  (map.spec.flags & MapFlag.RDONLY) === 0 && !frozen.has(command.map) ? 0 : EPERM;

/** `bpf_map_check_op_flags`, include/linux/bpf.h 7.2; before it, no more than BPF_F_LOCK. */
function checkFlags({ map, command: { flags }, machine }: Job, allowed: bigint): number {
  const { release, linux } = machine;
  if ((flags & 0xffff_ffffn & ~allowed) !== 0n) return EINVAL;
  if ((flags & Flag.LOCK) !== 0n && map.spec.spinLock === undefined) return EINVAL;
  if (release.commandFlags === 'lock') return 0;
  const ofOne = (flags & Flag.CPU) !== 0n;
  const ofAll = (flags & Flag.ALL_CPUS) !== 0n;
  if (!ofOne && flags >> 32n !== 0n) return EINVAL;
  if (!ofOne && !ofAll) return 0;
  if (!PER_CPU.has(map.spec.type) || (ofOne && ofAll)) return EINVAL;
  return ofOne && flags >> 32n >= BigInt(linux.cpus) ? ERANGE : 0;
}

/** No flags, or BPF_F_LOCK where the value has one. */
const isPlainOrLocked = ({ map, command: { flags } }: Job): boolean =>
  flags === 0n || (flags === Flag.LOCK && map.spec.spinLock !== undefined);

/** `__bpf_copy_key` */
function checkKey({ map, command: { key } }: Job): number {
  if (map.spec.keyBytes === 0) return key === null ? 0 : EINVAL;
  return key === null ? EFAULT : 0;
}

/** `bpf_map_update_value` */
function put({ map, command: { flags }, machine }: Job, key: Uint8Array, value: Uint8Array) {
  const takesCpus = machine.release.commandFlags === 'cpus' && PER_CPU.has(map.spec.type);
  if (!takesCpus) return map.put({ key, value }, flags) || NOTHING;
  const anyCpu = flags & 0xffff_ffffn & ~(Flag.CPU | Flag.ALL_CPUS);
  if (!HAS_CPUS.includes(map.spec.type)) return map.put({ key, value }, anyCpu) || NOTHING;
  // `htab_map_check_update_flags` and `bpf_percpu_array_update`: more passes than there are flags.
  if ((flags & 0xffff_ffffn) > Flag.ALL_CPUS) return EINVAL;
  const plain = flags === 1n || flags === 2n ? flags : 0n;
  const cpu = (flags & Flag.CPU) === 0n ? undefined : Number(flags >> 32n);
  return map.put({ key, value }, plain, cpu) || NOTHING;
}

/** Values of all CPUs, or of the one that is asked for. */
function output(found: readonly Uint8Array[] | number, { command: { flags } }: Job): Result {
  if (typeof found === 'number') return found;
  return (flags & Flag.CPU) === 0n ? joined(found) : found[Number(flags >> 32n)];
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

type BatchKind = Extract<MapCommandKind, `${string}_batch`>;

const LOOKS_UP: readonly BatchKind[] = ['lookup_batch', 'lookup_and_delete_batch'];

/** `bpf_map_do_batch` */
function runBatch(job: Job): BatchResult {
  const { command } = job;
  const kind = command.kind as BatchKind;
  const refused = firstOf(
    () => (LOOKS_UP.includes(kind) ? checkRead(job) : 0),
    () => (kind === 'lookup_batch' ? 0 : checkWrite(job)),
  );
  const errno = refused || (hasBatch(job, kind) ? checkBatchFlags(job, kind) : ENOTSUPP);
  // The count is left as it was.
  if (errno !== 0 || command.count === 0) return { errno, count: command.count };
  if (LOOKS_UP.includes(kind)) return lookUpBatch(job);
  return eachOf(job, kind === 'update_batch' ? put : (_, key) => deleteOne(job, key));
}

const deleteOne = ({ map }: Job, key: Uint8Array): Result => map.user.delete(key) || NOTHING;

/** Which batches a type has in `struct bpf_map_ops`, and the first type of which release. */
const BATCHES: Partial<Readonly<Record<MapType, { kinds: readonly BatchKind[]; since: string }>>> =
  (() => {
    const all: readonly BatchKind[] = ['lookup_batch', 'update_batch', 'delete_batch'];
    const hashed: readonly BatchKind[] = [...all, 'lookup_and_delete_batch'];
    const noDelete: readonly BatchKind[] = ['lookup_batch', 'update_batch'];
    return {
      array: { kinds: noDelete, since: 'first' },
      hash: { kinds: hashed, since: 'first' },
      percpu_hash: { kinds: hashed, since: 'first' },
      lru_hash: { kinds: hashed, since: 'first' },
      lru_percpu_hash: { kinds: hashed, since: 'first' },
      percpu_array: { kinds: noDelete, since: 'more' },
      lpm_trie: { kinds: all, since: 'more' },
      array_of_maps: { kinds: noDelete, since: 'more' },
      hash_of_maps: { kinds: hashed, since: 'more' },
    };
  })();

function hasBatch({ map, machine }: Job, kind: BatchKind): boolean {
  const row = BATCHES[map.spec.type];
  if (row === undefined || !row.kinds.includes(kind)) return false;
  return row.since === 'first' || machine.release.batches === 'more';
}

function checkBatchFlags(job: Job, kind: BatchKind): number {
  const { map, machine } = job;
  if (machine.release.commandFlags === 'lock' || kind === 'delete_batch') {
    return isPlainOrLocked(job) ? 0 : EINVAL;
  }
  const isHash = map.user.buckets !== undefined;
  if (kind === 'update_batch') return checkFlags(job, Flag.LOCK | Flag.CPU | Flag.ALL_CPUS);
  const takesCpu = kind === 'lookup_batch' && (!isHash || PER_CPU.has(map.spec.type));
  return checkFlags(job, takesCpu ? Flag.LOCK | Flag.CPU : Flag.LOCK);
}

/** `generic_map_update_batch` and `generic_map_delete_batch`: up to the first that fails. */
function eachOf(
  job: Job,
  done: (job: Job, key: Uint8Array, value: Uint8Array) => Result,
): BatchResult {
  const { keyBytes, valueBytes } = job.map.spec;
  const { key, value, count, kind } = job.command;
  if (key === null || (value === null && kind === 'update_batch')) {
    return { errno: EFAULT, count: 0 };
  }
  for (let i = 0; i < count; i++) {
    const result = done(
      job,
      key.subarray(i * keyBytes, (i + 1) * keyBytes),
      value?.subarray(i * valueBytes, (i + 1) * valueBytes) ?? NOTHING,
    );
    if (typeof result === 'number') return { errno: result, count: i };
  }
  return { errno: 0, count };
}

function lookUpBatch(job: Job): BatchResult {
  const { map, command } = job;
  const { keys, errno } =
    map.user.buckets === undefined
      ? oneByOne(job)
      : bucketByBucket(map.user.buckets(), command.count);
  const values = keys.map((key) => output(map.user.lookup(key), job) as Uint8Array);
  if (command.kind === 'lookup_and_delete_batch') for (const key of keys) map.user.delete(key);
  return { errno, count: keys.length, output: joined([...keys, ...values]) };
}

interface Walked {
  readonly keys: readonly Uint8Array[];
  readonly errno: number;
}

/** `generic_map_lookup_batch`: keys without a value are passed over. */
function oneByOne({ map, command }: Job): Walked {
  const keys: Uint8Array[] = [];
  let key: Uint8Array | null = null;
  while (keys.length < command.count) {
    const next: Uint8Array | number = map.user.nextKey(key);
    if (typeof next === 'number') return { keys, errno: next };
    if (typeof map.user.lookup(next) !== 'number') keys.push(next);
    key = next;
  }
  return { keys, errno: 0 };
}

/** `__htab_map_lookup_and_delete_batch`: a bucket fits wholly or not at all. */
function bucketByBucket(buckets: readonly (readonly Uint8Array[])[], count: number): Walked {
  const keys: Uint8Array[] = [];
  for (const bucket of buckets) {
    if (bucket.length > count - keys.length) return { keys, errno: keys.length === 0 ? ENOSPC : 0 };
    keys.push(...bucket);
  }
  return { keys, errno: ENOENT };
}
