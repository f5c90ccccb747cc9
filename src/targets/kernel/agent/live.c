// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "live.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bpf.h"

#define FLAG_LIVE_FRAMES 2u

/* As in include/uapi/linux/{if_tun,if_ether,if_packet,ethtool,sockios}.h. */
#define TUNSETIFF _IOW('T', 202, int)
#define TUNSETIFINDEX _IOW('T', 218, unsigned int)
#define IFF_TAP 0x0002
#define IFF_NO_PI 0x1000
#define ETH_P_ALL 0x0003
#define VLAN_AT 12
#define VLAN_BYTES 4
#define SOL_PACKET 263
#define PACKET_AUXDATA 8
#define PACKET_OUTGOING 4
#define TP_STATUS_VLAN_VALID (1 << 4)
#define SIOCETHTOOL 0x8946
#define ETHTOOL_SGRO 0x0000002c

struct packet_address {
	uint16_t family, protocol;
	int32_t ifindex;
	uint16_t hardware;
	uint8_t kind, address_bytes, address[8];
};

struct packet_auxdata {
	uint32_t status, len, snaplen;
	uint16_t mac, net, vlan_tci, vlan_tpid;
};

/* The same in every kernel, so that cases can name them. */
#define TAPS 2
#define FIRST_TAP 10

/* More than a run of a case that is worth running sends. A tap drops what comes then. */
#define TAP_FRAMES 4096
/* Frames of more runs than one are never in it. */
#define QUEUE_BYTES (256 * 1024 * 1024)

enum way {
	WAY_RECEIVED = 0,
	WAY_SENT = 1,
};

struct live_frame {
	uint32_t way, ifindex, times, len;
	uint8_t *bytes;
};

/* -1: not tried; 0: it is there; else the errno. */
static int state = -1;
static int ours = -1, theirs = -1; /* namespaces */
static int taps[TAPS], tap_socket, reset_prog;

static struct live_frame frames[LIVE_FRAMES_MAX];
static uint32_t frame_count;
/* Of the frames; memory is taken as far as it is used. */
static uint8_t pool[LIVE_FRAMES_MAX * LIVE_FRAME_BYTES_MAX];
static size_t pool_bytes;

int live_run(uint32_t prog_type, const struct run_spec *run)
{
	return prog_type == BPF_PROG_TYPE_XDP && run->flags & FLAG_LIVE_FRAMES;
}

int live_wanted(const struct testcase *testcase)
{
	return testcase->prog_type == BPF_PROG_TYPE_XDP && testcase->run_flags & FLAG_LIVE_FRAMES;
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int result = fd >= 0 && write(fd, text, strlen(text)) > 0 ? 0 : -1;

	if (fd >= 0)
		close(fd);
	return result;
}

/* A kernel without IPv6 has nothing to switch off. */
static void silence_ipv6(void)
{
	write_text("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
	write_text("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
}

static void name_tap(struct ifreq *request, int tap)
{
	memset(request, 0, sizeof(*request));
	snprintf(request->ifr_name, sizeof(request->ifr_name), "live%d", tap);
}

/* Received frames are not to be put together: those of a CPUMAP would be since 6.15. */
static void without_gro(int control, const char *name)
{
	struct {
		uint32_t command, value;
	} gro = { ETHTOOL_SGRO, 0 };
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	request.ifr_data = (void *)&gro;
	ioctl(control, SIOCETHTOOL, &request);
}

/* Returns the fd that what it sends is read from, or -1. */
static int make_tap(int control, int tap)
{
	unsigned int ifindex = FIRST_TAP + tap;
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct ifreq request;

	if (fd < 0)
		return -1;
	name_tap(&request, tap);
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (ioctl(fd, TUNSETIFINDEX, &ifindex) || ioctl(fd, TUNSETIFF, &request))
		return -1;
	request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
	memcpy(request.ifr_hwaddr.sa_data, (uint8_t[]){ 2, 0, 0, 0, 0, ifindex }, 6);
	if (ioctl(control, SIOCSIFHWADDR, &request))
		return -1;
	request.ifr_qlen = TAP_FRAMES;
	if (ioctl(control, SIOCSIFTXQLEN, &request))
		return -1;
	without_gro(control, request.ifr_name);
	request.ifr_flags = IFF_UP;
	return ioctl(control, SIOCSIFFLAGS, &request) ? -1 : fd;
}

/* Everything that any device gives to the stack. It holds the frames, whose pages stay in use. */
static int open_tap_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
	int on = 1, bytes = QUEUE_BYTES;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)))
		return -1;
	return fd;
}

