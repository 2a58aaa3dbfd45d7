/*
 * mitigate of policy, for target edge: every frame that comes in, before the kernel looks at it.
 *
 * Made by Sluice, build 0000000000000000000000000000000000000000000000000000000000000000.
 *
 * All 23 rules are found at once. For each field that rules test, a table leads from the packet's value to a row of
 * bits, one for each rule: set where the rule asks nothing of the field, or is content with the value. The rules whose bit
 * is set in every field's row are those that the packet meets; the lowest comes first. So rules are data, in maps/, and this
 * text is the same for ten rules and for ten thousand. Which bit is which rule, and its line, stands in maps/rules.txt.
 */
#include <linux/bpf.h>
#include <linux/errno.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "policy.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the tables in maps/ are written for machines with the low byte first"
#endif

/* --- Maps ------------------------------------------------------------------------------------------------------------- */

/* Key: a rule's number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, RULES);
	__type(key, __u32);
	__type(value, struct rule);
} rules SEC(".maps");

/* Key: a condition's number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, CONDITIONS);
	__type(key, __u32);
	__type(value, struct condition);
} conditions SEC(".maps");

/* Key: a counter's number, as in policy.conf. Every processor counts for itself. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, struct count);
} counters SEC(".maps");

/* --- What a frame says ------------------------------------------------------------------------------------------------ */

#define ETHERTYPE_IPV4 bpf_htons(0x0800)
#define ETHERTYPE_IPV6 bpf_htons(0x86dd)
#define ETHERTYPE_VLAN bpf_htons(0x8100)	 /* IEEE 802.1Q */
#define ETHERTYPE_SERVICE_VLAN bpf_htons(0x88a8) /* IEEE 802.1ad */

enum protocol {
	HOP_BY_HOP = 0,
	ICMP = 1,
	TCP = 6,
	UDP = 17,
	DCCP = 33,
	ROUTING = 43,
	FRAGMENT = 44,
	ICMPV6 = 58,
	DESTINATION_OPTIONS = 60,
	SCTP = 132,
	UDP_LITE = 136,
};

struct ethernet_header {
	__u8 destination[6];
	__u8 source[6];
	__be16 type;
} __attribute__((packed));

struct vlan_tag {
	__be16 control; /* the lower 12 bits: the number of the VLAN */
	__be16 type;	/* of what follows */
} __attribute__((packed));

struct ipv4_header {
	__u8 version_and_length; /* of the header, in fours */
	__u8 traffic_class;
	__be16 length; /* of the packet */
	__be16 identification;
	__be16 fragment; /* flags, and the offset in eights */
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
} __attribute__((packed));

struct ipv6_header {
	__be16 version_and_class;
	__be16 flow;
	__be16 payload_length;
	__u8 next;
	__u8 hop_limit;
	__be64 source[2];
	__be64 destination[2];
} __attribute__((packed));

/* Farthest into a frame that the verifier follows. Frames are shorter: they stand in one page. */
#define FARTHEST 0xff00

/* `length` bytes of the frame from `offset` on; NULL where it has fewer. */
static __always_inline void *frame_at(struct xdp_md *context, __u32 offset, __u32 length)
{
	void *start = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;

	if (offset > FARTHEST)
		return NULL;
	return start + offset + length > end ? NULL : start + offset;
}

/* A byte of the packet, which may be shorter than the frame (padding of the link); ABSENT behind its end. */
static __always_inline __u32 byte_at(struct xdp_md *context, const struct packet *packet, __u32 offset)
{
	const __u8 *byte = frame_at(context, offset, 1);

	return byte && offset + 1 <= packet->end ? *byte : ABSENT;
}

/* Two bytes of the packet as a number; ABSENT where they are not both there. */
static __always_inline __u32 word_at(struct xdp_md *context, const struct packet *packet, __u32 offset)
{
	const __u8 *bytes = frame_at(context, offset, 2);

	return bytes && offset + 2 <= packet->end ? (__u32)bytes[0] << 8 | bytes[1] : ABSENT;
}

