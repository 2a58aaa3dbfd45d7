/*
 * Memory of flows: which backend a flow had, so that it stays there when the Maglev table changes. A SYN enters nothing, so that
 * a flood of them does not: the first packet behind it does.
 */
#ifndef SLUICE_FLOWS_H
#define SLUICE_FLOWS_H

#include "../policy.h"
#include "hash.h"
#include "outer.h"
#include "packet.h"
#include "services.h"
#include "tables.h"

/* A memory of flows: for the loader. */
struct flow_table {
	__u64 identity; /* memories of two builds that have the same mean the same */
};

/* Key: a memory's number. */
TABLE(flow_tables, struct flow_table, FLOW_TABLES);

/* Made by the loader: one for each memory, with room for as many flows as the policy says. */
struct flows {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(struct hashed_words));
	__uint(value_size, sizeof(struct flow_backend));
};

/* Key: a memory's number. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, FLOW_TABLES);
	__type(key, __u32);
	__array(values, struct flows);
} flows SEC(".maps");

/* Key: a backend's identity; value: its number. The loader fills it. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, BACKENDS);
	__type(key, __u64);
	__type(value, __u32);
} backend_numbers SEC(".maps");

#define SYN 0x02
/* Flags that a SYN has none of: FIN, RST, ACK. */
#define NOT_OPENING 0x15

static __always_inline int is_syn(const struct packet *packet)
{
	return packet->tcp_flags != ABSENT && (packet->tcp_flags & (SYN | NOT_OPENING)) == SYN;
}

/* The number that a remembered backend has now; NO_BACKEND: it is down, or no more. */
static __always_inline __u32 number_of(struct flow_backend *remembered)
{
	const struct backend *backend = bpf_map_lookup_elem(&backends, &remembered->backend);

	/* It may have got another by a replace. */
	if (!backend || backend->identity != remembered->identity) {
		const __u32 *number = bpf_map_lookup_elem(&backend_numbers, &remembered->identity);

		if (!number)
			return NO_BACKEND;
		remembered->backend = *number;
		backend = bpf_map_lookup_elem(&backends, number);
	}
	return backend && !backend->is_down ? remembered->backend : NO_BACKEND;
}

/* The backend that the flow of this key had, if it lives; else the chosen one, which is remembered. NO_BACKEND: there is none. */
__noinline __u32 remembered_or(struct packet *packet, struct hash_key *key, __u32 memory, __u32 chosen)
{
	void *known = bpf_map_lookup_elem(&flows, &memory);

	if (!packet || !key || !known)
		return chosen;
	struct flow_backend *remembered = bpf_map_lookup_elem(known, &key->hashed);
	const __u32 number = remembered ? number_of(remembered) : NO_BACKEND;
	const struct backend *backend = bpf_map_lookup_elem(&backends, &chosen);

	if (number != NO_BACKEND)
		return number;
	if (backend && !is_syn(packet)) {
		const struct flow_backend fresh = { .identity = backend->identity, .backend = chosen };

		bpf_map_update_elem(known, &key->hashed, &fresh, BPF_ANY);
	}
	return chosen;
}

#endif
