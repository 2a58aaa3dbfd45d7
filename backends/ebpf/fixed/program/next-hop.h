/*
 * Where a backend is: the interface, and the two link addresses, that lead to it, and the header that packets to it get. The
 * kernel's own routes and neighbours say it; what they say is kept for a moment, for asking them costs more than all the rest.
 */
#ifndef SLUICE_NEXT_HOP_H
#define SLUICE_NEXT_HOP_H

#include "../policy.h"
#include "arrival.h"
#include "outer.h"
#include "packet.h"
#include "services.h"

/*
 * How long: a route or a neighbour that changes is heeded after so many ticks of the kernel's clock at the latest. It has 100
 * to 1,000 of them in a second, and reading it costs nothing.
 */
#define HOP_LASTS 25

enum hop_kind {
	HOP_BACK,  /* out of the interface that the frame came in by */
	HOP_OTHER, /* out of another one */
	HOP_STACK, /* by the kernel, which finds out who the neighbour is, or has a way that XDP has not */
	HOP_NONE,  /* no way leads there */
};

struct hop {
	__u64 until;   /* the tick from which it has to be asked for again */
	__u32 arrived; /* the interface that it was asked for */
	__u32 kind;
	__u32 interface;
	__u32 room; /* for a packet, in bytes: what else goes in a frame is taken off */
	__u8 destination[6];
	__u8 source[6];
	struct outer outer;
};

/* Key: a backend's number. Every processor asks for itself. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BACKENDS);
	__type(key, __u32);
	__type(value, struct hop);
} hops SEC(".maps");

enum {
	SOCKET_FAMILY_IPV4 = 2,
	SOCKET_FAMILY_IPV6 = 10,
	LONGEST_PACKET = 0xffff,
};

/* Whether the route leads to the backend itself, not to a router. Behind an address of IPv4, both have zeros. */
static __always_inline int is_on_link(const struct bpf_fib_lookup *route, const struct backend *backend)
{
	const __u64 *next = (const __u64 *)route->ipv6_dst, *own = (const __u64 *)backend->address;

	return next[0] == own[0] && next[1] == own[1];
}

/* What becomes of a packet, by what the kernel says of the way to its backend. */
static __always_inline enum hop_kind kind_of_hop(long answer, const struct bpf_fib_lookup *route, __u32 arrived,
						 const struct backend *backend, __u32 forward)
{
	const int is_direct = forward == FORWARD_DIRECT;

	switch (answer) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		if (is_direct && !is_on_link(route, backend))
			return HOP_NONE;
		if (route->ifindex == arrived)
			return HOP_BACK;
		if (interface_of(route->ifindex))
			return HOP_OTHER;
		break;
	case BPF_FIB_LKUP_RET_BLACKHOLE:
	case BPF_FIB_LKUP_RET_UNREACHABLE:
	case BPF_FIB_LKUP_RET_PROHIBIT:
		return HOP_NONE;
	default:
		break;
	}
	/* Without a header of its own, the packet would be for this host. */
	return is_direct ? HOP_NONE : HOP_STACK;
}

/* Asks the kernel for the way to the backend with this number. */
__noinline int ask_for_hop(struct xdp_md *context, struct hop *hop, __u32 number, __u32 forward)
{
	const struct backend *backend = bpf_map_lookup_elem(&backends, &number);

	if (!context || !hop || !backend || !make_outer(&hop->outer, number, forward))
		return 0;
	struct bpf_fib_lookup route = { .ifindex = context->ingress_ifindex };

	route.family = backend->family == 4 ? SOCKET_FAMILY_IPV4 : SOCKET_FAMILY_IPV6;
	__builtin_memcpy(route.ipv6_dst, backend->address, sizeof route.ipv6_dst);
	if (forward != FORWARD_DIRECT)
		__builtin_memcpy(route.ipv6_src, backend->source, sizeof route.ipv6_src);
	const long answer = bpf_fib_lookup(context, &route, sizeof route, 0);

	const __u32 mtu = answer == BPF_FIB_LKUP_RET_SUCCESS && route.mtu_result ? route.mtu_result : LONGEST_PACKET;

	hop->arrived = context->ingress_ifindex;
	hop->kind = kind_of_hop(answer, &route, hop->arrived, backend, forward);
	hop->interface = route.ifindex;
	hop->room = mtu > hop->outer.length ? mtu - hop->outer.length : 0;
	__builtin_memcpy(hop->destination, route.dmac, sizeof hop->destination);
	__builtin_memcpy(hop->source, route.smac, sizeof hop->source);
	return 1;
}

/* The way to the backend with this number; NULL: there is none. */
static __always_inline struct hop *hop_to(struct xdp_md *context, __u32 number, __u32 forward)
{
	struct hop *hop = bpf_map_lookup_elem(&hops, &number);
	const __u64 now = bpf_jiffies64();

	if (!hop)
		return NULL;
	if (now >= hop->until || hop->arrived != context->ingress_ifindex) {
		ask_for_hop(context, hop, number, forward);
		hop->until = now + HOP_LASTS;
	}
	return hop;
}

#endif
