import type { Snippet } from './snippet.ts';

/** Where a C library has no function for it. */
export const POSSIBLE_CPUS = `
/* Of the kernel, which has a value for each in an element of a per-CPU map. */
static int possible_cpus(void)
{
	FILE *file = fopen("/sys/devices/system/cpu/possible", "r");
	int first = 0, last = 0, count = 0;

	while (file && fscanf(file, "%d", &first) == 1) {
		last = first;
		if (fscanf(file, "-%d", &last) != 1)
			last = first;
		count += last - first + 1;
		if (fgetc(file) != ',')
			break;
	}
	if (file)
		fclose(file);
	return count ? count : 1;
}`;

/** bpf(2), and what prints and compares what was observed. */
export const BASICS: readonly Snippet[] = [
  {
    names: ['attr', 'bpf'],
    text: `
static union bpf_attr attr;

/* Returns what the kernel does, or a negative errno. */
static int bpf(int cmd)
{
	long ret = syscall(__NR_bpf, cmd, &attr, sizeof(attr));

	return ret < 0 ? -errno : ret;
}`,
  },
  {
    names: ['say', 'verdict'],
    text: `
static unsigned int said, diverges_at;
static char diverges[512];

/* Prints what was observed, and compares it with what is expected. */
__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	char line[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	puts(line);
	if (!diverges[0] && (said >= ARRAY_SIZE(expected) || strcmp(line, expected[said]))) {
		diverges_at = said;
		strcpy(diverges, line);
	}
	said++;
}

static int verdict(void)
{
	if (!diverges[0] && said < ARRAY_SIZE(expected)) {
		diverges_at = said;
		strcpy(diverges, "nothing");
	}
	if (!diverges[0])
		return 0;
	printf("DIVERGES: %s; expected: %s\\n", diverges,
	       diverges_at < ARRAY_SIZE(expected) ? expected[diverges_at] : "nothing");
	return 1;
}`,
  },
  {
    names: ['take_first_cpu'],
    text: `
static void take_first_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
}`,
  },
  {
    names: ['is_zero'],
    text: `
static int is_zero(const __u8 *bytes, __u32 len)
{
	while (len && !bytes[len - 1])
		len--;
	return !len;
}`,
  },
  {
    names: ['say_bytes'],
    text: `
/* In pieces of 32 bytes, without those that are zeros. */
static void say_bytes(const char *what, const __u8 *bytes, __u32 len)
{
	char hex[2 * 32 + 1];

	if (len > 32)
		say("%s of %u bytes", what, len);
	for (__u32 at = 0; at == 0 || at < len; at += 32) {
		__u32 end = len - at < 32 ? len : at + 32;
		int any = 0;

		strcpy(hex, "-");
		for (__u32 i = at; i < end; i++) {
			sprintf(hex + 2 * (i - at), "%02x", bytes[i]);
			any |= bytes[i];
		}
		if (len <= 32)
			say("%s %s", what, hex);
		else if (any)
			say("  +%u: %s", at, hex);
	}
}`,
  },
  {
    names: ['possible_cpus'],
    text: POSSIBLE_CPUS,
  },
  {
    names: ['rejected'],
    text: `
static void rejected(const char *what, int error)
{
	printf("# %s: %s\\n", what, strerror(-error));
	say("load: rejected, errno %d", -error);
	exit(verdict());
}`,
  },
];
