// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "live.h"

#include <arpa/inet.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bpf.h"
#include "live-net.h"

/* As in include/uapi/linux/{if_ether,if_packet}.h. */
#define VLAN_AT 12
#define VLAN_BYTES 4
#define PACKET_OUTGOING 4
#define TP_STATUS_VLAN_VALID (1 << 4)

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

enum way {
	WAY_RECEIVED = 0,
	WAY_SENT = 1,
};

struct live_frame {
	uint32_t way, ifindex, times, len;
	uint8_t *bytes;
};

static struct live_frame frames[LIVE_FRAMES_MAX];
static uint32_t frame_count;
/* Of the frames; memory is taken as far as it is used. */
static uint8_t pool[LIVE_FRAMES_MAX * LIVE_FRAME_BYTES_MAX];
static size_t pool_bytes;

int live_run(uint32_t prog_type, const struct run_spec *run)
{
	return prog_type == BPF_PROG_TYPE_XDP && run->flags & BPF_F_TEST_XDP_LIVE_FRAMES;
}

int live_wanted(const struct testcase *testcase)
{
	return testcase->prog_type == BPF_PROG_TYPE_XDP &&
	       testcase->run_flags & BPF_F_TEST_XDP_LIVE_FRAMES;
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
		ssize_t len = recvmsg(live_socket(), &message, MSG_DONTWAIT);

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
		ssize_t len = read(live_tap(tap), bytes, LIVE_FRAME_BYTES_MAX);

		if (len < 0)
			return;
		add_frame(WAY_SENT, LIVE_FIRST_TAP + tap, len);
	}
}

static void take_all(void)
{
	frame_count = 0;
	pool_bytes = 0;
	take_received();
	for (int tap = 0; tap < LIVE_TAPS; tap++)
		take_sent(tap);
}

static void empty_queues(void)
{
	do
		take_all();
	while (frame_count == LIVE_FRAMES_MAX);
}

int live_enter(void)
{
	int error = live_net_enter();

	if (!error)
		empty_queues();
	return error;
}

void live_leave(void)
{
	live_net_leave();
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
