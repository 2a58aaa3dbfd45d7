/*
 * The walk over the rules that a packet meets, in their order. For each field that rules test there is a row of bits, one for
 * each rule; those that the packet may meet have their bit in all of its rows.
 */
#ifndef SLUICE_WALK_H
#define SLUICE_WALK_H

#include "../policy.h"
#include "packet.h"
#include "tables.h"

/* A row: a bit for each word behind it that is not empty, where there are so many; then a bit for each rule. */
struct rule_bits {
	__u64 words[RULE_SUMMARIES + RULE_WORDS];
};

enum rule_action {
	RULE_PASS,
	RULE_DROP,
	RULE_ON,   /* the next rule is asked */
	RULE_SKIP, /* the rule with the number `to` is asked next */
	RULE_BALANCE, /* the service with the number `to` has the packet */
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

/* How far a packet's rules have been asked. */
struct place {
	struct rows rows;
	__u32 word;
	__u32 next_summary;
	__u64 bits;    /* rules of the word that the packet may meet and that were not asked yet */
	__u64 summary; /* of the summary before the next: words that were not looked at yet */
	__u32 service; /* that has the packet; ABSENT: none */
	__u32 unused;
};

#if SERVICES
/* What is hashed of a fragment: fields in network byte order, each filled up with zeros to words of 32 bits. */
struct hash_key {
	__u32 possible[16]; /* by `enum key_word` */
	__u32 words[16];
};

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

/* In xdp.bpf.c: the bits of one word that all these rows have. */
static __u64 common_bits(const struct rows *rows, __u32 word);

/* One word of a row. */
static __always_inline __u64 word_of_row(void *rules_of_field, const __u32 *row, __u32 word)
{
	const struct rule_bits *bits = bpf_map_lookup_elem(rules_of_field, row);

	return bits ? bits->words[word] : 0;
}

/* The rules of one word that the packet may meet. */
static __always_inline __u64 rules_in_word(const struct place *place, __u32 word)
{
	/* What is checked must be what is used, for the verifier: not some other number that the compiler knows it from. */
	barrier_var(word);
	return word < RULE_WORDS ? common_bits(&place->rows, RULE_SUMMARIES + word) : 0;
}

#if RULE_SUMMARIES
/* The words of one summary that are empty in no field's row. */
static __always_inline __u64 words_in_summary(const struct place *place, __u32 summary)
{
	barrier_var(summary);
	return summary < RULE_SUMMARIES ? common_bits(&place->rows, summary) : 0;
}
#endif

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

/* The rule with this number is asked next. */
static __always_inline void go_to_rule(struct place *place, __u32 number)
{
	place->word = number / 64;
	place->bits = rules_in_word(place, place->word) & ~0ULL << number % 64;
#if RULE_SUMMARIES
	place->next_summary = place->word / 64 + 1;
	place->summary = words_in_summary(place, place->word / 64) & ~((2ULL << place->word % 64) - 1);
#endif
}

/* On to the next word that may not be empty, or to its summary; 1: there is none. */
static __always_inline long go_to_next_word(struct place *place)
{
#if RULE_SUMMARIES
	if (place->summary) {
		place->word = (place->next_summary - 1) * 64 + lowest_bit(place->summary);
		place->summary &= place->summary - 1;
		place->bits = rules_in_word(place, place->word);
		return 0;
	}
	if (place->next_summary >= RULE_SUMMARIES)
		return 1;
	place->summary = words_in_summary(place, place->next_summary++);
#else
	if (++place->word >= RULE_WORDS)
		return 1;
	place->bits = rules_in_word(place, place->word);
#endif
	return 0;
}

#if CONDITIONS
/* In conditions.h. */
int holds(struct xdp_md *context, struct packet *packet, __u32 number);
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

/* Does what a rule says to a packet that the tables have led to it; 1 where that ends mitigate. */
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
	case RULE_DROP:
		walk->action = XDP_DROP;
		return 1;
	default:
		return 1;
	}
}

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

/* Finds the packet's rules, and does what they say. */
__noinline int judge(struct xdp_md *context, struct packet *packet, struct place *place)
{
	struct walk walk = { .context = context, .packet = packet, .place = place, .action = XDP_PASS };

	if (!context || !packet || !place)
		return XDP_PASS;
	place->service = ABSENT;
	find_rows(packet, &place->rows);
	go_to_rule(place, 0);
	bpf_loop(MOST_STEPS, step, &walk, 0);
	return walk.action;
}

#endif
