// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define JIT_ENABLE "/proc/sys/net/core/bpf_jit_enable"
#define JIT_HARDEN "/proc/sys/net/core/bpf_jit_harden"

#define CAP_NET_ADMIN 12
#define CAP_SYS_ADMIN 21
#define CAP_BPF 39

#ifndef SOURCE_HASH
#define SOURCE_HASH ""
#endif

struct machine machine;

/* What the sysctls hold; -1 where the kernel has none. */
static int jit_enable, jit_harden;

static ssize_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[len < 0 ? 0 : len] = 0;
	return len;
}

static int read_sysctl(const char *path)
{
	char text[32];

	return read_file(path, text, sizeof(text)) > 0 ? atoi(text) : -1;
}

static int write_sysctl(const char *path, int *current, int wanted)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", wanted);

	if (*current == wanted)
		return 0;
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ok = fd >= 0 && write(fd, text, len) == len;

	if (fd >= 0)
		close(fd);
	/* A kernel that takes it and does otherwise is not what was asked for. */
	*current = read_sysctl(path);
	return ok && *current == wanted ? 0 : -1;
}

/* The list is such as `0-3,8`. Without one there is a single CPU, as in UML. */
static uint32_t count_possible_cpus(void)
{
	char text[4096];
	uint32_t count = 0;

	read_file("/sys/devices/system/cpu/possible", text, sizeof(text));
	for (char *at = text; *at >= '0' && *at <= '9';) {
		unsigned long first = strtoul(at, &at, 10);
		unsigned long last = *at == '-' ? strtoul(at + 1, &at, 10) : first;

		count += last - first + 1;
		at += *at == ',';
	}
	return count ? count : 1;
}

static int is_privileged(void)
{
	char status[4096];

	read_file("/proc/self/status", status, sizeof(status));
	const char *line = strstr(status, "\nCapEff:");
	uint64_t caps = line ? strtoull(line + strlen("\nCapEff:"), NULL, 16) : 0;

	return caps >> CAP_SYS_ADMIN & 1 || (caps >> CAP_BPF & caps >> CAP_NET_ADMIN & 1);
}

void machine_setup(void)
{
	cpu_set_t first;
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	machine.is_init = getpid() == 1;
	machine.cpus = count_possible_cpus();
	jit_enable = read_sysctl(JIT_ENABLE);
	jit_harden = read_sysctl(JIT_HARDEN);

	/* Where it can't be had, progs see another number: the hello tells. */
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_setaffinity(0, sizeof(first), &first);
	/* Before 5.11 maps and progs count as locked memory. */
	setrlimit(RLIMIT_MEMLOCK, &all);
}

static int is_big_endian(void)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
}

void machine_hello(struct writer *to)
{
	struct utsname name;
	char cmdline[4096];

	memset(&name, 0, sizeof(name));
	uname(&name);
	read_file("/proc/cmdline", cmdline, sizeof(cmdline));
	put_u32(to, PROTOCOL_VERSION);
	put_u32(to, (is_big_endian() ? HELLO_BIG_ENDIAN : 0) |
			    (is_privileged() ? HELLO_PRIVILEGED : 0));
	put_u32(to, sysconf(_SC_PAGESIZE));
	put_u32(to, machine.cpus);
	put_u32(to, sched_getcpu());
	put_u32(to, jit_enable);
	put_u32(to, jit_harden);
	put_text(to, name.release, strlen(name.release));
	put_text(to, name.version, strlen(name.version));
	put_text(to, name.machine, strlen(name.machine));
	put_text(to, cmdline, strcspn(cmdline, "\n"));
	put_text(to, SOURCE_HASH, strlen(SOURCE_HASH));
}

int machine_engine(uint32_t engine)
{
	/* bpf_jit_harden of 1 spares those with CAP_BPF (bpf_jit_blinding_enabled, 6.1). */
	static const struct {
		int enable, harden;
	} settings[] = {
		[ENGINE_JIT] = { 1, 0 },
		[ENGINE_INTERP] = { 0, 0 },
		[ENGINE_HARDENED] = { 1, 2 },
	};

	if (engine == ENGINE_KEEP)
		return 0;
	if (jit_enable < 0)
		return engine == ENGINE_INTERP ? 0 : -1;
	if (write_sysctl(JIT_ENABLE, &jit_enable, settings[engine].enable))
		return -1;
	return jit_harden < 0 ? 0 : write_sysctl(JIT_HARDEN, &jit_harden, settings[engine].harden);
}

uint64_t machine_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}
