/*
 * Sockets that packets are given to. The kernel asks for a packet of TCP or UDP that is for this host and for which there is no
 * connected socket: so once for a connection of TCP, and for each packet to a socket of UDP that is not connected. Broadcasts and
 * multicasts are not asked about.
 *
 * Who listens registers a socket under a name (`sluice-load socket`). Where a rule names one under which nobody has, the packet is
 * refused as by a host on which nobody listens, and no other socket gets it.
 */
#ifndef SLUICE_SOCKETS_H
#define SLUICE_SOCKETS_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "place.h"
#include "tables.h"

/* Most sockets that are registered, those of names that the policy has no longer among them. */
#define MOST_SOCKETS 16384
/* Kinds of socket that a name has in `socket_keys`, one each: TCP, then UDP, each for IPv4 and for IPv6. */
#define KINDS 4

/* Number of a family of addresses, as a program sees it. */
#define IPV4 2

/* A field that a packet lacks. */
#define ABSENT 0xffffffffU

/* It begins as that of frames does (packet.h), which the keys of limits are made of. */
struct packet {
	__u64 source[2]; /* IPv4: in the first; IPv6: the upper half in the first */
	__u64 destination[2];
	__u64 source_mac; /* unknown here, as the zone is */
	__u32 source_port;
	__u32 destination_port;
	__u32 protocol;
	__u32 zone;
	__u32 row;    /* of the table that the rule at hand is for; only while a limit is asked */
	__u32 family; /* 4 or 6 */
	__u32 length; /* of the IP packet; for limits only */
	__u32 service; /* protocol, and destination port in the lower 16 bits */
};

struct rule {
	__u32 socket;  /* the number of its name */
	__u32 counter; /* its number */
	__u32 limit;   /* its number, see socket-limits.h; ABSENT: none */
	__u32 unused;
};

/* Key: a rule's number. */
TABLE(rules, struct rule, RULES);

/* What a socket is registered under; the loader knows it, too. */
struct socket_key {
	char name[56];
	__u32 protocol;
	__u32 family; /* of the socket, 4 or 6; one of IPv6 may take packets of IPv4, too */
};

/* Key: a name's number, times KINDS, plus that of the kind. */
TABLE(socket_keys, struct socket_key, SOCKETS * KINDS);

/* It stays when a program is replaced: registered sockets do not depend on the policy. */
struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, MOST_SOCKETS);
	__type(key, struct socket_key);
	__type(value, __u64);
} sockets SEC(".maps");

struct count {
	__u64 lookups;
	__u64 refused; /* of these: nobody was registered */
	__u64 limited; /* datagrams that the socket dropped, for its limit */
};

/* Key: a counter's number, as in dispatch.conf. Every processor counts for itself. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, struct count);
} counters SEC(".maps");

static __always_inline __u64 two_words(__u32 high, __u32 low)
{
	return (__u64)bpf_ntohl(high) << 32 | bpf_ntohl(low);
}

/* What the lookup is for, as a packet. */
static __always_inline void read_packet(const struct bpf_sk_lookup *lookup, struct packet *packet)
{
	packet->protocol = lookup->protocol;
	packet->source_port = bpf_ntohs(lookup->remote_port);
	packet->destination_port = lookup->local_port;
	packet->service = packet->protocol << 16 | packet->destination_port;
	if (lookup->family == IPV4) {
		packet->family = 4;
		packet->source[0] = bpf_ntohl(lookup->remote_ip4);
		packet->source[1] = 0;
		packet->destination[0] = bpf_ntohl(lookup->local_ip4);
		packet->destination[1] = 0;
		return;
	}
	packet->family = 6;
	packet->source[0] = two_words(lookup->remote_ip6[0], lookup->remote_ip6[1]);
	packet->source[1] = two_words(lookup->remote_ip6[2], lookup->remote_ip6[3]);
	packet->destination[0] = two_words(lookup->local_ip6[0], lookup->local_ip6[1]);
	packet->destination[1] = two_words(lookup->local_ip6[2], lookup->local_ip6[3]);
}

/* Gives the lookup the socket that is registered under a name's key; 0: nobody is, or that one takes no such packets. */
static __always_inline int assign(struct bpf_sk_lookup *lookup, __u32 number)
{
	const struct socket_key *key = bpf_map_lookup_elem(&socket_keys, &number);
	struct bpf_sock *found = key ? bpf_map_lookup_elem(&sockets, key) : NULL;

	if (!found)
		return 0;
	const long error = bpf_sk_assign(lookup, found, BPF_SK_LOOKUP_F_REPLACE);

	bpf_sk_release(found);
	return !error;
}

/* Gives the packet to the socket that the rule names; where there is no rule, to whom the kernel would give it anyway. */
static __always_inline int give(struct bpf_sk_lookup *lookup, __u32 number)
{
	const struct rule *rule = bpf_map_lookup_elem(&rules, &number);

	if (!rule)
		return SK_PASS;
	const __u32 counter = rule->counter;
	const __u32 kind = rule->socket * KINDS + (lookup->protocol == 17 /* UDP */ ? 2 : 0);
	struct count *count = bpf_map_lookup_elem(&counters, &counter);

	/* A lookup may interrupt another on the same processor. */
	if (count)
		__sync_fetch_and_add(&count->lookups, 1);
	if ((lookup->family == IPV4 && assign(lookup, kind)) || assign(lookup, kind + 1))
		return SK_PASS;
	if (count)
		__sync_fetch_and_add(&count->refused, 1);
	return SK_DROP;
}

#endif
