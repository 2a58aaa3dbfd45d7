/* What limits count in: a map for each, in a map of maps. */
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

/* The limits of a program, and the map of maps with their buckets. */
struct limits {
	uint32_t count;
	uint32_t key_size;    /* of buckets */
	uint64_t *identities; /* limits with the same mean the same */
	int buckets;
};

/*
 * Reads them from the map `limits`: `struct limit` of the program's limits.h has two words of 64 bits for each word of a key,
 * and then one that tells whether two limits mean the same.
 */
static bool read_limits(int map, int buckets, struct limits *limits)
{
	struct bpf_map_info info = {};
	uint32_t size = sizeof info;

	if (map < 0 || buckets < 0 || bpf_obj_get_info_by_fd(map, &info, &size))
		return false;
	char *value = malloc(info.value_size);

	limits->identities = calloc(info.max_entries, sizeof *limits->identities);
	limits->key_size = (info.value_size - BYTES_OF_IDENTITY) / 2;
	limits->buckets = buckets;
	while (value && limits->identities && limits->count < info.max_entries &&
	       !bpf_map_lookup_elem(map, &limits->count, value))
		memcpy(&limits->identities[limits->count++], value + info.value_size - BYTES_OF_IDENTITY,
		       BYTES_OF_IDENTITY);
	free(value);
	return limits->count == info.max_entries;
}

/* The buckets of the running program's limit that means the same; -1: there is none. */
static int former_buckets(const struct limits *former, const struct limits *limits, uint32_t limit)
{
	/* Of another size, keys have other parts. */
	for (uint32_t number = 0; number < former->count && former->key_size == limits->key_size; number++) {
		uint32_t id;

		if (former->identities[number] == limits->identities[limit] &&
		    !bpf_map_lookup_elem(former->buckets, &number, &id))
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

/* Fills a batch of the map of maps, from the limit with this number on. */
static int fill_batch(const struct policy *policy, const struct limits *limits, const struct limits *former,
		      uint32_t from, uint32_t count)
{
	uint32_t numbers[BATCH], done = 0, put = count;
	int maps[BATCH], result = DONE;

	for (; done < count; done++) {
		numbers[done] = from + done;
		maps[done] = former_buckets(former, limits, numbers[done]);
		if (maps[done] < 0)
			maps[done] = new_buckets(&policy->bucket_tables[numbers[done]], limits->key_size);
		if (maps[done] < 0)
			break;
	}
	if (done < count)
		result = FAILED;
	else if (bpf_map_update_batch(limits->buckets, numbers, maps, &put, NULL))
		result = complain("buckets cannot be put in place: %s", strerror(errno));
	while (done > 0)
		close(maps[--done]);
	return result;
}

int make_buckets(const struct policy *policy, struct bpf_object *object)
{
	const int map = bpf_object__find_map_fd_by_name(object, "limits");
	const int former_map = open_pin(policy, "limits", ""), former_outer = open_pin(policy, "buckets", "");
	struct limits limits = {}, former = {};
	int result = DONE;

	if (map >= 0) {
		if (!read_limits(former_map, former_outer, &former))
			former.count = 0;
		if (!read_limits(map, bpf_object__find_map_fd_by_name(object, "buckets"), &limits) ||
		    limits.count != policy->bucket_table_count)
			result = complain("maps/limits.bin and policy.conf are of different builds");
	}
	for (uint32_t from = 0; result == DONE && from < limits.count; from += BATCH) {
		const uint32_t left = limits.count - from;

		result = fill_batch(policy, &limits, &former, from, left < BATCH ? left : BATCH);
	}
	free(limits.identities);
	free(former.identities);
	if (former_map >= 0)
		close(former_map);
	if (former_outer >= 0)
		close(former_outer);
	return result;
}
