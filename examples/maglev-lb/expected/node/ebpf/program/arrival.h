/*
 * What the kernel does with a frame before it looks at the packet: what is not for this host, or is malformed, is left to it.
 * It throws that away, or answers.
 */
#ifndef SLUICE_ARRIVAL_H
#define SLUICE_ARRIVAL_H

#include "../policy.h"
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

enum {
	PAD_1 = 0,
	PAD_N = 1,
	ROUTER_ALERT = 5,
	JUMBO = 0xc2,
	MOST_PADDING = 7,
	/* As many as a header can have. */
	MOST_OPTION_BYTES = 2048,
};

/* Whether the kernel goes on behind an option that it does not know: the upper two bits of its type say so. */
static __always_inline int is_harmless(__u32 type)
{
	return type >> 6 == 0 || type == ROUTER_ALERT || type == JUMBO;
}

struct option_walk {
	struct xdp_md *context;
	struct options *options;
};

/* On to the next byte (RFC 8200, section 4.2); 1 ends the walk. */
static long next_option_byte(__u64 index, struct option_walk *own)
{
	struct options *walk = own->options;
	const __u8 *byte = frame_at(own->context, walk->at, 1);

	(void)index;
	if (walk->at >= walk->end) {
		walk->is_sound = walk->left == 0 && !walk->wants_length;
		return 1;
	}
	if (!byte)
		return 1;
	const __u32 value = *byte;

	walk->at++;
	if (walk->left) {
		walk->left--;
		/* Padding is of zeros (RFC 4942, section 2.1.9.5). */
		return walk->is_padding && value;
	}
	if (walk->wants_length) {
		walk->wants_length = 0;
		walk->left = value;
		walk->padding = walk->is_padding ? walk->padding + 2 + value : 0;
		return walk->padding > MOST_PADDING;
	}
	walk->is_padding = value <= PAD_N;
	if (value == PAD_1)
		return ++walk->padding > MOST_PADDING;
	walk->wants_length = 1;
	return !is_harmless(value);
}

/* Whether the kernel would go on behind the hop-by-hop options. */
static __always_inline int has_sound_options(struct xdp_md *context, const struct packet *packet,
					     struct options *options, __u32 at)
{
	const struct ipv6_header *header = frame_at(context, at, sizeof *header + 2);
	struct option_walk walk = { .context = context, .options = options };

	if (!header)
		return 0;
	if (header->next != HOP_BY_HOP)
		return 1;
	options->at = at + sizeof *header + 2;
	options->end = at + sizeof *header + (((const __u8 *)(header + 1))[1] + 1) * 8;
	options->left = options->wants_length = options->padding = options->is_sound = 0;
	if (options->end > packet->end)
		return 0;
	bpf_loop(MOST_OPTION_BYTES, next_option_byte, &walk, 0);
	return options->is_sound;
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
