/*
 * What a frame says: `parse` reads Ethernet with up to two VLAN tags, IPv4 and IPv6 with their options and extension headers, and
 * transport headers, into a `struct packet`. Nothing is read behind the end of the frame, or of the packet.
 */
#ifndef SLUICE_PACKET_H
#define SLUICE_PACKET_H

#include "headers.h"

/* Bytes of the frame from `at` on. */
static __always_inline __u32 bytes_from(struct xdp_md *context, __u32 at)
{
	__u64 length = (void *)(long)context->data_end - (void *)(long)context->data;

	/* The difference of pointers is one of 64 bits, for the verifier. */
	barrier_var(length);
	return length - at;
}

/* A byte of the packet, which may be shorter than the frame (padding of the link); ABSENT behind its end. */
static __always_inline __u32 byte_at(struct xdp_md *context, const struct packet *packet, __u32 offset)
{
	const __u8 *byte = frame_at(context, offset, 1);

	return byte && offset + 1 <= packet->end ? *byte : ABSENT;
}

/* Two bytes of the packet as a number; ABSENT where they are not both there. */
static __always_inline __u32 word_at(struct xdp_md *context, const struct packet *packet, __u32 offset)
{
	const __be16 *word = frame_at(context, offset, sizeof *word);

	return word && offset + sizeof *word <= packet->end ? bpf_ntohs(*word) : ABSENT;
}

/* `length` bytes of the packet from `offset` on; NULL where it has fewer. */
static __always_inline const void *part_at(struct xdp_md *context, const struct packet *packet, __u32 offset,
					   __u32 length)
{
	const void *part = frame_at(context, offset, length);

	return offset + length <= packet->end ? part : NULL;
}

/* What transport headers with ports begin with. */
struct ports {
	__be16 source;
	__be16 destination;
};

struct tcp_header {
	struct ports ports;
	__be32 sequence;
	__be32 acknowledgment;
	__u8 length; /* of the header, in fours, in the upper half */
	__u8 flags;
	__be16 window;
	__be16 checksum;
	__be16 urgent;
};

struct udp_header {
	struct ports ports;
	__be16 length;
	__be16 checksum;
};

static __always_inline void read_ports(struct packet *packet, const struct ports *ports)
{
	packet->source_port = bpf_ntohs(ports->source);
	packet->destination_port = bpf_ntohs(ports->destination);
	packet->service = packet->protocol << 16 | packet->destination_port;
}

/* A header with ports that the packet holds no more than the beginning of: what of it is there. */
__noinline int parse_beginning(struct xdp_md *context, struct packet *packet, __u32 at)
{
	if (!context || !packet)
		return 0;
	packet->source_port = word_at(context, packet, at);
	packet->destination_port = word_at(context, packet, at + 2);
	if (packet->destination_port != ABSENT)
		packet->service = packet->protocol << 16 | packet->destination_port;
	if (packet->protocol == TCP)
		packet->tcp_flags = byte_at(context, packet, at + offsetof(struct tcp_header, flags));
	return 1;
}

/* What stands in a transport header, as far as the packet holds it. */
__noinline int parse_transport(struct xdp_md *context, struct packet *packet, __u32 at)
{
	const struct tcp_header *tcp;
	const struct udp_header *udp;
	const struct ports *ports;

	if (!context || !packet)
		return 0;
	switch (packet->protocol) {
	case TCP:
		tcp = part_at(context, packet, at, sizeof *tcp);
		if (!tcp)
			break;
		const __u32 payload = at + (tcp->length >> 4) * 4;

		packet->tcp_flags = tcp->flags;
		if (payload <= packet->end)
			packet->payload_at = payload;
		read_ports(packet, &tcp->ports);
		return 1;
	case UDP:
		udp = part_at(context, packet, at, sizeof *udp);
		if (!udp)
			break;
		packet->payload_at = at + sizeof *udp;
		read_ports(packet, &udp->ports);
		return 1;
	case UDP_LITE:
	case DCCP:
	case SCTP:
		ports = part_at(context, packet, at, sizeof *ports);
		if (!ports)
			break;
		read_ports(packet, ports);
		return 1;
	case ICMP:
		if (packet->family == 4)
			packet->icmp4 = word_at(context, packet, at);
		return 1;
	case ICMPV6:
		if (packet->family == 6)
			packet->icmp6 = word_at(context, packet, at);
		return 1;
	default:
		return 1;
	}
	return parse_beginning(context, packet, at);
}

/*
 * IPv4 (RFC 791) from `at` on. What is malformed or cut off is not judged: the kernel throws it away.
 *
 * A function of its own, as that for IPv6 is: the verifier goes through it once, and not for each number of tags before it.
 */
