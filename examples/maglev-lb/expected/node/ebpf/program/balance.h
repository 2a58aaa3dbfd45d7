/*
 * Load balancing: a packet for a service goes on to the backend that its entry of the service's Maglev table names, in a header
 * of its own, or as it is, to the backend's link address. (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load
 * Balancer", NSDI 2016.)
 *
 * Services, backends and tables are data. A backend that goes down, comes back or weighs more or less is a change of the
 * map `maglev`: a packet reads one entry of it, so it meets the table before or behind the change, and nothing between.
 */
#ifndef SLUICE_BALANCE_H
#define SLUICE_BALANCE_H

#include "../policy.h"
#include "arrival.h"
#if FLOW_TABLES
#include "flows.h"
#endif
#include "hash.h"
#if ASKS_SOCKETS
#include "local.h"
#endif
#include "next-hop.h"
#include "outer.h"
#include "packet.h"
#include "services.h"
#include "tables.h"
#include "walk.h"

/* The Maglev tables of all services, one behind the other; the loader makes them. */
struct maglev {
	__u16 backends[MAGLEV_ENTRIES];
};

TABLE(maglev, struct maglev, 1);

/* By what services know their packets, but for the address. */
static __always_inline __u32 balanced_of(const struct packet *packet)
{
	return packet->fragment ? 1 << 24 | packet->protocol : packet->service;
}

/* What becomes of a packet for a service; each is counted. */
enum balance_outcome {
	OUTCOME_SENT,
	OUTCOME_WITHOUT_BACKEND,
	OUTCOME_TOO_LONG, /* for the way, with its outer header */
	OUTCOME_WITHOUT_WAY,
};

#define ETHERNET sizeof(struct ethernet_header)

/* As long as the link header of a frame may be, with two tags. What is behind a shorter one is of the packet. */
struct link_header {
	struct ethernet_header ethernet;
	struct vlan_tag tags[2];
};

/*
 * To the kernel, which takes the frame in as if it had come like that: tags stay. `hash`: of the packet's flow.
 */
__noinline int give_to_stack(struct xdp_md *context, struct packet *packet, struct hop *hop, __u32 hash)
{
	struct link_header *link = context ? frame_at(context, 0, sizeof *link) : NULL;

	if (!link || !packet || !hop)
		return XDP_ABORTED;
	const __u32 link_length = packet->end - packet->length;
	const struct link_header own = *link;

	if (bpf_xdp_adjust_head(context, -(int)hop->outer.length))
		return XDP_ABORTED;
	link = frame_at(context, 0, sizeof *link);
	if (!link)
		return XDP_ABORTED;
	*link = own;

	__be16 *type = frame_at(context, link_length - sizeof *type, sizeof *type);

	if (!type || !write_outer(context, packet, &hop->outer, link_length, hash))
		return XDP_ABORTED;
	*type = hop->outer.type;
	return XDP_PASS;
}

/* Out of an interface, in a frame of its own. */
static __always_inline int send_out(struct xdp_md *context, struct packet *packet, struct hop *hop, __u32 hash)
{
	const __u32 link_length = packet->end - packet->length;
	const int more = (int)(link_length - ETHERNET) - (int)hop->outer.length;

	if (more && bpf_xdp_adjust_head(context, more))
		return XDP_ABORTED;
	if (hop->outer.length && !write_outer(context, packet, &hop->outer, ETHERNET, hash))
		return XDP_ABORTED;
	struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);

	if (!ethernet)
		return XDP_ABORTED;
	__builtin_memcpy(ethernet->destination, hop->destination, sizeof ethernet->destination);
	__builtin_memcpy(ethernet->source, hop->source, sizeof ethernet->source);
	ethernet->type = hop->outer.type;
	return hop->kind == HOP_BACK ? XDP_TX : (int)bpf_redirect(hop->interface, 0);
}

/* What becomes of a packet on this way; NULL: it has no backend. */
static __always_inline enum balance_outcome outcome_on(const struct packet *packet, const struct hop *hop)
{
	if (!hop)
		return OUTCOME_WITHOUT_BACKEND;
	if (hop->kind == HOP_NONE)
		return OUTCOME_WITHOUT_WAY;
	return packet->length > hop->room ? OUTCOME_TOO_LONG : OUTCOME_SENT;
}

__noinline int not_sent(struct packet *packet, __u32 counter)
{
	if (packet)
		add_to_counter(counter, packet);
	return XDP_DROP;
}

/* Sends a packet for a service to a backend. */
__noinline int balance(struct xdp_md *context, struct packet *packet, struct balancing *own, __u32 number)
{
	const struct service *service = bpf_map_lookup_elem(&services, &number);
	const struct maglev *tables = only_element(&maglev);

	if (!context || !packet || !own || !service || !tables || !is_taken_in(context, packet, &own->options))
		return XDP_PASS;
#if ASKS_SOCKETS
	if (service->local_first && is_local(context, packet))
		return XDP_PASS;
#endif
	const struct pool *pool = &service->pools[is_ipv6(packet)];
	const __u32 hash = hash_of(packet, service, number, &own->key);
	__u32 entry = pool->first_entry + ((__u64)hash * pool->entries >> 32);

	/* What is checked must be what is used, for the verifier. */
	barrier_var(entry);
	if (entry >= MAGLEV_ENTRIES)
		return XDP_PASS;
	__u32 backend = *(volatile const __u16 *)&tables->backends[entry];

#if FLOW_TABLES
	if (service->memory != NO_MEMORY)
		backend = remembered_or(packet, &own->key, service->memory, backend);
#endif
	struct hop *hop = hop_to(context, backend, service->forward);
	const enum balance_outcome outcome = outcome_on(packet, hop);

	if (!hop || outcome != OUTCOME_SENT)
		return not_sent(packet, service->first_counter + outcome);
	add_to_counter(service->first_counter + OUTCOME_SENT, packet);
	return hop->kind == HOP_STACK ? give_to_stack(context, packet, hop, hash) : send_out(context, packet, hop, hash);
}

#endif
