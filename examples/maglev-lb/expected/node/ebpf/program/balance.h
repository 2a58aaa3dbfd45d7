/*
 * Load balancing: a packet for a service goes on to the backend that its entry of the service's Maglev table names, in a header
 * of its own (IPIP: RFC 2003, 2473, 4213; GRE: RFC 2784), or as it is, to the backend's link address. (Eisenbud et al.,
 * "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016.)
 *
 * Services, backends and tables are data. A backend that goes down, comes back or weighs more or less is a change of the
 * map `maglev`: a packet reads one entry of it, so it meets the table before or behind the change, and nothing between.
 */
#ifndef SLUICE_BALANCE_H
#define SLUICE_BALANCE_H

#include "../policy.h"
#include "arrival.h"
#include "hash.h"
#include "next-hop.h"
#include "packet.h"
#include "services.h"
#include "tables.h"
#include "walk.h"

/* The Maglev tables of all services, one behind the other; the loader makes them. */
struct maglev {
	__u16 backends[MAGLEV_ENTRIES];
};

TABLE(maglev, struct maglev, 1);

/* What becomes of a packet for a service; each is counted. */
enum balance_outcome {
	OUTCOME_SENT,
	OUTCOME_WITHOUT_BACKEND,
	OUTCOME_TOO_LONG, /* for the way, with its outer header */
	OUTCOME_WITHOUT_WAY,
};

struct gre_header {
	__be16 flags;
	__be16 type; /* of what follows */
} __attribute__((packed));

enum {
	PROTOCOL_IPV4 = 4,
	PROTOCOL_IPV6 = 41,
	PROTOCOL_GRE = 47,
	OUTER_TTL = 64,
	ETHERNET = sizeof(struct ethernet_header),
	MOST_TAGS = 2,
};

#define DONT_FRAGMENT bpf_htons(0x4000)

/* A packet on its way out. */
struct sending {
	__u32 backend;	    /* its number */
	__u32 outer_length; /* of the headers that are put before it */
	__u32 protocol;	    /* behind the outer header of IP */
	__u32 traffic_class;
	__u32 flow; /* a label for IPv6, so that routers keep a flow's packets on one way */
};

/* The traffic class of the packet, which its outer header has as well: service, and congestion (RFC 6040). */
static __always_inline __u32 traffic_class_of(struct xdp_md *context, const struct packet *packet)
{
	const __u8 *bytes = frame_at(context, packet->end - packet->length, 2);

	if (!bytes)
		return 0;
	return packet->family == 4 ? bytes[1] : ((__u32)bytes[0] << 4 | bytes[1] >> 4) & 0xff;
}

static __always_inline __u32 outer_length_of(const struct service *service, const struct backend *backend)
{
	if (service->forward == FORWARD_DIRECT)
		return 0;
	return (backend->family == 4 ? sizeof(struct ipv4_header) : sizeof(struct ipv6_header)) +
	       (service->forward == FORWARD_GRE ? sizeof(struct gre_header) : 0);
}

/* The complement of the sum of a header's words. */
static __always_inline __be16 checksum_of(const struct ipv4_header *header)
{
	const __u32 *words = (const __u32 *)header;

	return ~folded((__u64)words[0] + words[1] + words[2] + words[3] + words[4]);
}

/* Not to be fragmented on its way, so it needs no identification (RFC 6864). */
static __always_inline void write_ipv4(struct ipv4_header *header, const struct sending *sending,
				       const struct backend *backend, __u32 length)
{
	header->version_and_length = 0x45;
	header->traffic_class = sending->traffic_class;
	header->length = bpf_htons(length);
	header->identification = 0;
	header->fragment = DONT_FRAGMENT;
	header->ttl = OUTER_TTL;
	header->protocol = sending->protocol;
	header->checksum = 0;
	__builtin_memcpy(&header->source, backend->source, sizeof header->source);
	__builtin_memcpy(&header->destination, backend->address, sizeof header->destination);
	header->checksum = checksum_of(header);
}

static __always_inline void write_ipv6(struct ipv6_header *header, const struct sending *sending,
				       const struct backend *backend, __u32 length)
{
	header->version_and_class = bpf_htons(0x6000 | sending->traffic_class << 4 | (sending->flow >> 16 & 0x0f));
	header->flow = bpf_htons(sending->flow);
	header->payload_length = bpf_htons(length - sizeof *header);
	header->next = sending->protocol;
	header->hop_limit = OUTER_TTL;
	__builtin_memcpy(header->source, backend->source, sizeof header->source);
	__builtin_memcpy(header->destination, backend->address, sizeof header->destination);
}

/* Writes the outer headers at `at`; 0: there is no room. */
__noinline int write_outer(struct xdp_md *context, struct packet *packet, struct sending *sending, __u32 at)
{
	const struct backend *backend = sending ? bpf_map_lookup_elem(&backends, &sending->backend) : NULL;

	if (!context || !packet || !backend)
		return 0;
	const __u32 length = packet->length + sending->outer_length;
	__u32 inner = at + sizeof(struct ipv4_header);

	if (backend->family == 4) {
		struct ipv4_header *header = frame_at(context, at, sizeof *header);

		if (!header)
			return 0;
		write_ipv4(header, sending, backend, length);
	} else {
		struct ipv6_header *header = frame_at(context, at, sizeof *header);

		if (!header)
			return 0;
		write_ipv6(header, sending, backend, length);
		inner = at + sizeof *header;
	}
	if (sending->protocol != PROTOCOL_GRE)
		return 1;
	struct gre_header *gre = frame_at(context, inner, sizeof *gre);

	if (!gre)
		return 0;
	gre->flags = 0;
	gre->type = packet->family == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
	return 1;
}

