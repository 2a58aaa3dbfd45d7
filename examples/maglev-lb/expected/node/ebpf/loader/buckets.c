/* What limits count in, and what services remember flows in: a map for each, in a map of maps. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader.h"

#define BYTES_OF_IDENTITY sizeof(uint64_t)
/* Maps that are put in place by one system call: after each, the kernel waits until no program uses what was there. */
#define BATCH 256

/* A list of them, and the map of maps with what they have. */
struct kind {
	const char *list;
	const char *outer;
	uint32_t key_size; /* 0: as the list says */
	int (*make)(const struct bucket_table *table, uint32_t key_size);
};

struct listed {
	uint32_t count;
	uint32_t key_size;    /* of what they have */
	uint64_t *identities; /* those with the same mean the same */
	int outer;
};

/*
 * Reads them from the map that lists them: its elements end with a word of 64 bits that tells whether two mean the same. Those of
 * limits (`struct limit` of the program's limits.h) have two such words before it for each word of a key.
 */
static bool read_list(const struct kind *kind, int map, int outer, struct listed *listed)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof info;

	if (map < 0 || outer < 0 || bpf_obj_get_info_by_fd(map, &info, &size))
		return false;
	char *value = malloc(info.value_size);

	listed->identities = calloc(info.max_entries, sizeof *listed->identities);
	listed->key_size = kind->key_size ? kind->key_size : (info.value_size - BYTES_OF_IDENTITY) / 2;
	listed->outer = outer;
	while (value && listed->identities && listed->count < info.max_entries &&
	       !bpf_map_lookup_elem(map, &listed->count, value))
		memcpy(&listed->identities[listed->count++], value + info.value_size - BYTES_OF_IDENTITY,
		       BYTES_OF_IDENTITY);
	free(value);
	return listed->count == info.max_entries;
}

/* What the running program's one that means the same has; -1: there is none. */
static int former_map(const struct listed *former, const struct listed *listed, uint32_t wanted)
{
	/* Of another size, keys have other parts. */
	for (uint32_t number = 0; number < former->count && former->key_size == listed->key_size; number++) {
		uint32_t id;

		if (former->identities[number] == listed->identities[wanted] &&
		    !bpf_map_lookup_elem(former->outer, &number, &id))
			return bpf_map_get_fd_by_id(id);
	}
	return -1;
}

static int new_buckets(const struct bucket_table *table, uint32_t key_size)
{
	const int map = bpf_map_create(BPF_MAP_TYPE_HASH, table->name, key_size, sizeof(uint64_t), table->keys, NULL);

	if (map < 0)
		complain("room for %u buckets of %s cannot be had: %s (fewer need less: `keys N` in the policy)",
			 table->keys, table->name, strerror(errno));
	return map;
}

/*
 * The kernel takes entries that are free for a processor in batches of up to 128, and begins to forget when there is none left to
 * take: with so many more for each, it does when there are as many flows as the policy says, and not before.
 */
static int new_flows(const struct bucket_table *table, uint32_t key_size)
{
	const uint32_t entries = table->keys + 128 * (uint32_t)libbpf_num_possible_cpus();
	const int map = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, table->name, key_size, sizeof(struct flow_backend), entries, NULL);

	if (map < 0)
		complain("room for %u flows of %s cannot be had: %s (fewer need less: `remember N flows` in the policy)",
			 table->keys, table->name, strerror(errno));
	return map;
}

static const struct kind limits = { .list = "limits", .outer = "buckets", .make = new_buckets };
static const struct kind flow_tables = {
	.list = "flow_tables",
	.outer = "flows",
	.key_size = sizeof(struct hashed_words),
	.make = new_flows,
};

/* Fills a batch of the map of maps, from this number on. */
static int fill_batch(const struct kind *kind, const struct bucket_table *tables, const struct listed *listed,
		      const struct listed *former, uint32_t from, uint32_t count)
{
	uint32_t numbers[BATCH], done = 0, put = count;
	int maps[BATCH], result = DONE;

	for (; done < count; done++) {
		numbers[done] = from + done;
		maps[done] = former_map(former, listed, numbers[done]);
		if (maps[done] < 0)
			maps[done] = kind->make(&tables[numbers[done]], listed->key_size);
		if (maps[done] < 0)
			break;
	}
	if (done < count)
		result = FAILED;
	else if (bpf_map_update_batch(listed->outer, numbers, maps, &put, NULL))
		result = complain("%s cannot be put in place: %s", kind->outer, strerror(errno));
	while (done > 0)
		close(maps[--done]);
	return result;
}

/* A map for each of these tables; those that mean the same as one of the running program go on. */
static int make_all(const struct kind *kind, const struct bucket_table *tables, uint32_t count, const struct policy *policy,
		    struct bpf_object *object)
{
	const int map = bpf_object__find_map_fd_by_name(object, kind->list);
	const int former_list = open_pin(policy, kind->list, ""), former_outer = open_pin(policy, kind->outer, "");
	struct listed listed = {}, former = {};
	int result = DONE;

	if (map >= 0) {
		if (!read_list(kind, former_list, former_outer, &former))
			former.count = 0;
		if (!read_list(kind, map, bpf_object__find_map_fd_by_name(object, kind->outer), &listed) ||
		    listed.count != count)
			result = complain("maps/%s.bin and policy.conf are of different builds", kind->list);
	}
	for (uint32_t from = 0; result == DONE && from < listed.count; from += BATCH) {
		const uint32_t left = listed.count - from;

		result = fill_batch(kind, tables, &listed, &former, from, left < BATCH ? left : BATCH);
	}
	free(listed.identities);
	free(former.identities);
	if (former_list >= 0)
		close(former_list);
	if (former_outer >= 0)
		close(former_outer);
	return result;
}

int make_buckets(const struct policy *policy, struct bpf_object *object)
{
	return make_all(&limits, policy->bucket_tables, policy->bucket_table_count, policy, object);
}

int make_flows(const struct policy *policy, struct bpf_object *object)
{
	return make_all(&flow_tables, policy->flow_tables, policy->flow_table_count, policy, object);
}
