/*
 * The header that a packet gets on its way to a backend: of IPv4 or IPv6 (IPIP: RFC 2003, 2473, 4213), with that of GRE behind
 * it (RFC 2784). What is the same for all packets to a backend is made once.
 */
#ifndef SLUICE_OUTER_H
#define SLUICE_OUTER_H

#include "../policy.h"
#include "arrival.h"
#include "packet.h"
#include "services.h"
#include "tables.h"

struct outer {
	__u32 length; /* of all headers that are put before a packet; 0: none are */
	__be16 type;  /* of what is in the frame then */
	__u8 protocols[2]; /* of what is behind the outer header, for a packet of IPv4 and of IPv6 */
	__u32 sum; /* of IPv4: of the header's words, but for what packets differ in */
	__be32 addresses[8]; /* source and destination, one behind the other as in the header */
};

struct gre_header {
	__be16 flags;
	__be16 type; /* of what follows */
};

enum {
	PROTOCOL_IPV4 = 4,
	PROTOCOL_IPV6 = 41,
	PROTOCOL_GRE = 47,
	OUTER_TTL = 64,
};

#define DONT_FRAGMENT bpf_htons(0x4000)

static __always_inline __be16 type_of(__u32 family)
{
	return family == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
}

/* Key: a backend's number. */
TABLE(backends, struct backend, BACKENDS);

/* What packets to the backend with this number get; 0: there is none. */
__noinline int make_outer(struct outer *outer, __u32 number, __u32 forward)
{
	const struct backend *backend = bpf_map_lookup_elem(&backends, &number);

	if (!outer || !backend)
		return 0;
	const __u32 gre = forward == FORWARD_GRE ? sizeof(struct gre_header) : 0;
	const __be32 *source = (const __be32 *)backend->source, *destination = (const __be32 *)backend->address;
	const struct ipv4_header header = {
		.version_and_length = 0x45,
		.fragment = DONT_FRAGMENT,
		.ttl = OUTER_TTL,
		.source = source[0],
		.destination = destination[0],
	};

	outer->type = type_of(backend->family);
	outer->protocols[0] = gre ? PROTOCOL_GRE : PROTOCOL_IPV4;
	outer->protocols[1] = gre ? PROTOCOL_GRE : PROTOCOL_IPV6;
	outer->length = 0;
	if (forward == FORWARD_DIRECT)
		return 1;
	if (backend->family == 4) {
		outer->length = sizeof(struct ipv4_header) + gre;
		outer->sum = folded(sum_of_header(&header));
		outer->addresses[0] = source[0];
		outer->addresses[1] = destination[0];
		return 1;
	}
	outer->length = sizeof(struct ipv6_header) + gre;
	__builtin_memcpy(outer->addresses, source, sizeof backend->source);
	__builtin_memcpy(outer->addresses + 4, destination, sizeof backend->address);
	return 1;
}

/* Behind the outer header of IP; 0: there is no room. */
static __always_inline int write_gre(struct xdp_md *context, const struct packet *packet, __u32 at)
{
	struct gre_header *gre = frame_at(context, at, sizeof *gre);

	if (!gre)
		return 0;
	gre->flags = 0;
	gre->type = type_of(packet->family);
	return 1;
}

/*
 * IPv4, not to be fragmented on its way, so it needs no identification (RFC 6864). The packet's traffic class is that of its
 * outer header as well: service, and congestion (RFC 6040).
 */
static __always_inline int write_outer_ipv4(struct xdp_md *context, const struct packet *packet, const struct outer *outer,
					    __u32 at)
{
	struct ipv4_header *header = frame_at(context, at, sizeof *header);
	const __u32 protocol = outer->protocols[is_ipv6(packet)];
	const __be16 length = bpf_htons(packet->length + outer->length);

	if (!header)
		return 0;
	header->version_and_length = 0x45;
	header->traffic_class = packet->traffic_class;
	header->length = length;
	header->identification = 0;
	header->fragment = DONT_FRAGMENT;
	header->ttl = OUTER_TTL;
	header->protocol = protocol;
	/* The words that packets differ in: the class stands in the upper half of the first, the protocol in that of the fifth. */
	header->checksum = ~folded((__u64)outer->sum + (packet->traffic_class << 8) + length + (protocol << 8));
	header->source = outer->addresses[0];
	header->destination = outer->addresses[1];
	return protocol != PROTOCOL_GRE || write_gre(context, packet, at + sizeof *header);
}

/* IPv6. `flow` is a label for it, so that routers keep a flow's packets on one way. */
__noinline int write_outer_ipv6(struct xdp_md *context, struct packet *packet, struct outer *outer, __u32 at, __u32 flow)
{
	struct ipv6_header *header = context ? frame_at(context, at, sizeof *header) : NULL;

	if (!header || !packet || !outer)
		return 0;
	const __u32 protocol = outer->protocols[is_ipv6(packet)];

	header->version_and_class = bpf_htons(0x6000 | packet->traffic_class << 4 | (flow >> 16 & 0x0f));
	header->flow = bpf_htons(flow);
	header->payload_length = bpf_htons(packet->length + outer->length - sizeof *header);
	header->next = protocol;
	header->hop_limit = OUTER_TTL;
	__builtin_memcpy(header->source, outer->addresses, 2 * sizeof header->source);
	return protocol != PROTOCOL_GRE || write_gre(context, packet, at + sizeof *header);
}

/* Writes the outer headers at `at`; 0: there is no room. */
static __always_inline int write_outer(struct xdp_md *context, struct packet *packet, struct outer *outer, __u32 at,
				       __u32 flow)
{
	if (outer->type == ETHERTYPE_IPV4)
		return write_outer_ipv4(context, packet, outer, at);
	return write_outer_ipv6(context, packet, outer, at, flow);
}

#endif
