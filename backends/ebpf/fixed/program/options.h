/* Hop-by-hop options of IPv6: which of them the kernel goes on behind. */
#ifndef SLUICE_OPTIONS_H
#define SLUICE_OPTIONS_H

#include "packet.h"
#include "walk.h"

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
	const struct ipv6_header *header = frame_at(context, at, sizeof *header);
	struct option_walk walk = { .context = context, .options = options };

	if (!header)
		return 0;
	if (header->next != HOP_BY_HOP)
		return 1;
	header = frame_at(context, at, sizeof *header + 2);
	if (!header)
		return 0;
	options->at = at + sizeof *header + 2;
	options->end = at + sizeof *header + (((const __u8 *)(header + 1))[1] + 1) * 8;
	options->left = options->wants_length = options->padding = options->is_sound = 0;
	if (options->end > packet->end)
		return 0;
	bpf_loop(MOST_OPTION_BYTES, next_option_byte, &walk, 0);
	return options->is_sound;
}

#endif
