/*
 * Tables of buckets: for limits, and for memories, whose buckets hold until when an address is remembered. A bucket is one word,
 * a time; once that is past, it means nothing any more.
 *
 * The policy's own header comes first, and what has the `struct packet` that keys are made of.
 */
#ifndef SLUICE_BUCKETS_H
#define SLUICE_BUCKETS_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "tables.h"

/* A bucket's word while it is forgotten. */
#define GONE (~0ULL)
/* Attempts to move a bucket that other processors move at the same time, after the first. */
#define MORE_ATTEMPTS 65536
#define NANOSECONDS_A_SECOND 1000000000ULL

/* A word of 64 bits in a bucket's key: so much of one of the words that a struct packet begins with. */
struct key_word {
	__u64 mask; /* 0: nothing */
	__u32 word;
	__u32 may_lack; /* where all bits under the mask are set, the packet lacks it, and has no bucket */
};

/* The compiler counts on these places, in words of 32 bits. */
#define STANDS_AT(field, number) _Static_assert(__builtin_offsetof(struct packet, field) == (number) * 4, #field)
STANDS_AT(source, 0);
STANDS_AT(destination, 4);
STANDS_AT(source_mac, 8);
STANDS_AT(source_port, 10);
STANDS_AT(destination_port, 11);
STANDS_AT(protocol, 12);
STANDS_AT(zone, 13);
STANDS_AT(row, 14);

/* What the keys of a table of buckets are made of; for a memory, only which of its words are used. */
struct limit {
	struct key_word key[KEY_WORDS];
	__u64 identity; /* for the loader: tables of buckets that have the same mean the same */
};

/* Key: a table's number. Where addresses are in its keys, a limit has one for each family. */
TABLE(limits, struct limit, BUCKET_TABLES);

/* Made by the loader: one for each limit and memory, with room for as many keys as that has. */
struct buckets {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64[KEY_WORDS]);
	__type(value, __u64); /* the theoretical arrival time, in ticks since the system started; or see memories.h */
};

/* Key: a table's number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, BUCKET_TABLES);
	__type(key, __u32);
	__array(values, struct buckets);
} buckets SEC(".maps");

/* When each table was last rid of buckets that mean nothing any more, in nanoseconds since the system started. */
static __u64 tidied[BUCKET_TABLES];

#if USES_LIMIT || USES_REMEMBER
/* Forgets a bucket that is full again, or what is remembered no more: a new one would be the same. */
static long forget_if_full(void *buckets, const void *key, __u64 *word, __u64 *now)
{
	const __u64 arrival = *(volatile __u64 *)word;

	if (arrival <= *now && __sync_val_compare_and_swap(word, arrival, GONE) == arrival)
		bpf_map_delete_elem(buckets, key);
	return 0;
}

/* Whether this processor shall rid the table of buckets that mean nothing any more: one does, once a second. */
static __always_inline int may_tidy(__u64 *tidied_at)
{
	const __u64 before = *(volatile __u64 *)tidied_at, now = bpf_ktime_get_ns();

	return now - before > NANOSECONDS_A_SECOND && __sync_val_compare_and_swap(tidied_at, before, now) == before;
}
#endif

#endif