/* What stands in a transport header, as far as the packet holds it. */
static __always_inline void parse_transport(struct xdp_md *context, struct packet *packet, __u32 at)
{
	switch (packet->protocol) {
	case TCP:
		packet->tcp_flags = byte_at(context, packet, at + 13);
		if (at + 20 <= packet->end) {
			const __u32 payload = at + (byte_at(context, packet, at + 12) >> 4) * 4;

			if (payload <= packet->end)
				packet->payload_at = payload;
		}
		break;
	case UDP:
		if (at + 8 <= packet->end)
			packet->payload_at = at + 8;
		break;
	case UDP_LITE:
	case DCCP:
	case SCTP:
		break;
	case ICMP:
		if (packet->family == 4)
			packet->icmp4 = word_at(context, packet, at);
		return;
	case ICMPV6:
		if (packet->family == 6)
			packet->icmp6 = word_at(context, packet, at);
		return;
	default:
		return;
	}
	packet->source_port = word_at(context, packet, at);
	packet->destination_port = word_at(context, packet, at + 2);
	if (packet->destination_port != ABSENT)
		packet->service = packet->protocol << 16 | packet->destination_port;
}

/*
 * IPv4 (RFC 791). What is malformed or cut off is not judged: the kernel throws it away. `length` bytes of the frame are
 * left from `at` on.
 */
static __always_inline int parse_ipv4(struct xdp_md *context, struct packet *packet, __u32 at, __u32 length)
{
	const struct ipv4_header *header = frame_at(context, at, sizeof *header);

	if (!header)
		return 0;
	const __u32 header_length = (header->version_and_length & 0x0f) * 4;
	const __u32 fragment = bpf_ntohs(header->fragment);

	packet->length = bpf_ntohs(header->length);
	if (header->version_and_length >> 4 != 4 || header_length < sizeof *header || packet->length < header_length ||
	    packet->length > length)
		return 0;
	packet->family = 4;
	packet->end = at + packet->length;
	packet->dscp = header->traffic_class >> 2;
	packet->ttl = header->ttl;
	packet->protocol = header->protocol;
	packet->source[0] = bpf_ntohl(header->source);
	packet->destination[0] = bpf_ntohl(header->destination);
	if (fragment & 0x1fff) {
		packet->fragment = 2;
		return 1;
	}
	packet->fragment = fragment & 0x2000 ? 1 : 0;
	parse_transport(context, packet, at + header_length);
	return 1;
}

/* The walk over the extension headers of IPv6: the header at hand. */
struct extensions {
	struct xdp_md *context;
	struct packet *packet;
	__u32 at;
	__u32 next; /* its protocol number; ABSENT behind one that is cut off */
	__u32 is_later_fragment;
};

/* As many as fit into the longest packet, eight bytes each. */
#define MOST_EXTENSIONS 8192

/* On to the header behind an extension header; 1 ends the walk. */
static long skip_extension(__u64 index, struct extensions *walk)
{
	const __u32 at = walk->at, end = walk->packet->end;
	const __u8 *header;

	(void)index;
	switch (walk->next) {
	case FRAGMENT:
		header = frame_at(walk->context, at, 8);
		if (!header || at + 8 > end)
			break;
		const __u32 offset = ((__u32)header[2] << 8 | header[3]) & 0xfff8;

		/* At offset 0 with no more to come, a fragment is whole by itself (RFC 6946). */
		if (offset || header[3] & 1)
			walk->packet->fragment = offset ? 2 : 1;
		walk->next = header[0];
		walk->at = at + 8;
		walk->is_later_fragment = offset != 0;
		return offset != 0;
	case HOP_BY_HOP:
	case ROUTING:
	case DESTINATION_OPTIONS:
		header = frame_at(walk->context, at, 2);
		if (!header || at + 2 > end)
			break;
		walk->next = header[0];
		walk->at = at + (header[1] + 1) * 8;
		return 0;
	default:
		return 1;
	}
	walk->next = ABSENT;
	return 1;
}

/* IPv6 with its extension headers (RFC 8200); an authentication header is a protocol, as in IPv4. */
static __always_inline int parse_ipv6(struct xdp_md *context, struct packet *packet, __u32 at, __u32 length)
{
	const struct ipv6_header *header = frame_at(context, at, sizeof *header);

	if (!header)
		return 0;
	const __u32 version_and_class = bpf_ntohs(header->version_and_class);

	packet->length = sizeof *header + bpf_ntohs(header->payload_length);
	/* The length of a jumbogram (RFC 2675) stands in an option: it is all that there is. */
	if (header->payload_length == 0 && header->next == HOP_BY_HOP)
		packet->length = length;
	if (version_and_class >> 12 != 6 || packet->length > length)
		return 0;
	packet->family = 6;
	packet->end = at + packet->length;
	packet->dscp = version_and_class >> 6 & 0x3f;
	packet->ttl = header->hop_limit;
	packet->source[0] = bpf_be64_to_cpu(header->source[0]);
	packet->source[1] = bpf_be64_to_cpu(header->source[1]);
	packet->destination[0] = bpf_be64_to_cpu(header->destination[0]);
	packet->destination[1] = bpf_be64_to_cpu(header->destination[1]);
	packet->fragment = 0;

	struct extensions walk = {
		.context = context, .packet = packet, .at = at + sizeof *header, .next = header->next,
	};
	if (walk.next == HOP_BY_HOP || walk.next == ROUTING || walk.next == FRAGMENT || walk.next == DESTINATION_OPTIONS)
		bpf_loop(MOST_EXTENSIONS, skip_extension, &walk, 0);
	packet->protocol = walk.next;
	if (walk.next != ABSENT && !walk.is_later_fragment)
		parse_transport(context, packet, walk.at);
	return 1;
}

