/*
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
