/*
 * Changes of tables that the running program reads: blocks of ranges (row_in_blocks in tables.h), as changes.conf has them.
 *
 * A block's new entries are written where none stood before, and then the one word that says where its entries are: a packet
 * finds the block as it was or as it is. What a block leaves behind is not used again, so that no packet can find it overwritten;
 * when there is no room any more, a replace makes some.
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loader.h"

#define BLOCKS 65536
#define LONGEST_BLOCK 65536

/* A table of blocks, in the memory of the running program. */
struct block_table {
	uint64_t *heads; /* of each block: where its entries begin, and in the upper half how many there are; NULL: no table */
	uint32_t *entries;
	uint64_t capacity;
	uint64_t used;
	size_t bytes; /* that are mapped */
};

/* What is read and written, but not to be found by packets yet. */
struct change {
	const struct policy *policy;
	bool is_there; /* the policy has changes for the hook */
	bool is_whole; /* its file was read to the end that it says it has */
	char since[128], build[128];
	struct block_table table;
	uint64_t *heads; /* that blocks will have; 0: the block stays as it is */
};

static int open_block_table(const struct policy *policy, const char *name, struct block_table *table)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE), heads = BLOCKS * sizeof *table->heads;
	struct bpf_map_info info = {};
	uint32_t size = sizeof info;
	const bool is_of_blocks = !strcmp(name, "source_ipv4") || !strcmp(name, "dest_ipv4");
	const int map = is_of_blocks ? open_pin(policy, name, "") : -1;

	if (map < 0 || bpf_obj_get_info_by_fd(map, &info, &size) || info.value_size <= heads)
		return complain("the table %s of what runs cannot be changed: sluice-load replace", name);
	table->bytes = (info.value_size + page - 1) / page * page;
	void *memory = mmap(NULL, table->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	close(map);
	if (memory == MAP_FAILED)
		return complain("the table %s cannot be changed: %s", name, strerror(errno));
	table->heads = memory;
	table->entries = (uint32_t *)(table->heads + BLOCKS);
	table->capacity = (info.value_size - heads) / sizeof *table->entries;
	for (size_t i = 0; i < BLOCKS; i++) {
		const uint64_t end = (table->heads[i] & 0xffffffff) + (table->heads[i] >> 32);

		if (end > table->used)
			table->used = end;
	}
	return table->used <= table->capacity ? DONE : complain("the table %s is not what it should be", name);
}

/* `192.0.0.0/16 0:0 512:1`: writes the block's entries behind all others; -1: this cannot be read, 0: there is no room. */
static int read_block(struct change *change, const char *values)
{
	struct block_table *table = &change->table;
	unsigned int high, low;
	uint64_t count = 0;
	uint32_t last = 0;
	int length;

	if (!table->heads || sscanf(values, "%u.%u.0.0/16%n", &high, &low, &length) != 2 || high > 255 || low > 255)
		return -1;
	for (values += length; *values; values += length) {
		unsigned int first, row;

		if (sscanf(values, " %u:%u%n", &first, &row, &length) != 2 || first > 0xffff || row > 0xffff ||
		    (count ? first <= last : first != 0) || count == LONGEST_BLOCK)
			return -1;
		if (table->used + count == table->capacity)
			return 0;
		table->entries[table->used + count++] = first << 16 | row;
		last = first;
	}
	if (!count)
		return -1;
	change->heads[high << 8 | low] = count << 32 | table->used;
	table->used += count;
	return 1;
}

/* Whether what runs is what the changes lead on from; a change that was stopped before its end may be made again. */
static int check_running(const struct change *change)
{
	const struct policy *policy = change->policy;
	struct about about;

	if (strcmp(change->build, policy->build) != 0)
		return complain("%s leads to build %.12s, and not to this one (%.12s)", policy->hook->changes, change->build,
				policy->build);
	if (!read_about(policy, &about))
		return complain("nothing of target %s runs at %s: sluice-load up", policy->target, policy->hook->where);
	if (strcmp(about.build, change->since) != 0)
		return complain("build %.12s runs at %s, and the changes lead on from %.12s: sluice-load replace", about.build,
				policy->hook->where, change->since);
	return DONE;
}

