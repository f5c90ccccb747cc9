/** Errno numbers that progs and BPF_PROG_RUN see (include/uapi/asm-generic/errno-base.h, errno.h). */
export const ENOENT = 2;
export const E2BIG = 7;
export const ENOMEM = 12;
export const EFAULT = 14;
export const EEXIST = 17;
export const ENODEV = 19;
export const EINVAL = 22;
export const ENOSPC = 28;
export const EMSGSIZE = 90;
/** Kernel-internal, and yet what BPF_PROG_RUN says of a prog type without a handler. */
export const ENOTSUPP = 524;

/** What a helper returns for that errno: the register wraps it to 64 bits. */
export const failure = (errno: number): bigint => BigInt(-errno);