__noinline int parse_ipv4(struct xdp_md *context, struct packet *packet, __u32 at)
{
	const struct ipv4_header *header = context && packet ? read_ipv4(context, packet, at) : NULL;

	if (!header)
		return 0;
	const __u32 length = bytes_from(context, at);
	const __u32 header_length = (header->version_and_length & 0x0f) * 4;
	const __u32 fragment = bpf_ntohs(header->fragment);

	packet->length = bpf_ntohs(header->length);
	if (header_length < sizeof *header || packet->length < header_length || packet->length > length)
		return 0;
	packet->end = at + packet->length;
	if (fragment & 0x1fff) {
		packet->fragment = 2;
		return 1;
	}
	packet->fragment = fragment & 0x2000 ? 1 : 0;
	parse_transport(context, packet, at + header_length);
	return 1;
}

/* The walk over the extension headers of IPv6. The header at hand is of the packet's `protocol`, and at its `transport_at`. */
struct extensions {
	struct xdp_md *context;
	struct packet *packet;
};

/* As many as fit into the longest packet, eight bytes each. */
#define MOST_EXTENSIONS 8192

static __always_inline int is_extension(__u32 protocol)
{
	return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == FRAGMENT || protocol == DESTINATION_OPTIONS;
}

/* On to the header behind an extension header; 1 ends the walk. */
static long skip_extension(__u64 index, struct extensions *walk)
{
	struct packet *packet = walk->packet;
	const __u32 at = packet->transport_at;
	const __u8 *header;

	(void)index;
	switch (packet->protocol) {
	case FRAGMENT:
		header = part_at(walk->context, packet, at, 8);
		if (!header)
			break;
		const __u32 offset = ((__u32)header[2] << 8 | header[3]) & 0xfff8;

		/* At offset 0 with no more to come, a fragment is whole by itself (RFC 6946). */
		if (offset || header[3] & 1)
			packet->fragment = offset ? 2 : 1;
		/* What an extension header would lead to is not in a later fragment. */
		packet->protocol = offset && (is_extension(header[0]) || header[0] == AUTHENTICATION) ? ABSENT : header[0];
		packet->transport_at = at + 8;
		return offset != 0;
	case HOP_BY_HOP:
	case ROUTING:
	case DESTINATION_OPTIONS:
		header = part_at(walk->context, packet, at, 2);
		if (!header)
			break;
		packet->protocol = header[0];
		packet->transport_at = at + (header[1] + 1) * 8;
		return 0;
	default:
		return 1;
	}
	packet->protocol = ABSENT;
	return 1;
}

/* IPv6 with its extension headers (RFC 8200); an authentication header is a protocol, as in IPv4. */
__noinline int parse_ipv6(struct xdp_md *context, struct packet *packet, __u32 at)
{
	const struct ipv6_header *header = context && packet ? read_ipv6(context, packet, at) : NULL;

	if (!header)
		return 0;
	const __u32 length = bytes_from(context, at);

	packet->length = sizeof *header + bpf_ntohs(header->payload_length);
	/* The length of a jumbogram (RFC 2675) stands in an option: it is all that there is. */
	if (header->payload_length == 0 && header->next == HOP_BY_HOP)
		packet->length = length;
	if (packet->length > length)
		return 0;
	packet->end = at + packet->length;
	packet->fragment = 0;
	packet->protocol = header->next;
	packet->transport_at = at + sizeof *header;

	struct extensions walk = { .context = context, .packet = packet };

	if (is_extension(header->next))
		bpf_loop(MOST_EXTENSIONS, skip_extension, &walk, 0);
	if (packet->protocol != ABSENT && packet->fragment != 2)
		parse_transport(context, packet, packet->transport_at);
	return 1;
}

/* Reads a frame; 0: it carries no IP packet, or a malformed one. */
__noinline int parse(struct xdp_md *context, struct packet *packet)
{
	const struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);
	__u32 at = sizeof *ethernet;

	if (!ethernet || !packet)
		return 0;
	packet->source_mac = mac_of(ethernet->source);
	packet->vlan = ABSENT;
	packet->service = packet->source_port = packet->destination_port = ABSENT;
	packet->tcp_flags = packet->icmp4 = packet->icmp6 = packet->payload_at = ABSENT;

	__be16 type = ethernet->type;
	for (int tags = 0; tags < 2 && (type == ETHERTYPE_VLAN || type == ETHERTYPE_SERVICE_VLAN); tags++) {
		const struct vlan_tag *tag = frame_at(context, at, sizeof *tag);

		if (!tag)
			return 0;
		if (tags == 0)
			packet->vlan = bpf_ntohs(tag->control) & 0x0fff;
		type = tag->type;
		at += sizeof *tag;
	}
	if (type == ETHERTYPE_IPV4)
		return parse_ipv4(context, packet, at);
	if (type == ETHERTYPE_IPV6)
		return parse_ipv6(context, packet, at);
	return 0;
}

#endif
