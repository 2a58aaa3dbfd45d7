/* What a server behind a balancer does to frames that come in: it takes the outer header of IPv4 off (RFC 2003, 4213). */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct ethernet_header {
	__u8 destination[6];
	__u8 source[6];
	__be16 type;
} __attribute__((packed));

#define OUTER 20

SEC("xdp")
int outer_off(struct xdp_md *context)
{
	const __u8 *start = (void *)(long)context->data, *end = (void *)(long)context->data_end;
	struct ethernet_header link;

	if (start + sizeof link + OUTER > end || start[12] != 0x08 || start[13] != 0x00 || start[14] != 0x45)
		return XDP_PASS;
	const __u8 protocol = start[14 + 9];

	if (protocol != 4 && protocol != 41)
		return XDP_PASS;
	__builtin_memcpy(&link, start, sizeof link);
	link.type = protocol == 4 ? bpf_htons(0x0800) : bpf_htons(0x86dd);
	if (bpf_xdp_adjust_head(context, OUTER))
		return XDP_ABORTED;
	struct ethernet_header *inner = (void *)(long)context->data;

	if ((void *)(inner + 1) > (void *)(long)context->data_end)
		return XDP_ABORTED;
	*inner = link;
	return XDP_PASS;
}

char _license[] SEC("license") = "Apache-2.0";
