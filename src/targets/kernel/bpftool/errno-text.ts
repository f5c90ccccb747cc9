import { constants } from 'node:os';

/**
 * What strerror(3) says in the C locale (glibc 2.36; musl says the same of most) of the errnos that
 * bpf(2) ends with (kernel/bpf, net/bpf/test_run.c, 6.1 to 6.18).
 */
const TEXTS: Partial<Record<keyof typeof constants.errno, string>> = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ESRCH: 'No such process',
  EINTR: 'Interrupted system call',
  EIO: 'Input/output error',
  E2BIG: 'Argument list too long',
  EBADF: 'Bad file descriptor',
  EAGAIN: 'Resource temporarily unavailable',
  ENOMEM: 'Cannot allocate memory',
  EACCES: 'Permission denied',
  EFAULT: 'Bad address',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  ENODEV: 'No such device',
  EINVAL: 'Invalid argument',
  EFBIG: 'File too large',
  ENOSPC: 'No space left on device',
  EDOM: 'Numerical argument out of domain',
  ERANGE: 'Numerical result out of range',
  EDEADLK: 'Resource deadlock avoided',
  ENAMETOOLONG: 'File name too long',
  ENOSYS: 'Function not implemented',
  ELOOP: 'Too many levels of symbolic links',
  EOVERFLOW: 'Value too large for defined data type',
  EPROTO: 'Protocol error',
  EMSGSIZE: 'Message too long',
  EPROTONOSUPPORT: 'Protocol not supported',
  EOPNOTSUPP: 'Operation not supported',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  ENETDOWN: 'Network is down',
  ETIMEDOUT: 'Connection timed out',
};

const BY_TEXT: ReadonlyMap<string, number> = new Map(
  Object.entries(TEXTS).map(([name, text]) => [
    text,
    constants.errno[name as keyof typeof constants.errno],
  ]),
);

/** The errno that bpftool's message ends with: `update failed: Invalid argument`. */
export function errnoOfMessage(message: string): number | undefined {
  const text = message.slice(message.lastIndexOf(': ') + 2);
  const unknown = /^Unknown error (\d{1,5})$/.exec(text);
  return unknown ? Number(unknown[1]) : BY_TEXT.get(text);
}

/**
 * The errno that libbpf tells of on standard error when a prog is refused: a number, a name since libbpf
 * 1.6, a text before 0.6. It says so of each prog that it loads; the last one is ours.
 */
export function errnoOfLoad(stderr: string): number | undefined {
  const [, errno] = lastMatch(stderr, /failed to load: -(\d{1,5}|E[A-Z0-9]+)\s*$/gm);
  if (errno === undefined) {
    const [line] = lastMatch(stderr, /load bpf program failed: .+$/gm);
    return line === undefined ? undefined : errnoOfMessage(line);
  }
  if (/^\d/.test(errno)) return Number(errno);
  return errno === 'ENOTSUPP' ? ENOTSUPP : constants.errno[errno as keyof typeof constants.errno];
}

const lastMatch = (text: string, pattern: RegExp): readonly (string | undefined)[] =>
  [...text.matchAll(pattern)].at(-1) ?? [];

/** The kernel's own, which no C library knows (include/linux/errno.h). */
const ENOTSUPP = 524;
