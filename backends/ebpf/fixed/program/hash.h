/*
 * Which entry of a Maglev table a packet belongs to: a hash of the same bytes, with the same seed, as nftables computes it for
 * `jhash … mod … seed …`. So every node, and every plane, sends a flow to the same backend.
 */
#ifndef SLUICE_HASH_H
#define SLUICE_HASH_H

#include "jhash.h"
#include "packet.h"
#include "services.h"
#include "tables.h"
#include "walk.h"

/* Key: a service's number. */
TABLE(services, struct service, SERVICES);

#define BALANCE_SEED 0x736c7569U
/* Words that jhash2() takes at a time. */
#define BLOCK 3

static __always_inline struct hash_state initial_state(__u32 words)
{
	const __u32 initial = HASH_INITIAL + words * 4 + BALANCE_SEED;

	return (struct hash_state){ initial, initial, initial };
}

/* Takes in the words of the key from `at` on, where another block follows. */
__noinline int add_block(struct hash_key *key, __u32 at)
{
	if (!key || at > LENGTH_OF(key->hashed.words) - BLOCK)
		return 0;
	key->state.a += key->hashed.words[at];
	key->state.b += key->hashed.words[at + 1];
	key->state.c += key->hashed.words[at + 2];
	hash_mix(&key->state);
	return 1;
}

/* jhash2() of what is in the key: so many words, whose last block is the key's last. */
__noinline __u32 hash_of_key(struct hash_key *key, __u32 count)
{
	const __u32 last = LENGTH_OF(key->hashed.words) - BLOCK;

	if (!key)
		return 0;
	key->state = initial_state(count);
#pragma unroll
	for (__u32 at = 0; at < last; at += BLOCK)
		if (count + at > last)
			add_block(key, at);
	key->state.a += key->hashed.words[last];
	key->state.b += key->hashed.words[last + 1];
	key->state.c += key->hashed.words[last + 2];
	return hash_final(&key->state);
}

/* An address as it stands in the packet, in words. */
static __always_inline void write_address(const __u64 *address, __u32 *words)
{
	words[0] = bpf_htonl(address[0] >> 32);
	words[1] = bpf_htonl(address[0]);
	words[2] = bpf_htonl(address[1] >> 32);
	words[3] = bpf_htonl(address[1]);
}

/* All that may be hashed of the packet. */
static __always_inline void write_possible(const struct packet *packet, __u32 *words)
{
	if (packet->family == 4) {
		words[WORD_SOURCE] = bpf_htonl(packet->source[0]);
		words[WORD_DESTINATION] = bpf_htonl(packet->destination[0]);
	} else {
		write_address(packet->source, words + WORD_SOURCE);
		write_address(packet->destination, words + WORD_DESTINATION);
	}
	words[WORD_PROTOCOL] = packet->protocol;
	words[WORD_SOURCE_PORT] = bpf_htons(packet->source_port);
	words[WORD_DESTINATION_PORT] = bpf_htons(packet->destination_port);
	words[WORD_NONE] = 0;
}

/* `number`: of the service, which says what is hashed of such packets. */
__noinline __u32 hash_of_any(struct packet *packet, __u32 number, struct hash_key *key)
{
	const struct service *service = bpf_map_lookup_elem(&services, &number);

	if (!packet || !service || !key)
		return 0;
	/* Without a branch: the verifier has one path to follow. Whole packets, first and later fragments are 0, 1 and 2. */
	const struct hashed *hashed = &service->hashed[(packet->fragment + 1) / 2 & 1][is_ipv6(packet)];

	write_possible(packet, key->possible);
#pragma unroll
	for (__u32 at = 0; at < LENGTH_OF(key->hashed.words); at++)
		key->hashed.words[at] = key->possible[hashed->words[at] % LENGTH_OF(key->possible)];
	key->hashed.count = hashed->count;
	key->hashed.family = packet->family;
	return hash_of_key(key, hashed->count);
}

/* The same of most of the traffic, whole packets of IPv4 by their flow, without a key. */
static __always_inline __u32 hash_of_flow_ipv4(const struct packet *packet)
{
	struct hash_state state = initial_state(5);

	state.a += bpf_htonl(packet->source[0]);
	state.b += bpf_htonl(packet->destination[0]);
	state.c += bpf_htons(packet->source_port);
	hash_mix(&state);
	state.a += bpf_htons(packet->destination_port);
	state.b += packet->protocol;
	return hash_final(&state);
}

/* Where the service remembers flows, what is hashed stands in the key. */
static __always_inline __u32 hash_of(struct packet *packet, const struct service *service, __u32 number,
				     struct hash_key *key)
{
	if (packet->family == 4 && !packet->fragment && service->hash_on == HASH_FLOW && service->memory == NO_MEMORY)
		return hash_of_flow_ipv4(packet);
	return hash_of_any(packet, number, key);
}

#endif
