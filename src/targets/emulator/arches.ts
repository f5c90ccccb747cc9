import { s64, u32 } from '../../isa/integers.ts';
import type { LinuxSetting } from '../target.ts';
import type { ReleaseRules } from './releases.ts';
import type { AluRule } from './rules/alu.ts';

/** What BPF_PROG_RUN and the JIT do differently from one architecture to another. */
export interface ArchRules {
  /** `SMP_CACHE_BYTES`, to which the room behind packets is rounded up. */
  readonly cacheLineBytes: number;
  /** `NET_SKB_PAD`, the room in front of them. */
  readonly skbPadBytes: number;
  /** `NET_IP_ALIGN`, more such room. */
  readonly ipAlignBytes: number;
  /** Whether there is IPv6, or a module with it that isn't loaded. */
  readonly ipv6: 'present' | 'absent';
  /** `NR_CPUS` of Debian's kernels, which a `cpumap` may have as many elements as. */
  readonly cpusMax: number;
  /** CONFIG_PERF_EVENTS: without it no fd is that of an event. */
  readonly perfEvents: 'present' | 'absent';
  /**
   * Whether `lwt_push_encap` looks for a UDP header behind the IP header that it is given: Debian's kernels do by
   * backports, its user-mode Linux (6.1.176) is older than that (net/core/lwt_bpf.c, `is_udp_tunnel`).
   */
  readonly lwtEncapUdp: 'checked' | 'unknown';
  /** Where it isn't that of the release. */
  readonly seg6localRun?: ReleaseRules['seg6localRun'];
  /** `csum_partial`: the sum is folded to 32 bits, or to 16 before what it starts from is added. */
  readonly checksumPartial: 'wide' | 'folded';
  /** What `copy_from_kernel_nofault` says of an address that isn't one of the kernel's. */
  readonly probeReadFailure: 'range' | 'fault';
  /** Bytes from address 0 on that the kernel can read, as part of its own memory. */
  readonly lowMemoryBytes: number;
  /** What a function that returns an `int` leaves in the upper half of r0. */
  readonly intResults: 'zeros' | 'sign';
  /**
   * What `strncmp` answers where two characters differ: a sign (lib/string.c), their difference
   * (arch/riscv/lib/strncmp.S, 7.2), or something else: arm64 was seen to answer -200 for `a` and `z`, elsewhere -2.
   */
  readonly strncmp: 'sign' | 'difference' | 'unknown';
  /** Forms that its JIT gives another meaning than the interpreter does, by name. */
  readonly jitedAlu: Readonly<Record<string, AluRule>>;
}

const COMMON: ArchRules = {
  cacheLineBytes: 64,
  skbPadBytes: 64,
  ipAlignBytes: 0,
  ipv6: 'present',
  checksumPartial: 'wide',
  probeReadFailure: 'fault',
  lowMemoryBytes: 0,
  intResults: 'zeros',
  cpusMax: 8192,
  perfEvents: 'present',
  lwtEncapUdp: 'checked',
  strncmp: 'sign',
  jitedAlu: {},
};

/**
 * Shifts by a register on PowerPC, which looks at one more bit than the width needs: what is shifted
 * too far is gone. The JIT doesn't mask (arch/powerpc/net/bpf_jit_comp64.c, 7.2; RFC 9669 section 4.1
 * says that it should).
 */
const POWERPC_SHIFTS: Readonly<Record<string, AluRule>> = {
  'lsh32.x': (dst, src) => u32(u32(dst) << (src & 0x3fn)),
  'rsh32.x': (dst, src) => u32(dst) >> (src & 0x3fn),
  'arsh32.x': (dst, src) => u32(BigInt.asIntN(32, dst) >> (src & 0x3fn)),
  'lsh64.x': (dst, src) => dst << (src & 0x7fn),
  'rsh64.x': (dst, src) => dst >> (src & 0x7fn),
  'arsh64.x': (dst, src) => s64(dst) >> (src & 0x7fn),
};

/** One row for each architecture, by `uname -m`, that differs from the common ones. */
const ARCHES: Readonly<Record<string, Partial<ArchRules>>> = {
  // arch/x86/mm/maccess.c.
  x86_64: { probeReadFailure: 'range' },
  // lib/checksum.c, with a `do_csum` of 16 bits: arch/arm64/lib/csum.c, arch/riscv/lib/csum.c.
  aarch64: { checksumPartial: 'folded', strncmp: 'unknown' },
  riscv64: {
    checksumPartial: 'folded',
    ipAlignBytes: 2,
    intResults: 'sign',
    strncmp: 'difference',
  },
  // arch/s390/include/asm/cache.h: too long a line to be left free in front of packets. `struct lowcore` of
  // arch/s390/include/asm/lowcore.h lies at address 0.
  s390x: {
    cacheLineBytes: 256,
    skbPadBytes: 32,
    ipAlignBytes: 2,
    cpusMax: 256,
    lowMemoryBytes: 0x2000,
  },
  // arch/powerpc/mm/maccess.c.
  ppc64le: {
    cacheLineBytes: 128,
    skbPadBytes: 128,
    probeReadFailure: 'range',
    intResults: 'sign',
    jitedAlu: POWERPC_SHIFTS,
  },
};

/**
 * User-mode Linux on any of them, as in Debian's package: IPv6 is a module there, and at 6.1.176 it has
 * the handler of lwt_seg6local that 6.1.192 has lost.
 */
const USER_MODE: Partial<ArchRules> = {
  lwtEncapUdp: 'unknown',
  ipAlignBytes: 2,
  ipv6: 'absent',
  cpusMax: 1,
  perfEvents: 'absent',
  seg6localRun: 'taken',
};

/** The rules of a machine; an architecture without a row is as most are. */
export const archRules = ({ arch, userMode }: LinuxSetting): ArchRules => ({
  ...COMMON,
  ...(Object.hasOwn(ARCHES, arch) ? ARCHES[arch] : undefined),
  ...(userMode && USER_MODE),
});
