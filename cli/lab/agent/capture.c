/*
 * What leaves the router: one packet socket in its namespace that sees every frame handed to a device, after all of
 * netfilter, fragmentation and checksums, in order.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

#ifndef SO_RCVMARK
#define SO_RCVMARK 75
#endif
#ifndef SO_RCVPRIORITY
#define SO_RCVPRIORITY 82
#endif

/* Only what goes out: arriving frames would come by this socket too. */
static int keep_outgoing_only(int descriptor)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, MAX_FRAME),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { .len = sizeof code / sizeof *code, .filter = code };
	return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static int listen_to(int descriptor, uint16_t protocol)
{
	struct sockaddr_ll everywhere = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol) };
	return bind(descriptor, (struct sockaddr *)&everywhere, sizeof everywhere);
}

int open_capture(struct lab *lab)
{
	/* Protocol 0 receives nothing, so that no frame slips in before the filter is there. */
	int descriptor = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return fail("cannot open the capture socket: %s", strerror(errno));
	const int room = 64 << 20, on = 1;
	if (keep_outgoing_only(descriptor) ||
	    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) ||
	    setsockopt(descriptor, SOL_PACKET, PACKET_AUXDATA, &on, sizeof on) ||
	    setsockopt(descriptor, SOL_SOCKET, SO_RCVMARK, &on, sizeof on) ||
	    listen_to(descriptor, ETH_P_ALL))
		return fail("cannot set the capture socket up: %s", strerror(errno));
	/* Since Linux 6.14; without it priorities read 0. */
	setsockopt(descriptor, SOL_SOCKET, SO_RCVPRIORITY, &on, sizeof on);
	lab->capture = descriptor;
	return 0;
}

static uint32_t interface_number(const struct lab *lab, int router_index)
{
	for (unsigned i = 0; i < lab->interface_count; i++)
		if (lab->interfaces[i].router_index == router_index)
			return i;
	return FROM_ROUTER;
}

static void read_ancillary(struct msghdr *message, struct sighting *seen)
{
	for (struct cmsghdr *item = CMSG_FIRSTHDR(message); item; item = CMSG_NXTHDR(message, item)) {
		if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SO_MARK) {
			memcpy(&seen->mark, CMSG_DATA(item), sizeof seen->mark);
		} else if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SO_PRIORITY) {
			memcpy(&seen->priority, CMSG_DATA(item), sizeof seen->priority);
		} else if (item->cmsg_level == SOL_PACKET && item->cmsg_type == PACKET_AUXDATA) {
			struct tpacket_auxdata data;
			memcpy(&data, CMSG_DATA(item), sizeof data);
			if (data.tp_status & TP_STATUS_VLAN_VALID)
				seen->vlan = 1u << 16 | data.tp_vlan_tci;
		}
	}
}

/* Appends a sighting for each frame that left since the last call. What goes over loopback does not leave. */
int collect(struct lab *lab, uint32_t cause, struct buffer *sightings)
{
	static uint8_t frame[MAX_FRAME];
	for (;;) {
		struct sockaddr_ll from;
		char ancillary[256];
		struct iovec vector = { .iov_base = frame, .iov_len = sizeof frame };
		struct msghdr message = {
			.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &vector, .msg_iovlen = 1,
			.msg_control = ancillary, .msg_controllen = sizeof ancillary,
		};
		ssize_t length = recvmsg(lab->capture, &message, MSG_DONTWAIT);
		if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (length < 0)
			return fail("cannot read the capture socket: %s", strerror(errno));
		struct sighting seen = {
			.kind = SEEN_LEAVING, .cause = cause, .socket = UINT32_MAX, .length = (uint32_t)length,
			.interface = interface_number(lab, from.sll_ifindex),
		};
		if (seen.interface == FROM_ROUTER)
			continue;
		read_ancillary(&message, &seen);
		append(sightings, &seen, sizeof seen);
		append(sightings, frame, (size_t)length);
	}
}

/* Says so if the capture socket ever was too full for a frame. */
int check_losses(struct lab *lab)
{
	struct tpacket_stats statistics;
	socklen_t length = sizeof statistics;
	if (getsockopt(lab->capture, SOL_PACKET, PACKET_STATISTICS, &statistics, &length))
		return fail("cannot read the capture statistics: %s", strerror(errno));
	if (statistics.tp_drops)
		return fail("the capture socket lost %u frames", statistics.tp_drops);
	return 0;
}

/* Off, nothing is copied any more, so that the router works at its own speed. */
int watch(struct lab *lab, int on)
{
	if (listen_to(lab->capture, on ? ETH_P_ALL : 0))
		return fail("cannot switch the capture socket: %s", strerror(errno));
	return 0;
}
