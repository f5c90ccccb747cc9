/** Errno numbers that progs and BPF_PROG_RUN see (include/uapi/asm-generic/errno-base.h, errno.h). */
export const EPERM = 1;
export const ENOENT = 2;
export const ENXIO = 6;
export const E2BIG = 7;
export const EBADF = 9;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EACCES = 13;
export const EFAULT = 14;
export const EBUSY = 16;
export const EEXIST = 17;
export const ENODEV = 19;
export const EINVAL = 22;
/** What does not fit into `data_out` is told by it. */
export const ENOSPC = 28;
export const ERANGE = 34;
export const EOVERFLOW = 75;
export const ENOTSOCK = 88;
export const EPROTO = 71;
export const EBADMSG = 74;
export const EMSGSIZE = 90;
export const EPROTONOSUPPORT = 93;
export const EOPNOTSUPP = 95;
export const EAFNOSUPPORT = 97;
export const EALREADY = 114;
/** Kernel-internal, and yet what BPF_PROG_RUN says of a prog type without a handler. */
export const ENOTSUPP = 524;

/** What a helper returns for that errno: the register wraps it to 64 bits. */
export const failure = (errno: number): bigint => BigInt(-errno);
