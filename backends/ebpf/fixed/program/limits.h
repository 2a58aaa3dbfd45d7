/*
 * Limits: a bucket of tokens for each key, in tables of a bounded size. Processors share a bucket without a lock.
 */
#ifndef SLUICE_LIMITS_H
#define SLUICE_LIMITS_H

#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

/* A table of at most so many buckets, whose keys are so many words of 64 bits; and when it was last tidied, see may_tidy. */
#define BUCKETS(name, words_of_key, most)         \
	struct {                                  \
		__uint(type, BPF_MAP_TYPE_HASH);  \
		__uint(max_entries, most);        \
		__type(key, __u64[words_of_key]); \
		__type(value, __u64);             \
	} name SEC(".maps");                      \
	static __u64 name##_tidied

/* Asks the bucket of a key in such a table. */
#define CHARGE(name, key, length, pace) charge(&(name), &name##_tidied, key, length, pace)

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

/* How fast a bucket fills, and how much it holds. */
struct pace {
	__u64 period;	/* ticks for each packet, byte or bit */
	__u64 burst;	/* packets, bytes or bits */
	__u64 clock;	/* ticks in a nanosecond */
	__u64 per_byte; /* what a byte counts; 0: packets count, one each */
};

/* Forgets a bucket that is full again: a new one would be the same. */
static long forget_if_full(void *buckets, const void *key, __u64 *word, __u64 *now)
{
	const __u64 arrival = *(volatile __u64 *)word;

	if (arrival <= *now && __sync_val_compare_and_swap(word, arrival, GONE) == arrival)
		bpf_map_delete_elem(buckets, key);
	return 0;
}

/*
 * Whether this processor shall rid the table of buckets that mean nothing any more: one does, once a second. `tidied`: when
 * that was last done, in nanoseconds since the system started.
 */
static __always_inline int may_tidy(__u64 *tidied)
{
	const __u64 before = *(volatile __u64 *)tidied, now = bpf_ktime_get_ns();

	return now - before > NANOSECONDS_A_SECOND && __sync_val_compare_and_swap(tidied, before, now) == before;
}

/*
 * Asks the bucket of a key, and charges it where a packet of this length conforms: the generic cell rate algorithm (ITU-T
 * I.371). The bucket is one word, its theoretical arrival time. A packet conforms if that is at most (burst - size) periods
 * ahead of now, and moves it on by its size in periods. The clock runs in fractions of a nanosecond of which a period has a
 * whole number. Processors move the word by compare-and-swap, so that each charge counts, and counts once.
 */
static __always_inline enum limit_answer charge(void *buckets, __u64 *tidied, const void *key, __u32 length,
						const struct pace *pace)
{
	const __u64 period = pace->period;
	const __u64 size = pace->per_byte ? length * pace->per_byte : 1;
	const __s64 room = (__s64)((pace->burst - size) * period);
	__u64 now = bpf_ktime_get_ns() * pace->clock;

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
			if (!may_tidy(tidied))
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

#endif