/* 1: it is read; 0: there is no room; -1: it cannot be read; -2: what is wrong has been said. */
static int read_line(struct change *change, const char *word, const char *values)
{
	if (!strcmp(word, "since"))
		return sscanf(values, "%127s", change->since) == 1 ? 1 : -1;
	if (!strcmp(word, "build"))
		return sscanf(values, "%127s", change->build) == 1 ? 1 : -1;
	if (!strcmp(word, "end"))
		return change->is_whole = true;
	if (!strcmp(word, "block"))
		return read_block(change, values);
	if (strcmp(word, "table") != 0 || change->table.heads)
		return -1;
	if (check_running(change) != DONE || open_block_table(change->policy, values, &change->table) != DONE)
		return -2;
	return 1;
}

static int read_file(struct change *change, const char *path, FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	int number = 0, result = 1;

	while (result == 1 && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		char *values = strchr(line, ' ');

		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (values)
			*values++ = '\0';
		result = read_line(change, line, values ? values : "");
	}
	free(line);
	if (result == -1 || (result == 1 && ferror(file)))
		return complain("%s:%d: this cannot be read", path, number);
	if (result == 1 && !change->is_whole)
		return complain("%s is cut off", path);
	if (result == 0)
		return complain("no room is left for what %s has: sluice-load replace makes some", path);
	return result == 1 ? DONE : FAILED;
}

/* Where a policy has no changes for a hook, what runs there has to be it. */
static int check_unchanged(const struct policy *policy)
{
	struct about about;
	const bool runs = read_about(policy, &about);

	if (policy->is_there ? runs && !strcmp(about.build, policy->build) : !runs)
		return DONE;
	return complain("what runs at %s is of another build, and there is no %s: sluice-load replace", policy->hook->where,
			policy->hook->changes);
}

static int prepare(struct change *change, const struct policy *policy)
{
	char path[5000];

	change->policy = policy;
	snprintf(path, sizeof path, "%s/%s", policy->folder, policy->hook->changes);
	FILE *file = policy->is_there ? fopen(path, "re") : NULL;

	if (!file)
		return check_unchanged(policy);
	change->is_there = true;
	change->heads = calloc(BLOCKS, sizeof *change->heads);
	const int result = change->heads ? read_file(change, path, file) : complain("there is no memory left");

	fclose(file);
	/* Where a table changes, that was asked before it was touched. */
	return result == DONE && !change->table.heads ? check_running(change) : result;
}

/* From here on packets find what is new. */
static int publish(const struct change *change)
{
	const uint32_t zero = 0;
	const int map = open_pin(change->policy, "about", "");
	struct about about;

	for (size_t i = 0; change->table.heads && i < BLOCKS; i++)
		if (change->heads[i])
			__atomic_store_n(&change->table.heads[i], change->heads[i], __ATOMIC_RELEASE);
	int result = map >= 0 && !bpf_map_lookup_elem(map, &zero, &about) ? DONE : FAILED;

	memcpy(about.build, change->build, sizeof about.build);
	if (result != DONE || bpf_map_update_elem(map, &zero, &about, BPF_ANY))
		result = complain("the tables are changed, but not the name of what runs: %s", strerror(errno));
	if (map >= 0)
		close(map);
	return result;
}

int change_tables(const struct policy *policies, int count)
{
	static struct change changes[MOST_HOOKS];
	int result = DONE;
	bool is_there = false;

	for (int i = 0; i < count && result == DONE; i++) {
		result = prepare(&changes[i], &policies[i]);
		is_there = is_there || changes[i].is_there;
	}
	if (result == DONE && !is_there)
		return complain("there is no %s here: sluice compile --since writes it", policies[0].hook->changes);
	for (int i = 0; i < count && result == DONE; i++)
		if (changes[i].is_there)
			result = publish(&changes[i]);
	for (int i = 0; i < count; i++) {
		if (changes[i].table.heads)
			munmap(changes[i].table.heads, changes[i].table.bytes);
		free(changes[i].heads);
	}
	return result;
}
