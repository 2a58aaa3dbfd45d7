// Written by `npm run generate` from agent/; edit the files there.

/** Texts of the files in agent/, by path. */
export const AGENT: Readonly<Record<string, string>> = {
  'agent.h': `/*
 * The lab's agent: holds two network namespaces, puts frames on the far ends of the router's interfaces and reports
 * what the router did with each. See ../README.md for the picture and protocol.c for what it reads and writes.
 */
#ifndef SLUICE_AGENT_H
#define SLUICE_AGENT_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MAX_INTERFACES 64
#define MAX_SOCKETS 64
#define MAX_FRAME 262144

/* Frames with this interface number are IP packets that the router itself sends. */
#define FROM_ROUTER 0xffffffffu

/* Netfilter log group on which the harness table reports what reached the end of the input hook. */
#define DELIVERY_GROUP 49374

/* File system user id of the first test socket; the delivery log names a packet's socket by its owner. */
#define FIRST_SOCKET_OWNER 3000000000u

struct interface {
	char name[IFNAMSIZ];
	int router_index; /* ifindex of the router's end */
	int peer_index;   /* ifindex of the far end */
};

enum sighting_kind { SEEN_LEAVING = 1, SEEN_DELIVERED = 2 };

/* Fixed part of one sighting as written to the caller; \`length\` bytes of packet follow. */
struct sighting {
	uint32_t kind;      /* enum sighting_kind */
	uint32_t cause;     /* number, in the batch, of the frame that was sent last */
	uint32_t interface; /* number of the interface it left by; FROM_ROUTER if delivered */
	uint32_t mark;      /* skb->mark */
	uint32_t priority;  /* skb->priority; 0 if delivered */
	uint32_t socket;    /* number of the test socket that tproxy gave it to; UINT32_MAX if none */
	uint32_t vlan;      /* 1 << 16 | TCI if a VLAN tag was taken off the bytes; otherwise 0 */
	uint32_t length;
};

struct lab {
	pid_t outside_process; /* keeps the outside namespace alive */
	pid_t table_process;   /* the nft that owns the harness table */
	int router_namespace;
	int outside_namespace;
	struct interface interfaces[MAX_INTERFACES];
	unsigned interface_count;
	int inject;        /* packet socket in the outside namespace, sends only */
	int capture;       /* packet socket in the router namespace, sees what leaves it */
	int delivery_log;  /* netfilter log socket */
	int raw4, raw6;    /* raw sockets for what the router sends by itself */
	int sockets[MAX_SOCKETS];
	unsigned socket_count;
	int softnet_stat;  /* /proc/net/softnet_stat */
	int cpu;           /* the one processor that everything runs on */
};

/* Bytes that grow, for answers (protocol.c). */
struct buffer {
	uint8_t *bytes;
	size_t length, capacity;
};
void append(struct buffer *buffer, const void *bytes, size_t length);

/* Every function below returns 0, or -1 after fail() has said why. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* namespaces.c */
int create_namespaces(struct lab *lab);
int enter(int namespace_descriptor);
int start_harness_table(struct lab *lab);
void end_children(struct lab *lab);
int adopt_interfaces(struct lab *lab, const uint8_t *names, size_t length);

/* capture.c */
int open_capture(struct lab *lab);
int collect(struct lab *lab, uint32_t cause, struct buffer *sightings);
int check_losses(struct lab *lab);
int watch(struct lab *lab, int on);

/* delivery.c */
int open_delivery_log(struct lab *lab);
int collect_deliveries(struct lab *lab, uint32_t cause, struct buffer *sightings);
int flush_connections(struct lab *lab);

/* inject.c */
int open_injection(struct lab *lab);
int inject(struct lab *lab, uint32_t interface, const uint8_t *bytes, size_t length);
int wait_until_quiet(struct lab *lab);

/* sockets.c */
int open_sockets(struct lab *lab, const uint8_t *request, size_t length);

#endif
`,
  'capture.c': `/*
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
`,
  'delivery.c': `/*
 * Netlink: what was delivered to the router (the harness table's log group), and forgetting tracked connections.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr header;
	struct nfgenmsg generic;
	uint8_t attributes[64];
};

static void start_request(struct request *request, uint8_t subsystem, uint8_t type, uint16_t resource)
{
	memset(request, 0, sizeof *request);
	request->header.nlmsg_len = NLMSG_LENGTH(sizeof request->generic);
	request->header.nlmsg_type = (uint16_t)(subsystem << 8 | type);
	request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request->generic.version = NFNETLINK_V0;
	request->generic.res_id = htons(resource);
}

static void add_attribute(struct request *request, uint16_t type, const void *value, size_t length)
{
	struct nlattr *attribute = (struct nlattr *)((uint8_t *)request + NLMSG_ALIGN(request->header.nlmsg_len));
	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(NLA_HDRLEN + length);
	memcpy((uint8_t *)attribute + NLA_HDRLEN, value, length);
	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) + NLA_ALIGN(attribute->nla_len);
}

static int open_netfilter(void)
{
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	struct sockaddr_nl self = { .nl_family = AF_NETLINK };
	if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&self, sizeof self))
		return fail("cannot open a netfilter socket: %s", strerror(errno));
	return descriptor;
}

/* Sends and waits for the acknowledgement. */
static int ask(int descriptor, const struct request *request, const char *what)
{
	char answer[8192];
	if (send(descriptor, request, request->header.nlmsg_len, 0) < 0)
		return fail("cannot %s: %s", what, strerror(errno));
	for (;;) {
		ssize_t length = recv(descriptor, answer, sizeof answer, 0);
		const struct nlmsghdr *header = (const struct nlmsghdr *)answer;
		if (length < 0)
			return fail("cannot %s: %s", what, strerror(errno));
		if (!NLMSG_OK(header, (size_t)length) || header->nlmsg_type != NLMSG_ERROR)
			continue;
		int error = ((const struct nlmsgerr *)NLMSG_DATA(header))->error;
		return error ? fail("cannot %s: %s", what, strerror(-error)) : 0;
	}
}

static int configure_log(int descriptor, uint16_t attribute, const void *value, size_t length)
{
	struct request request;
	start_request(&request, NFNL_SUBSYS_ULOG, NFULNL_MSG_CONFIG, DELIVERY_GROUP);
	add_attribute(&request, attribute, value, length);
	return ask(descriptor, &request, "bind the delivery log");
}

int open_delivery_log(struct lab *lab)
{
	int descriptor = open_netfilter();
	if (descriptor < 0)
		return -1;
	const int room = 64 << 20;
	const struct nfulnl_msg_config_cmd bind_group = { .command = NFULNL_CFG_CMD_BIND };
	const struct nfulnl_msg_config_mode whole = { .copy_range = htonl(0xffff), .copy_mode = NFULNL_COPY_PACKET };
	const uint32_t at_once = htonl(1);
	if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room))
		return fail("cannot widen the delivery log: %s", strerror(errno));
	if (configure_log(descriptor, NFULA_CFG_CMD, &bind_group, sizeof bind_group) ||
	    configure_log(descriptor, NFULA_CFG_MODE, &whole, sizeof whole) ||
	    configure_log(descriptor, NFULA_CFG_QTHRESH, &at_once, sizeof at_once))
		return -1;
	lab->delivery_log = descriptor;
	return 0;
}

/* One log message: its attributes give the packet (from the network header on), its mark and its socket's owner. */
static void report_delivery(const struct nlmsghdr *header, uint32_t cause, struct buffer *sightings)
{
	struct sighting seen = {
		.kind = SEEN_DELIVERED, .cause = cause, .interface = FROM_ROUTER, .socket = UINT32_MAX,
	};
	const uint8_t *packet = NULL;
	const uint8_t *at = (const uint8_t *)NLMSG_DATA(header) + NLMSG_ALIGN(sizeof(struct nfgenmsg));
	const uint8_t *end = (const uint8_t *)header + header->nlmsg_len;
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *attribute = (const struct nlattr *)at;
		const uint8_t *value = at + NLA_HDRLEN;
		uint32_t number = 0;
		if (attribute->nla_len < NLA_HDRLEN || at + attribute->nla_len > end)
			break;
		if (attribute->nla_len == NLA_HDRLEN + sizeof number)
			memcpy(&number, value, sizeof number);
		switch (attribute->nla_type & NLA_TYPE_MASK) {
		case NFULA_PAYLOAD:
			packet = value;
			seen.length = (uint32_t)(attribute->nla_len - NLA_HDRLEN);
			break;
		case NFULA_MARK:
			seen.mark = ntohl(number);
			break;
		case NFULA_UID:
			if (ntohl(number) >= FIRST_SOCKET_OWNER)
				seen.socket = ntohl(number) - FIRST_SOCKET_OWNER;
			break;
		}
		at += NLA_ALIGN(attribute->nla_len);
	}
	append(sightings, &seen, sizeof seen);
	append(sightings, packet, seen.length);
}

int collect_deliveries(struct lab *lab, uint32_t cause, struct buffer *sightings)
{
	static uint8_t messages[MAX_FRAME];
	for (;;) {
		ssize_t length = recv(lab->delivery_log, messages, sizeof messages, MSG_DONTWAIT);
		if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return 0;
		if (length < 0)
			return fail("the delivery log lost packets: %s", strerror(errno));
		size_t left = (size_t)length;
		for (const struct nlmsghdr *header = (const struct nlmsghdr *)messages; NLMSG_OK(header, left);
		     header = NLMSG_NEXT(header, left))
			if (header->nlmsg_type == (NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET))
				report_delivery(header, cause, sightings);
	}
}

/* Forgets every tracked connection of the router. */
int flush_connections(struct lab *lab)
{
	(void)lab;
	struct request request;
	start_request(&request, NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_DELETE, 0);
	int descriptor = open_netfilter();
	if (descriptor < 0)
		return -1;
	int result = ask(descriptor, &request, "flush the connection table");
	close(descriptor);
	return result;
}
`,
  'inject.c': `/*
 * Sending, and knowing that the router has finished with what was sent.
 *
 * The agent is pinned to one processor. A frame sent at the far end of a veth pair goes into that processor's backlog
 * and is handled in soft interrupts of that processor, to the end: routing, netfilter, the reply of a reject, and the
 * frame's way out, which the capture socket sees within it. Soft interrupts cannot be in the middle of a packet while
 * this thread runs on that processor, so once the processor's backlog is empty the fate of every sent frame is decided.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int pin_to_one_processor(struct lab *lab)
{
	cpu_set_t set;
	lab->cpu = sched_getcpu();
	CPU_ZERO(&set);
	CPU_SET(lab->cpu, &set);
	if (sched_setaffinity(0, sizeof set, &set))
		return fail("cannot stay on processor %d: %s", lab->cpu, strerror(errno));
	return 0;
}

int open_injection(struct lab *lab)
{
	const int on = 1;
	if (pin_to_one_processor(lab) || enter(lab->outside_namespace))
		return -1;
	/* Protocol 0: this socket receives nothing. */
	lab->inject = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int error = errno;
	if (enter(lab->router_namespace))
		return -1;
	if (lab->inject < 0)
		return fail("cannot open the injection socket: %s", strerror(error));
	if (setsockopt(lab->inject, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on))
		return fail("cannot set the injection socket up: %s", strerror(errno));
	lab->raw4 = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	lab->raw6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (lab->raw4 < 0 || lab->raw6 < 0 ||
	    setsockopt(lab->raw6, IPPROTO_IPV6, IPV6_HDRINCL, &on, sizeof on))
		return fail("cannot open the router's raw sockets: %s", strerror(errno));
	lab->softnet_stat = open("/proc/net/softnet_stat", O_RDONLY | O_CLOEXEC);
	if (lab->softnet_stat < 0)
		return fail("cannot open /proc/net/softnet_stat: %s", strerror(errno));
	return wait_until_quiet(lab);
}

/* Errors with which a raw socket tells that routing or netfilter took the packet: a fate, not a failure. */
static int is_fate(int error)
{
	return error == EPERM || error == EACCES || error == ENETUNREACH || error == EHOSTUNREACH || error == EINVAL ||
	       error == ECONNREFUSED || error == EMSGSIZE || error == ENOBUFS;
}

static int send_from_router(struct lab *lab, const uint8_t *bytes, size_t length)
{
	ssize_t sent;
	if (length >= 40 && bytes[0] >> 4 == 6) {
		struct sockaddr_in6 to = { .sin6_family = AF_INET6 };
		memcpy(&to.sin6_addr, bytes + 24, sizeof to.sin6_addr);
		sent = sendto(lab->raw6, bytes, length, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
	} else if (length >= 20 && bytes[0] >> 4 == 4) {
		struct sockaddr_in to = { .sin_family = AF_INET };
		memcpy(&to.sin_addr, bytes + 16, sizeof to.sin_addr);
		sent = sendto(lab->raw4, bytes, length, MSG_DONTWAIT, (struct sockaddr *)&to, sizeof to);
	} else {
		return fail("the router can send IPv4 and IPv6 packets only");
	}
	if (sent < 0 && !is_fate(errno))
		return fail("cannot send from the router: %s", strerror(errno));
	return 0;
}

int inject(struct lab *lab, uint32_t interface, const uint8_t *bytes, size_t length)
{
	if (interface == FROM_ROUTER)
		return send_from_router(lab, bytes, length);
	if (interface >= lab->interface_count)
		return fail("no interface has number %u", interface);
	const struct interface *to = &lab->interfaces[interface];
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = to->peer_index };
	if (sendto(lab->inject, bytes, length, 0, (struct sockaddr *)&address, sizeof address) < 0)
		return fail("cannot send %zu bytes at the far end of %s: %s", length, to->name, strerror(errno));
	return 0;
}

/* Columns of /proc/net/softnet_stat, one line a processor. */
enum { COLUMN_PROCESSOR = 12, COLUMN_INPUT_QUEUE = 13, COLUMN_PROCESS_QUEUE = 14, COLUMNS = 15 };

/* Frames in this processor's backlog, or -1. */
static long backlog(struct lab *lab)
{
	char text[65536];
	ssize_t length = pread(lab->softnet_stat, text, sizeof text - 1, 0);
	if (length <= 0)
		return fail("cannot read /proc/net/softnet_stat: %s", strerror(errno));
	text[length] = 0;
	for (char *line = text; *line;) {
		unsigned long values[COLUMNS] = { 0 };
		int column = 0;
		for (; column < COLUMNS && *line && *line != '\\n'; column++, line += *line == ' ')
			values[column] = strtoul(line, &line, 16);
		if (column < COLUMNS)
			return fail("/proc/net/softnet_stat has %d columns; Linux 6.1 and later have %d", column, COLUMNS);
		if (values[COLUMN_PROCESSOR] == (unsigned long)lab->cpu)
			return (long)(values[COLUMN_INPUT_QUEUE] + values[COLUMN_PROCESS_QUEUE]);
		while (*line && *line++ != '\\n')
			;
	}
	return fail("/proc/net/softnet_stat lacks processor %d", lab->cpu);
}

int wait_until_quiet(struct lab *lab)
{
	for (;;) {
		long waiting = backlog(lab);
		if (waiting <= 0)
			return (int)waiting;
		sched_yield();
	}
}
`,
  'namespaces.c': `/*
 * The namespaces: \`router\`, whose kernel is under test, and \`outside\`, which holds the far ends of its interfaces.
 *
 * Neither has a name. The router namespace lives as long as this process, the outside one as long as its child, which
 * the kernel kills with this process: whatever ends the agent, nothing is left behind that would have to be swept.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int open_namespace(pid_t process)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%d/ns/net", (int)process);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* A child that does nothing but keep a namespace of its own. */
static pid_t start_holder(void)
{
	int ready[2];
	if (pipe2(ready, O_CLOEXEC))
		return -1;
	pid_t child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) || write(ready[1], "", 1) != 1)
			_exit(1);
		/* Standard streams belong to the agent: a caller that waits for their end must not wait for this child. */
		close(STDIN_FILENO);
		close(STDOUT_FILENO);
		close(STDERR_FILENO);
		for (;;)
			pause();
	}
	char byte;
	close(ready[1]);
	ssize_t got = child > 0 ? read(ready[0], &byte, 1) : -1;
	close(ready[0]);
	return got == 1 ? child : -1;
}

int create_namespaces(struct lab *lab)
{
	lab->outside_process = start_holder();
	if (lab->outside_process < 0)
		return fail("cannot make the outside network namespace: %s", strerror(errno));
	lab->outside_namespace = open_namespace(lab->outside_process);
	if (unshare(CLONE_NEWNET))
		return fail("cannot make the router's network namespace: %s", strerror(errno));
	lab->router_namespace = open_namespace(getpid());
	if (lab->outside_namespace < 0 || lab->router_namespace < 0)
		return fail("cannot open the network namespaces: %s", strerror(errno));
	return 0;
}

int enter(int namespace_descriptor)
{
	if (setns(namespace_descriptor, CLONE_NEWNET))
		return fail("cannot enter a network namespace: %s", strerror(errno));
	return 0;
}

/*
 * The harness's own table. What reaches the end of the input hook is logged and dropped, so that no local stack answers.
 *
 * - Priority INT_MAX, registered once and before any rule needs connection tracking: of two hooks with one priority the
 *   later registration runs first, so conntrack's confirmation (INT_MAX as well) always comes before this drop and the
 *   flow of a delivered packet is remembered.
 * - \`flags owner\`: the table belongs to the nft process that made it. \`flush ruleset\` passes it by, nothing else can
 *   change it, and it goes when that process goes; hence an interactive nft that is kept until the agent ends.
 * - What the interfaces say of their own accord and when they like (isKernelChatter) is dropped before any rule counts it.
 */
static const char *const harness_table =
	"add table inet sluice_harness { flags owner; }; "
	"add chain inet sluice_harness input { type filter hook input priority 2147483647; policy drop; }; "
	"add rule inet sluice_harness input log group %d; "
	"add chain inet sluice_harness output { type filter hook output priority -1000; }; "
	"add rule inet sluice_harness output ip6 daddr ff02::/16 icmpv6 type { 131, 132, 133, 135, 143 } drop; "
	"add rule inet sluice_harness output ip daddr 224.0.0.22 ip protocol igmp drop\\n"
	"list tables\\n";

static void run_interactive_nft(int input, int output)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(input, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	unsetenv("TERM");
	execlp("nft", "nft", "-i", (char *)NULL);
	dprintf(STDERR_FILENO, "cannot run nft: %s", strerror(errno));
	_exit(127);
}

int start_harness_table(struct lab *lab)
{
	int input[2], output[2];
	if (pipe2(input, O_CLOEXEC) || pipe2(output, O_CLOEXEC))
		return fail("cannot make a pipe: %s", strerror(errno));
	lab->table_process = fork();
	if (lab->table_process < 0)
		return fail("cannot fork: %s", strerror(errno));
	if (lab->table_process == 0)
		run_interactive_nft(input[0], output[1]);
	close(input[0]);
	close(output[1]);
	/* input[1] stays open, unused, until this process ends: nft reads its end of file and goes. */
	if (dprintf(input[1], harness_table, DELIVERY_GROUP) < 0)
		return fail("cannot write to nft: %s", strerror(errno));

	char answer[4096];
	size_t length = 0;
	while (length < sizeof answer - 1) {
		ssize_t got = read(output[0], answer + length, sizeof answer - 1 - length);
		if (got <= 0)
			break;
		length += (size_t)got;
		answer[length] = 0;
		if (strstr(answer, "\\ntable inet sluice_harness\\n") || strncmp(answer, "table inet sluice_harness\\n", 26) == 0)
			return 0;
	}
	answer[length] = 0;
	return fail("nft did not accept the harness table: %s", answer);
}

/* They would end with this process anyway; so they also leave no entry in the process table for anybody to clear. */
void end_children(struct lab *lab)
{
	if (lab->outside_process > 0)
		kill(lab->outside_process, SIGKILL);
	if (lab->table_process > 0)
		kill(lab->table_process, SIGKILL);
	while (wait(NULL) > 0)
		;
}

static int set_offload(int descriptor, const char *name, uint32_t command)
{
	struct ethtool_value value = { .cmd = command, .data = 0 };
	struct ifreq request = { .ifr_data = (char *)&value };
	memcpy(request.ifr_name, name, IFNAMSIZ);
	if (ioctl(descriptor, SIOCETHTOOL, &request) && errno != EOPNOTSUPP)
		return fail("cannot switch an offload of %.15s off: %s", name, strerror(errno));
	return 0;
}

/* Without offloads a captured packet is complete: real checksums, no aggregates. */
static int switch_offloads_off(const char *name)
{
	static const uint32_t commands[] = { ETHTOOL_SGRO, ETHTOOL_SGSO, ETHTOOL_STSO, ETHTOOL_STXCSUM };
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result = descriptor < 0 ? fail("cannot open a socket: %s", strerror(errno)) : 0;
	for (size_t i = 0; result == 0 && i < sizeof commands / sizeof *commands; i++)
		result = set_offload(descriptor, name, commands[i]);
	close(descriptor);
	return result;
}

/* \`names\` is one field of IFNAMSIZ bytes for each interface, the same name at both ends. */
int adopt_interfaces(struct lab *lab, const uint8_t *names, size_t length)
{
	unsigned count = (unsigned)(length / IFNAMSIZ);
	if (count > MAX_INTERFACES)
		return fail("at most %d interfaces", MAX_INTERFACES);
	for (unsigned i = 0; i < count; i++) {
		struct interface *interface = &lab->interfaces[i];
		memcpy(interface->name, names + i * IFNAMSIZ, IFNAMSIZ);
		interface->name[IFNAMSIZ - 1] = 0;
		interface->router_index = (int)if_nametoindex(interface->name);
		if (!interface->router_index)
			return fail("the router has no interface %s", interface->name);
		if (switch_offloads_off(interface->name) || enter(lab->outside_namespace))
			return -1;
		interface->peer_index = (int)if_nametoindex(interface->name);
		int switched = switch_offloads_off(interface->name);
		if (enter(lab->router_namespace) || switched)
			return -1;
	}
	lab->interface_count = count;
	return 0;
}
`,
  'protocol.c': `/*
 * Requests on standard input, answers on standard output, numbers in the machine's own byte order.
 *
 *   request  u32 operation, u32 length, \`length\` bytes
 *   answer   u32 status (0 good, 1 failed), u32 length, \`length\` bytes; a failure's bytes are its message
 *
 *   HELLO        ()                                        -> u32 process of the router, u32 process of the outside
 *   INTERFACES   (16 bytes of name each)                   -> ()
 *   SEND         (u32 interface, u32 length, bytes; each)  -> (struct sighting, bytes; each), in order of appearance;
 *                                                             cause FROM_ROUTER before the first frame was sent
 *   FORGET       ()                                        -> (), connection table emptied
 *   SOCKETS      (struct socket_request each)              -> ()
 *   SETTLE       (u32 milliseconds)                        -> sightings of the time given, cause FROM_ROUTER
 *   WATCH        (u32 on)                                  -> (), whether what leaves is captured; it is at first
 *
 * End of input ends the agent, and with it both namespaces.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum operation { HELLO = 1, INTERFACES, SEND, FORGET, SOCKETS, SETTLE, WATCH };

static char message[4608];

int fail(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	return -1;
}

void append(struct buffer *buffer, const void *bytes, size_t length)
{
	if (buffer->length + length > buffer->capacity) {
		buffer->capacity = (buffer->length + length) * 2;
		buffer->bytes = realloc(buffer->bytes, buffer->capacity);
		if (!buffer->bytes)
			abort();
	}
	if (length)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
}

static int collect_all(struct lab *lab, uint32_t cause, struct buffer *answer)
{
	return wait_until_quiet(lab) || collect(lab, cause, answer) || collect_deliveries(lab, cause, answer);
}

/* Every frame is sent, followed to its end and reported before the next one is sent. */
static int send_frames(struct lab *lab, const uint8_t *request, size_t length, struct buffer *answer)
{
	size_t at = 0;
	/* What is there already was caused by none of these frames. */
	if (collect_all(lab, FROM_ROUTER, answer))
		return -1;
	for (uint32_t number = 0; at + 8 <= length; number++) {
		uint32_t interface, size;
		memcpy(&interface, request + at, 4);
		memcpy(&size, request + at + 4, 4);
		at += 8;
		if (size > length - at)
			return fail("frame %u is cut short", number);
		if (inject(lab, interface, request + at, size) || collect_all(lab, number, answer))
			return -1;
		at += size;
	}
	return check_losses(lab);
}

static int settle(struct lab *lab, uint32_t milliseconds, struct buffer *answer)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	const int64_t end = now.tv_sec * 1000ll + now.tv_nsec / 1000000 + milliseconds;
	while (now.tv_sec * 1000ll + now.tv_nsec / 1000000 < end) {
		nanosleep(&nap, NULL);
		if (collect_all(lab, FROM_ROUTER, answer))
			return -1;
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
	return check_losses(lab);
}

static int handle(struct lab *lab, uint32_t operation, const uint8_t *request, size_t length, struct buffer *answer)
{
	uint32_t number = 0;
	if (length >= sizeof number)
		memcpy(&number, request, sizeof number);
	switch (operation) {
	case HELLO: {
		const uint32_t processes[] = { (uint32_t)getpid(), (uint32_t)lab->outside_process };
		append(answer, processes, sizeof processes);
		return 0;
	}
	case INTERFACES:
		return adopt_interfaces(lab, request, length);
	case SEND:
		return send_frames(lab, request, length, answer);
	case FORGET:
		return flush_connections(lab);
	case SOCKETS:
		return open_sockets(lab, request, length);
	case SETTLE:
		return settle(lab, number, answer);
	case WATCH:
		return watch(lab, number != 0);
	default:
		return fail("unknown operation %u", operation);
	}
}

static int read_fully(void *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		ssize_t got = read(STDIN_FILENO, (uint8_t *)bytes + at, length - at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		at += (size_t)got;
	}
	return 0;
}

static void write_fully(const void *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		ssize_t put = write(STDOUT_FILENO, (const uint8_t *)bytes + at, length - at);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			exit(1);
		at += (size_t)put;
	}
}

static void answer_with(uint32_t status, const void *bytes, size_t length)
{
	const uint32_t header[] = { status, (uint32_t)length };
	write_fully(header, sizeof header);
	write_fully(bytes, length);
}

static int open_lab(struct lab *lab)
{
	return create_namespaces(lab) || start_harness_table(lab) || open_capture(lab) || open_delivery_log(lab) ||
	       open_injection(lab);
}

int main(void)
{
	static struct lab lab;
	struct buffer request = { 0 }, answer = { 0 };
	uint32_t header[2];
	const int opened = open_lab(&lab);
	while (read_fully(header, sizeof header) == 0) {
		request.length = answer.length = 0;
		if (header[1] > request.capacity) {
			request.capacity = header[1];
			request.bytes = realloc(request.bytes, request.capacity);
			if (!request.bytes)
				abort();
		}
		if (read_fully(request.bytes, header[1]))
			break;
		if (opened || handle(&lab, header[0], request.bytes, header[1], &answer))
			answer_with(1, message, strlen(message));
		else
			answer_with(0, answer.bytes, answer.length);
	}
	end_children(&lab);
	return 0;
}
`,
  'sockets.c': `/*
 * Sockets in the router for a policy that looks for them (tproxy). They never receive anything: the harness table ends
 * every packet's way at the input hook. Each is owned by a user id of its own, by which the delivery log tells them apart.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

struct socket_request {
	uint32_t family; /* 4 or 6 */
	uint32_t protocol;
	uint32_t port;
	uint32_t transparent;
	uint8_t address[16];
};

static int set_options(int descriptor, const struct socket_request *wanted)
{
	const int on = 1;
	if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on))
		return -1;
	if (wanted->family == 6 && setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on))
		return -1;
	if (!wanted->transparent)
		return 0;
	return wanted->family == 6 ? setsockopt(descriptor, IPPROTO_IPV6, IPV6_TRANSPARENT, &on, sizeof on)
				   : setsockopt(descriptor, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on);
}

static int bind_address(int descriptor, const struct socket_request *wanted)
{
	if (wanted->family == 6) {
		struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)wanted->port) };
		memcpy(&address.sin6_addr, wanted->address, 16);
		return bind(descriptor, (struct sockaddr *)&address, sizeof address);
	}
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)wanted->port) };
	memcpy(&address.sin_addr, wanted->address, 4);
	return bind(descriptor, (struct sockaddr *)&address, sizeof address);
}

static int open_one(struct lab *lab, const struct socket_request *wanted)
{
	int tcp = wanted->protocol == IPPROTO_TCP;
	setfsuid(FIRST_SOCKET_OWNER + lab->socket_count);
	int descriptor = socket(wanted->family == 6 ? AF_INET6 : AF_INET,
				(tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
	setfsuid(0);
	if (descriptor < 0 || set_options(descriptor, wanted) || bind_address(descriptor, wanted) ||
	    (tcp && listen(descriptor, 16)))
		return fail("cannot open socket %u (port %u): %s", lab->socket_count, wanted->port, strerror(errno));
	lab->sockets[lab->socket_count++] = descriptor;
	return 0;
}

/* Closes the sockets of the last call and opens the ones asked for. */
int open_sockets(struct lab *lab, const uint8_t *request, size_t length)
{
	while (lab->socket_count)
		close(lab->sockets[--lab->socket_count]);
	size_t count = length / sizeof(struct socket_request);
	if (count > MAX_SOCKETS)
		return fail("at most %d sockets", MAX_SOCKETS);
	for (size_t i = 0; i < count; i++) {
		struct socket_request wanted;
		memcpy(&wanted, request + i * sizeof wanted, sizeof wanted);
		if (open_one(lab, &wanted))
			return -1;
	}
	return 0;
}
`,
};
