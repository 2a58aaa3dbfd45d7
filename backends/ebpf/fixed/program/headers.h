/*
 * A packet as programs know it, and the headers that it is read from: those of IPv4 and IPv6 by `read_ipv4` and `read_ipv6`. What is
 * behind them, `parse` in packet.h reads.
 */
#ifndef SLUICE_HEADERS_H
#define SLUICE_HEADERS_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* A field that a packet lacks. */
#define ABSENT 0xffffffffU

/* What the kernel gives a program: at XDP a frame, at tc an skb, whose first bytes lie in one piece. */
#ifdef SLUICE_AT_TC
typedef struct __sk_buff frame_t;
#else
typedef struct xdp_md frame_t;
#endif

struct packet {
	__u64 source[2]; /* IPv4: in the first; IPv6: the upper half in the first */
	__u64 destination[2];
	__u64 source_mac;
	__u32 source_port;
	__u32 destination_port;
	__u32 protocol;
	__u32 zone; /* that the frame came in by; only in programs that tell zones apart */
	__u32 row;  /* of the table that the rule at hand is for; only while a limit is asked */
	__u32 family; /* 4 or 6 */
	__u32 length; /* of the IP packet */
	__u32 end;    /* where it ends, in bytes from the start of the frame */
	__u32 vlan;
	__u32 ttl;
	__u32 dscp;
	__u32 fragment; /* 0 not a fragment, 1 the first, 2 a later one */
	__u32 service;	/* protocol, and destination port in the lower 16 bits */
	__u32 tcp_flags;
	__u32 icmp4; /* type, and code in the lower 8 bits */
	__u32 icmp6;
	__u32 payload_at; /* behind the header of TCP or UDP, in bytes from the start of the frame */
	__u32 traffic_class; /* the DSCP, and congestion in the lower 2 bits */
	__u32 transport_at;  /* IPv6: where the headers before the transport header end, from the start of the frame */
	__u32 balanced;	     /* for balance: the service, or of a fragment the protocol with bit 24; only in programs that balance */
#ifdef SLUICE_AT_TC
	__u32 mark;
#endif
};

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
	AUTHENTICATION = 51,
	ICMPV6 = 58,
	DESTINATION_OPTIONS = 60,
	SCTP = 132,
	UDP_LITE = 136,
};

/*
 * Headers as they lie in a frame, from some even place on. Processors that run programs read numbers from anywhere, so the
 * numbers are read whole, as the kernel reads them, and not byte by byte.
 */

struct ethernet_header {
	__u8 destination[6];
	__u8 source[6];
	__be16 type;
};

struct vlan_tag {
	__be16 control; /* the lower 12 bits: the number of the VLAN */
	__be16 type;	/* of what follows */
};

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
};

struct ipv6_header {
	__be16 version_and_class;
	__be16 flow;
	__be16 payload_length;
	__u8 next;
	__u8 hop_limit;
	__be64 source[2];
	__be64 destination[2];
};

/* A link address as a number. */
static __always_inline __u64 mac_of(const __u8 *bytes)
{
	return (__u64)bpf_ntohs(*(const __be16 *)bytes) << 32 | bpf_ntohl(*(const __be32 *)(bytes + 2));
}

/* Farthest into a frame that the verifier follows. Frames are shorter at XDP: they stand in one page. */
#define FARTHEST 0xff00

/* `length` bytes of the frame from `offset` on; NULL where it has fewer. */
static __always_inline void *frame_at(frame_t *context, __u32 offset, __u32 length)
{
	void *start = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;

	if (offset > FARTHEST)
		return NULL;
	return start + offset + length > end ? NULL : start + offset;
}

/* 0 for IPv4, 1 for IPv6: without a branch, so that the verifier has one path to follow. */
static __always_inline __u32 is_ipv6(const struct packet *packet)
{
	return packet->family / 2 & 1;
}

/* What the header of IPv4 (RFC 791) at `at` says by itself; NULL: there is none. */
static __always_inline const struct ipv4_header *read_ipv4(frame_t *context, struct packet *packet, __u32 at)
{
	const struct ipv4_header *header = frame_at(context, at, sizeof *header);

	if (!header || header->version_and_length >> 4 != 4)
		return NULL;
	packet->family = 4;
	packet->traffic_class = header->traffic_class;
	packet->dscp = header->traffic_class >> 2;
	packet->ttl = header->ttl;
	packet->protocol = header->protocol;
	packet->source[0] = bpf_ntohl(header->source);
	packet->destination[0] = bpf_ntohl(header->destination);
	return header;
}

/* The same of IPv6 (RFC 8200). The protocol is behind its extension headers. */
static __always_inline const struct ipv6_header *read_ipv6(frame_t *context, struct packet *packet, __u32 at)
{
	const struct ipv6_header *header = frame_at(context, at, sizeof *header);

	if (!header)
		return NULL;
	const __u32 version_and_class = bpf_ntohs(header->version_and_class);

	if (version_and_class >> 12 != 6)
		return NULL;
	packet->family = 6;
	packet->traffic_class = version_and_class >> 4 & 0xff;
	packet->dscp = packet->traffic_class >> 2;
	packet->ttl = header->hop_limit;
	packet->source[0] = bpf_be64_to_cpu(header->source[0]);
	packet->source[1] = bpf_be64_to_cpu(header->source[1]);
	packet->destination[0] = bpf_be64_to_cpu(header->destination[0]);
	packet->destination[1] = bpf_be64_to_cpu(header->destination[1]);
	return header;
}

#endif
