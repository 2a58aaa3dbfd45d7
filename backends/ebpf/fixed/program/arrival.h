/*
 * What the kernel does with a frame before it looks at the packet: what is not for this host, or is malformed, is left to it.
 * It throws that away, or answers.
 */
#ifndef SLUICE_ARRIVAL_H
#define SLUICE_ARRIVAL_H

#include "../policy.h"
#include "packet.h"
#include "tables.h"

/* An interface that the program runs on. The loader fills it in. */
struct interface {
	__u64 mac;
	__u32 index;
	__u32 unused;
};

struct interfaces {
	struct interface all[INTERFACES];
};

TABLE(interfaces, struct interfaces, 1);

/* The interface with this number; NULL: the program does not run on it. */
static __always_inline const struct interface *interface_of(__u32 index)
{
	const struct interfaces *known = only_element(&interfaces);

	for (int at = 0; known && at < INTERFACES; at++)
		if (known->all[at].index == index)
			return &known->all[at];
	return NULL;
}

/* Whether the link brings the frame to this host: to the interface's own address, or to a group's. */
static __always_inline int is_for_host(struct xdp_md *context)
{
	const struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);
	const struct interface *interface = interface_of(context->ingress_ifindex);

	if (!ethernet)
		return 0;
	const __u8 *to = ethernet->destination;
	const __u64 mac = (__u64)to[0] << 40 | (__u64)to[1] << 32 | (__u64)to[2] << 24 | (__u64)to[3] << 16 |
			  (__u64)to[4] << 8 | to[5];

	return !interface || to[0] & 1 || mac == interface->mac;
}

/* Most words of 32 bits in a header of IPv4. */
#define MOST_HEADER_WORDS 15

/* Whether the header of IPv4 at `at` has the checksum that it should have. */
static __always_inline int has_checksum(struct xdp_md *context, __u32 at)
{
	const struct ipv4_header *header = frame_at(context, at, sizeof *header);
	__u32 sum = 0;

	if (!header)
		return 0;
	const __u32 words = header->version_and_length & 0x0f;

	for (__u32 word = 0; word < MOST_HEADER_WORDS && word < words; word++) {
		const __u16 *halves = frame_at(context, at + word * 4, 4);

		if (!halves)
			return 0;
		sum += halves[0] + halves[1];
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

/* Addresses that no packet of IPv6 on a link may have (ipv6_rcv). */
static __always_inline int has_possible_addresses(const struct packet *packet)
{
	const __u64 *source = packet->source, *destination = packet->destination;
	const __u32 scope = destination[0] >> 48 & 0x0f;

	if ((source[0] == 0 && source[1] == 1) || (destination[0] == 0 && destination[1] == 1))
		return 0;
	return source[0] >> 56 != 0xff && (destination[0] >> 56 != 0xff || scope > 1);
}

/* The walk over hop-by-hop options (RFC 8200, section 4.2). */
struct options {
	struct xdp_md *context;
	__u32 at;
	__u32 end;
	__u32 padding; /* bytes of it, one behind the other */
	__u32 is_sound;
};

enum {
	PAD_1 = 0,
	PAD_N = 1,
	ROUTER_ALERT = 5,
	JUMBO = 0xc2,
	MOST_PADDING = 7,
	/* As many as one header can have. */
	MOST_OPTIONS = 2048,
};

/* On to the next option; 1 ends the walk. */
static long skip_option(__u64 index, struct options *walk)
{
	const __u8 *option = frame_at(walk->context, walk->at, 1);

	(void)index;
	if (walk->at >= walk->end) {
		walk->is_sound = 1;
		return 1;
	}
	if (!option)
		return 1;
	const __u8 type = *option;
	__u32 length = 1;

	if (type != PAD_1) {
		option = frame_at(walk->context, walk->at, 2);
		if (!option)
			return 1;
		length = 2 + option[1];
	}
	if (walk->at + length > walk->end)
		return 1;
	walk->padding = type == PAD_1 || type == PAD_N ? walk->padding + length : 0;
	if (walk->padding > MOST_PADDING)
		return 1;
	/* Padding is of zeros (RFC 4942, section 2.1.9.5). */
	for (__u32 at = 2; type == PAD_N && at < MOST_PADDING && at < length; at++) {
		const __u8 *zero = frame_at(walk->context, walk->at + at, 1);

		if (!zero || *zero)
			return 1;
	}
	/* The upper two bits tell what to do with a type that is not known: 0: go on. */
	if (type > PAD_N && type != ROUTER_ALERT && type != JUMBO && type >> 6)
		return 1;
	walk->at += length;
	return 0;
}

/* Whether the kernel would go on behind the hop-by-hop options. */
static __always_inline int has_sound_options(struct xdp_md *context, const struct packet *packet, __u32 at)
{
	const struct ipv6_header *header = frame_at(context, at, sizeof *header + 2);

	if (!header)
		return 0;
	if (header->next != HOP_BY_HOP)
		return 1;
	const __u8 *extension = (const __u8 *)(header + 1);
	struct options walk = {
		.context = context,
		.at = at + sizeof *header + 2,
		.end = at + sizeof *header + (extension[1] + 1) * 8,
	};

	if (walk.end > packet->end)
		return 0;
	bpf_loop(MOST_OPTIONS, skip_option, &walk, 0);
	return walk.is_sound;
}

/* Whether the kernel would take the packet in. */
static __always_inline int is_taken_in(struct xdp_md *context, const struct packet *packet)
{
	const __u32 at = packet->end - packet->length;

	if (!is_for_host(context))
		return 0;
	if (packet->family == 4)
		return has_checksum(context, at);
	return has_possible_addresses(packet) && has_sound_options(context, packet, at);
}

#endif