/* Reads a frame; 0: it carries no IP packet, or a malformed one. */
__noinline int parse(struct xdp_md *context, struct packet *packet)
{
	const struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);
	__u32 at = sizeof *ethernet;

	if (!ethernet || !packet)
		return 0;
	packet->source_mac = (__u64)ethernet->source[0] << 40 | (__u64)ethernet->source[1] << 32 |
			     (__u64)ethernet->source[2] << 24 | (__u64)ethernet->source[3] << 16 |
			     (__u64)ethernet->source[4] << 8 | ethernet->source[5];
	packet->vlan = ABSENT;
	packet->service = packet->source_port = packet->destination_port = ABSENT;
	packet->tcp_flags = packet->icmp4 = packet->icmp6 = packet->payload_at = ABSENT;

	__be16 type = ethernet->type;
	for (int tags = 0; tags < 2 && (type == ETHERTYPE_VLAN || type == ETHERTYPE_SERVICE_VLAN); tags++) {
		const struct vlan_tag *tag = frame_at(context, at, sizeof *tag);

		if (!tag)
			return 0;
		if (tags == 0)
			packet->vlan = bpf_ntohs(tag->control) & 0x0fff;
		type = tag->type;
		at += sizeof *tag;
	}
	const __u32 length = context->data_end - context->data - at;

	if (type == ETHERTYPE_IPV4)
		return parse_ipv4(context, packet, at, length);
	if (type == ETHERTYPE_IPV6)
		return parse_ipv6(context, packet, at, length);
	return 0;
}

/* 1 where a <= b, else 0, by the borrow of b - a: no branch. For values of up to 63 bits. */
static __always_inline __u64 is_at_most(__u64 a, __u64 b)
{
	return (b - a) >> 63 ^ 1;
}

/* 1 where a borrow is left over from a - b, else 0. */
static __always_inline __u64 borrow_of(__u64 a, __u64 b, __u64 difference)
{
	return ((~a & b) | (~(a ^ b) & difference)) >> 63;
}

/* 1 where a <= b, else 0, for numbers of 128 bits in two halves: by the borrow of b - a. */
static __always_inline __u64 is_at_most_128(__u64 a_high, __u64 a_low, __u64 b_high, __u64 b_low)
{
	const __u64 borrow = borrow_of(b_low, a_low, b_low - a_low);

	return borrow_of(b_high, a_high, b_high - a_high - borrow) ^ 1;
}

/* --- source address --- */

/* Key: a row of the source address. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 7);
	__type(key, __u32);
	__type(value, struct rule_bits);
} source_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct source_ipv4_table);
} source_ipv4 SEC(".maps");

/*
 * The row of the last range that begins at the value or below. Each step halves what is left, without a
 * branch: that is faster, and the verifier has one path to follow.
 */
static __always_inline __u32 source_ipv4_row(__u32 address)
{
	const __u32 zero = 0;
	const struct source_ipv4_table *table = bpf_map_lookup_elem(&source_ipv4, &zero);
	__u64 at = 0;

	if (!table)
		return 0;
#pragma unroll
	for (__u64 step = 32 / 2; step > 0; step /= 2)
		at += step & -is_at_most(table->lows[at + step], address);
	return table->rows[at];
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct source_ipv6_table);
} source_ipv6 SEC(".maps");

/* The row of an IPv6 address: that of the last range that begins at it or below. */
static __always_inline __u32 source_ipv6_row(__u64 high, __u64 low)
{
	const __u32 zero = 0;
	const struct source_ipv6_table *table = bpf_map_lookup_elem(&source_ipv6, &zero);
	__u64 at = 0;

	if (!table)
		return 0;
#pragma unroll
	for (__u64 step = 32 / 2; step > 0; step /= 2)
		at += step & -is_at_most_128(table->high[at + step], table->low[at + step], high, low);
	return table->rows[at];
}

