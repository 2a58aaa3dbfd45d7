/*
 * What the kernel does with a frame before it looks at the packet: what is not for this host, or is malformed, is left to it.
 * It throws that away, or answers.
 */
#ifndef SLUICE_ARRIVAL_H
#define SLUICE_ARRIVAL_H

#include "../policy.h"
#include "options.h"
#include "packet.h"
#include "tables.h"
#include "walk.h"

/* A sum of words of 32 bits as one of 16 bits, with what was carried over (RFC 1071). */
static __always_inline __u32 folded(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* An interface that the program runs on. The loader fills it in. */
struct interface {
	__u64 mac;
	__u32 index;
	__u32 unused;
};

struct interfaces {
	struct interface all[INTERFACES];
};

TABLE(interfaces, struct interfaces, 1);

/* The interface with this number; NULL: the program does not run on it. */
static __always_inline const struct interface *interface_of(__u32 index)
{
	const struct interfaces *known = only_element(&interfaces);

	for (int at = 0; known && at < INTERFACES; at++)
		if (known->all[at].index == index)
			return &known->all[at];
	return NULL;
}

/* Whether the link brings the frame to this host: to the interface's own address, or to a group's. */
static __always_inline int is_for_host(struct xdp_md *context)
{
	const struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);
	const struct interface *interface = interface_of(context->ingress_ifindex);

	if (!ethernet)
		return 0;
	const __u8 *to = ethernet->destination;

	return !interface || to[0] & 1 || mac_of(to) == interface->mac;
}

/* The sum of the words of a header of IPv4 without options. */
static __always_inline __u64 sum_of_header(const struct ipv4_header *header)
{
	const __u32 *words = (const __u32 *)header;

	return (__u64)words[0] + words[1] + words[2] + words[3] + words[4];
}

/* The sum over the options of IPv4: what is left of them. */
struct option_sum {
	struct xdp_md *context;
	__u32 at;
	__u32 words;
	__u64 sum;
};

/* Most words of 32 bits in the options of IPv4. */
#define MOST_OPTION_WORDS 10

static long add_word(__u64 index, struct option_sum *options)
{
	const __u32 *word = frame_at(options->context, options->at + (__u32)index * 4, sizeof *word);

	if (!word || index >= options->words)
		return 1;
	options->sum += *word;
	return 0;
}

/* The same for a header with options. */
__noinline int has_checksum_with_options(struct xdp_md *context, __u32 at)
{
	const struct ipv4_header *header = context ? frame_at(context, at, sizeof *header) : NULL;

	if (!header)
		return 0;
	struct option_sum options = {
		.context = context,
		.at = at + sizeof *header,
		.words = (header->version_and_length & 0x0f) - sizeof *header / 4,
		.sum = sum_of_header(header),
	};

	bpf_loop(MOST_OPTION_WORDS, add_word, &options, 0);
	return folded(options.sum) == 0xffff;
}

/* Whether the header of IPv4 at `at` has the checksum that it should have. */
static __always_inline int has_checksum(struct xdp_md *context, __u32 at)
{
	const struct ipv4_header *header = frame_at(context, at, sizeof *header);

	if (!header)
		return 0;
	if (header->version_and_length != 0x45)
		return has_checksum_with_options(context, at);
	return folded(sum_of_header(header)) == 0xffff;
}

/* Addresses that no packet of IPv6 on a link may have (ipv6_rcv). */
static __always_inline int has_possible_addresses(const struct packet *packet)
{
	const __u64 *source = packet->source, *destination = packet->destination;
	const __u32 scope = destination[0] >> 48 & 0x0f;

	if ((source[0] == 0 && source[1] == 1) || (destination[0] == 0 && destination[1] == 1))
		return 0;
	return source[0] >> 56 != 0xff && (destination[0] >> 56 != 0xff || scope > 1);
}

/* Whether the kernel would take a packet of IPv6 in. */
__noinline int is_sound_ipv6(struct xdp_md *context, struct packet *packet, struct options *options)
{
	return context && packet && options && has_possible_addresses(packet) &&
	       has_sound_options(context, packet, options, packet->end - packet->length);
}

/* Whether the kernel would take the packet in. */
static __always_inline int is_taken_in(struct xdp_md *context, struct packet *packet, struct options *options)
{
	if (!is_for_host(context))
		return 0;
	return packet->family == 4 ? has_checksum(context, packet->end - packet->length)
				   : is_sound_ipv6(context, packet, options);
}

#endif
