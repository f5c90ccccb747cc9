// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "limits.h"
#include "machine.h"

/* A record is at most this long (CONSOLE_EXT_LOG_MAX, include/linux/printk.h, 6.1). */
#define RECORD_BYTES 8192
#define KERN_WARNING 4

#define DEBUGFS "/sys/kernel/debug"
/* What was said once may be said again (kernel/panic.c, 6.1). */
#define CLEAR_WARN_ONCE DEBUGFS "/clear_warn_once"

static int fd = -1;
static int clear_fd = -1;

/* What a kernel in trouble says. */
static const char *const signs[] = {
	"WARNING:", "BUG:", "BUG ", "Oops", "general protection", "UBSAN", "stall", "LOCKUP",
	"Call Trace", "Kernel panic", "blocked for more than", "Unable to handle kernel",
	"invoked oom-killer", "Out of memory",
};

void kmsg_open(void)
{
	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	if (!machine.is_init)
		return;
	mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	clear_fd = open(CLEAR_WARN_ONCE, O_WRONLY | O_CLOEXEC);
}

/* Otherwise a case that the kernel warned of once could never be told to do so again. */
static void clear_warn_once(void)
{
	if (clear_fd >= 0 && pwrite(clear_fd, "1", 1, 0) != 1) {
		close(clear_fd);
		clear_fd = -1;
	}
}

static int is_trouble(const char *message)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (strstr(message, signs[i]))
			return 1;
	return 0;
}

/* A record is "priority,sequence,time,flags;message\n" and lines of a dictionary. */
const char *kmsg_trouble(size_t *len)
{
	static char text[CONSOLE_BYTES_MAX];
	char record[RECORD_BYTES];
	int in_trouble = 0, about_bpf = machine.is_init;
	size_t used = 0;
	ssize_t n;

	*len = 0;
	if (fd < 0)
		return text;
	/* EPIPE: records were overwritten before they were read. */
	while ((n = read(fd, record, sizeof(record) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		if (n < 0)
			continue;
		record[n] = 0;
		char *message = strchr(record, ';');
		if (!message || (atoi(record) & 7) > KERN_WARNING)
			continue;
		message++;
		size_t line = strcspn(message, "\n");
		message[line] = 0;
		in_trouble |= is_trouble(message);
		about_bpf |= !!strstr(message, "bpf");
		if (used + line + 1 > sizeof(text))
			continue;
		memcpy(text + used, message, line);
		text[used + line] = '\n';
		used += line + 1;
	}
	if (!in_trouble || !about_bpf)
		return text;
	clear_warn_once();
	*len = used;
	return text;
}
