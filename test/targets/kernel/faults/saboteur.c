/*
 * Linked into an agent (--wrap=put_run): a run whose data begins with "fault" does to its kernel what
 * the word behind it says. All other runs are run.
 */
#define _GNU_SOURCE
#include "run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>

#define MAGIC "fault "
#define MEGABYTE (1024 * 1024)

void __real_put_run(struct writer *to, int prog_fd, uint32_t prog_type,
		    const struct run_spec *run);
void __wrap_put_run(struct writer *to, int prog_fd, uint32_t prog_type,
		    const struct run_spec *run);

static void put(const char *path, int flags, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		perror(path);
	close(fd);
}

/* What the kernel itself would print; the first line with that level, the rest below it. */
static void say(const char *report)
{
	put("/dev/kmsg", 0, report);
}

static void eat(void)
{
	for (;;) {
		char *page = mmap(NULL, MEGABYTE, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (page != MAP_FAILED)
			memset(page, 1, MEGABYTE);
	}
}

/* Shared memory stays, whoever dies. */
static void leak(unsigned megabytes)
{
	int id = shmget(IPC_PRIVATE, megabytes * MEGABYTE, 0600);
	void *memory = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

	if (memory == (void *)-1)
		perror("shm");
	else
		memset(memory, 1, megabytes * MEGABYTE);
	shmdt(memory);
}

static int sabotage(const char *what)
{
	if (!strcmp(what, "warn"))
		say("<4>WARNING: CPU: 0 PID: 1 at net/core/dev.c:3218 skb_warn_bad_offload+0xc5/0xd0\n");
	else if (!strcmp(what, "kasan"))
		say("<3>BUG: KASAN: slab-out-of-bounds in bpf_skb_load_bytes+0x1/0x2\n");
	else if (!strcmp(what, "lockdep"))
		say("<4>WARNING: possible circular locking dependency detected\n");
	else if (!strcmp(what, "stall"))
		say("<3>rcu: INFO: rcu_preempt self-detected stall on CPU\n");
	else if (!strcmp(what, "chat"))
		say("<4>eth0: link becomes ready\n");
	else if (!strcmp(what, "panic"))
		put("/proc/sysrq-trigger", 0, "c");
	else if (!strcmp(what, "exit"))
		_exit(3);
	else if (!strcmp(what, "hang"))
		for (;;)
			pause();
	else if (!strcmp(what, "spin"))
		for (;;)
			;
	else if (!strcmp(what, "eat"))
		eat();
	else if (!strncmp(what, "leak ", 5))
		leak(atoi(what + 5));
	else
		return 0;
	return 1;
}

void __wrap_put_run(struct writer *to, int prog_fd, uint32_t prog_type,
		    const struct run_spec *run)
{
	char what[32] = { 0 };

	if (run->data_bytes > strlen(MAGIC) && !memcmp(run->data, MAGIC, strlen(MAGIC))) {
		size_t len = run->data_bytes - strlen(MAGIC);

		memcpy(what, run->data + strlen(MAGIC), len < sizeof(what) ? len : sizeof(what) - 1);
		sabotage(what);
	}
	__real_put_run(to, prog_fd, prog_type, run);
}