/* r0 = XDP_TX; exit */
static int load_reset_prog(void)
{
	struct slot_bytes {
		uint8_t opcode, regs;
		int16_t off;
		int32_t imm;
	} insns[] = { { 0xb7, 0, 0, 3 }, { 0x95, 0, 0, 0 } };
	struct bpf_prog_load attr = {
		.prog_type = BPF_PROG_TYPE_XDP,
		.insns = ptr_u64(insns),
		.insn_cnt = 2,
		.license = ptr_u64("GPL"),
	};

	return sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

/*
 * Up to 6.10 where a redirect leads to is kept for each CPU from frame to frame, and so from case to
 * case. A frame that is sent back uses it up.
 */
static void forget_redirect(void)
{
	static uint8_t packet[64];
	struct bpf_prog_test_run attr = {
		.prog_fd = reset_prog,
		.data_in = ptr_u64(packet),
		.data_size_in = sizeof(packet),
		.flags = FLAG_LIVE_FRAMES,
	};

	sys_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
}

static int build(void)
{
	theirs = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (theirs < 0 || unshare(CLONE_NEWNET))
		return -1;
	ours = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	silence_ipv6();
	int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (ours < 0 || control < 0)
		return -1;
	without_gro(control, "lo");
	for (int tap = 0; tap < TAPS; tap++) {
		taps[tap] = make_tap(control, tap);
		if (taps[tap] < 0)
			return -1;
	}
	close(control);
	reset_prog = load_reset_prog();
	tap_socket = open_tap_socket();
	return reset_prog < 0 || tap_socket < 0 ? -1 : 0;
}

static void empty_queues(void);

int live_enter(void)
{
	if (state < 0) {
		errno = 0;
		state = build() ? (errno ? errno : ENODEV) : 0;
		if (state)
			live_leave();
	} else if (!state && setns(ours, CLONE_NEWNET)) {
		return errno;
	}
	if (state)
		return state;
	forget_redirect();
	empty_queues();
	return 0;
}

void live_leave(void)
{
	if (theirs >= 0)
		setns(theirs, CLONE_NEWNET);
}

/*
 * The thread of a CPUMAP gets the CPU before a process that runs only when nothing else wants to.
 */
static void let_threads_run(void)
{
	struct sched_param none = { 0 };

	sched_setscheduler(0, SCHED_IDLE, &none);
	for (int i = 0; i < 3; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
	sched_setscheduler(0, SCHED_OTHER, &none);
}

static uint8_t *room(void)
{
	return frame_count < LIVE_FRAMES_MAX && pool_bytes + LIVE_FRAME_BYTES_MAX <= sizeof(pool) ?
		       pool + pool_bytes :
		       NULL;
}

/* The bytes lie where `room` said. */
static void add_frame(uint32_t way, uint32_t ifindex, uint32_t len)
{
	frames[frame_count++] = (struct live_frame){ way, ifindex, 1, len, pool + pool_bytes };
	pool_bytes += len;
}

/*
 * The stack takes the tag of a VLAN out before anybody sees the frame (skb_vlan_untag, net/core/skbuff.c
 * 6.1).
 */
static uint32_t put_tag_back(uint8_t *bytes, uint32_t len, struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	struct packet_auxdata aux;

	if (!control || control->cmsg_level != SOL_PACKET || len < VLAN_AT)
		return len;
	memcpy(&aux, CMSG_DATA(control), sizeof(aux));
	if (!(aux.status & TP_STATUS_VLAN_VALID))
		return len;
	uint16_t tag[2] = { htons(aux.vlan_tpid), htons(aux.vlan_tci) };

	memmove(bytes + VLAN_AT + VLAN_BYTES, bytes + VLAN_AT, len - VLAN_AT);
	memcpy(bytes + VLAN_AT, tag, VLAN_BYTES);
	return len + VLAN_BYTES;
}

static void take_received(void)
{
	for (uint8_t *bytes; (bytes = room());) {
		struct packet_address from;
		uint8_t control[128];
		struct iovec part = { bytes, LIVE_FRAME_BYTES_MAX - VLAN_BYTES };
		struct msghdr message = {
			.msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t len = recvmsg(tap_socket, &message, MSG_DONTWAIT);

		if (len < 0)
			return;
		if (from.kind == PACKET_OUTGOING)
			continue;
		add_frame(WAY_RECEIVED, from.ifindex, put_tag_back(bytes, len, &message));
	}
}

static void take_sent(int tap)
{
	for (uint8_t *bytes; (bytes = room());) {
		ssize_t len = read(taps[tap], bytes, LIVE_FRAME_BYTES_MAX);

		if (len < 0)
			return;
		add_frame(WAY_SENT, FIRST_TAP + tap, len);
	}
}

static void take_all(void)
{
	frame_count = 0;
	pool_bytes = 0;
	take_received();
	for (int tap = 0; tap < TAPS; tap++)
		take_sent(tap);
}

static void empty_queues(void)
{
	do
		take_all();
	while (frame_count == LIVE_FRAMES_MAX);
}

static int compare_frames(const void *one, const void *other)
{
	const struct live_frame *a = one, *b = other;

	if (a->ifindex != b->ifindex)
		return a->ifindex < b->ifindex ? -1 : 1;
	int order = memcmp(a->bytes, b->bytes, a->len < b->len ? a->len : b->len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static int has_cpumap(const struct testcase *testcase)
{
	for (uint32_t i = 0; i < testcase->map_count; i++)
		if (testcase->maps[i].type == BPF_MAP_TYPE_CPUMAP)
			return 1;
	return 0;
}

static void sort_received(void)
{
	uint32_t received = 0;

	while (received < frame_count && frames[received].way == WAY_RECEIVED)
		received++;
	qsort(frames, received, sizeof(*frames), compare_frames);
}

/* Those that are alike and follow each other become one. */
static void count_alike(void)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < frame_count; i++) {
		if (kept && frames[kept - 1].way == frames[i].way &&
		    !compare_frames(&frames[kept - 1], &frames[i]))
			frames[kept - 1].times++;
		else
			frames[kept++] = frames[i];
	}
	frame_count = kept;
}

void live_put_frames(struct writer *to, const struct testcase *testcase)
{
	int threads = has_cpumap(testcase);

	if (threads)
		let_threads_run();
	take_all();
	if (threads)
		sort_received();
	count_alike();
	put_u32(to, frame_count);
	for (uint32_t i = 0; i < frame_count; i++) {
		const struct live_frame *frame = &frames[i];

		put_u32(to, frame->way);
		put_u32(to, frame->ifindex);
		put_u32(to, frame->times);
		put_text(to, (const char *)frame->bytes, frame->len);
	}
}
