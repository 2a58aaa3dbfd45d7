/* `local first`: what a socket of this host takes stays here, so that a machine that is drained keeps its flows. */
#ifndef SLUICE_LOCAL_H
#define SLUICE_LOCAL_H

#include "packet.h"

/* The packet's addresses and ports, as the kernel looks for sockets by; gives how long that is. */
static __always_inline __u32 write_tuple(const struct packet *packet, struct bpf_sock_tuple *tuple)
{
	if (packet->family == 4) {
		tuple->ipv4.saddr = bpf_htonl(packet->source[0]);
		tuple->ipv4.daddr = bpf_htonl(packet->destination[0]);
		tuple->ipv4.sport = bpf_htons(packet->source_port);
		tuple->ipv4.dport = bpf_htons(packet->destination_port);
		return sizeof tuple->ipv4;
	}
	for (int half = 0; half < 2; half++) {
		tuple->ipv6.saddr[2 * half] = bpf_htonl(packet->source[half] >> 32);
		tuple->ipv6.saddr[2 * half + 1] = bpf_htonl(packet->source[half]);
		tuple->ipv6.daddr[2 * half] = bpf_htonl(packet->destination[half] >> 32);
		tuple->ipv6.daddr[2 * half + 1] = bpf_htonl(packet->destination[half]);
	}
	tuple->ipv6.sport = bpf_htons(packet->source_port);
	tuple->ipv6.dport = bpf_htons(packet->destination_port);
	return sizeof tuple->ipv6;
}

/* Whether a connection of this host has the packet, or a socket of it listens for it. Fragments go where all of them can. */
__noinline int is_local(struct xdp_md *context, struct packet *packet)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *found = NULL;

	if (!context || !packet || packet->fragment)
		return 0;
	const __u32 length = write_tuple(packet, &tuple);

	if (packet->protocol == TCP)
		found = bpf_skc_lookup_tcp(context, &tuple, length, BPF_F_CURRENT_NETNS, 0);
	else if (packet->protocol == UDP)
		found = bpf_sk_lookup_udp(context, &tuple, length, BPF_F_CURRENT_NETNS, 0);
	if (!found)
		return 0;
	bpf_sk_release(found);
	return 1;
}

#endif
