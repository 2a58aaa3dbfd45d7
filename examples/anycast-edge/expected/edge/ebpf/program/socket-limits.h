/*
 * Limits of sockets: a filter at the sockets that were registered, which the kernel asks of each datagram before it puts it into the
 * socket's queue, with its checksum verified and its fragments put together. It finds the datagram's rule as the lookup has, and
 * drops what is over the limit that the rule gives its socket.
 *
 * Sockets have a program of the loader's own, which goes on here by a tail call: so a replace changes one element of a map, and
 * no socket.
 */
#ifndef SLUICE_SOCKET_LIMITS_H
#define SLUICE_SOCKET_LIMITS_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "pace.h"
#include "place.h"
#include "sockets.h"

#include "limits.h"

struct socket_limit {
	__u32 buckets_ipv4; /* a table's number, see limits.h */
	__u32 buckets_ipv6; /* the same where addresses are in no key */
	__u32 holds_when_full;
	__u32 row; /* of the table that the rule is for */
	struct pace pace;
};

/* Key: a limit's number. */
TABLE(socket_limits, struct socket_limit, SOCKET_LIMITS);

/* How much of a datagram the socket gets. */
#define ALL_OF_IT (-1)
#define NOTHING_OF_IT 0

/* Headers as far as they are read, up to their addresses. */
struct ipv4_beginning {
	__u8 version_and_length, traffic_class;
	__be16 length; /* of the packet */
	__be32 fragment, ttl_and_checksum;
	__be32 source, destination;
};

struct ipv6_beginning {
	__be32 version_class_and_flow;
	__be16 payload_length;
	__be16 next_and_hop_limit;
	__be64 source[2], destination[2];
};

/* Copies the beginning of the network header; 0: the datagram has none, which cannot be. */
static __always_inline int copy_header(const struct __sk_buff *datagram, void *header, __u32 size)
{
	return !bpf_skb_load_bytes_relative(datagram, 0, header, size, BPF_HDR_START_NET);
}

static __always_inline int read_ipv4(const struct __sk_buff *datagram, struct packet *packet)
{
	struct ipv4_beginning header;

	if (!copy_header(datagram, &header, sizeof header))
		return 0;
	packet->family = 4;
	packet->length = bpf_ntohs(header.length);
	packet->source[0] = bpf_ntohl(header.source);
	packet->destination[0] = bpf_ntohl(header.destination);
	return 1;
}

static __always_inline int read_ipv6(const struct __sk_buff *datagram, struct packet *packet)
{
	struct ipv6_beginning header;

	if (!copy_header(datagram, &header, sizeof header))
		return 0;
	packet->family = 6;
	packet->length = sizeof header + bpf_ntohs(header.payload_length);
	packet->source[0] = bpf_be64_to_cpu(header.source[0]);
	packet->source[1] = bpf_be64_to_cpu(header.source[1]);
	packet->destination[0] = bpf_be64_to_cpu(header.destination[0]);
	packet->destination[1] = bpf_be64_to_cpu(header.destination[1]);
	return 1;
}

/* What the datagram, which begins with its header of UDP, is as a packet. */
static __always_inline int read_datagram(const struct __sk_buff *datagram, struct packet *packet)
{
	__be16 ports[2];

	if (bpf_skb_load_bytes(datagram, 0, ports, sizeof ports))
		return 0;
	packet->protocol = 17;
	packet->source_port = bpf_ntohs(ports[0]);
	packet->destination_port = bpf_ntohs(ports[1]);
	packet->service = packet->protocol << 16 | packet->destination_port;
	return datagram->protocol == bpf_htons(0x86dd) ? read_ipv6(datagram, packet) : read_ipv4(datagram, packet);
}

/* Multicasts, and broadcasts to everybody, go to every socket that wants them; no lookup was for them. */
static __always_inline int is_for_many(const struct packet *packet)
{
	if (packet->family == 6)
		return packet->destination[0] >> 56 == 0xff;
	return packet->destination[0] >> 28 == 0xe || packet->destination[0] == 0xffffffff;
}

/* Whether the packet is within the limit of its rule. */
static __always_inline int is_within_limit(struct packet *packet, const struct socket_limit *limit)
{
	packet->row = limit->row;
	switch (ask_limit(packet, packet->family == 6 ? limit->buckets_ipv6 : limit->buckets_ipv4, &limit->pace)) {
	case CONFORMS:
		return 1;
	case TABLE_IS_FULL:
		return limit->holds_when_full;
	default:
		return 0;
	}
}

/* How much of the datagram its socket gets; `number`: of its rule. */
static __always_inline int let_through(struct packet *packet, __u32 number)
{
	const struct rule *rule = bpf_map_lookup_elem(&rules, &number);

	if (!rule)
		return ALL_OF_IT;
	const __u32 counter = rule->counter, own = rule->limit;
	const struct socket_limit *limit = bpf_map_lookup_elem(&socket_limits, &own);

	if (!limit || is_within_limit(packet, limit))
		return ALL_OF_IT;
	struct count *count = bpf_map_lookup_elem(&counters, &counter);

	if (count)
		__sync_fetch_and_add(&count->limited, 1);
	return NOTHING_OF_IT;
}

#endif
