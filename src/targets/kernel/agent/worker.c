// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "worker.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"
#include "transport.h"

/* How long a killed worker may take to be gone. */
#define KILL_WAIT_MS 1000

#define LOWEST_PRIORITY 19

/* `bell` carries a byte there when there is work, and one back when it is done. */
static struct {
	pid_t pid; /* 0 where there is none */
	int bell;
} worker;

static _Noreturn void be_worker(int bell, void (*work)(void))
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/*
	 * The kernel frees what cases had in threads of its own. They must keep up: in UML to free a
	 * prog takes the longer the more of them wait for it.
	 */
	if (machine.is_init)
		setpriority(PRIO_PROCESS, 0, LOWEST_PRIORITY);
	/* So that no fd of a case is 0, which a command names whose bpf_attr has no bytes. */
	if (fcntl(0, F_GETFD) < 0)
		(void)!socket(AF_UNIX, SOCK_STREAM, 0);
	while (read(bell, &byte, 1) == 1) {
		work();
		if (write(bell, "", 1) != 1)
			break;
	}
	_exit(0);
}

/* Returns 0, or -1. */
static int hire(void (*work)(void))
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	worker.pid = fork();
	if (!worker.pid) {
		/* The lower number, so that fds of cases lie side by side. */
		dup2(ends[1], ends[0]);
		close(ends[1]);
		be_worker(ends[0], work);
	}
	close(ends[1]);
	if (worker.pid < 0) {
		worker.pid = 0;
		close(ends[0]);
		return -1;
	}
	worker.bell = ends[0];
	return 0;
}

/* One that SIGKILL does not end is stuck in its kernel: nothing more can be learnt there. */
int worker_bury(void)
{
	uint64_t give_up_ns = machine_ns() + KILL_WAIT_MS * NS_PER_MS;
	int status = 0;

	kill(worker.pid, SIGKILL);
	while (waitpid(worker.pid, &status, WNOHANG) != worker.pid) {
		if (machine_ns() > give_up_ns) {
			fprintf(stderr, "bpfdiff agent: a worker can't be killed\n");
			transport_shutdown(1);
		}
		poll(NULL, 0, 1);
	}
	close(worker.bell);
	worker.pid = 0;
	return status;
}

/* One that died while it had nothing to do is replaced. */
int worker_wake(void (*work)(void))
{
	if (worker.pid && write(worker.bell, "", 1) == 1)
		return 0;
	if (worker.pid)
		worker_bury();
	return hire(work) || write(worker.bell, "", 1) != 1 ? -1 : 0;
}

/* Waits for the bell. A worker that died has closed its end. */
enum fate worker_wait(struct pace *pace, uint32_t stall_ms, uint64_t deadline_ns)
{
	struct pollfd bell = { .fd = worker.bell, .events = POLLIN };
	uint64_t progress = atomic_load(&pace->progress);
	uint64_t since_ns = machine_ns();
	char byte;

	for (;;) {
		if (poll(&bell, 1, stall_ms / 4 + 1) > 0)
			return read(worker.bell, &byte, 1) == 1 ? FATE_FINISHED : FATE_DIED;
		uint64_t now_ns = machine_ns();
		uint64_t now_at = atomic_load(&pace->progress);

		if (now_ns > deadline_ns)
			atomic_store(&pace->stop, 1);
		if (now_at != progress) {
			progress = now_at;
			since_ns = now_ns;
		} else if (now_ns - since_ns > stall_ms * NS_PER_MS) {
			return FATE_HUNG;
		}
	}
}
