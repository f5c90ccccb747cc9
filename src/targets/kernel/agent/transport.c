// SPDX-License-Identifier: MIT
/*
 * Three ways for frames, one interface:
 *
 *   a child process      standard input and output
 *   PID 1 of a VM        a virtio-serial port                       bpfdiff.link=virtio
 *   PID 1 of UML         files in a hostfs folder, bells on a tty   bpfdiff.link=hostfs
 *
 * UML's tty layer stalls on large frames, so there each frame is written to a file, and one byte
 * on the tty says that it is complete: /link/request holds what came, /link/answer what goes.
 */
#define _GNU_SOURCE
#include "transport.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_FILE "/link/request"
#define ANSWER_FILE "/link/answer"
#define BELL_TTY "/dev/ttyS0"
#define MODULES_DIR "/modules"

/* The port shows up a moment after its modules are loaded. */
#define PORT_WAIT_MS 5000

static int in_fd = -1, out_fd = -1; /* frames; with hostfs: bells */
static int answer_fd = -1;	    /* hostfs only */

static uint8_t *buffer; /* body of the frame that was received last */
static size_t buffer_size;

static int open_stream(void);
static int become_init(void);
static int open_virtio(void);
static int open_hostfs(void);
static int read_frame(int fd, struct frame *frame);
static int write_frame(int fd, uint32_t seq, const void *body, uint32_t len);

static int fail(const char *what)
{
	fprintf(stderr, "bpfdiff agent: %s: %s\n", what, strerror(errno));
	return -1;
}

int transport_open(void)
{
	signal(SIGPIPE, SIG_IGN);
	if (getpid() != 1)
		return open_stream();
	if (become_init())
		return -1;

	char cmdline[4096];
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, cmdline, sizeof(cmdline) - 1);
	if (n < 0)
		return fail("/proc/cmdline");
	close(fd);
	cmdline[n] = 0;
	if (strstr(cmdline, "bpfdiff.link=virtio"))
		return open_virtio();
	if (strstr(cmdline, "bpfdiff.link=hostfs"))
		return open_hostfs();
	errno = EINVAL;
	return fail("bpfdiff.link=virtio or bpfdiff.link=hostfs on the kernel's command line");
}

int transport_receive(struct frame *frame)
{
	if (answer_fd < 0)
		return read_frame(in_fd, frame);

	char bell;
	ssize_t n;
	do
		n = read(in_fd, &bell, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		return 0;
	/* Opened anew each time: hostfs would answer an open file from its page cache. */
	int fd = open(REQUEST_FILE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return fail(REQUEST_FILE);
	int got = read_frame(fd, frame);
	close(fd);
	return got == 1 ? 1 : -1;
}

int transport_send(uint32_t seq, const void *body, uint32_t len)
{
	if (answer_fd < 0)
		return write_frame(out_fd, seq, body, len);

	/* hostfs writes through, page by page: what write_frame has done, the host can read. */
	if (lseek(answer_fd, 0, SEEK_SET) < 0 || write_frame(answer_fd, seq, body, len))
		return -1;
	ssize_t n;
	do
		n = write(out_fd, "", 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? 0 : -1;
}

_Noreturn void transport_shutdown(int status)
{
	if (getpid() == 1) {
		fflush(stderr);
		reboot(RB_POWER_OFF);
	}
	_exit(status);
}

/* Standard input and output, which nobody else can write into from here on. */
static int open_stream(void)
{
	in_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	out_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (in_fd < 0 || out_fd < 0 || null < 0)
		return fail("standard input and output");
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
	return 0;
}

/* What init must do before anything else works. */
static int become_init(void)
{
	static const struct {
		const char *type, *dir;
	} mounts[] = {
		{ "proc", "/proc" },
		{ "sysfs", "/sys" },
		{ "devtmpfs", "/dev" },
	};
	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		mkdir(mounts[i].dir, 0755);
		/* EBUSY: CONFIG_DEVTMPFS_MOUNT has done it. */
		if (mount(mounts[i].type, mounts[i].dir, mounts[i].type, 0, NULL) && errno != EBUSY)
			return fail(mounts[i].dir);
	}
	/* An initramfs without /dev/console starts init with no standard streams at all. */
	int console = open("/dev/console", O_RDWR | O_NOCTTY);
	if (console < 0)
		console = open("/dev/null", O_RDWR);
	for (int fd = 0; console >= 0 && fd < 3; fd++)
		dup2(console, fd);
	if (console > 2)
		close(console);
	return 0;
}

static int load_modules(void)
{
	struct dirent **names;
	int count = scandir(MODULES_DIR, &names, NULL, alphasort);

	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;
		size_t len = strlen(name);
		if (len < 4 || strcmp(name + len - 3, ".ko"))
			continue;
		char path[sizeof(MODULES_DIR) + 1 + sizeof(names[i]->d_name)];
		snprintf(path, sizeof(path), "%s/%s", MODULES_DIR, name);
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST))
			return fail(path);
		close(fd);
	}
	return 0;
}

