/*
 * Limits: a bucket of tokens for each key, in tables of a bounded size. Processors share a bucket without a lock.
 *
 * What a limit is, is data: its pace stands with what asks it, what its keys are made of in `limits`, and its buckets in a map
 * of their own, which holds as many keys as the policy says. So this text is as long for a thousand limits as for one.
 *
 * The policy's own header comes first, and what has the `struct packet` that keys are made of.
 */
#ifndef SLUICE_LIMITS_H
#define SLUICE_LIMITS_H

#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "buckets.h"
#include "pace.h"

/* One packet, and the bucket that it may be charged to. */
struct charge {
	void *buckets;
	__u64 *tidied;
	const struct pace *pace;
	__u64 size; /* in what the pace counts */
	enum limit_answer answer;
	__u64 key[KEY_WORDS];
};

/* The bucket of a key that has none yet. */
static __always_inline enum limit_answer new_bucket(struct charge *charge, __u64 now)
{
	const __u64 first = now + charge->size * charge->pace->period;
	const long error = bpf_map_update_elem(charge->buckets, charge->key, &first, BPF_NOEXIST);

	if (!error)
		return CONFORMS;
	if (error != -E2BIG)
		return LOST_RACE;
	if (!may_tidy(charge->tidied))
		return TABLE_IS_FULL;
	bpf_for_each_map_elem(charge->buckets, forget_if_full, &now, 0);
	return LOST_RACE;
}

/*
 * Asks the bucket once, and charges it where the packet conforms: the generic cell rate algorithm (ITU-T I.371). The bucket is
 * one word, its theoretical arrival time. A packet conforms if that is at most (burst - size) periods ahead of now, and moves it
 * on by its size in periods. The clock runs in fractions of a nanosecond of which a period has a whole number. Processors move
 * the word by compare-and-swap, so that each charge counts, and counts once.
 */
static __always_inline enum limit_answer try_to_charge(struct charge *charge)
{
	const struct pace *pace = charge->pace;
	const __s64 room = (__s64)((pace->burst - charge->size) * pace->period);
	const __u64 now = bpf_ktime_get_ns() * pace->clock;
	__u64 *word = bpf_map_lookup_elem(charge->buckets, charge->key);

	if (!word)
		return room < 0 ? DOES_NOT_CONFORM : new_bucket(charge, now);
	const __u64 arrival = *(volatile __u64 *)word;
	const __s64 ahead = (__s64)(arrival - now);

	if (arrival == GONE)
		return LOST_RACE;
	if (ahead > room)
		return DOES_NOT_CONFORM;
	const __u64 next = (ahead > 0 ? arrival : now) + charge->size * pace->period;

	return __sync_val_compare_and_swap(word, arrival, next) == arrival ? CONFORMS : LOST_RACE;
}

/* Once more, after a lost race; 1: there is an answer. */
static long try_again(__u64 index, struct charge *charge)
{
	(void)index;
	charge->answer = try_to_charge(charge);
	return charge->answer != LOST_RACE;
}

/* The key of the packet's bucket; 0: the packet lacks a part of it. */
static __always_inline int make_key(const struct packet *packet, const struct limit *limit, __u64 *key)
{
	const __u64 *words = (const __u64 *)packet;

#pragma unroll
	for (int at = 0; at < KEY_WORDS; at++) {
		const struct key_word *part = &limit->key[at];
		const __u32 word = part->word;

		if (word >= sizeof *packet / sizeof *words)
			return 0;
		key[at] = words[word] & part->mask;
		if (part->may_lack && key[at] == part->mask)
			return 0;
	}
	return 1;
}

/* Asks the packet's bucket in the table with this number, and charges it where the packet conforms. */
static enum limit_answer ask_limit(const struct packet *packet, __u32 table, const struct pace *pace)
{
	const struct limit *limit = bpf_map_lookup_elem(&limits, &table);
	struct charge charge = { .pace = pace, .size = pace->per_byte ? packet->length * pace->per_byte : 1 };

	if (!limit || !make_key(packet, limit, charge.key))
		return LACKS_KEY;
	charge.buckets = bpf_map_lookup_elem(&buckets, &table);
	/* What is checked must be what is used, for the verifier. */
	barrier_var(table);
	if (!charge.buckets || table >= BUCKET_TABLES)
		return LACKS_KEY;
	charge.tidied = &tidied[table];
	charge.answer = try_to_charge(&charge);
	if (charge.answer == LOST_RACE)
		bpf_loop(MORE_ATTEMPTS, try_again, &charge, 0);
	return charge.answer;
}

#endif
