/* Memories: addresses that packets write, each with the time until which it is remembered, in tables of a bounded size. */
#ifndef SLUICE_MEMORIES_H
#define SLUICE_MEMORIES_H

#include <linux/bpf.h>
#include <linux/errno.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "../policy.h"
#include "packet.h"

#include "buckets.h"
#include "conditions.h"

/* Remembered until it is forgotten. */
#define FOREVER (GONE - 1)

/* An address, and the memory that it may be in. */
struct remembered {
	void *memory;
	__u64 *tidied;
	__u64 until;
	__u64 key[KEY_WORDS];
};

/* Finds both; 0: the memory has no addresses of the packet's family. */
static __always_inline int find_memory(const struct packet *packet, const struct condition *condition,
				       struct remembered *remembered)
{
	const __u64 *address = condition->of_destination ? packet->destination : packet->source;
	__u32 table = packet->family == 6 ? condition->memory_ipv6 : condition->memory_ipv4;

	remembered->key[0] = address[0];
#if KEY_WORDS > 1
	if (packet->family == 6)
		remembered->key[1] = address[1];
#endif
	remembered->memory = bpf_map_lookup_elem(&buckets, &table);
	/* What is checked must be what is used, for the verifier. */
	barrier_var(table);
	if (!remembered->memory || table >= BUCKET_TABLES)
		return 0;
	remembered->tidied = &tidied[table];
	return 1;
}

#if USES_MEMORY
static __always_inline __u32 is_remembered(const struct packet *packet, const struct condition *condition)
{
	struct remembered remembered = {};

	if (!find_memory(packet, condition, &remembered))
		return 0;
	const __u64 *word = bpf_map_lookup_elem(remembered.memory, remembered.key);

	if (!word)
		return 0;
	const __u64 until = *(const volatile __u64 *)word;

	return until != GONE && until > bpf_ktime_get_ns();
}
#endif

#if USES_REMEMBER
/* 1: it is done, or there is no room. Processors move the word by compare-and-swap. */
static long try_to_remember(__u64 index, struct remembered *remembered)
{
	__u64 *word = bpf_map_lookup_elem(remembered->memory, remembered->key);
	__u64 now = bpf_ktime_get_ns();

	(void)index;
	if (word) {
		const __u64 before = *(volatile __u64 *)word;

		return before != GONE && __sync_val_compare_and_swap(word, before, remembered->until) == before;
	}
	const long error = bpf_map_update_elem(remembered->memory, remembered->key, &remembered->until, BPF_NOEXIST);

	if (error != -E2BIG)
		return !error;
	if (!may_tidy(remembered->tidied))
		return 1;
	bpf_for_each_map_elem(remembered->memory, forget_if_full, &now, 0);
	return 0;
}

/* Remembers it anew, from now on, where there is room. */
static __always_inline void remember(const struct packet *packet, const struct condition *condition)
{
	struct remembered remembered = {};

	if (!find_memory(packet, condition, &remembered))
		return;
	remembered.until = condition->lasts ? bpf_ktime_get_ns() + condition->lasts : FOREVER;
	bpf_loop(1 + MORE_ATTEMPTS, try_to_remember, &remembered, 0);
}
#endif

#if USES_FORGET
/* 1: it is done. */
static long try_to_forget(__u64 index, struct remembered *remembered)
{
	__u64 *word = bpf_map_lookup_elem(remembered->memory, remembered->key);

	(void)index;
	if (!word)
		return 1;
	const __u64 before = *(volatile __u64 *)word;

	if (before == GONE)
		return 1;
	if (__sync_val_compare_and_swap(word, before, GONE) != before)
		return 0;
	bpf_map_delete_elem(remembered->memory, remembered->key);
	return 1;
}

static __always_inline void forget(const struct packet *packet, const struct condition *condition)
{
	struct remembered remembered = {};

	if (find_memory(packet, condition, &remembered))
		bpf_loop(1 + MORE_ATTEMPTS, try_to_forget, &remembered, 0);
}
#endif

#endif