/* The first port of the first virtio-serial device: /dev/vport0p1. */
static int find_port(void)
{
	int fd = -1;
	DIR *dev = opendir("/dev");
	struct dirent *entry;

	while (dev && fd < 0 && (entry = readdir(dev))) {
		unsigned device, port;
		int end = 0;
		if (sscanf(entry->d_name, "vport%up%u%n", &device, &port, &end) == 2 && port == 1 &&
		    !entry->d_name[end])
			fd = openat(dirfd(dev), entry->d_name, O_RDWR | O_CLOEXEC);
	}
	if (dev)
		closedir(dev);
	return fd;
}

static int open_virtio(void)
{
	if (load_modules())
		return -1;
	for (int waited_ms = 0; (in_fd = find_port()) < 0; waited_ms++) {
		if (waited_ms == PORT_WAIT_MS) {
			errno = ETIMEDOUT;
			return fail("/dev/vport*p1");
		}
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	out_fd = in_fd;
	return 0;
}

static int open_hostfs(void)
{
	if (load_modules())
		return -1;
	answer_fd = open(ANSWER_FILE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (answer_fd < 0)
		return fail(ANSWER_FILE);
	in_fd = out_fd = open(BELL_TTY, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios raw;
	if (in_fd < 0 || tcgetattr(in_fd, &raw))
		return fail(BELL_TTY);
	cfmakeraw(&raw);
	if (tcsetattr(in_fd, TCSANOW, &raw))
		return fail(BELL_TTY);
	return 0;
}

/* Whether it is worth trying again; waits where there was nothing to be had just now. */
static int again(int fd, short events)
{
	if (errno == EAGAIN)
		poll(&(struct pollfd){ .fd = fd, .events = events }, 1, -1);
	return errno == EINTR || errno == EAGAIN;
}

/* Returns how much came before the end of the stream, or -1. */
static ssize_t read_full(int fd, void *into, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, (uint8_t *)into + done, len - done);
		if (n == 0)
			break;
		if (n > 0)
			done += n;
		else if (!again(fd, POLLIN))
			return -1;
	}
	return done;
}

static uint32_t get_le32(const uint8_t *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_le32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = value >> (8 * i);
}

static int malformed(const char *what)
{
	errno = EPROTO;
	return fail(what);
}

static int read_frame(int fd, struct frame *frame)
{
	uint8_t header[FRAME_HEADER_BYTES];
	ssize_t n = read_full(fd, header, sizeof(header));

	if (n == 0)
		return 0;
	if (n != sizeof(header) || get_le32(header) != FRAME_MAGIC)
		return malformed("frame header");
	frame->seq = get_le32(header + 4);
	frame->len = get_le32(header + 8);
	if (frame->len > FRAME_BODY_MAX)
		return malformed("frame length");
	if (frame->len > buffer_size) {
		uint8_t *larger = realloc(buffer, frame->len);
		if (!larger)
			return fail("frame");
		buffer = larger;
		buffer_size = frame->len;
	}
	frame->body = buffer;
	if (read_full(fd, buffer, frame->len) != (ssize_t)frame->len)
		return malformed("frame body");
	return 1;
}

static int write_frame(int fd, uint32_t seq, const void *body, uint32_t len)
{
	uint8_t header[FRAME_HEADER_BYTES];
	struct iovec parts[2] = {
		{ .iov_base = header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)body, .iov_len = len },
	};

	put_le32(header, FRAME_MAGIC);
	put_le32(header + 4, seq);
	put_le32(header + 8, len);
	while (parts[0].iov_len + parts[1].iov_len) {
		ssize_t n = writev(fd, parts, 2);
		if (n < 0 && !again(fd, POLLOUT))
			return fail("write");
		for (int i = 0; i < 2 && n > 0; i++) {
			size_t done = (size_t)n < parts[i].iov_len ? (size_t)n : parts[i].iov_len;
			parts[i].iov_base = (uint8_t *)parts[i].iov_base + done;
			parts[i].iov_len -= done;
			n -= done;
		}
	}
	return 0;
}
