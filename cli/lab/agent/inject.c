/*
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
		for (; column < COLUMNS && *line && *line != '\n'; column++, line += *line == ' ')
			values[column] = strtoul(line, &line, 16);
		if (column < COLUMNS)
			return fail("/proc/net/softnet_stat has %d columns; Linux 6.1 and later have %d", column, COLUMNS);
		if (values[COLUMN_PROCESSOR] == (unsigned long)lab->cpu)
			return (long)(values[COLUMN_INPUT_QUEUE] + values[COLUMN_PROCESS_QUEUE]);
		while (*line && *line++ != '\n')
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
