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
/* Words of the longest key: two addresses of IPv6, two ports, a protocol. */
#define MOST_HASHED 11

/* jhash2() of so many words, at least one and at most MOST_HASHED. */
static __always_inline __u32 hash_of_words(const __u32 *words, __u32 count)
{
	const __u32 initial = HASH_INITIAL + count * 4 + BALANCE_SEED;
	struct hash_state state = { initial, initial, initial };
	__u32 at = 0;

	for (; at + 3 < count && at + 3 < MOST_HASHED; at += 3) {
		state.a += words[at];
		state.b += words[at + 1];
		state.c += words[at + 2];
		hash_mix(&state);
	}
	state.a += words[at];
	state.b += at + 1 < count ? words[at + 1] : 0;
	state.c += at + 2 < count ? words[at + 2] : 0;
	return hash_final(&state);
}

/* An address as it stands in the packet, in words. */
static __always_inline void address_words(const struct packet *packet, const __u64 *address, __u32 *words)
{
	if (packet->family == 4) {
		words[0] = bpf_htonl(address[0]);
		return;
	}
	words[0] = bpf_htonl(address[0] >> 32);
	words[1] = bpf_htonl(address[0]);
	words[2] = bpf_htonl(address[1] >> 32);
	words[3] = bpf_htonl(address[1]);
}

/* Both addresses, both ports, protocol. */
static __always_inline __u32 hash_of_flow(const struct packet *packet)
{
	const int words_of_address = packet->family == 4 ? 1 : 4;
	__u32 words[MOST_HASHED];

	if (words_of_address == 1) {
		address_words(packet, packet->source, words);
		address_words(packet, packet->destination, words + 1);
		words[2] = bpf_htons(packet->source_port);
		words[3] = bpf_htons(packet->destination_port);
		words[4] = packet->protocol;
		return hash_of_words(words, 5);
	}
	address_words(packet, packet->source, words);
	address_words(packet, packet->destination, words + 4);
	words[8] = bpf_htons(packet->source_port);
	words[9] = bpf_htons(packet->destination_port);
	words[10] = packet->protocol;
	return hash_of_words(words, 11);
}

static __always_inline __u32 hash_of_source(const struct packet *packet)
{
	__u32 words[4];

	address_words(packet, packet->source, words);
	return packet->family == 4 ? hash_of_words(words, 1) : hash_of_words(words, 4);
}

/* What all fragments of a packet have, as far as the policy says, in its order. */
static __always_inline __u32 hash_of_fragment(const struct packet *packet, const struct service *service,
					      struct hash_key *key)
{
	const struct fragment_key *parts = &service->fragments_on[packet->family == 6];

	address_words(packet, packet->source, key->possible + WORD_SOURCE);
	address_words(packet, packet->destination, key->possible + WORD_DESTINATION);
	key->possible[WORD_PROTOCOL] = packet->protocol;
#pragma unroll
	for (int at = 0; at < MOST_FRAGMENT_WORDS; at++)
		key->words[at] = key->possible[parts->words[at] & 15];
	return hash_of_words(key->words, parts->count);
}

/* `number`: of the service. */
__noinline __u32 hash_of(struct packet *packet, __u32 number, struct hash_key *key)
{
	const struct service *service = bpf_map_lookup_elem(&services, &number);

	if (!packet || !service || !key)
		return 0;
	if (packet->fragment)
		return hash_of_fragment(packet, service, key);
	return service->hash_on == HASH_SOURCE ? hash_of_source(packet) : hash_of_flow(packet);
}

#endif
