/*
 * Zones: which of them a frame comes in by, or at tc a packet leaves by.
 *
 * The policy's own header comes first: it has the number of interfaces.
 */
#ifndef SLUICE_ZONES_H
#define SLUICE_ZONES_H

#include "headers.h"

/* The number of the zone of an interface's frames; 0: none. */
struct zones_of_interface {
	__u8 tagged[4096]; /* by the number of the outermost VLAN */
	__u8 untagged;
};

/* Key: an interface's number. The loader fills it: the policy knows interfaces by name. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, INTERFACES);
	__type(key, __u32);
	__type(value, struct zones_of_interface);
} zones SEC(".maps");

#ifdef SLUICE_AT_TC
/* The zone that the packet, which has no tag, leaves by; ABSENT: none. */
static __always_inline __u32 zone_of(frame_t *context)
{
	const __u32 interface = context->ifindex;
	const struct zones_of_interface *known = bpf_map_lookup_elem(&zones, &interface);

	return known && known->untagged ? known->untagged : ABSENT;
}
#else
/* The zone that the frame came in by; ABSENT: none. */
static __always_inline __u32 zone_of(struct xdp_md *context, const struct packet *packet)
{
	const __u32 interface = context->ingress_ifindex;
	const struct zones_of_interface *known = bpf_map_lookup_elem(&zones, &interface);

	if (!known)
		return ABSENT;
	const __u32 zone = packet->vlan < 4096 ? known->tagged[packet->vlan] : known->untagged;

	return zone == 0 ? ABSENT : zone;
}

#endif

#endif