/* The row of a packet. */
static __always_inline __u32 source_row(const struct packet *packet)
{
	if (packet->family == 4)
		return source_ipv4_row(packet->source[0]);
	return source_ipv6_row(packet->source[0], packet->source[1]);
}

/* --- destination address --- */

/* Key: a row of the destination address. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 5);
	__type(key, __u32);
	__type(value, struct rule_bits);
} destination_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct destination_ipv4_table);
} destination_ipv4 SEC(".maps");

/*
 * The row of the last range that begins at the value or below. Each step halves what is left, without a
 * branch: that is faster, and the verifier has one path to follow.
 */
static __always_inline __u32 destination_ipv4_row(__u32 address)
{
	const __u32 zero = 0;
	const struct destination_ipv4_table *table = bpf_map_lookup_elem(&destination_ipv4, &zero);
	__u64 at = 0;

	if (!table)
		return 0;
#pragma unroll
	for (__u64 step = 8 / 2; step > 0; step /= 2)
		at += step & -is_at_most(table->lows[at + step], address);
	return table->rows[at];
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct destination_ipv6_table);
} destination_ipv6 SEC(".maps");

/* The row of an IPv6 address: that of the last range that begins at it or below. */
static __always_inline __u32 destination_ipv6_row(__u64 high, __u64 low)
{
	const __u32 zero = 0;
	const struct destination_ipv6_table *table = bpf_map_lookup_elem(&destination_ipv6, &zero);
	__u64 at = 0;

	if (!table)
		return 0;
#pragma unroll
	for (__u64 step = 8 / 2; step > 0; step /= 2)
		at += step & -is_at_most_128(table->high[at + step], table->low[at + step], high, low);
	return table->rows[at];
}

/* The row of a packet. */
static __always_inline __u32 destination_row(const struct packet *packet)
{
	if (packet->family == 4)
		return destination_ipv4_row(packet->destination[0]);
	return destination_ipv6_row(packet->destination[0], packet->destination[1]);
}

/* --- protocol, and destination port in the lower 16 bits --- */

/* Key: a row of the protocol, and destination port in the lower 16 bits. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, struct rule_bits);
} service_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct service_table);
} service SEC(".maps");

/*
 * The row of the last range that begins at the value or below. Each step halves what is left, without a
 * branch: that is faster, and the verifier has one path to follow.
 */
static __always_inline __u32 service_row(const struct packet *packet)
{
	const __u32 zero = 0;
	const struct service_table *table = bpf_map_lookup_elem(&service, &zero);
	__u64 at = 0;

	if (!table || packet->service == ABSENT)
		return 0;
#pragma unroll
	for (__u64 step = 16 / 2; step > 0; step /= 2)
		at += step & -is_at_most(table->lows[at + step], packet->service);
	return table->rows[at];
}

/* --- protocol behind all extension headers --- */

/* Key: a row of the protocol behind all extension headers. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, struct rule_bits);
} protocol_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct protocol_table);
} protocol SEC(".maps");

/* The row of a packet: an element for each value. */
static __always_inline __u32 protocol_row(const struct packet *packet)
{
	const __u32 zero = 0;
	const struct protocol_table *table = bpf_map_lookup_elem(&protocol, &zero);

	return table && packet->protocol < 256 ? table->rows[packet->protocol] : 0;
}

/* --- source port --- */

/* Key: a row of the source port. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, struct rule_bits);
} source_port_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct source_port_table);
} source_port SEC(".maps");

/*
 * The row of the last range that begins at the value or below. Each step halves what is left, without a
 * branch: that is faster, and the verifier has one path to follow.
 */
static __always_inline __u32 source_port_row(const struct packet *packet)
{
	const __u32 zero = 0;
	const struct source_port_table *table = bpf_map_lookup_elem(&source_port, &zero);
	__u64 at = 0;

	if (!table || packet->source_port == ABSENT)
		return 0;
#pragma unroll
	for (__u64 step = 128 / 2; step > 0; step /= 2)
		at += step & -is_at_most(table->lows[at + step], packet->source_port);
	return table->rows[at];
}

/* --- TCP flags: fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128 --- */

