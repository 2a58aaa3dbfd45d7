/*
 * Stateless filters: which of them, `input` or `forward`, a packet would meet on its way through the kernel, if any. Nothing
 * else on that way changes what their rules see: the compiler takes no filter here of which that is not so.
 */
#ifndef SLUICE_FILTER_H
#define SLUICE_FILTER_H

#include "../policy.h"
#include "options.h"
#include "packet.h"
#include "walk.h"

enum way {
	WAY_INPUT,
	WAY_FORWARD,
	WAY_NONE, /* the kernel throws the packet away before, or answers it */
};

enum {
	ROUTE_IPV4 = 2, /* AF_INET */
	ROUTE_IPV6 = 10, /* AF_INET6 */
	END_OF_OPTIONS = 0,
	NO_OPERATION = 1,
	/* Bytes that options of IPv4 have at most. */
	MOST_OPTIONS_IPV4 = 40,
};

/* A frame with more VLAN tags than the program reads: some of them the kernel might take off, unseen. */
static __always_inline int has_more_tags(struct xdp_md *context)
{
	const struct vlan_tag *tag;

	for (int tags = 0; tags <= 2; tags++) {
		tag = frame_at(context, sizeof(struct ethernet_header) - sizeof tag->type + tags * sizeof *tag,
			       sizeof tag->type);
		if (!tag)
			return 0;
		const __be16 type = *(const __be16 *)tag;

		if (type != ETHERTYPE_VLAN && type != ETHERTYPE_SERVICE_VLAN)
			return 0;
	}
	return 1;
}

/* The walk over options of IPv4. */
struct options_ipv4 {
	struct xdp_md *context;
	__u32 at;
	__u32 end;
	__u32 are_sound;
};

/* On to the next option (RFC 791); 1 ends the walk. */
static long next_option(__u64 index, struct options_ipv4 *walk)
{
	const __u8 *option = frame_at(walk->context, walk->at, 1);

	(void)index;
	if (walk->at >= walk->end || (option && *option == END_OF_OPTIONS)) {
		walk->are_sound = 1;
		return 1;
	}
	if (!option)
		return 1;
	if (*option == NO_OPERATION) {
		walk->at++;
		return 0;
	}
	option = frame_at(walk->context, walk->at, 2);
	if (!option || option[1] < 2 || walk->at + option[1] > walk->end)
		return 1;
	walk->at += option[1];
	return 0;
}

/* Whether the kernel would go on behind the options of the IPv4 header at `at`; else it answers. */
static __always_inline int has_sound_options_ipv4(struct xdp_md *context, __u32 at)
{
	const struct ipv4_header *header = frame_at(context, at, sizeof *header);

	if (!header)
		return 0;
	struct options_ipv4 walk = {
		.context = context,
		.at = at + sizeof *header,
		.end = at + (header->version_and_length & 0x0f) * 4,
	};

	if (walk.at == walk.end)
		return 1;
	bpf_loop(MOST_OPTIONS_IPV4 + 1, next_option, &walk, 0);
	return walk.are_sound;
}

/* fe80::/10 */
static __always_inline int is_of_link(const __u64 *address)
{
	return address[0] >> 54 == 0x3fa;
}

/*
 * What is for a group, or for everybody on the link, and what does not leave the link: programs are told no route for it. What
 * is for another's address on the link, and comes here all the same, the kernel sends back there at most.
 */
static __always_inline int is_of_no_route(const struct packet *packet)
{
	if (packet->family == 6)
		return packet->destination[0] >> 56 == 0xff || is_of_link(packet->destination);
	return packet->destination[0] >> 28 == 0xe || packet->destination[0] == 0xffffffff ||
	       (packet->destination[0] == 0 && packet->source[0] == 0);
}

/* Asks the kernel for the packet's route. */
static __always_inline long ask_for_route(struct xdp_md *context, const struct packet *packet)
{
	struct bpf_fib_lookup route = {
		.ifindex = context->ingress_ifindex,
		.l4_protocol = (__u8)packet->protocol,
		.sport = packet->source_port == ABSENT ? 0 : bpf_htons((__u16)packet->source_port),
		.dport = packet->destination_port == ABSENT ? 0 : bpf_htons((__u16)packet->destination_port),
	};

	if (packet->family == 4) {
		route.family = ROUTE_IPV4;
		route.tos = (__u8)(packet->dscp << 2);
		route.ipv4_src = bpf_htonl((__u32)packet->source[0]);
		route.ipv4_dst = bpf_htonl((__u32)packet->destination[0]);
	} else {
		const __u64 source[2] = { bpf_cpu_to_be64(packet->source[0]), bpf_cpu_to_be64(packet->source[1]) };
		const __u64 destination[2] = { bpf_cpu_to_be64(packet->destination[0]),
					       bpf_cpu_to_be64(packet->destination[1]) };

		route.family = ROUTE_IPV6;
		route.flowinfo = bpf_htonl(packet->dscp << 22);
		/* With a source of its link, programs are told that nothing is forwarded, which is not so where it comes back. */
		if (!is_of_link(packet->source))
			__builtin_memcpy(route.ipv6_src, source, sizeof route.ipv6_src);
		__builtin_memcpy(route.ipv6_dst, destination, sizeof route.ipv6_dst);
	}
	return bpf_fib_lookup(context, &route, sizeof route, 0);
}

/*
 * The packet's way. What the kernel throws away in silence may be judged here or not, which is the same; what it would answer
 * must get to it; and what it takes in must be judged by the filter that it would meet.
 */
static __always_inline enum way way_of(struct xdp_md *context, const struct packet *packet)
{
	if (is_of_no_route(packet))
		return WAY_INPUT;
	switch (ask_for_route(context, packet)) {
	case BPF_FIB_LKUP_RET_BLACKHOLE:
	case BPF_FIB_LKUP_RET_UNREACHABLE:
	case BPF_FIB_LKUP_RET_PROHIBIT:
		return WAY_NONE;
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_UNSUPP_LWT:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		/* Its last hop: the kernel says so to its source. */
		return packet->ttl <= 1 ? WAY_NONE : WAY_FORWARD;
	default:
		/* For this host; or where nothing is forwarded: the kernel throws that away. */
		return WAY_INPUT;
	}
}

__noinline int first_of_filter(struct xdp_md *context, struct packet *packet)
{
	const __u32 zero = 0;
	struct scratch *own = bpf_map_lookup_elem(&scratch, &zero);

	if (!context || !packet || !own)
		return FILTER_INPUT;
	const __u32 at = packet->end - packet->length;

	if (packet->family == 4 ? !has_sound_options_ipv4(context, at) :
				  !has_sound_options(context, packet, &own->options, at))
		return (int)ABSENT;
	switch (way_of(context, packet)) {
	case WAY_INPUT:
		return FILTER_INPUT;
	case WAY_FORWARD:
		return FILTER_FORWARD;
	default:
		return (int)ABSENT;
	}
}

#endif
