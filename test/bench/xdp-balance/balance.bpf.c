/* What balancing a packet costs: a policy's program, measured. Built with -DPOLICY="xdp.bpf.c". */
#include POLICY

/* What the policy's own program does. */
static __always_inline int send(struct xdp_md *context)
{
	const __u32 zero = 0;
	struct scratch *own = bpf_map_lookup_elem(&scratch, &zero);

	if (!own || !parse(context, &own->packet))
		return XDP_PASS;
	own->packet.balanced = balanced_of(&own->packet);
	judge(context, &own->packet, &own->place);
	return balance(context, &own->packet, &own->balancing, own->place.service);
}

#define SEND send
#include "measured.h"