/* The link header of a frame, which the kernel takes in as if it had come like that: tags stay. */
struct link_header {
	struct ethernet_header ethernet;
	struct vlan_tag tags[MOST_TAGS];
};

/* `type`: what is to follow instead of what does. */
static __always_inline int read_link(struct xdp_md *context, struct link_header *link, __u32 length, __be16 type)
{
	const struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);

	if (!ethernet)
		return 0;
	link->ethernet = *ethernet;
	if (length == ETHERNET)
		link->ethernet.type = type;
#pragma unroll
	for (__u32 tag = 0; tag < MOST_TAGS; tag++) {
		const __u32 at = ETHERNET + tag * sizeof(struct vlan_tag);
		const struct vlan_tag *own = frame_at(context, at, sizeof *own);

		if (length <= at)
			break;
		if (!own)
			return 0;
		link->tags[tag].control = own->control;
		link->tags[tag].type = length == at + sizeof *own ? type : own->type;
	}
	return 1;
}

static __always_inline int write_link(struct xdp_md *context, const struct link_header *link, __u32 length)
{
	struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);

	if (!ethernet)
		return 0;
	*ethernet = link->ethernet;
#pragma unroll
	for (__u32 tag = 0; tag < MOST_TAGS; tag++) {
		const __u32 at = ETHERNET + tag * sizeof(struct vlan_tag);
		struct vlan_tag *own = frame_at(context, at, sizeof *own);

		if (length <= at)
			break;
		if (!own)
			return 0;
		*own = link->tags[tag];
	}
	return 1;
}

/* To the kernel, which sends it on. */
__noinline int give_to_stack(struct xdp_md *context, struct packet *packet, struct sending *sending)
{
	struct link_header link = {};

	if (!context || !packet || !sending)
		return XDP_ABORTED;
	const struct backend *backend = bpf_map_lookup_elem(&backends, &sending->backend);
	const __u32 link_length = packet->end - packet->length;

	if (!backend)
		return XDP_ABORTED;
	const __be16 type = backend->family == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;

	if (!read_link(context, &link, link_length, type) || bpf_xdp_adjust_head(context, -(int)sending->outer_length))
		return XDP_ABORTED;
	if (!write_link(context, &link, link_length) || !write_outer(context, packet, sending, link_length))
		return XDP_ABORTED;
	return XDP_PASS;
}

/* Out of an interface, in a frame of its own. */
static __always_inline int send_out(struct xdp_md *context, struct packet *packet, struct sending *sending,
				    const struct backend *backend, const struct hop *hop)
{
	const __u32 link_length = packet->end - packet->length;
	const int more = (int)(link_length - ETHERNET) - (int)sending->outer_length;
	const __u32 family = sending->outer_length ? backend->family : packet->family;

	if (more && bpf_xdp_adjust_head(context, more))
		return XDP_ABORTED;
	if (sending->outer_length && !write_outer(context, packet, sending, ETHERNET))
		return XDP_ABORTED;
	struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);

	if (!ethernet)
		return XDP_ABORTED;
	__builtin_memcpy(ethernet->destination, hop->destination, sizeof ethernet->destination);
	__builtin_memcpy(ethernet->source, hop->source, sizeof ethernet->source);
	ethernet->type = family == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
	return hop->kind == HOP_BACK ? XDP_TX : (int)bpf_redirect(hop->interface, 0);
}

static __always_inline int not_sent(const struct packet *packet, const struct service *service, __u32 outcome)
{
	add_to_counter(service->first_counter + outcome, packet);
	return XDP_DROP;
}

/* The packet on its way to the backend of that number. */
static __always_inline int send_to(struct xdp_md *context, struct packet *packet, const struct service *service,
				   __u32 number, __u32 hash)
{
	const struct backend *backend = bpf_map_lookup_elem(&backends, &number);

	if (!backend)
		return not_sent(packet, service, OUTCOME_WITHOUT_BACKEND);
	const struct hop *hop = hop_to(context, number, service->forward);
	struct sending sending = { .backend = number, .outer_length = outer_length_of(service, backend) };

	if (!hop || hop->kind == HOP_NONE)
		return not_sent(packet, service, OUTCOME_WITHOUT_WAY);
	if (packet->length + sending.outer_length > hop->mtu)
		return not_sent(packet, service, OUTCOME_TOO_LONG);
	sending.protocol = packet->family == 4 ? PROTOCOL_IPV4 : PROTOCOL_IPV6;
	if (service->forward == FORWARD_GRE)
		sending.protocol = PROTOCOL_GRE;
	sending.traffic_class = traffic_class_of(context, packet);
	sending.flow = hash & 0xfffff;
	add_to_counter(service->first_counter + OUTCOME_SENT, packet);
	if (hop->kind == HOP_STACK)
		return give_to_stack(context, packet, &sending);
	return send_out(context, packet, &sending, backend, hop);
}

/* Sends a packet for a service to a backend. */
__noinline int balance(struct xdp_md *context, struct packet *packet, struct balancing *own, __u32 number)
{
	const struct service *service = bpf_map_lookup_elem(&services, &number);
	const struct maglev *tables = only_element(&maglev);

	if (!context || !packet || !own || !service || !tables || !is_taken_in(context, packet, &own->options))
		return XDP_PASS;
	const struct pool *pool = &service->pools[packet->family == 6];
	const __u32 hash = hash_of(packet, number, &own->key);
	__u32 entry = pool->first_entry + ((__u64)hash * pool->entries >> 32);

	/* What is checked must be what is used, for the verifier. */
	barrier_var(entry);
	if (entry >= MAGLEV_ENTRIES)
		return XDP_PASS;
	return send_to(context, packet, service, *(volatile const __u16 *)&tables->backends[entry], hash);
}

#endif