/* Key: a row of the TCP flags: fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ece 64, cwr 128. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, struct rule_bits);
} tcp_flags_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tcp_flags_table);
} tcp_flags SEC(".maps");

/* The row of a packet: an element for each value. */
static __always_inline __u32 tcp_flags_row(const struct packet *packet)
{
	const __u32 zero = 0;
	const struct tcp_flags_table *table = bpf_map_lookup_elem(&tcp_flags, &zero);

	return table && packet->tcp_flags < 256 ? table->rows[packet->tcp_flags] : 0;
}

/* --- length of the IP packet, headers included --- */

/* Key: a row of the length of the IP packet, headers included. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, struct rule_bits);
} length_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct length_table);
} length SEC(".maps");

/*
 * The row of the last range that begins at the value or below. Each step halves what is left, without a
 * branch: that is faster, and the verifier has one path to follow.
 */
static __always_inline __u32 length_row(const struct packet *packet)
{
	const __u32 zero = 0;
	const struct length_table *table = bpf_map_lookup_elem(&length, &zero);
	__u64 at = 0;

	if (!table)
		return 0;
#pragma unroll
	for (__u64 step = 4 / 2; step > 0; step /= 2)
		at += step & -is_at_most(table->lows[at + step], packet->length);
	return table->rows[at];
}

/* --- 4 or 6 --- */

/* Key: a row of the 4 or 6. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 3);
	__type(key, __u32);
	__type(value, struct rule_bits);
} family_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct family_table);
} family SEC(".maps");

/* The row of a packet: an element for each value. */
static __always_inline __u32 family_row(const struct packet *packet)
{
	const __u32 zero = 0;
	const struct family_table *table = bpf_map_lookup_elem(&family, &zero);

	return table && packet->family < 256 ? table->rows[packet->family] : 0;
}

/* --- 0 not a fragment, 1 the first, 2 a later one --- */

/* Key: a row of the 0 not a fragment, 1 the first, 2 a later one. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct rule_bits);
} fragment_rules SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fragment_table);
} fragment SEC(".maps");

/* The row of a packet: an element for each value. */
static __always_inline __u32 fragment_row(const struct packet *packet)
{
	const __u32 zero = 0;
	const struct fragment_table *table = bpf_map_lookup_elem(&fragment, &zero);

	return table && packet->fragment < 4 ? table->rows[packet->fragment] : 0;
}

/* --- Limits ----------------------------------------------------------------------------------------------------------- */

/* A bucket's word while it is forgotten. */
#define GONE (~0ULL)
/* Attempts to move a bucket that other processors move at the same time. */
#define MOST_ATTEMPTS 64
#define NANOSECONDS_A_SECOND 1000000000ULL

enum limit_answer {
	DOES_NOT_CONFORM,
	CONFORMS,
	TABLE_IS_FULL,
	LACKS_KEY,
};

/* When each table was last rid of buckets that mean nothing any more, in nanoseconds since the system started. */
static __u64 tidied[4];

/* Forgets a bucket that is full again: a new one would be the same. */
static long forget_if_full(void *buckets, const void *key, __u64 *word, __u64 *now)
{
	const __u64 arrival = *(volatile __u64 *)word;

	if (arrival <= *now && __sync_val_compare_and_swap(word, arrival, GONE) == arrival)
		bpf_map_delete_elem(buckets, key);
	return 0;
}

/* Whether this processor shall tidy the table now: one does, once a second. */
static __always_inline int may_tidy(__u64 *last)
{
	const __u64 before = *(volatile __u64 *)last, now = bpf_ktime_get_ns();

	return now - before > NANOSECONDS_A_SECOND && __sync_val_compare_and_swap(last, before, now) == before;
}

/*
 * Asks the bucket of a key, and charges it where the packet conforms: the generic cell rate algorithm (ITU-T I.371). The
 * bucket is one word, its theoretical arrival time. A packet conforms if that is at most (burst - size) periods ahead of now,
 * and moves it on by its size in periods. The clock runs in fractions of a nanosecond of which a period has a whole number.
 * Processors move the word by compare-and-swap, so that each charge counts, and counts once.
 */
