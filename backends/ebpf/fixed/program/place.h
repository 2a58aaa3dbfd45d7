/*
 * How far a packet's rules have been asked. For each field that rules test there is a row of bits, one for each rule; those
 * that the packet may meet have their bit in all of its rows, and are asked in their order.
 *
 * The policy's own header comes first: it has the sizes, and `struct rows`.
 */
#ifndef SLUICE_PLACE_H
#define SLUICE_PLACE_H

#include "tables.h"

/* A row: a bit for each word behind it that is not empty, where there are so many; then a bit for each rule. */
struct rule_bits {
	__u64 words[RULE_SUMMARIES + RULE_WORDS];
};

/* How far a packet's rules have been asked. */
struct place {
	struct rows rows;
	__u32 word;
	__u32 next_summary;
	__u64 bits;    /* rules of the word that the packet may meet and that were not asked yet */
	__u64 summary; /* of the summary before the next: words that were not looked at yet */
	__u32 service; /* at XDP: that has the packet; ABSENT: none */
	__u32 unused;
};

/* In the policy's own text: the bits of one word that all these rows have. */
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

/* What bpf_loop hands on has to be on the stack. */
struct search {
	struct place *place;
};

/* One step towards a word with a rule in it; 1: there is one, or there are no more words. */
static long look_further(__u64 index, struct search *search)
{
	(void)index;
	return search->place->bits ? 1 : go_to_next_word(search->place);
}

/* The number of the first rule that the packet with these rows meets; RULES: there is none. */
static __always_inline __u32 first_rule(struct place *place)
{
	struct search search = { place };

	go_to_rule(place, 0);
	if (RULE_WORDS > 1)
		bpf_loop(RULE_SUMMARIES + RULE_WORDS, look_further, &search, 0);
	return place->bits ? place->word * 64 + lowest_bit(place->bits) : RULES;
}

#endif
