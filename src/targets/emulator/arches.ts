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
  /** Where it isn't that of the release. */
  readonly seg6localRun?: ReleaseRules['seg6localRun'];
  /** Forms that its JIT gives another meaning than the interpreter does, by name. */
  readonly jitedAlu: Readonly<Record<string, AluRule>>;
}

const COMMON: ArchRules = {
  cacheLineBytes: 64,
  skbPadBytes: 64,
  ipAlignBytes: 0,
  ipv6: 'present',
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
  // arch/s390/include/asm/cache.h: too long a line to be left free in front of packets.
  s390x: { cacheLineBytes: 256, skbPadBytes: 32, ipAlignBytes: 2 },
  riscv64: { ipAlignBytes: 2 },
  ppc64le: { cacheLineBytes: 128, skbPadBytes: 128, jitedAlu: POWERPC_SHIFTS },
};

/**
 * User-mode Linux on any of them, as in Debian's package: IPv6 is a module there, and at 6.1.176 it has
 * the handler of lwt_seg6local that 6.1.192 has lost.
 */
const USER_MODE: Partial<ArchRules> = {
  ipAlignBytes: 2,
  ipv6: 'absent',
  seg6localRun: 'taken',
};

/** The rules of a machine; an architecture without a row is as most are. */
export const archRules = ({ arch, userMode }: LinuxSetting): ArchRules => ({
  ...COMMON,
  ...(Object.hasOwn(ARCHES, arch) ? ARCHES[arch] : undefined),
  ...(userMode && USER_MODE),
});