static __always_inline enum limit_answer charge(void *buckets, const void *key, const struct packet *packet,
						const struct condition *limit, __u64 *last_tidied)
{
	const __u64 period = limit->value[0], burst = limit->value[1];
	const __u64 size = limit->mask[1] ? packet->length * limit->mask[1] : 1;
	const __s64 room = (__s64)((burst - size) * period);
	__u64 now = bpf_ktime_get_ns() * limit->mask[0];

	for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
		__u64 *word = bpf_map_lookup_elem(buckets, key);

		if (!word) {
			const __u64 first = now + size * period;

			if (room < 0)
				return DOES_NOT_CONFORM;
			const long error = bpf_map_update_elem(buckets, key, &first, BPF_NOEXIST);

			if (!error)
				return CONFORMS;
			if (error != -E2BIG)
				continue; /* another processor was first */
			if (!may_tidy(last_tidied))
				return TABLE_IS_FULL;
			bpf_for_each_map_elem(buckets, forget_if_full, &now, 0);
			continue;
		}
		const __u64 arrival = *(volatile __u64 *)word;
		const __s64 ahead = (__s64)(arrival - now);

		if (arrival == GONE)
			continue;
		if (ahead > room)
			return DOES_NOT_CONFORM;
		if (__sync_val_compare_and_swap(word, arrival, (ahead > 0 ? arrival : now) + size * period) == arrival)
			return CONFORMS;
	}
	return DOES_NOT_CONFORM;
}

/* Buckets of mitigate uplink/drop-dns-1db425. Key: destination. */
struct limit_mitigate_uplink_drop_dns_1db425_ipv4_key {
	__u64 parts[1];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct limit_mitigate_uplink_drop_dns_1db425_ipv4_key);
	__type(value, __u64);
} limit_mitigate_uplink_drop_dns_1db425_ipv4 SEC(".maps");

struct limit_mitigate_uplink_drop_dns_1db425_ipv6_key {
	__u64 parts[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct limit_mitigate_uplink_drop_dns_1db425_ipv6_key);
	__type(value, __u64);
} limit_mitigate_uplink_drop_dns_1db425_ipv6 SEC(".maps");

static __always_inline enum limit_answer
ask_limit_mitigate_uplink_drop_dns_1db425(const struct packet *packet, const struct condition *limit)
{
	if (packet->family == 4) {
		const struct limit_mitigate_uplink_drop_dns_1db425_ipv4_key key = { { packet->destination[0] } };

		return charge(&limit_mitigate_uplink_drop_dns_1db425_ipv4, &key, packet, limit, &tidied[0]);
	}
	if (packet->family == 6) {
		const struct limit_mitigate_uplink_drop_dns_1db425_ipv6_key key = { { packet->destination[0], packet->destination[1] } };

		return charge(&limit_mitigate_uplink_drop_dns_1db425_ipv6, &key, packet, limit, &tidied[1]);
	}
	return LACKS_KEY;
}

/* Buckets of mitigate uplink/drop-to-anycast. Key: source/24/56. */
struct limit_mitigate_uplink_drop_to_anycast_ipv4_key {
	__u64 parts[1];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct limit_mitigate_uplink_drop_to_anycast_ipv4_key);
	__type(value, __u64);
} limit_mitigate_uplink_drop_to_anycast_ipv4 SEC(".maps");

