// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "live-net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bpf.h"

/* As in include/uapi/linux/{if_tun,if_ether,if_packet,ethtool,sockios}.h. */
#define TUNSETIFF _IOW('T', 202, int)
#define TUNSETIFINDEX _IOW('T', 218, unsigned int)
#define IFF_TAP 0x0002
#define IFF_NO_PI 0x1000
#define ETH_P_ALL 0x0003
#define PACKET_AUXDATA 8
#define SIOCETHTOOL 0x8946
#define ETHTOOL_SGRO 0x0000002c

/* More than a run of a case that is worth running sends. A tap drops what comes then. */
#define TAP_FRAMES 4096
/* Frames of more runs than one are never in it. */
#define QUEUE_BYTES (256 * 1024 * 1024)

/* -1: not tried; 0: it is there; else the errno. */
static int state = -1;
static int ours = -1, theirs = -1; /* namespaces */
static int taps[LIVE_TAPS], tap_socket, reset_prog;

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
	unsigned int ifindex = LIVE_FIRST_TAP + tap;
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
		.flags = BPF_F_TEST_XDP_LIVE_FRAMES,
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
	for (int tap = 0; tap < LIVE_TAPS; tap++) {
		taps[tap] = make_tap(control, tap);
		if (taps[tap] < 0)
			return -1;
	}
	close(control);
	reset_prog = load_reset_prog();
	tap_socket = open_tap_socket();
	return reset_prog < 0 || tap_socket < 0 ? -1 : 0;
}

int live_net_enter(void)
{
	if (state < 0) {
		errno = 0;
		state = build() ? (errno ? errno : ENODEV) : 0;
		if (state)
			live_net_leave();
	} else if (!state && setns(ours, CLONE_NEWNET)) {
		return errno;
	}
	if (!state)
		forget_redirect();
	return state;
}

void live_net_leave(void)
{
	if (theirs >= 0)
		setns(theirs, CLONE_NEWNET);
}

int live_tap(int tap)
{
	return taps[tap];
}

int live_socket(void)
{
	return tap_socket;
}
