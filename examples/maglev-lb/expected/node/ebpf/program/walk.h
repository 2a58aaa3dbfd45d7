/* The walk over the rules that a packet meets, in their order, and what they do to it. */
#ifndef SLUICE_WALK_H
#define SLUICE_WALK_H

#include "../policy.h"
#include "jhash.h"
#include "packet.h"
#include "place.h"
#include "services.h"
#include "tables.h"

enum rule_action {
	RULE_PASS,
	RULE_DROP,
	RULE_ON,   /* the next rule is asked */
	RULE_SKIP, /* the rule with the number `to` is asked next */
	RULE_BALANCE, /* the service with the number `to` has the packet */
	RULE_FILTER,  /* the first rule of the filter that the packet would meet is asked next */
};

struct rule {
	__u32 action;
	__u32 to;
	__u32 conditions[MOST_CONDITIONS]; /* numbers, in the order in which they are asked; ABSENT: no more */
	__u32 counters[MOST_COUNTERS];	   /* numbers; ABSENT: no more */
} __attribute__((aligned(8)));

/* Key: a rule's number. */
TABLE(rules, struct rule, RULES);

#if COUNTERS
struct count {
	__u64 packets;
	__u64 bytes; /* of IP packets */
};

/* Key: a counter's number, as in policy.conf. Every processor counts for itself. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, struct count);
} counters SEC(".maps");
#endif

#if SERVICES || FILTERS
/* The walk over hop-by-hop options of IPv6, byte by byte. */
struct options {
	__u32 at;
	__u32 end;
	__u32 left;	    /* bytes of the option at hand */
	__u32 wants_length; /* the next byte is the length of the option at hand */
	__u32 is_padding;   /* the option at hand is */
	__u32 padding;	    /* bytes of padding, one behind the other */
	__u32 is_sound;
	__u32 unused;
};
#endif

#if SERVICES
/* What is hashed of a packet (services.h). */
struct hash_key {
	__u32 possible[16]; /* by `enum hashed_word` */
	struct hashed_words hashed;
	struct hash_state state;
	__u32 unused;
};

/* What balance keeps of the packet at hand. */
struct balancing {
	struct hash_key key;
	struct options options;
};
#endif

/* What is known of the packet at hand. */
struct scratch {
	struct packet packet;
	struct place place;
#if SERVICES
	struct balancing balancing;
#endif
#if FILTERS
	struct options options;
#endif
};

/* Every processor has one: on the stack, which is small, the verifier would follow each value in it. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

struct walk {
	struct xdp_md *context;
	struct packet *packet;
	struct place *place;
	int action;
};

/* In xdp.bpf.c: the row of each field. */
static void find_rows(const struct packet *packet, struct rows *rows);

#if CONDITIONS
/* In conditions.h. */
int holds(struct xdp_md *context, struct packet *packet, __u32 number);
#endif

#if FILTERS
/* In filter.h: the first rule of the filter that the packet would meet; ABSENT: it meets none here. */
int first_of_filter(struct xdp_md *context, struct packet *packet);
#endif

#if COUNTERS
static __always_inline void add_to_counter(__u32 number, const struct packet *packet)
{
	struct count *count = bpf_map_lookup_elem(&counters, &number);

	if (!count)
		return;
	count->packets++;
	count->bytes += packet->length;
}
#endif

#if FILTERS
static __always_inline long go_to_filter(struct walk *walk)
{
	const __u32 first = (__u32)first_of_filter(walk->context, walk->packet);

	if (first >= RULES)
		return 1;
	go_to_rule(walk->place, first);
	return 0;
}
#endif

/* Does what a rule says to a packet that the tables have led to it; 1 where that ends the walk. */
static __always_inline long ask_rule(struct walk *walk, __u32 number)
{
	const struct rule *rule = bpf_map_lookup_elem(&rules, &number);

	if (!rule)
		return 1;
#if CONDITIONS
	for (int at = 0; at < MOST_CONDITIONS && rule->conditions[at] != ABSENT; at++) {
		if (!holds(walk->context, walk->packet, rule->conditions[at]))
			return 0;
	}
#endif
#if COUNTERS
	for (int at = 0; at < MOST_COUNTERS && rule->counters[at] != ABSENT; at++)
		add_to_counter(rule->counters[at], walk->packet);
#endif
	switch (rule->action) {
	case RULE_ON:
		return 0;
#if SKIPS
	case RULE_SKIP:
		go_to_rule(walk->place, rule->to);
		return 0;
#endif
#if SERVICES
	case RULE_BALANCE:
		walk->place->service = rule->to;
		return 1;
#endif
#if FILTERS
	case RULE_FILTER:
		return go_to_filter(walk);
#endif
	case RULE_DROP:
		walk->action = XDP_DROP;
		return 1;
	default:
		return 1;
	}
}

#if !FIRST_DECIDES
/* One step: the next rule, or on to the next word; 1 ends the walk. */
static long step(__u64 index, struct walk *walk)
{
	struct place *place = walk->place;

	(void)index;
	if (!place->bits)
		return go_to_next_word(place);
	const __u32 number = place->word * 64 + lowest_bit(place->bits);

	place->bits &= place->bits - 1;
	return ask_rule(walk, number);
}
#endif

/* Finds the packet's rules, and does what they say. */
__noinline int judge(struct xdp_md *context, struct packet *packet, struct place *place)
{
	struct walk walk = { .context = context, .packet = packet, .place = place, .action = XDP_PASS };

	if (!context || !packet || !place)
		return XDP_PASS;
	place->service = ABSENT;
	find_rows(packet, &place->rows);
#if FIRST_DECIDES
	const __u32 number = first_rule(place);

	if (number < RULES)
		ask_rule(&walk, number);
#else
	go_to_rule(place, 0);
	bpf_loop(MOST_STEPS, step, &walk, 0);
#endif
	return walk.action;
}

#endif
