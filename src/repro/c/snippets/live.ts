import { LIVE_INTERFACES } from '../../../case/live-run.ts';
import type { Snippet } from './snippet.ts';

/** Where XDP live frames go to, as targets/kernel/agent/live-net.c and live.c have it, and what came there. */
export const LIVE: readonly Snippet[] = [
  {
    names: ['taps'],
    text: `
static const int tap_indexes[] = { ${LIVE_INTERFACES.join(', ')} };
static int taps[${LIVE_INTERFACES.length}], tap_socket;`,
  },
  {
    names: ['enter_live_net'],
    text: `
static void write_one(const char *path)
{
	int fd = open(path, O_WRONLY);

	if (fd >= 0 && write(fd, "1", 1) != 1)
		printf("# %s: %s\\n", path, strerror(errno));
	close(fd);
}

static int make_tap(int control, int ifindex)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	if (fd < 0)
		return -1;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "live%d", ifindex);
	if (ioctl(fd, TUNSETIFINDEX, &ifindex) || ioctl(fd, TUNSETIFF, &request))
		return -1;
	request.ifr_hwaddr = (struct sockaddr){ .sa_family = ARPHRD_ETHER, .sa_data = { 2 } };
	request.ifr_hwaddr.sa_data[5] = ifindex;
	if (ioctl(control, SIOCSIFHWADDR, &request))
		return -1;
	/* More than are sent. */
	request.ifr_qlen = 4096;
	if (ioctl(control, SIOCSIFTXQLEN, &request))
		return -1;
	request.ifr_flags = IFF_UP;
	return ioctl(control, SIOCSIFFLAGS, &request) ? -1 : fd;
}

/* A network of its own, without IPv6's own packets, with taps and a socket that gets all that is received. */
static int enter_live_net(void)
{
	int on = 1, bytes = 256 << 20;

	if (unshare(CLONE_NEWNET))
		return -errno;
	write_one("/proc/sys/net/ipv6/conf/all/disable_ipv6");
	write_one("/proc/sys/net/ipv6/conf/default/disable_ipv6");
	int control = socket(AF_INET, SOCK_DGRAM, 0);

	for (int i = 0; i < ${LIVE_INTERFACES.length}; i++) {
		taps[i] = make_tap(control, tap_indexes[i]);
		if (taps[i] < 0)
			return -errno;
	}
	close(control);
	tap_socket = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
	if (tap_socket < 0 ||
	    setsockopt(tap_socket, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) ||
	    setsockopt(tap_socket, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)))
		return -errno;
	return 0;
}`,
  },
  {
    names: ['take_frames'],
    text: `
/* Frames that are alike and followed each other. */
static struct frames {
	const char *way;
	__u32 ifindex, times, len;
	__u8 bytes[4096];
} frames[8192];
static __u32 frame_count;

/* Its bytes lie in the place behind the last. */
static void add_frame(const char *way, __u32 ifindex, __u32 len)
{
	struct frames *frame = &frames[frame_count], *last = frame_count ? frame - 1 : NULL;

	if (last && last->way == way && last->ifindex == ifindex && last->len == len &&
	    !memcmp(last->bytes, frame->bytes, len)) {
		last->times++;
		return;
	}
	frame->way = way;
	frame->ifindex = ifindex;
	frame->times = 1;
	frame->len = len;
	frame_count++;
}

/* Puts the tag of a VLAN back, which the stack takes out (skb_vlan_untag, net/core/skbuff.c). */
static __u32 put_tag_back(__u8 *bytes, __u32 len, struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);
	struct tpacket_auxdata aux;

	if (!control || control->cmsg_level != SOL_PACKET || len < 12)
		return len;
	memcpy(&aux, CMSG_DATA(control), sizeof(aux));
	if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
		return len;
	__u16 tag[2] = { htons(aux.tp_vlan_tpid), htons(aux.tp_vlan_tci) };

	memmove(bytes + 16, bytes + 12, len - 12);
	memcpy(bytes + 12, tag, sizeof(tag));
	return len + sizeof(tag);
}

/* What the stack was given, then what was sent out of each tap. */
static void take_frames(void)
{
	struct frames *const end = frames + sizeof(frames) / sizeof(frames[0]);

	frame_count = 0;
	while (frames + frame_count < end) {
		struct frames *frame = &frames[frame_count];
		struct sockaddr_ll from;
		__u8 control[128];
		struct iovec part = { frame->bytes, sizeof(frame->bytes) - 4 };
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
			break;
		if (from.sll_pkttype != PACKET_OUTGOING)
			add_frame("received", from.sll_ifindex, put_tag_back(frame->bytes, len, &message));
	}
	for (int i = 0; i < ${LIVE_INTERFACES.length}; i++) {
		while (frames + frame_count < end) {
			struct frames *frame = &frames[frame_count];
			ssize_t len = read(taps[i], frame->bytes, sizeof(frame->bytes));

			if (len < 0)
				break;
			add_frame("sent", tap_indexes[i], len);
		}
	}
}`,
  },
  {
    names: ['say_frames'],
    text: `
static void say_frames(int number)
{
	char what[64];

	take_frames();
	for (__u32 i = 0; i < frame_count; i++) {
		const struct frames *frame = &frames[i];

		say("run %d: %s %u times, ifindex %u", number, frame->way, frame->times, frame->ifindex);
		snprintf(what, sizeof(what), "run %d: frame", number);
		say_bytes(what, frame->bytes, frame->len);
	}
}`,
  },
];

/** What of a C library and of uapi headers they need, each with names for which it is needed. */
export const LIVE_INCLUDES: readonly (readonly [header: string, names: string])[] = [
  ['arpa/inet.h', 'htons'],
  ['fcntl.h', 'open'],
  ['net/if.h', 'ifreq'],
  ['net/if_arp.h', 'ARPHRD_ETHER'],
  ['sys/ioctl.h', 'ioctl'],
  ['sys/socket.h', 'socket'],
  ['linux/if_ether.h', 'ETH_P_ALL'],
  ['linux/if_packet.h', 'sockaddr_ll'],
  ['linux/if_tun.h', 'TUNSETIFF'],
];
