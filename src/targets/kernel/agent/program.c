// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "limits.h"
#include "machine.h"

/* include/uapi/linux/fcntl.h. */
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

void parse_program(struct reader *from, struct program_spec *into)
{
	into->engine = read_bounded(from, ENGINE_HARDENED, "unknown engine");
	into->timeout_ms = read_u32(from);
	into->len = read_u32(from);
	into->bytes = read_bytes(from, into->len);
	if (from->at != from->end && !from->problem)
		from->problem = "the request goes on behind its end";
}

/* In memory: the folder of init need not be one that can be written to. Returns an fd, or -1. */
static int file_of(const struct program_spec *program)
{
	int fd = memfd_create("program", MFD_CLOEXEC);

	for (uint32_t done = 0; fd >= 0 && done < program->len;) {
		ssize_t n = write(fd, program->bytes + done, program->len - done);

		if (n <= 0) {
			close(fd);
			return -1;
		}
		done += n;
	}
	return fd;
}

static _Noreturn void become(int file, int output)
{
	static char *const arguments[] = { "repro", NULL }, *const environment[] = { NULL };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	syscall(SYS_execveat, file, "", arguments, environment, AT_EMPTY_PATH);
	_exit(127);
}

/* Returns the end to read from, or -1. */
static int start(const struct program_spec *program, pid_t *pid)
{
	int file = file_of(program), ends[2];

	if (file < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC)) {
		close(file);
		return -1;
	}
	*pid = fork();
	if (!*pid)
		become(file, ends[1]);
	close(file);
	close(ends[1]);
	if (*pid < 0) {
		close(ends[0]);
		return -1;
	}
	return ends[0];
}

/* What fits is kept; all is read, so that the program is never held up. Returns whether it ended in time. */
static int read_output(int fd, uint64_t deadline_ns, char *output, uint32_t *len)
{
	static char spill[4096];
	struct pollfd end = { .fd = fd, .events = POLLIN };

	for (;;) {
		uint64_t now_ns = machine_ns();

		if (now_ns >= deadline_ns)
			return 0;
		if (poll(&end, 1, (deadline_ns - now_ns) / NS_PER_MS + 1) <= 0)
			continue;
		uint32_t room = PROGRAM_OUTPUT_MAX - *len;
		ssize_t n = read(fd, room ? output + *len : spill, room ? room : sizeof(spill));

		if (n <= 0)
			return 1;
		if (room)
			*len += n;
	}
}

int put_program(struct writer *to, const struct program_spec *program)
{
	static char *output;
	uint32_t len = 0;
	int status = 0;
	pid_t pid;

	if (!output)
		output = malloc(PROGRAM_OUTPUT_MAX);
	int fd = output ? start(program, &pid) : -1;

	if (fd < 0)
		return -1;
	int ended = read_output(fd, machine_ns() + program->timeout_ms * NS_PER_MS, output, &len);

	if (!ended)
		kill(-pid, SIGKILL);
	close(fd);
	waitpid(pid, &status, 0);
	put_u32(to, !ended ? PROGRAM_TIMED_OUT : WIFSIGNALED(status) ? PROGRAM_KILLED : PROGRAM_EXITED);
	put_u32(to, WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	put_text(to, output, len);
	return 0;
}