struct limit_mitigate_uplink_drop_to_anycast_ipv6_key {
	__u64 parts[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__type(key, struct limit_mitigate_uplink_drop_to_anycast_ipv6_key);
	__type(value, __u64);
} limit_mitigate_uplink_drop_to_anycast_ipv6 SEC(".maps");

static __always_inline enum limit_answer
ask_limit_mitigate_uplink_drop_to_anycast(const struct packet *packet, const struct condition *limit)
{
	if (packet->family == 4) {
		const struct limit_mitigate_uplink_drop_to_anycast_ipv4_key key = { { packet->source[0] & 0xffffffffffffff00ULL } };

		return charge(&limit_mitigate_uplink_drop_to_anycast_ipv4, &key, packet, limit, &tidied[2]);
	}
	if (packet->family == 6) {
		const struct limit_mitigate_uplink_drop_to_anycast_ipv6_key key = { { packet->source[0] & 0xffffffffffffff00ULL, 0 } };

		return charge(&limit_mitigate_uplink_drop_to_anycast_ipv6, &key, packet, limit, &tidied[3]);
	}
	return LACKS_KEY;
}

/* --- Conditions that no table finds ----------------------------------------------------------------------------------- */

enum condition_kind {
	CONDITION_MASKED,
	CONDITION_SAME_FIELD,
	CONDITION_PAYLOAD,
	CONDITION_SAMPLE,
	CONDITION_LIMIT,
};

struct wide {
	__u64 high;
	__u64 low;
};

/* A field's value as a number; 0: the packet lacks it. */
static __always_inline int read_field(const struct packet *packet, __u32 field, struct wide *value)
{
	__u32 number = ABSENT;

	value->high = 0;
	switch (field) {
	case 0: /* source address */
		value->high = packet->family == 6 ? packet->source[0] : 0;
		value->low = packet->family == 6 ? packet->source[1] : packet->source[0];
		return packet->family;
	case 1: /* destination address */
		value->high = packet->family == 6 ? packet->destination[0] : 0;
		value->low = packet->family == 6 ? packet->destination[1] : packet->destination[0];
		return packet->family;
	default:
		break;
	}
	value->low = number;
	return number != ABSENT;
}

/* Bytes `first` to `last` behind the header of TCP or UDP as one number, at most 16 of them; 0: the packet has fewer. */
static __always_inline int read_payload(struct xdp_md *context, const struct packet *packet, __u32 first, __u32 last,
					struct wide *value)
{
	value->high = value->low = 0;
	if (packet->payload_at == ABSENT || packet->payload_at + last >= packet->end)
		return 0;
	for (__u32 at = 0; at < 16 && first + at <= last; at++) {
		value->high = value->high << 8 | value->low >> 56;
		value->low = value->low << 8 | (byte_at(context, packet, packet->payload_at + first + at) & 0xff);
	}
	return 1;
}


/* Whether a limit holds; a packet without its key meets neither `over` nor `up to`. */
static __always_inline int limit_holds(const struct packet *packet, const struct condition *limit)
{
	enum limit_answer answer = LACKS_KEY;

	switch (limit->left) {
	case 0:
		answer = ask_limit_mitigate_uplink_drop_dns_1db425(packet, limit);
		break;
	case 1:
		answer = ask_limit_mitigate_uplink_drop_to_anycast(packet, limit);
		break;
	default:
		break;
	}
	switch (answer) {
	case CONFORMS:
		return !(limit->right & 1);
	case DOES_NOT_CONFORM:
		return limit->right & 1;
	case TABLE_IS_FULL:
		return limit->right >> 1 & 1;
	default:
		return 0;
	}
}

/* Whether a condition holds of the packet. */
__noinline int holds(struct xdp_md *context, struct packet *packet, __u32 number)
{
	const struct condition *condition = bpf_map_lookup_elem(&conditions, &number);
	struct wide left = {}, right = {};
	int is_there = 0;

	if (!condition || !packet || !context)
		return 0;
	switch (condition->kind) {
	case CONDITION_SAMPLE:
		return (__u64)bpf_get_prandom_u32() * condition->right >> 32 < condition->left;
	case CONDITION_LIMIT:
		return limit_holds(packet, condition);
	case CONDITION_SAME_FIELD:
		is_there = read_field(packet, condition->left, &left) && read_field(packet, condition->right, &right);
		return (is_there && left.high == right.high && left.low == right.low) != condition->negated;
	case CONDITION_PAYLOAD:
		is_there = read_payload(context, packet, condition->left, condition->right, &left);
		break;
	default:
		return 0;
	}
	return (is_there && (left.high & condition->mask[0]) == condition->value[0] &&
		(left.low & condition->mask[1]) == condition->value[1]) != condition->negated;
}

/* --- The rules that a packet meets ------------------------------------------------------------------------------------ */

/* The rules of one word that every field's row has. */
static __always_inline __u64 rules_in_word(const struct packet *packet, __u32 word)
{
	__u64 bits = ~0ULL;

	/* What is checked must be what is used, for the verifier: not some other number that the compiler knows it from. */
	barrier_var(word);
	if (word >= RULE_WORDS)
		return 0;
	const struct rule_bits *source = bpf_map_lookup_elem(&source_rules, &packet->source_row);

	if (!source)
		return 0;
	bits &= source->words[word];
	const struct rule_bits *destination = bpf_map_lookup_elem(&destination_rules, &packet->destination_row);

	if (!destination)
		return 0;
	bits &= destination->words[word];
	const struct rule_bits *service = bpf_map_lookup_elem(&service_rules, &packet->service_row);

	if (!service)
		return 0;
	bits &= service->words[word];
	const struct rule_bits *protocol = bpf_map_lookup_elem(&protocol_rules, &packet->protocol_row);

	if (!protocol)
		return 0;
	bits &= protocol->words[word];
	const struct rule_bits *source_port = bpf_map_lookup_elem(&source_port_rules, &packet->source_port_row);

	if (!source_port)
		return 0;
	bits &= source_port->words[word];
	const struct rule_bits *tcp_flags = bpf_map_lookup_elem(&tcp_flags_rules, &packet->tcp_flags_row);

	if (!tcp_flags)
		return 0;
	bits &= tcp_flags->words[word];
	const struct rule_bits *length = bpf_map_lookup_elem(&length_rules, &packet->length_row);

	if (!length)
		return 0;
	bits &= length->words[word];
	const struct rule_bits *family = bpf_map_lookup_elem(&family_rules, &packet->family_row);

	if (!family)
		return 0;
	bits &= family->words[word];
	const struct rule_bits *fragment = bpf_map_lookup_elem(&fragment_rules, &packet->fragment_row);

	if (!fragment)
		return 0;
	bits &= fragment->words[word];
	return bits;
}

/* The number of the lowest bit that is set, by the place of that bit in a de Bruijn sequence; `bits` is not 0. */
static __always_inline __u32 lowest_bit(__u64 bits)
{
	static const __u8 numbers[64] = {
		0,  1,	2,  53, 3,  7,	54, 27, 4,  38, 41, 8,	34, 55, 48, 28, 62, 5,	39, 46, 44, 42,
		22, 9,	24, 35, 59, 56, 49, 18, 29, 11, 63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21,
		23, 58, 17, 10, 51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12,
	};

	return numbers[(bits & -bits) * 0x022fdd63cc95386dULL >> 58];
}

struct walk {
	struct xdp_md *context;
	struct packet *packet;
	int action;
};

static __always_inline void add_to_counter(__u32 number, const struct packet *packet)
{
	struct count *count = bpf_map_lookup_elem(&counters, &number);

	if (!count)
		return;
	count->packets++;
	count->bytes += packet->length;
}

/* The rule with this number is asked next. */
static __always_inline void skip_to(struct packet *packet, __u32 number)
{
	packet->word = number / 64;
	packet->bits = rules_in_word(packet, packet->word) & ~0ULL << number % 64;
}

/* Does what a rule says to a packet that the tables have led to it; 1 where that ends mitigate. */
static __always_inline long ask_rule(struct walk *walk, __u32 number)
{
	const struct rule *rule = bpf_map_lookup_elem(&rules, &number);

	if (!rule)
		return 1;
	for (int at = 0; at < MOST_CONDITIONS && rule->conditions[at] != ABSENT; at++) {
		if (!holds(walk->context, walk->packet, rule->conditions[at]))
			return 0;
	}
	for (int at = 0; at < MOST_COUNTERS && rule->counters[at] != ABSENT; at++)
		add_to_counter(rule->counters[at], walk->packet);
	switch (rule->action) {
	case RULE_ON:
		return 0;
	case RULE_SKIP:
		skip_to(walk->packet, rule->skip_to);
		return 0;
	case RULE_DROP:
		walk->action = XDP_DROP;
		return 1;
	default:
		return 1;
	}
}

/* One step: on to the next word that is not empty, or its next rule; 1 ends the walk. */
static long step(__u64 index, struct walk *walk)
{
	struct packet *packet = walk->packet;

	(void)index;
	if (packet->bits) {
		const __u32 number = packet->word * 64 + lowest_bit(packet->bits);

		packet->bits &= packet->bits - 1;
		return ask_rule(walk, number);
	}
	if (++packet->word >= RULE_WORDS)
		return 1;
	packet->bits = rules_in_word(packet, packet->word);
	return 0;
}

/* Finds the packet's rules, and does what they say. */
__noinline int judge(struct xdp_md *context, struct packet *packet)
{
	struct walk walk = { .context = context, .packet = packet, .action = XDP_PASS };

	if (!context || !packet)
		return XDP_PASS;
	packet->source_row = source_row(packet);
	packet->destination_row = destination_row(packet);
	packet->service_row = service_row(packet);
	packet->protocol_row = protocol_row(packet);
	packet->source_port_row = source_port_row(packet);
	packet->tcp_flags_row = tcp_flags_row(packet);
	packet->length_row = length_row(packet);
	packet->family_row = family_row(packet);
	packet->fragment_row = fragment_row(packet);
	packet->word = 0;
	packet->bits = rules_in_word(packet, 0);
	bpf_loop(MOST_STEPS, step, &walk, 0);
	return walk.action;
}

/* --- The program ------------------------------------------------------------------------------------------------------ */

SEC("xdp")
int mitigate(struct xdp_md *context)
{
	struct packet packet = {};

	if (!parse(context, &packet))
		return XDP_PASS;
	return judge(context, &packet);
}

char _license[] SEC("license") = "Apache-2.0";
