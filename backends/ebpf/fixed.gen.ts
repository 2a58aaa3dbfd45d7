// Written by `npm run generate` from fixed/; edit the files there.

/** Texts of the files in fixed/, by path. */
export const FIXED: Readonly<Record<string, string>> = {
  'Makefile': `# Builds the programs that there are and their loader: clang 14 or newer, a C compiler, libbpf 1.0 or newer with its headers.

CLANG ?= clang
WARNINGS = -Wall -Wextra -Werror
# Debian and its relatives keep the headers of a machine's own architecture apart, and clang looks there for itself only.
HEADERS = -isystem /usr/include/$(shell uname -m)-linux-gnu
PROGRAMS = $(patsubst %.c,%.o,$(wildcard *.bpf.c))

all: $(PROGRAMS) sluice-load

%.bpf.o: %.bpf.c $(wildcard *.h program/*.h)
	$(CLANG) -std=gnu11 -O2 -g -target bpf -mcpu=v3 $(WARNINGS) $(HEADERS) -c $< -o $@

sluice-load: $(wildcard loader/*.c) loader/loader.h program/jhash.h program/services.h
	$(CC) -std=gnu11 -O2 $(WARNINGS) $(filter %.c,$^) -o $@ -lbpf

clean:
	rm -f $(PROGRAMS) sluice-load

.PHONY: all clean
`,
  'loader/balance.c': `/*
 * The backends of \`balance\`: which are up, what they weigh, and the Maglev tables that follow from that. All of it stands in
 * maps of the program, so a change is there for the next packet.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loader.h"

#define GREATEST_WEIGHT 65535

/* Maps in memory; all there or none. */
struct balance {
	struct service *services;
	uint32_t service_count;
	struct backend *backends;
	uint32_t backend_count;
	uint16_t *entries; /* of all Maglev tables */
	uint32_t entry_count;
};

/* A map in memory; NULL: it cannot be had. \`elements\` and \`size\` are how many, and how large all of them are. */
static void *map_memory(int map, uint32_t *elements, size_t *size)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct bpf_map_info info = {};
	uint32_t length = sizeof info;

	if (map < 0 || bpf_obj_get_info_by_fd(map, &info, &length))
		return NULL;
	*elements = info.max_entries;
	*size = (size_t)((info.value_size + 7) / 8 * 8) * info.max_entries;
	void *memory = mmap(NULL, (*size + page - 1) / page * page, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* They stay in memory until the loader ends. */
static int open_balance(int services, int backends, int maglev, struct balance *balance)
{
	uint32_t one;
	size_t size;

	balance->services = map_memory(services, &balance->service_count, &size);
	balance->backends = map_memory(backends, &balance->backend_count, &size);
	balance->entries = map_memory(maglev, &one, &size);
	balance->entry_count = (uint32_t)(size / sizeof *balance->entries);
	if (!balance->services || !balance->backends || !balance->entries)
		return complain("the maps of balance cannot be read: %s", strerror(errno));
	return DONE;
}

/* What runs; false: no balance does. */
static bool open_running(const struct policy *policy, struct balance *balance)
{
	const int services = open_pin(policy, "services", "");

	return services >= 0 && open_balance(services, open_pin(policy, "backends", ""), open_pin(policy, "maglev", ""),
					     balance) == DONE;
}

/* Makes the table of a pool, and changes the entries that are different. */
static int update_pool(const struct balance *balance, const struct pool *pool)
{
	if ((uint64_t)pool->first_entry + pool->entries > balance->entry_count ||
	    (uint64_t)pool->first_backend + pool->backends > balance->backend_count || pool->entries < 2)
		return complain("the maps of balance are of different builds");
	uint16_t *table = make_table(balance->backends, pool);

	if (!table)
		return complain("out of memory");
	for (uint32_t i = 0; i < pool->entries; i++) {
		volatile uint16_t *entry = &balance->entries[pool->first_entry + i];

		if (*entry != table[i])
			*entry = table[i];
	}
	free(table);
	return DONE;
}

static int update_tables(const struct balance *balance)
{
	int result = DONE;

	for (uint32_t i = 0; i < balance->service_count && result == DONE; i++) {
		const struct pool *pools = balance->services[i].pools;

		result = update_pool(balance, &pools[0]);
		if (result == DONE && pools[1].first_entry != pools[0].first_entry)
			result = update_pool(balance, &pools[1]);
	}
	return result;
}

static void write_address(const struct backend *backend, char text[INET6_ADDRSTRLEN])
{
	inet_ntop(backend->family == 4 ? AF_INET : AF_INET6, backend->address, text, INET6_ADDRSTRLEN);
}

/*
 * A socket that is connected to the backend; -1: no way leads there. It has sent an empty datagram (to port 9, where what comes
 * is discarded), so that the kernel finds out who the neighbour is before packets need to know.
 */
static int reach(const struct backend *backend)
{
	const bool ipv4 = backend->family == 4;
	struct sockaddr_in to_ipv4 = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 to_ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };
	const struct sockaddr *to = ipv4 ? (struct sockaddr *)&to_ipv4 : (struct sockaddr *)&to_ipv6;
	const int handle = socket(ipv4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(&to_ipv4.sin_addr, backend->address, sizeof to_ipv4.sin_addr);
	memcpy(&to_ipv6.sin6_addr, backend->address, sizeof to_ipv6.sin6_addr);
	if (handle >= 0 && connect(handle, to, ipv4 ? sizeof to_ipv4 : sizeof to_ipv6)) {
		close(handle);
		return -1;
	}
	if (handle >= 0)
		(void)send(handle, "", 0, MSG_DONTWAIT);
	return handle;
}

/* Where this host would send from, to the backend: what the kernel says of a socket that is connected to it. */
static int ask_for_source(struct backend *backend, int handle)
{
	struct sockaddr_in6 own = {};
	socklen_t length = sizeof own;
	char text[INET6_ADDRSTRLEN];

	if (handle < 0 || getsockname(handle, (struct sockaddr *)&own, &length)) {
		write_address(backend, text);
		return complain("no address of this host leads to the backend %s: %s (give it a route, or say \`from\` in "
				"the policy)",
				text, strerror(errno));
	}
	if (backend->family == 4)
		memcpy(backend->source, &((struct sockaddr_in *)&own)->sin_addr, sizeof(struct in_addr));
	else
		memcpy(backend->source, &own.sin6_addr, sizeof own.sin6_addr);
	return DONE;
}

/* Finds the way to the backends of a pool, and where headers to them are from, if there are any and the policy does not say. */
static int reach_all(const struct balance *balance, const struct service *service, const struct pool *pool)
{
	int result = DONE;

	for (uint32_t at = 0; result == DONE && at < pool->backends; at++) {
		struct backend *backend = &balance->backends[pool->first_backend + at];
		const int handle = reach(backend);

		if (!backend->has_source && service->forward != FORWARD_DIRECT)
			result = ask_for_source(backend, handle);
		if (handle >= 0)
			close(handle);
	}
	return result;
}

static int reach_backends(const struct balance *balance)
{
	int result = DONE;

	for (uint32_t i = 0; result == DONE && i < balance->service_count; i++) {
		const struct service *service = &balance->services[i];

		result = reach_all(balance, service, &service->pools[0]);
		if (result == DONE && service->pools[1].first_entry != service->pools[0].first_entry)
			result = reach_all(balance, service, &service->pools[1]);
	}
	return result;
}

/* What was down stays down in the next build. */
static void keep_health(const struct policy *policy, const struct balance *balance)
{
	struct balance former = {};

	if (!open_running(policy, &former))
		return;
	for (uint32_t i = 0; i < former.backend_count; i++)
		for (uint32_t own = 0; former.backends[i].is_down && own < balance->backend_count; own++)
			if (balance->backends[own].identity == former.backends[i].identity)
				balance->backends[own].is_down = 1;
}

/* By which number a remembered backend is known now. */
static int number_backends(const struct balance *balance, int numbers)
{
	for (uint32_t i = 0; numbers >= 0 && i < balance->backend_count; i++)
		if (bpf_map_update_elem(numbers, &balance->backends[i].identity, &i, BPF_ANY))
			return complain("the backends cannot be numbered: %s", strerror(errno));
	return DONE;
}

static bool has_family(const struct balance *balance, uint32_t family)
{
	for (uint32_t i = 0; i < balance->backend_count; i++)
		if (balance->backends[i].family == family)
			return true;
	return false;
}

int prepare_balance(const struct policy *policy, struct bpf_object *object)
{
	const int services = bpf_object__find_map_fd_by_name(object, "services");
	struct balance balance = {};

	if (services < 0)
		return DONE;
	if (open_balance(services, bpf_object__find_map_fd_by_name(object, "backends"),
			 bpf_object__find_map_fd_by_name(object, "maglev"), &balance) != DONE ||
	    fill_interfaces(policy, bpf_object__find_map_fd_by_name(object, "interfaces")) != DONE ||
	    reach_backends(&balance) != DONE ||
	    number_backends(&balance, bpf_object__find_map_fd_by_name(object, "backend_numbers")) != DONE)
		return FAILED;
	check_way(policy, has_family(&balance, 4), has_family(&balance, 6));
	keep_health(policy, &balance);
	return update_tables(&balance);
}

/* A number up to the greatest weight; -1: it is none. */
static long read_weight(const char *text)
{
	char *end;
	const long weight = strtol(text, &end, 10);

	return *text == '\\0' || *end != '\\0' || weight < 0 || weight > GREATEST_WEIGHT ? -1 : weight;
}

int change_backend(const struct policy *policy, char **arguments, int count)
{
	const char *change = count > 1 ? arguments[1] : "";
	const bool weighs = !strcmp(change, "weight") && count == 3;
	const long weight = weighs ? read_weight(arguments[2]) : 0;
	struct balance balance = {};
	uint8_t address[16] = { 0 };
	uint32_t family = 6, changed = 0;

	if (!weighs && (count != 2 || (strcmp(change, "up") != 0 && strcmp(change, "down") != 0)))
		return USAGE;
	if (weight < 0)
		return complain("%s is no weight: a whole number up to %d", arguments[2], GREATEST_WEIGHT);
	if (inet_pton(AF_INET, arguments[0], address) == 1)
		family = 4;
	else if (inet_pton(AF_INET6, arguments[0], address) != 1)
		return complain("%s is no address", arguments[0]);
	if (!open_running(policy, &balance))
		return complain("no balance of target %s is loaded", policy->target);
	for (uint32_t i = 0; i < balance.backend_count; i++) {
		struct backend *backend = &balance.backends[i];

		if (backend->family != family || memcmp(backend->address, address, sizeof address) != 0)
			continue;
		if (weighs)
			backend->weight = (uint32_t)weight;
		else
			backend->is_down = !strcmp(change, "down");
		if (!backend->is_down) {
			const int handle = reach(backend);

			if (handle >= 0)
				close(handle);
		}
		changed++;
	}
	if (!changed)
		return complain("no service of target %s has a backend %s", policy->target, arguments[0]);
	return update_tables(&balance);
}

static void print_pool(const struct balance *balance, const char *service, const struct pool *pool)
{
	for (uint32_t i = 0; i < pool->backends; i++) {
		const uint32_t number = pool->first_backend + i;
		const struct backend *backend = &balance->backends[number];
		char text[INET6_ADDRSTRLEN];
		uint32_t share = 0;

		for (uint32_t at = 0; at < pool->entries; at++)
			share += balance->entries[pool->first_entry + at] == number;
		write_address(backend, text);
		printf("%s %s: %s, weight %u, %u of %u entries\\n", service, text, backend->is_down ? "down" : "up",
		       backend->weight, share, pool->entries);
	}
}

int print_backends(const struct policy *policy)
{
	struct balance balance = {};
	struct about about;

	if (!read_about(policy, &about) || !open_running(policy, &balance))
		return complain("no balance of target %s is loaded", policy->target);
	if (strcmp(about.build, policy->build) != 0)
		return complain("build %.12s runs, and not this one (%.12s)", about.build, policy->build);
	for (uint32_t i = 0; i < balance.service_count && i < policy->service_count; i++) {
		const struct pool *pools = balance.services[i].pools;

		print_pool(&balance, policy->services[i], &pools[0]);
		if (pools[1].first_entry != pools[0].first_entry)
			print_pool(&balance, policy->services[i], &pools[1]);
	}
	return DONE;
}
`,
  'loader/buckets.c': `/* What limits count in, and what services remember flows in: a map for each, in a map of maps. */
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
 * limits (\`struct limit\` of the program's limits.h) have two such words before it for each word of a key.
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
		complain("room for %u buckets of %s cannot be had: %s (fewer need less: \`keys N\` in the policy)",
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
		complain("room for %u flows of %s cannot be had: %s (fewer need less: \`remember N flows\` in the policy)",
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
`,
  'loader/change.c': `/*
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

/* \`192.0.0.0/16 0:0 512:1\`: writes the block's entries behind all others; -1: this cannot be read, 0: there is no room. */
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
		line[strcspn(line, "\\n")] = '\\0';
		char *values = strchr(line, ' ');

		if (line[0] == '#' || line[0] == '\\0')
			continue;
		if (values)
			*values++ = '\\0';
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
`,
  'loader/egress.c': `/* Where packets leave by an interface: a link there (tcx), before the queues and before what tc's own commands put there (clsact). */
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader.h"

/* Headers of earlier kernels do not have it. */
#define TCX_EGRESS ((enum bpf_attach_type)47)

/* The program looks for the header of IP behind that of Ethernet. */
int check_frames(const struct interface *interface)
{
	const int socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {};

	memcpy(request.ifr_name, interface->name, sizeof request.ifr_name);
	const bool is_known = socket_ >= 0 && !ioctl(socket_, SIOCGIFHWADDR, &request);

	if (socket_ >= 0)
		close(socket_);
	if (!is_known)
		return complain("%s does not tell what its frames are: %s", interface->name, strerror(errno));
	if (request.ifr_hwaddr.sa_family == ARPHRD_ETHER || request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK)
		return DONE;
	return complain("the frames of %s are not those of Ethernet, and the program that finds the class of what leaves reads no "
			"others: take it out of \`xdp on\` in the policy, so that another plane chooses the class",
			interface->name);
}

int link_at_egress(const struct interface *interface, int program)
{
	LIBBPF_OPTS(bpf_link_create_opts, options);
	const int link = bpf_link_create(program, (int)interface->index, TCX_EGRESS, &options);

	if (link < 0)
		complain("the program classes cannot be attached to what leaves by %s: %s%s", interface->name,
			 strerror(errno), errno == EINVAL ? " (links there, tcx, came with Linux 6.6)" : "");
	return link;
}
`,
  'loader/filters.c': `/*
 * What a host has to be so that filters at XDP are all that its filters are: no packet may get to the kernel's routing past the
 * program, and none may be routed in a way that the program is not told.
 */
#include <stdio.h>
#include <string.h>

#include "loader.h"

static const struct link *link_with(const struct link *links, int count, unsigned int index)
{
	for (int i = 0; i < count; i++)
		if (links[i].index == index)
			return &links[i];
	return NULL;
}

static bool runs_on(const struct policy *policy, unsigned int index)
{
	for (int i = 0; i < policy->interface_count; i++)
		if (policy->interfaces[i].index == index)
			return true;
	return false;
}

/* Whether its frames come through an interface that the program runs on: with a tag of a VLAN or two, or as a part of it. */
static bool is_behind(const struct policy *policy, const struct link *links, int count, const struct link *link)
{
	for (int tags = 0; link && tags <= 2; tags++) {
		if (runs_on(policy, link->index) || runs_on(policy, link->master))
			return true;
		link = link->is_vlan ? link_with(links, count, link->below) : NULL;
	}
	return false;
}

static int check_links(const struct policy *policy)
{
	static struct link links[MOST_LINKS];
	const int count = list_links(links);

	if (count < 0)
		return FAILED;
	for (int i = 0; i < count; i++) {
		const struct link *link = &links[i];

		if (!link->is_up || link->is_loopback)
			continue;
		if (!is_behind(policy, links, count, link))
			return complain("packets that come in by %s would pass by the filter, for the program does not run "
					"there: name it in the policy (xdp on …), or set it down (ip link set %s down)",
					link->name, link->name);
		if (runs_on(policy, link->index) && link->master && !runs_on(policy, link->master))
			return complain("%s belongs to another interface, which may pass frames on that no filter is for: "
					"run the program there instead",
					link->name);
	}
	return DONE;
}

static int setting(const char *family, const char *interface, const char *name, bool *is_there)
{
	char path[256];
	int value = 0;

	snprintf(path, sizeof path, "/proc/sys/net/%s/conf/%s/%s", family, interface, name);
	FILE *file = fopen(path, "re");

	*is_there = file && fscanf(file, "%d", &value) == 1;
	if (file)
		fclose(file);
	return value;
}

/* Settings of interfaces by which packets are forwarded though their route says something else. */
static const struct {
	const char *family, *name, *why;
} unwanted[] = {
	{ "ipv4", "accept_source_route", "packets that name their own way" },
	{ "ipv6", "seg6_enabled", "packets that name their own way" },
	{ "ipv6", "rpl_seg_enabled", "packets that name their own way" },
	{ "ipv4", "bc_forwarding", "broadcasts" },
	{ "ipv4", "mc_forwarding", "multicasts" },
	{ "ipv6", "mc_forwarding", "multicasts" },
	{ "ipv6", "force_forwarding", "packets of IPv6 where \`forwarding\` is off" },
};

static int check_settings(const char *interface)
{
	bool is_there, is_for_all;

	for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++) {
		const char *family = unwanted[i].family, *name = unwanted[i].name;
		/* On by default, but of no effect unless it is on for the host as a whole. */
		const bool needs_both = !strcmp(name, "accept_source_route");

		if (setting(family, interface, name, &is_there) <= 0 || !is_there)
			continue;
		if (needs_both && !setting(family, "all", name, &is_for_all))
			continue;
		return complain("%s would send on %s, past the filter: sysctl -w net/%s/conf/%s/%s=0", interface,
				unwanted[i].why, family, interface, name);
	}
	const int own = setting("ipv6", interface, "forwarding", &is_there);

	if (is_there && own != setting("ipv6", "all", "forwarding", &is_for_all) && is_for_all)
		return complain("%s and the host as a whole differ in whether they forward IPv6, of which the kernel tells "
				"programs one and does the other: sysctl -w net/ipv6/conf/%s/forwarding=%d",
				interface, interface, !own);
	return DONE;
}

/* Whether there is a route for every destination. */
static bool has_default_ipv4(void)
{
	FILE *file = fopen("/proc/self/net/route", "re");
	char line[512];
	bool found = !file;

	while (!found && fgets(line, sizeof line, file)) {
		unsigned int destination, mask;

		found = sscanf(line, "%*s %x %*x %*x %*d %*d %*d %x", &destination, &mask) == 2 && !destination && !mask;
	}
	if (file)
		fclose(file);
	return found;
}

static bool has_default_ipv6(void)
{
	FILE *file = fopen("/proc/self/net/ipv6_route", "re");
	char line[512];
	bool found = !file;

	while (!found && fgets(line, sizeof line, file)) {
		unsigned int length, metric;
		char destination[33];

		/* The kernel's own entry for everything has the last metric. */
		found = sscanf(line, "%32s %x %*s %*x %*s %x", destination, &length, &metric) == 3 && !length &&
			strspn(destination, "0") == 32 && metric != 0xffffffff;
	}
	if (file)
		fclose(file);
	return found;
}

/* Programs are not told a packet for this host from one that no route is for, which the kernel would answer. */
static int check_routes(void)
{
	const char *family = !has_default_ipv4() ? "-4" : !has_default_ipv6() ? "-6" : NULL;

	if (!family)
		return DONE;
	return complain("there is no route for every destination, and a program cannot tell what has none from what is for "
			"this host: ip %s route add unreachable default metric 4294967294",
			family);
}

int check_filters(const struct policy *policy)
{
	if (!policy->filters_input && !policy->filters_forward)
		return DONE;
	if (check_links(policy) != DONE)
		return FAILED;
	for (int i = 0; i < policy->interface_count; i++)
		if (check_settings(policy->interfaces[i].name) != DONE)
			return FAILED;
	return policy->filters_input ? check_routes() : DONE;
}
`,
  'loader/forwarding.c': `/* What a host that balances has to be: its interfaces' link addresses are known, and they forward. */
#include <bpf/bpf.h>
#include <errno.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader.h"

/* \`struct interface\` of the program. */
struct known_interface {
	uint64_t mac;
	uint32_t index;
	uint32_t unused;
};

static int read_mac(const char *name, uint64_t *mac)
{
	struct ifreq request = {};
	const int handle = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int result = DONE;

	strncpy(request.ifr_name, name, sizeof request.ifr_name - 1);
	if (handle < 0 || ioctl(handle, SIOCGIFHWADDR, &request))
		result = complain("%s: its link address cannot be read: %s", name, strerror(errno));
	for (int byte = 0; byte < 6; byte++)
		*mac = *mac << 8 | (uint8_t)request.ifr_hwaddr.sa_data[byte];
	if (handle >= 0)
		close(handle);
	return result;
}

/* The kernel tells programs the way of packets only for interfaces that forward; they may begin to later. */
static void check_forwarding(const char *name, const char *family)
{
	char path[128];
	char value = '1';

	snprintf(path, sizeof path, "/proc/sys/net/%s/conf/%s/forwarding", family, name);
	FILE *file = fopen(path, "re");

	if (!file)
		return;
	if (fread(&value, 1, 1, file) != 1)
		value = '1';
	fclose(file);
	if (value == '0')
		complain("%s does not forward yet, and until it does no packet gets from there to a backend: "
			 "sysctl -w net/%s/conf/%s/forwarding=1",
			 name, family, name);
}

void check_way(const struct policy *policy, bool ipv4, bool ipv6)
{
	for (int i = 0; i < policy->interface_count; i++) {
		const char *name = policy->interfaces[i].name;

		if (ipv4)
			check_forwarding(name, "ipv4");
		if (ipv6)
			check_forwarding(name, "ipv6");
	}
}

int fill_interfaces(const struct policy *policy, int map)
{
	struct known_interface known[MOST_INTERFACES] = {};
	const uint32_t zero = 0;

	for (int i = 0; i < policy->interface_count; i++) {
		known[i].index = policy->interfaces[i].index;
		if (read_mac(policy->interfaces[i].name, &known[i].mac) != DONE)
			return FAILED;
	}
	if (bpf_map_update_elem(map, &zero, known, BPF_ANY))
		return complain("the interfaces cannot be put into their map: %s", strerror(errno));
	return DONE;
}
`,
  'loader/interfaces.c': `/* The interfaces that the program runs on: a link for each, which is pinned. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader.h"

/* Where the driver takes tags off, the program does not see them. */
static int check_tags(const struct interface *interface)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq request = { .ifr_data = (void *)&value };
	const int socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	memcpy(request.ifr_name, interface->name, sizeof request.ifr_name);
	const bool strips = socket_ >= 0 && !ioctl(socket_, SIOCETHTOOL, &request) && value.data & ETH_FLAG_RXVLAN;

	if (socket_ >= 0)
		close(socket_);
	if (!strips)
		return DONE;
	return complain("%s takes VLAN tags off before the program sees them: ethtool -K %s rxvlan off",
			interface->name, interface->name);
}

int find_interfaces(struct policy *policy)
{
	for (int i = 0; i < policy->interface_count && !policy->hook->in_namespace; i++) {
		struct interface *interface = &policy->interfaces[i];

		interface->index = if_nametoindex(interface->name);
		if (!interface->index)
			return complain("no interface %s", interface->name);
		if (policy->reads_tags && check_tags(interface) != DONE)
			return FAILED;
		if (policy->hook->at_egress && check_frames(interface) != DONE)
			return FAILED;
	}
	return DONE;
}

/* Whether the interface's link runs in the kernel's own code, not in the driver; -1: that cannot be told. */
static int is_generic(const struct interface *interface)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, running);
	struct bpf_link_info info = {};
	uint32_t size = sizeof info;

	if (bpf_obj_get_info_by_fd(interface->link, &info, &size) ||
	    bpf_xdp_query((int)interface->index, 0, &running))
		return -1;
	return running.skb_prog_id == info.prog_id;
}

/* A link stays in the mode that it was made in. */
static int check_mode(const struct interface *interface)
{
	const int generic = is_generic(interface);

	if (generic < 0)
		return complain("%s does not tell how its program runs: %s", interface->name, strerror(errno));
	if (generic == interface->generic)
		return DONE;
	return complain("a program runs on %s in %s mode already, and a replace cannot change that: "
			"%s, or take it away first (sluice-load down, then up; frames are not judged in between)",
			interface->name, generic ? "generic" : "native",
			generic ? "sluice-load replace --generic goes on so" : "leave out --generic, or \`generic\` in the policy");
}

/* The number of the interface that the link runs on; 0: that is gone. It stands at the same place for tcx. */
static uint32_t interface_of(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof info;

	return bpf_obj_get_info_by_fd(link, &info, &size) ? 0 : info.xdp.ifindex;
}

/* An interface of the same name in another network namespace is another interface. */
static int check_namespace(const struct policy *policy, const struct interface *interface)
{
	struct about about = {};

	if (interface_of(interface->link) == interface->index && read_about(policy, &about) &&
	    about.namespace == own_namespace())
		return DONE;
	return complain("a program runs on %s of another network namespace: replace it from there (nsenter --net=), or take "
			"it away first (sluice-load down)",
			interface->name);
}

static int link_at_xdp(const struct interface *interface, int program)
{
	LIBBPF_OPTS(bpf_link_create_opts, options,
		    .flags = interface->generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE);
	const int link = bpf_link_create(program, (int)interface->index, BPF_XDP, &options);

	if (link < 0)
		complain("XDP cannot be attached to %s: %s%s", interface->name, strerror(errno),
			 interface->generic ? "" : " (its driver may have none: try --generic)");
	return link;
}

int attach(const struct policy *policy, struct interface *interface, int program, int former)
{
	if (policy->hook->in_namespace)
		return attach_to_namespace(policy, interface, program, former);
	interface->link = open_pin(policy, "link_", interface->name);
	if (interface->link >= 0 && !interface_of(interface->link)) {
		close(interface->link);
		interface->link = -1;
	}
	if (interface->link >= 0) {
		LIBBPF_OPTS(bpf_link_update_opts, update, .flags = BPF_F_REPLACE, .old_prog_fd = (uint32_t)former);

		if (check_namespace(policy, interface) != DONE ||
		    (!policy->hook->at_egress && check_mode(interface) != DONE))
			return FAILED;
		if (former >= 0 && !bpf_link_update(interface->link, program, &update))
			return DONE;
		return complain("the program of %s cannot be replaced: %s", interface->name, strerror(errno));
	}
	interface->link = policy->hook->at_egress ? link_at_egress(interface, program) : link_at_xdp(interface, program);
	if (interface->link < 0)
		return FAILED;
	interface->is_new = true;
	return pin(policy, interface->link, "link_", interface->name);
}

/* Puts back what ran on the interface before: the former program, or nothing. */
void attach_former(const struct policy *policy, struct interface *interface, int former)
{
	if (interface->is_new)
		unpin(policy, "link_", interface->name);
	else if (interface->link >= 0 && former >= 0)
		bpf_link_update(interface->link, former, NULL);
	if (interface->link >= 0)
		close(interface->link);
}

/* Links of interfaces that the policy names no more. */
void detach_others(const struct policy *policy)
{
	char path[512], link[64];

	folder_path(policy, path, sizeof path);
	snprintf(link, sizeof link, "%slink_", policy->hook->pins);
	DIR *folder = opendir(path);

	for (struct dirent *entry; folder && (entry = readdir(folder));) {
		bool is_wanted = strncmp(entry->d_name, link, strlen(link)) != 0;

		for (int i = 0; i < policy->interface_count && !is_wanted; i++) {
			char own[512];

			pin_path(policy, "link_", policy->interfaces[i].name, own, sizeof own);
			is_wanted = !strcmp(strrchr(own, '/') + 1, entry->d_name);
		}
		if (!is_wanted)
			remove_pin(policy, entry->d_name);
	}
	if (folder)
		closedir(folder);
}
`,
  'loader/links.c': `/* The interfaces of the network namespace, as rtnetlink(7) lists them. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader.h"

/* What rtnetlink says of one interface. */
static struct link link_of(const struct ifinfomsg *message, int length)
{
	struct link link = {
		.index = (unsigned int)message->ifi_index,
		.is_up = message->ifi_flags & IFF_UP,
		.is_loopback = message->ifi_flags & IFF_LOOPBACK,
	};
	const struct rtattr *attribute = IFLA_RTA(message);

	for (; RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length)) {
		const void *value = RTA_DATA(attribute);
		int left = RTA_PAYLOAD(attribute);

		switch (attribute->rta_type) {
		case IFLA_IFNAME:
			strncpy(link.name, value, sizeof link.name - 1);
			break;
		case IFLA_LINK:
			memcpy(&link.below, value, sizeof link.below);
			break;
		case IFLA_MASTER:
			memcpy(&link.master, value, sizeof link.master);
			break;
		case IFLA_LINKINFO:
			for (const struct rtattr *part = value; RTA_OK(part, left); part = RTA_NEXT(part, left))
				if (part->rta_type == IFLA_INFO_KIND)
					link.is_vlan = !strcmp(RTA_DATA(part), "vlan");
			break;
		default:
			break;
		}
	}
	return link;
}

/* Puts those of one answer behind the \`count\` that there are; 1: there are more to come, 0: that was all, -1: an error. */
static int read_answer(int handle, struct link *links, int *count)
{
	static char answer[1 << 16] __attribute__((aligned(NLMSG_ALIGNTO)));
	const ssize_t size = recv(handle, answer, sizeof answer, 0);
	unsigned int left = size < 0 ? 0 : (unsigned int)size;

	if (size < 0)
		return -1;
	for (const struct nlmsghdr *header = (void *)answer; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
		if (header->nlmsg_type == NLMSG_DONE)
			return 0;
		if (header->nlmsg_type == NLMSG_ERROR || *count == MOST_LINKS)
			return -1;
		links[(*count)++] = link_of(NLMSG_DATA(header), (int)IFLA_PAYLOAD(header));
	}
	return 1;
}

int list_links(struct link links[MOST_LINKS])
{
	const struct {
		struct nlmsghdr header;
		struct ifinfomsg message;
	} request = {
		.header = {
			.nlmsg_len = sizeof request,
			.nlmsg_type = RTM_GETLINK,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
	};
	const int handle = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int count = 0, more = handle >= 0 && send(handle, &request, sizeof request, 0) >= 0 ? 1 : -1;

	while (more > 0)
		more = read_answer(handle, links, &count);
	const int error = errno;

	if (handle >= 0)
		close(handle);
	if (more < 0) {
		complain("the interfaces cannot be listed: %s", strerror(error));
		return -1;
	}
	return count;
}
`,
  'loader/loader.h': `/*
 * sluice-load: what its files share. main.c: the command line; policy.c: policy.conf; maps.c: what maps hold; buckets.c: what
 * limits count in and memories hold; memories.c: changes of that; balance.c, maglev.c, forwarding.c: backends, their tables, and the way to them; program.c: the program with
 * its maps in the kernel; interfaces.c, egress.c, links.c, namespace.c: where it runs; filters.c: what filters need of the host; pins.c: what
 * stays; replace.c: one in the place of another; change.c: other contents of its tables; sockets.c, socket-limits.c: who gets what is dispatched, and how much; stats.c: counters.
 */
#ifndef SLUICE_LOADER_H
#define SLUICE_LOADER_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/libbpf_version.h>
#include <linux/bpf.h>

#include "../program/services.h"

#if LIBBPF_MAJOR_VERSION < 1
#error "sluice-load needs libbpf 1.0 or newer"
#endif

struct bpf_object;

enum exit_code { DONE = 0, FAILED = 1, USAGE = 2, REFUSED = 3 };

#define MOST_HOOKS 3
#define MOST_INTERFACES 256
#define MOST_LINKS 4096
#define VLANS 4096

struct interface {
	char name[IF_NAMESIZE];
	unsigned int index;
	bool generic;
	uint8_t zones[VLANS + 1]; /* by VLAN; the last: untagged */
	int link;		  /* -1: none */
	bool is_new;		  /* the link was made in this run */
};

/* An interface of the network namespace. */
struct link {
	char name[IF_NAMESIZE];
	unsigned int index;
	unsigned int below;  /* that it stands on; 0: none */
	unsigned int master; /* that it is a part of; 0: none */
	bool is_up;
	bool is_loopback;
	bool is_vlan;
};

/* Buckets of a limit, or a service's memory of flows. */
struct bucket_table {
	char name[16];
	uint32_t keys;
};

/* Addresses that rules of the policy ask for. */
struct memory {
	char *name;
	int tables[2];	/* the numbers of its tables of buckets, for IPv4 and IPv6; -1: none */
	uint64_t lasts; /* nanoseconds that an address is remembered; 0: until it is forgotten */
};

/* Where in the kernel a program of the target runs. */
struct hook {
	const char *settings; /* the file with what the loader is told */
	const char *changes;  /* the one with what leads on from an earlier build */
	const char *file;     /* of the program, before \`.bpf.o\` */
	const char *program;  /* its name in there */
	const char *maps;     /* the folder with what its maps hold */
	const char *pins;     /* what names of its pins begin with */
	const char *where;    /* in messages */
	enum bpf_prog_type type;
	bool in_namespace;	 /* it runs in a network namespace, and on no interface */
	bool at_egress;		 /* it runs where packets leave by an interface */
	const char *counted[3]; /* what its counters count; the third, if there is one, in policies with limits only */
};

/* What a policy has for a hook. */
struct policy {
	const struct hook *hook;
	bool is_there;	   /* false: the policy has nothing for the hook */
	char folder[4096]; /* that the settings stand in */
	char target[128];
	char build[128];
	struct interface interfaces[MOST_INTERFACES];
	int interface_count;
	bool reads_tags;
	bool filters_input; /* \`filter input\` is carried out at XDP */
	bool filters_forward;
	char **counters;
	uint32_t counter_count;
	struct bucket_table *bucket_tables; /* by number */
	uint32_t bucket_table_count;
	struct memory *memories;
	uint32_t memory_count;
	struct bucket_table *flow_tables; /* of services that remember flows, by number */
	uint32_t flow_table_count;
	char **services; /* names, by number */
	uint32_t service_count;
	char **sockets; /* names */
	uint32_t socket_count;
	char **limited; /* names of those that have a limit */
	uint32_t limited_count;
};

/* Pinned beside the program: what it was made from. */
struct about {
	char build[128];
	uint64_t counters;  /* a hash of their names */
	uint64_t namespace; /* the network namespace that it was loaded from */
};

/* main.c: says what is wrong, and gives FAILED. */
__attribute__((format(printf, 1, 2))) int complain(const char *format, ...);

/* policy.c */
int read_policy(struct policy *policy, const struct hook *hook);
uint64_t hash_of_counters(const struct policy *policy);

/* maps.c: fills the maps that have no other contents yet. */
int fill_maps(const struct policy *policy, struct bpf_object *object);

/* buckets.c: a map for each limit, and for each service that remembers flows; those that mean the same as one of the running program go on. */
int make_buckets(const struct policy *policy, struct bpf_object *object);
int make_flows(const struct policy *policy, struct bpf_object *object);

/* maglev.c: a pool's table, to be freed; NULL: there is no memory for it. */
uint16_t *make_table(const struct backend *backends, const struct pool *pool);

/* forwarding.c */
void check_way(const struct policy *policy, bool ipv4, bool ipv6);
int fill_interfaces(const struct policy *policy, int map);

/* balance.c: what the program has to know of backends; and changes of what runs. \`arguments\`: ADDRESS up|down|weight N. */
int prepare_balance(const struct policy *policy, struct bpf_object *object);
int change_backend(const struct policy *policy, char **arguments, int count);
int print_backends(const struct policy *policy);

/* program.c: the program in the kernel, its maps filled; NULL: \`result\` says why not. */
struct bpf_object *load_program(const struct policy *policy, int *result);

/* interfaces.c; \`former\`: the program that runs now, -1: none. */
int find_interfaces(struct policy *policy);
int attach(const struct policy *policy, struct interface *interface, int program, int former);
void attach_former(const struct policy *policy, struct interface *interface, int former);
void detach_others(const struct policy *policy);

/* links.c: lists all interfaces, and gives how many there are; -1: that failed. */
int list_links(struct link links[MOST_LINKS]);

/* filters.c: whether the host is such that filters can be carried out at XDP. */
int check_filters(const struct policy *policy);

/* namespace.c: the number of the loader's own network namespace; 0: that cannot be told. */
uint64_t own_namespace(void);
/* egress.c: whether the program can read what leaves by the interface; and a link that runs it there, -1: there is none. */
int check_frames(const struct interface *interface);
int link_at_egress(const struct interface *interface, int program);

/* As \`attach\`, for a program that runs in that namespace. */
int attach_to_namespace(const struct policy *policy, struct interface *place, int program, int former);

/*
 * pins.c: what stays when the loader ends, in /sys/fs/bpf/sluice/TARGET/. A pin's name there is its hook's \`pins\`, its kind, and
 * for links the interface behind it.
 */
void folder_path(const struct policy *policy, char *path, size_t size);
void pin_path(const struct policy *policy, const char *kind, const char *name, char *path, size_t size);
/* One loader at a time. */
void wait_for_others(void);
int open_pin(const struct policy *policy, const char *kind, const char *name);
int pin(const struct policy *policy, int object, const char *kind, const char *name);
void unpin(const struct policy *policy, const char *kind, const char *name);
/* Takes a pin of the target's folder away, by its name there. What a link runs ends at once. */
void remove_pin(const struct policy *policy, const char *name);
int make_folders(const struct policy *policy);
void remove_folders(const struct policy *policy);
/* Reads what the running program was made from; false: nothing runs. */
bool read_about(const struct policy *policy, struct about *about);

/* replace.c; \`policies\`: of one target, for each hook. */
int put_in_place(struct policy *policies, int count, bool may_replace);
int take_away(const struct policy *policy);

/* change.c; \`policies\`: likewise. */
int change_tables(const struct policy *policies, int count);

/* \`struct socket_key\` of the program: what a socket is registered under. */
struct socket_key {
	char name[56];
	uint32_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	uint32_t family;   /* of the socket: 4 or 6 */
};

/* sockets.c */
struct socket_key key_of(const char *name, uint32_t protocol, uint32_t family);
int register_socket(const struct policy *policy, const char *name, int process, int descriptor);
int print_sockets(const struct policy *policy, bool prometheus);

/* socket-limits.c: gives a socket its filter, if the policy limits what it gets. */
int limit_socket(const struct policy *policy, const char *name, int socket_);
/* Whether all sockets that the policy limits have one. */
int check_limited(const struct policy *policy);
/* The filter of limits that runs, that of a loaded policy, and one in the place of the other; -1: none. */
int running_limiter(const struct policy *policy);
int limiter_of(const struct bpf_object *object);
int put_limiter(const struct policy *policy, int limiter);

/* memories.c: addresses in a memory of the running program; \`seconds\`: NULL for as long as the policy says. */
int remember(const struct policy *policy, const char *name, const char *address, const char *seconds);
int forget(const struct policy *policy, const char *name, const char *address);
int print_memory(const struct policy *policy, const char *name);

/* stats.c */
void print_quoted(const char *text);
int print_stats(const struct policy *policy, bool prometheus);

#endif
`,
  'loader/maglev.c': `/*
 * Maglev's lookup table (Eisenbud et al., NSDI 2016, section 3.4): which backend has which entry. It follows from the backends'
 * addresses, weights and the size alone, and is the table that Sluice's compiler makes of them (maglevTable, whose comment has
 * the details), so that every node and every plane has the same.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../program/jhash.h"
#include "loader.h"

#define OFFSET_SEED 0x6d61676cU
#define SKIP_SEED 0x65762121U
/* \`6:\`, and the largest number of 128 bits. */
#define LONGEST_NAME 48

/* So many bytes, at most four, as a word with the first byte lowest. */
static uint32_t word_of(const uint8_t *bytes, size_t length)
{
	uint32_t word = 0;

	for (size_t at = 0; at < length && at < 4; at++)
		word |= (uint32_t)bytes[at] << 8 * at;
	return word;
}

/* jhash() of Linux (include/linux/jhash.h), as a machine with the low byte first computes it. */
static uint32_t hash_of(const char *text, uint32_t seed)
{
	const uint8_t *bytes = (const uint8_t *)text;
	size_t left = strlen(text);
	const uint32_t initial = HASH_INITIAL + (uint32_t)left + seed;
	struct hash_state state = { initial, initial, initial };

	for (; left > 12; left -= 12, bytes += 12) {
		state.a += word_of(bytes, 4);
		state.b += word_of(bytes + 4, 4);
		state.c += word_of(bytes + 8, 4);
		hash_mix(&state);
	}
	if (left == 0)
		return state.c;
	state.a += word_of(bytes, left);
	state.b += left > 4 ? word_of(bytes + 4, left - 4) : 0;
	state.c += left > 8 ? word_of(bytes + 8, left - 8) : 0;
	return hash_final(&state);
}

/* A backend that has a share, and how far it has come in taking entries. */
struct turn {
	char name[LONGEST_NAME];
	uint16_t number;
	uint32_t weight;
	uint32_t next; /* the entry that it wants next */
	uint32_t skip;
	uint32_t taken;
};

/* \`4:167772161\`: its family, and its address as a number. */
static void write_name(const struct backend *backend, char name[LONGEST_NAME])
{
	const int length = backend->family == 4 ? 4 : 16;
	char digits[LONGEST_NAME];
	unsigned __int128 value = 0;
	int at = LONGEST_NAME - 1;

	for (int byte = 0; byte < length; byte++)
		value = value << 8 | backend->address[byte];
	digits[at] = '\\0';
	do
		digits[--at] = (char)('0' + (int)(value % 10));
	while (value /= 10);
	snprintf(name, LONGEST_NAME, "%u:%s", backend->family, digits + at);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(((const struct turn *)a)->name, ((const struct turn *)b)->name);
}

/* Those that are up and have a share, in the order in which they take turns; gives how many. */
static uint32_t take_turns(const struct backend *backends, const struct pool *pool, struct turn *turns)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < pool->backends; i++) {
		const struct backend *backend = &backends[pool->first_backend + i];

		if (backend->is_down || backend->weight == 0)
			continue;
		struct turn *turn = &turns[count++];

		write_name(backend, turn->name);
		turn->number = (uint16_t)(pool->first_backend + i);
		turn->weight = backend->weight;
		turn->next = hash_of(turn->name, OFFSET_SEED) % pool->entries;
		turn->skip = hash_of(turn->name, SKIP_SEED) % (pool->entries - 1) + 1;
		turn->taken = 0;
	}
	qsort(turns, count, sizeof *turns, compare_names);
	return count;
}

/* The backend takes the next entry of its own that is free. */
static void take_entry(struct turn *turn, uint16_t *table, uint32_t entries)
{
	uint32_t entry = turn->next;

	while (table[entry] != NO_BACKEND)
		entry = (uint32_t)(((uint64_t)entry + turn->skip) % entries);
	table[entry] = turn->number;
	turn->next = (uint32_t)(((uint64_t)entry + turn->skip) % entries);
	turn->taken++;
}

static void fill_table(struct turn *turns, uint32_t count, uint16_t *table, uint32_t entries)
{
	uint32_t left = count ? entries : 0, greatest = 0;

	for (uint32_t i = 0; i < count; i++)
		greatest = turns[i].weight > greatest ? turns[i].weight : greatest;
	for (uint64_t round = 1; left; round++)
		for (uint32_t i = 0; i < count && left; i++) {
			if (round * turns[i].weight < (uint64_t)turns[i].taken * greatest)
				continue;
			take_entry(&turns[i], table, entries);
			left--;
		}
}

uint16_t *make_table(const struct backend *backends, const struct pool *pool)
{
	uint16_t *table = malloc(pool->entries * sizeof *table);
	struct turn *turns = malloc((pool->backends + 1) * sizeof *turns);

	if (!table || !turns) {
		free(table);
		free(turns);
		return NULL;
	}
	memset(table, 0xff, pool->entries * sizeof *table);
	fill_table(turns, take_turns(backends, pool, turns), table, pool->entries);
	free(turns);
	return table;
}
`,
  'loader/main.c': `/*
 * Loads what Sluice made for XDP, for sk_lookup and for the classes of what leaves, replaces it while it runs, takes it away, and prints its counters.
 *
 *   sluice-load up [--generic]       load it where nothing of the target runs yet
 *   sluice-load replace [--generic]  the same, in the place of what runs: no packet meets both, or neither
 *   sluice-load change               change tables of what runs, from the build that this one was compiled \`--since\`
 *   sluice-load down                 take it away
 *   sluice-load stats [--prometheus] what its counters have counted, and which sockets are registered
 *   sluice-load socket NAME --pid P --fd N
 *                                    register descriptor N of process P under a name that \`dispatch\` gives packets to
 *   sluice-load backend ADDRESS down|up|weight N
 *                                    a backend of \`balance\` gets no packets, gets its own again, or another share
 *   sluice-load backends             which there are, and what share of the table each has
 *   sluice-load remember NAME ADDRESS [SECONDS]
 *                                    puts an address into a memory, for so long, or for as long as the policy says
 *   sluice-load forget NAME ADDRESS  takes it out again
 *   sluice-load memory NAME          which addresses are in there
 *
 * It reads, in its own folder, policy.conf and xdp.bpf.o (XDP), dispatch.conf and dispatch.bpf.o (sk_lookup), classes.conf and
 * classes.bpf.o (tcx at egress), whichever there is, and maps/; for a change, changes.conf, dispatch-changes.conf and
 * classes-changes.conf. What runs is pinned in /sys/fs/bpf/sluice/TARGET/: the program, a link for each interface, the counters;
 * of sk_lookup likewise with \`dispatch_\` before the name, one link for the network namespace that this runs in, and the sockets
 * with the filter that limits what they get; at egress with \`classes_\` before it.
 * (\`ip netns exec\` hides the BPF file system; \`nsenter --net=\` does not.)
 * A program is made of fresh maps each time, filled before any packet meets it, and put in the place of the old one by one
 * system call for each interface or namespace. Counters go on where the policy has the same ones, by name; else they start
 * anew. Where something fails, everything is as it was, at all hooks. Between the hooks there is no transaction: for a moment
 * one runs the new policy and the others the old; so it is between the lookup of a socket and the limit of what that gets. Buckets
 * of limits go on where a limit stayed what it was, and sockets stay registered, until they are closed.
 *
 * --generic: in the kernel's own code, for interfaces whose driver has no XDP. Slower, and behind GRO where that is on. A
 * replace goes on in the mode in which the program runs, and is an error where the other is asked for.
 *
 * Needs Linux 5.17 or newer (bpf_loop), and at egress 6.6 or newer (tcx). \`rm -r /sys/fs/bpf/sluice/TARGET\` takes everything away, too.
 *
 * Exit codes: 0 done; 1 it could not be done; 2 wrong usage; 3 the kernel's verifier refuses the program, a fault in Sluice.
 */
#include <bpf/libbpf.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loader.h"

static const struct hook hooks[MOST_HOOKS] = {
	{
		.settings = "policy.conf",
		.changes = "changes.conf",
		.file = "xdp",
		.program = "sluice",
		.maps = "maps",
		.pins = "",
		.where = "XDP",
		.type = BPF_PROG_TYPE_XDP,
		.counted = { "packets", "bytes" },
	},
	{
		.settings = "dispatch.conf",
		.changes = "dispatch-changes.conf",
		.file = "dispatch",
		.program = "dispatch",
		.maps = "maps/dispatch",
		.pins = "dispatch_",
		.where = "sk_lookup",
		.type = BPF_PROG_TYPE_SK_LOOKUP,
		.in_namespace = true,
		.counted = { "lookups", "refused", "limited" },
	},
	{
		.settings = "classes.conf",
		.changes = "classes-changes.conf",
		.file = "classes",
		.program = "classes",
		.maps = "maps/classes",
		.pins = "classes_",
		.where = "egress",
		.type = BPF_PROG_TYPE_SCHED_CLS,
		.at_egress = true,
		.counted = { "packets", "bytes" },
	},
};

enum { XDP, SK_LOOKUP };

int complain(const char *format, ...)
{
	va_list arguments;

	fputs("sluice-load: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\\n', stderr);
	return FAILED;
}

static int silent(enum libbpf_print_level level, const char *format, va_list arguments)
{
	(void)level, (void)format, (void)arguments;
	return 0;
}

static int usage(void)
{
	fputs("usage: sluice-load up|replace [--generic]\\n"
	      "       sluice-load change|down\\n"
	      "       sluice-load stats [--prometheus]\\n"
	      "       sluice-load backend ADDRESS down|up|weight N\\n"
	      "       sluice-load backends\\n"
	      "       sluice-load remember NAME ADDRESS [SECONDS]\\n"
	      "       sluice-load forget NAME ADDRESS\\n"
	      "       sluice-load memory NAME\\n"
	      "       sluice-load socket NAME --pid P --fd N\\n",
	      stderr);
	return USAGE;
}

/* What the policy has for each hook. Of one that it has nothing for, the target is known. */
static int read_policies(struct policy policies[MOST_HOOKS])
{
	for (int i = 0; i < MOST_HOOKS; i++)
		if (read_policy(&policies[i], &hooks[i]) != DONE)
			return FAILED;
	const struct policy *there = NULL;

	for (int i = MOST_HOOKS - 1; i >= 0; i--)
		if (policies[i].is_there)
			there = &policies[i];
	if (!there)
		return complain("%s: no policy.conf, no dispatch.conf and no classes.conf", policies[XDP].folder);
	for (int i = 0; i < MOST_HOOKS; i++)
		if (!policies[i].is_there)
			memcpy(policies[i].target, there->target, sizeof there->target);
	return DONE;
}

/* The number behind an option in the arguments; -1: there is none. */
static int number_of(char **arguments, int count, const char *option)
{
	for (int i = 0; i + 1 < count; i += 2) {
		char *end;
		const long number = strtol(arguments[i + 1], &end, 10);

		if (!strcmp(arguments[i], option))
			return *end || end == arguments[i + 1] || number < 0 || number > INT_MAX ? -1 : (int)number;
	}
	return -1;
}

/* socket NAME --pid P --fd N */
static int run_socket(char **arguments, int count)
{
	static struct policy policies[MOST_HOOKS];
	const int process = count == 5 ? number_of(arguments + 1, 4, "--pid") : -1;
	const int descriptor = count == 5 ? number_of(arguments + 1, 4, "--fd") : -1;

	if (process < 0 || descriptor < 0)
		return usage();
	if (read_policies(policies) != DONE)
		return FAILED;
	return register_socket(&policies[SK_LOOKUP], arguments[0], process, descriptor);
}

static int run_stats(const struct policy policies[MOST_HOOKS], bool prometheus)
{
	int result = DONE;

	for (int i = 0; i < MOST_HOOKS && result == DONE; i++)
		if (policies[i].is_there)
			result = print_stats(&policies[i], prometheus);
	return result;
}

/* \`backend\` and \`backends\`. */
static int manage_backends(char **arguments, int count)
{
	static struct policy policies[MOST_HOOKS];
	const bool changes = !strcmp(arguments[0], "backend");

	if (changes ? count < 3 : count != 1)
		return usage();
	if (read_policies(policies) != DONE)
		return FAILED;
	const int result = changes ? change_backend(&policies[XDP], arguments + 1, count - 1) : print_backends(&policies[XDP]);

	return result == USAGE ? usage() : result;
}

static bool is_of_memories(const char *command)
{
	return !strcmp(command, "remember") || !strcmp(command, "forget") || !strcmp(command, "memory");
}

/* \`remember\`, \`forget\` and \`memory\`. */
static int manage_memories(char **arguments, int count)
{
	static struct policy policies[MOST_HOOKS];
	const bool writes = !strcmp(arguments[0], "remember"), takes = !strcmp(arguments[0], "forget");

	if (writes ? count != 3 && count != 4 : takes ? count != 3 : count != 2)
		return usage();
	if (read_policies(policies) != DONE)
		return FAILED;
	if (writes)
		return remember(&policies[XDP], arguments[1], arguments[2], count == 4 ? arguments[3] : NULL);
	return takes ? forget(&policies[XDP], arguments[1], arguments[2]) : print_memory(&policies[XDP], arguments[1]);
}

int main(int count, char **arguments)
{
	static struct policy policies[MOST_HOOKS];
	const char *command = count > 1 ? arguments[1] : "";
	const char *option = count > 2 ? arguments[2] : NULL;
	const bool places = !strcmp(command, "up") || !strcmp(command, "replace");
	const bool stats = !strcmp(command, "stats"), changes = !strcmp(command, "change");
	const char *possible = places ? "--generic" : stats ? "--prometheus" : "";

	wait_for_others();
	libbpf_set_print(silent);
	if (!strcmp(command, "socket"))
		return run_socket(arguments + 2, count - 2);
	if (!strcmp(command, "backend") || !strcmp(command, "backends"))
		return manage_backends(arguments + 1, count - 1);
	if (is_of_memories(command))
		return manage_memories(arguments + 1, count - 1);
	if (count > 3 || (option && strcmp(option, possible) != 0) || (!places && !stats && !changes && strcmp(command, "down") != 0))
		return usage();
	if (read_policies(policies) != DONE)
		return FAILED;
	for (int i = 0; places && option && i < policies[XDP].interface_count; i++)
		policies[XDP].interfaces[i].generic = true;
	if (places)
		return put_in_place(policies, MOST_HOOKS, !strcmp(command, "replace"));
	if (changes)
		return change_tables(policies, MOST_HOOKS);
	return stats ? run_stats(policies, option != NULL) : take_away(&policies[XDP]);
}
`,
  'loader/maps.c': `/* What maps hold: the files of maps/, and the zones of interfaces by their numbers on this host. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader.h"

/* Copies a file of maps/ into the map of its name. */
static int fill_map(const struct policy *policy, const struct bpf_map *map)
{
	char path[5000];
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t element = (bpf_map__value_size(map) + 7) / 8 * 8;
	const size_t size = element * bpf_map__max_entries(map);

	snprintf(path, sizeof path, "%s/%s/%s.bin", policy->folder, policy->hook->maps, bpf_map__name(map));
	int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0)
		return complain("%s: %s", path, strerror(errno));
	struct stat status;

	if (fstat(file, &status) || (size_t)status.st_size != size) {
		close(file);
		return complain("%s has %lld bytes, and its map %zu: it is of another build", path,
				(long long)status.st_size, size);
	}
	char *memory =
		mmap(NULL, (size + page - 1) / page * page, PROT_WRITE | PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);
	size_t at = 0;

	while (memory != MAP_FAILED && at < size) {
		const ssize_t length = read(file, memory + at, size - at);

		if (length <= 0)
			break;
		at += (size_t)length;
	}
	const int error = errno;

	if (memory != MAP_FAILED)
		munmap(memory, (size + page - 1) / page * page);
	close(file);
	return at == size ? DONE : complain("%s cannot be copied into its map: %s", path, strerror(error));
}

static int fill_zones(const struct policy *policy, const struct bpf_map *map)
{
	for (int i = 0; i < policy->interface_count; i++) {
		const struct interface *interface = &policy->interfaces[i];

		if (bpf_map_update_elem(bpf_map__fd(map), &interface->index, interface->zones, BPF_ANY))
			return complain("the zones of %s cannot be set: %s", interface->name, strerror(errno));
	}
	return DONE;
}

int fill_maps(const struct policy *policy, struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object)
	{
		const char *name = bpf_map__name(map);
		int result = DONE;

		if (!strcmp(name, "zones"))
			result = fill_zones(policy, map);
		else if (!strcmp(name, "maglev") || !strcmp(name, "interfaces"))
			continue;
		else if (bpf_map__map_flags(map) & BPF_F_MMAPABLE && !bpf_map__is_internal(map))
			result = fill_map(policy, map);
		if (result != DONE)
			return result;
	}
	if (make_buckets(policy, object) != DONE || make_flows(policy, object) != DONE)
		return FAILED;
	return prepare_balance(policy, object);
}
`,
  'loader/memories.c': `/* What memories of the running program hold: addresses that its rules have remembered, or that are put there by hand. */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "loader.h"

/* As memories.h of the program has it: the last value but one. */
#define FOREVER (UINT64_MAX - 1)
#define NANOSECONDS 1000000000ULL

/* A key: the address, then zeros up to what keys of the program are long. */
struct key {
	uint64_t words[8];
};

static const struct memory *memory_named(const struct policy *policy, const char *name)
{
	for (uint32_t i = 0; i < policy->memory_count; i++)
		if (!strcmp(policy->memories[i].name, name))
			return &policy->memories[i];
	complain("the policy has no memory %s at XDP", name);
	return NULL;
}

/* The table of a memory for one family; -1: there is none. */
static int open_table(const struct policy *policy, const struct memory *memory, int family)
{
	const int number = memory->tables[family == AF_INET6];
	const int outer = number < 0 ? -1 : open_pin(policy, "buckets", "");
	uint32_t id;
	const int table = outer >= 0 && !bpf_map_lookup_elem(outer, &number, &id) ? bpf_map_get_fd_by_id(id) : -1;

	if (outer >= 0)
		close(outer);
	return table;
}

/* Reads an address; 0: it is none. */
static int read_key(const char *text, struct key *key)
{
	struct in6_addr address = {};
	const int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, text, &address) != 1)
		return 0;
	memset(key, 0, sizeof *key);
	if (family == AF_INET) {
		key->words[0] = ntohl(address.s6_addr32[0]);
	} else {
		memcpy(key->words, &address, sizeof address);
		key->words[0] = be64toh(key->words[0]);
		key->words[1] = be64toh(key->words[1]);
	}
	return family;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

/* The table for an address that a command names, with its key; -1: what is wrong was said. */
static int table_for(const struct policy *policy, const char *name, const char *text, struct key *key)
{
	const struct memory *memory = memory_named(policy, name);
	const int family = memory ? read_key(text, key) : 0;

	if (!memory)
		return -1;
	if (!family) {
		complain("%s is no address", text);
		return -1;
	}
	const int table = open_table(policy, memory, family);

	if (table < 0)
		complain("target %s has no memory %s for %s loaded", policy->target, name, text);
	return table;
}

int remember(const struct policy *policy, const char *name, const char *address, const char *seconds)
{
	struct key key;
	char *end = NULL;
	const unsigned long long lasts = seconds ? strtoull(seconds, &end, 10) : 0;

	if (seconds && (*end || end == seconds || lasts == 0 || lasts > INT_MAX))
		return complain("%s is no number of seconds", seconds);
	const int table = table_for(policy, name, address, &key);

	if (table < 0)
		return FAILED;
	const uint64_t own = memory_named(policy, name)->lasts;
	const uint64_t span = seconds ? lasts * NANOSECONDS : own;
	const uint64_t until = span ? now() + span : FOREVER;
	const bool failed = bpf_map_update_elem(table, &key, &until, BPF_ANY);
	const int error = errno;

	close(table);
	if (!failed)
		return DONE;
	return error == E2BIG ? complain("the memory %s has no room for one more address", name) :
				complain("%s cannot be remembered: %s", address, strerror(error));
}

int forget(const struct policy *policy, const char *name, const char *address)
{
	struct key key;
	const int table = table_for(policy, name, address, &key);

	if (table < 0)
		return FAILED;
	const bool failed = bpf_map_delete_elem(table, &key);

	close(table);
	return failed ? complain("%s is not in the memory %s", address, name) : DONE;
}

static void print_address(int family, const struct key *key, uint64_t until)
{
	struct in6_addr address = {};
	char text[INET6_ADDRSTRLEN];

	if (family == AF_INET) {
		address.s6_addr32[0] = htonl((uint32_t)key->words[0]);
	} else {
		const uint64_t words[2] = { htobe64(key->words[0]), htobe64(key->words[1]) };

		memcpy(&address, words, sizeof address);
	}
	inet_ntop(family, &address, text, sizeof text);
	if (until == FOREVER)
		printf("%s: until it is forgotten\\n", text);
	else
		printf("%s: %llu s more\\n", text, (until - now()) / NANOSECONDS);
}

int print_memory(const struct policy *policy, const char *name)
{
	static const int families[] = { AF_INET, AF_INET6 };
	const struct memory *memory = memory_named(policy, name);
	bool is_loaded = false;

	for (int i = 0; memory && i < 2; i++) {
		const int table = open_table(policy, memory, families[i]);
		struct key key = {}, next = {};
		void *before = NULL;
		uint64_t until;

		is_loaded |= table >= 0;
		for (; table >= 0 && !bpf_map_get_next_key(table, before, &next); before = &key) {
			key = next;
			if (!bpf_map_lookup_elem(table, &key, &until) && until > now() && until <= FOREVER)
				print_address(families[i], &key, until);
		}
		if (table >= 0)
			close(table);
	}
	if (memory && !is_loaded)
		return complain("target %s is not loaded", policy->target);
	return memory ? DONE : FAILED;
}
`,
  'loader/namespace.c': `/* The network namespace that a program runs in: a link, which is pinned. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loader.h"

/* The number of the link's namespace; 0: that is gone, or cannot be told. */
static uint32_t namespace_of(int link)
{
	struct bpf_link_info info = {};
	uint32_t size = sizeof info;

	return bpf_obj_get_info_by_fd(link, &info, &size) ? 0 : info.netns.netns_ino;
}

uint64_t own_namespace(void)
{
	struct stat status;

	return stat("/proc/self/ns/net", &status) ? 0 : status.st_ino;
}

static int replace_program(const struct policy *policy, const struct interface *place, int program, int former)
{
	LIBBPF_OPTS(bpf_link_update_opts, update, .flags = BPF_F_REPLACE, .old_prog_fd = (uint32_t)former);

	if (former >= 0 && !bpf_link_update(place->link, program, &update))
		return DONE;
	return complain("the program %s cannot be replaced: %s", policy->hook->program, strerror(errno));
}

int attach_to_namespace(const struct policy *policy, struct interface *place, int program, int former)
{
	const int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct stat status;

	if (own < 0 || fstat(own, &status))
		return complain("/proc/self/ns/net: %s", strerror(errno));
	place->link = open_pin(policy, "link_", place->name);
	const uint32_t running = place->link < 0 ? 0 : namespace_of(place->link);

	if (running) {
		close(own);
		if (running == status.st_ino)
			return replace_program(policy, place, program, former);
		return complain("the program %s of target %s runs in another network namespace: replace it from there "
				"(nsenter --net=), or take it away first (sluice-load down)",
				policy->hook->program, policy->target);
	}
	if (place->link >= 0)
		close(place->link);
	place->link = bpf_link_create(program, own, BPF_SK_LOOKUP, NULL);
	const int error = errno;

	close(own);
	if (place->link < 0)
		return complain("%s cannot be attached to the network namespace: %s", policy->hook->program,
				strerror(error));
	place->is_new = true;
	return pin(policy, place->link, "link_", place->name);
}
`,
  'loader/pins.c': `/* What stays when the loader ends: pins in the BPF file system. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "loader.h"

#define BPF_FILE_SYSTEM "/sys/fs/bpf"

void folder_path(const struct policy *policy, char *path, size_t size)
{
	snprintf(path, size, BPF_FILE_SYSTEM "/sluice/%s/", policy->target);
}

void pin_path(const struct policy *policy, const char *kind, const char *name, char *path, size_t size)
{
	folder_path(policy, path, size);
	const size_t start = strlen(path);

	snprintf(path + start, size - start, "%s%s%s", policy->hook->pins, kind, name);
	/* No dot can stand in a name there. */
	for (char *at = path + start; *at; at++)
		if (*at == '.')
			*at = '_';
}

void wait_for_others(void)
{
	const int folder = open(BPF_FILE_SYSTEM, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	/* Open until the loader ends. Where there is no such folder, there is nothing to wait for. */
	if (folder >= 0)
		flock(folder, LOCK_EX);
}

int open_pin(const struct policy *policy, const char *kind, const char *name)
{
	char path[512];

	pin_path(policy, kind, name, path, sizeof path);
	return bpf_obj_get(path);
}

int pin(const struct policy *policy, int object, const char *kind, const char *name)
{
	char path[512], beside[520];

	pin_path(policy, kind, name, path, sizeof path);
	snprintf(beside, sizeof beside, "%s_new", path);
	unlink(beside);
	if (bpf_obj_pin(object, beside) || rename(beside, path)) {
		complain("%s cannot be pinned: %s", path, strerror(errno));
		unlink(beside);
		return FAILED;
	}
	return DONE;
}

void unpin(const struct policy *policy, const char *kind, const char *name)
{
	char path[512];

	pin_path(policy, kind, name, path, sizeof path);
	unlink(path);
}

void remove_pin(const struct policy *policy, const char *name)
{
	char path[512];

	folder_path(policy, path, sizeof path);
	const size_t start = strlen(path);

	snprintf(path + start, sizeof path - start, "%s", name);
	const int object = bpf_obj_get(path);

	/* Without its last pin, a link would end a moment later. Nothing else can be detached. */
	if (object >= 0) {
		bpf_link_detach(object);
		close(object);
	}
	unlink(path);
}

int make_folders(const struct policy *policy)
{
	char path[512];
	struct statfs status;
	const unsigned int bpf_magic = 0xcafe4a11;

	if (statfs(BPF_FILE_SYSTEM, &status) || (unsigned int)status.f_type != bpf_magic)
		return complain("no BPF file system at %s: mount -t bpf bpf %s (\`ip netns exec\` hides it; "
				"\`nsenter --net=\` does not)",
				BPF_FILE_SYSTEM, BPF_FILE_SYSTEM);
	folder_path(policy, path, sizeof path);
	if ((mkdir(BPF_FILE_SYSTEM "/sluice", 0700) && errno != EEXIST) || (mkdir(path, 0700) && errno != EEXIST))
		return complain("%s: %s", path, strerror(errno));
	return DONE;
}

void remove_folders(const struct policy *policy)
{
	char path[512];

	folder_path(policy, path, sizeof path);
	rmdir(path);
	rmdir(BPF_FILE_SYSTEM "/sluice");
}

bool read_about(const struct policy *policy, struct about *about)
{
	const uint32_t zero = 0;
	const int map = open_pin(policy, "about", "");
	const bool is_there = map >= 0 && !bpf_map_lookup_elem(map, &zero, about);

	if (map >= 0)
		close(map);
	return is_there;
}
`,
  'loader/policy.c': `/* policy.conf, dispatch.conf: what the loader is told. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader.h"

static struct interface *interface_named(struct policy *policy, const char *name)
{
	for (int i = 0; i < policy->interface_count; i++)
		if (!strcmp(policy->interfaces[i].name, name))
			return &policy->interfaces[i];
	return NULL;
}

static bool read_interface(struct policy *policy, const char *values)
{
	struct interface *interface = &policy->interfaces[policy->interface_count];
	char mode[16];

	if (policy->interface_count == MOST_INTERFACES || sscanf(values, "%15s %15s", interface->name, mode) != 2)
		return false;
	interface->generic = !strcmp(mode, "generic");
	interface->link = -1;
	policy->interface_count++;
	return true;
}

static bool read_zone(struct policy *policy, const char *values)
{
	char name[IF_NAMESIZE];
	unsigned int from = VLANS, to = VLANS, zone;

	if (sscanf(values, "%15s untagged %u", name, &zone) != 2 &&
	    sscanf(values, "%15s %u-%u %u", name, &from, &to, &zone) != 4)
		return false;
	struct interface *interface = interface_named(policy, name);

	if (!interface || from > to || to > VLANS || zone > UINT8_MAX)
		return false;
	memset(interface->zones + from, (int)zone, to - from + 1);
	return true;
}

/* Puts a name behind those that there are. */
static bool read_name(char ***names, uint32_t *count, const char *name)
{
	char **longer = realloc(*names, (*count + 1) * sizeof *longer);

	if (!longer)
		return false;
	*names = longer;
	longer[*count] = strdup(name);
	return longer[(*count)++] != NULL;
}

/* Puts a table behind those that there are. */
static bool read_bucket_table(struct bucket_table **tables, uint32_t *count, const char *values)
{
	struct bucket_table *longer = realloc(*tables, (*count + 1) * sizeof *longer);

	if (!longer)
		return false;
	*tables = longer;
	struct bucket_table *table = &longer[(*count)++];

	return sscanf(values, "%15s %u", table->name, &table->keys) == 2;
}

/* \`0 1 3600000000000 banned\`: two tables, nanoseconds, and the name. */
static bool read_memory(struct policy *policy, const char *values)
{
	struct memory *longer = realloc(policy->memories, (policy->memory_count + 1) * sizeof *longer);
	int name = 0;

	if (!longer)
		return false;
	policy->memories = longer;
	struct memory *memory = &longer[policy->memory_count];

	if (sscanf(values, "%d %d %" SCNu64 " %n", &memory->tables[0], &memory->tables[1], &memory->lasts, &name) != 3 || !name)
		return false;
	memory->name = strdup(values + name);
	policy->memory_count++;
	return memory->name != NULL;
}

static bool read_setting(struct policy *policy, const char *word, const char *values)
{
	if (!strcmp(word, "target"))
		return sscanf(values, "%127s", policy->target) == 1 && !strchr(policy->target, '/');
	if (!strcmp(word, "build"))
		return sscanf(values, "%127s", policy->build) == 1;
	if (!strcmp(word, "interface"))
		return read_interface(policy, values);
	if (!strcmp(word, "zone"))
		return read_zone(policy, values);
	if (!strcmp(word, "counter"))
		return read_name(&policy->counters, &policy->counter_count, values);
	if (!strcmp(word, "service"))
		return read_name(&policy->services, &policy->service_count, values);
	if (!strcmp(word, "socket"))
		return read_name(&policy->sockets, &policy->socket_count, values);
	if (!strcmp(word, "limited"))
		return read_name(&policy->limited, &policy->limited_count, values);
	if (!strcmp(word, "memory"))
		return read_memory(policy, values);
	if (!strcmp(word, "buckets"))
		return read_bucket_table(&policy->bucket_tables, &policy->bucket_table_count, values);
	if (!strcmp(word, "filter") && !strcmp(values, "input"))
		return policy->filters_input = true;
	if (!strcmp(word, "filter") && !strcmp(values, "forward"))
		return policy->filters_forward = true;
	if (!strcmp(word, "flows"))
		return read_bucket_table(&policy->flow_tables, &policy->flow_table_count, values);
	if (!strcmp(word, "tags"))
		return policy->reads_tags = true;
	return false;
}

/* A namespace stands in the list of interfaces as one. */
static void add_namespace(struct policy *policy)
{
	policy->interfaces[0] = (struct interface){ .name = "netns", .link = -1 };
	policy->interface_count = 1;
}

int read_policy(struct policy *policy, const struct hook *hook)
{
	char path[5000];

	policy->hook = hook;
	ssize_t length = readlink("/proc/self/exe", policy->folder, sizeof policy->folder - 1);

	if (length < 0)
		return complain("/proc/self/exe: %s", strerror(errno));
	policy->folder[length] = '\\0';
	*strrchr(policy->folder, '/') = '\\0';
	snprintf(path, sizeof path, "%s/%s", policy->folder, hook->settings);
	FILE *file = fopen(path, "re");

	if (!file && errno == ENOENT)
		return DONE;
	if (!file)
		return complain("%s: %s", path, strerror(errno));
	char *line = NULL;
	size_t size = 0;
	int number = 0, result = DONE;

	while (result == DONE && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\\n")] = '\\0';
		if (line[0] == '#' || line[0] == '\\0')
			continue;
		char *values = strchr(line, ' ');

		if (values)
			*values++ = '\\0';
		if (!read_setting(policy, line, values ? values : ""))
			result = complain("%s:%d: this cannot be read", path, number);
	}
	free(line);
	fclose(file);
	if (result == DONE && policy->target[0] == '\\0')
		result = complain("%s: no target", path);
	if (hook->in_namespace)
		add_namespace(policy);
	policy->is_there = true;
	return result;
}

/* FNV-1a over the names of counters. */
uint64_t hash_of_counters(const struct policy *policy)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (uint32_t i = 0; i < policy->counter_count; i++) {
		const char *byte = policy->counters[i];

		do
			hash = (hash ^ (uint8_t)*byte) * 0x100000001b3;
		while (*byte++);
	}
	return hash;
}
`,
  'loader/program.c': `/* The program in the kernel, with its maps. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "loader.h"

/* The last lines of a text. */
static void print_tail(const char *text, int lines)
{
	const char *from = text + strlen(text);

	while (from > text && (from[-1] != '\\n' || from[0] == '\\0' || --lines > 0))
		from--;
	fputs(from, stderr);
}

/* Counters that go on counting are the same map. */
static void keep_counters(const struct policy *policy, struct bpf_object *object)
{
	struct about about;
	struct bpf_map *counters = bpf_object__find_map_by_name(object, "counters");
	const bool are_same = read_about(policy, &about) && about.counters == hash_of_counters(policy);
	const int map = counters && are_same ? open_pin(policy, "counters", "") : -1;

	if (map < 0)
		return;
	struct bpf_map_info info = {};
	uint32_t size = sizeof info;

	/* Those of an earlier version may count less. */
	if (bpf_obj_get_info_by_fd(map, &info, &size) || info.value_size != bpf_map__value_size(counters) ||
	    bpf_map__reuse_fd(counters, map))
		complain("the counters start anew: those that run cannot go on");
	close(map);
}

/* Sockets that are registered stay so. */
static int keep_sockets(const struct policy *policy, struct bpf_object *object)
{
	struct bpf_map *sockets = bpf_object__find_map_by_name(object, "sockets");
	const int map = sockets ? open_pin(policy, "sockets", "") : -1;

	if (map < 0)
		return DONE;
	const int error = bpf_map__reuse_fd(sockets, map);

	close(map);
	return error ? complain("the registered sockets cannot be kept: %s", strerror(-error)) : DONE;
}

/* What programs call in the kernel, and since when it is there. */
static const struct {
	enum bpf_func_id helper;
	const char *name, *since;
} needed[] = {
	{ BPF_FUNC_for_each_map_elem, "bpf_for_each_map_elem", "5.13" },
	{ BPF_FUNC_loop, "bpf_loop", "5.17" },
};

/* Says which of that the kernel does not have; false: it has all of it. */
static bool lacks_helper(const struct hook *hook)
{
	struct utsname system;
	bool lacks = false;

	uname(&system);
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (libbpf_probe_bpf_helper(hook->type, needed[i].helper, NULL) == 0) {
			complain("this kernel (%s) has no %s for programs at %s, which came with Linux %s", system.release,
				 needed[i].name, hook->where, needed[i].since);
			lacks = true;
		}
	return lacks;
}

struct bpf_object *load_program(const struct policy *policy, int *result)
{
	static char log[1 << 20];
	char path[5000];

	snprintf(path, sizeof path, "%s/%s.bpf.o", policy->folder, policy->hook->file);
	struct bpf_object *object = bpf_object__open_file(path, NULL);

	if (!object) {
		*result = complain("%s: %s", path, strerror(errno));
		return NULL;
	}
	struct bpf_program *program;

	/* The one that is refused is the last that writes there. */
	log[0] = '\\0';
	bpf_object__for_each_program(program, object)
		bpf_program__set_log_buf(program, log, sizeof log);
	keep_counters(policy, object);
	*result = keep_sockets(policy, object);
	if (*result == DONE && bpf_object__load(object)) {
		const int error = errno;

		*result = complain("the kernel does not load the program %s: %s", policy->hook->program, strerror(error));
		if (!lacks_helper(policy->hook) && log[0]) {
			*result = REFUSED;
			fprintf(stderr, "The last that its verifier says (%s.bpf.c has the lines):\\n", policy->hook->file);
			print_tail(log, 24);
		}
	} else if (*result == DONE) {
		*result = fill_maps(policy, object);
	}
	if (*result == DONE)
		return object;
	bpf_object__close(object);
	return NULL;
}
`,
  'loader/replace.c': `/* A policy's programs in the place of others, or of none. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "loader.h"

/* What is pinned of a build, besides its links. */
enum part {
	PROGRAM,
	COUNTERS,
	LIMITS,
	BUCKETS,
	FLOW_TABLES,
	FLOWS,
	SERVICES,
	BACKENDS,
	MAGLEV,
	SOCKETS,
	SOURCES,
	DESTINATIONS,
	ABOUT,
	PARTS
};

static const char *const names[PARTS] = {
	"program",  "counters", "limits", "buckets",	 "flow_tables",	     "flows", "services",
	"backends", "maglev",	"sockets", "source_ipv4", "dest_ipv4", "about",
};

/* A program on its way to its hook. */
struct placing {
	struct policy *policy;
	struct bpf_object *object; /* NULL: the policy has nothing for the hook */
	int former[PARTS];	   /* of what runs now; -1: there is none */
	int former_limiter;	   /* at sockets; -1: there is none */
	int attached;		   /* interfaces, from the first on */
};

/* Pins the parts that there are, and takes away the pins of the others (-1). */
static int pin_parts(const struct policy *policy, const int parts[PARTS])
{
	for (int i = 0; i < PARTS; i++) {
		if (parts[i] < 0)
			unpin(policy, names[i], "");
		else if (pin(policy, parts[i], names[i], "") != DONE)
			return FAILED;
	}
	return DONE;
}

/* A map that says what the program was made from. */
static int note_down(const struct policy *policy)
{
	struct about about = { .counters = hash_of_counters(policy), .namespace = own_namespace() };
	const uint32_t zero = 0;
	const int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "about", sizeof zero, sizeof about, 1, NULL);

	memcpy(about.build, policy->build, sizeof about.build);
	if (map < 0 || bpf_map_update_elem(map, &zero, &about, BPF_ANY)) {
		complain("what runs cannot be noted down: %s", strerror(errno));
		return -1;
	}
	return map;
}

/* Loads the program, with its maps filled; nothing runs it yet. */
static int prepare(struct placing *placing, struct policy *policy, bool may_replace)
{
	int result;

	placing->policy = policy;
	if (find_interfaces(policy) != DONE || check_filters(policy) != DONE)
		return FAILED;
	for (int i = 0; i < PARTS; i++)
		placing->former[i] = open_pin(policy, names[i], "");
	placing->former_limiter = running_limiter(policy);
	if (placing->former[PROGRAM] >= 0 && !may_replace)
		return complain("target %s is loaded already: sluice-load replace", policy->target);
	if (!policy->is_there)
		return DONE;
	if (check_limited(policy) != DONE)
		return FAILED;
	placing->object = load_program(policy, &result);
	return result;
}

/* Puts the program in the place of the former on all interfaces. */
static int replace(struct placing *placing)
{
	struct policy *policy = placing->policy;
	struct bpf_object *object = placing->object;

	if (!object)
		return DONE;
	int parts[PARTS];

	/* All others are maps of their names. */
	for (int i = 0; i < PARTS; i++)
		parts[i] = bpf_object__find_map_fd_by_name(object, names[i]);
	parts[PROGRAM] = bpf_program__fd(bpf_object__find_program_by_name(object, policy->hook->program));
	parts[ABOUT] = note_down(policy);
	int result = parts[ABOUT] < 0 ? FAILED : DONE;

	while (result == DONE && placing->attached < policy->interface_count)
		result = attach(policy, &policy->interfaces[placing->attached++], parts[PROGRAM],
				placing->former[PROGRAM]);
	if (result == DONE)
		result = put_limiter(policy, limiter_of(object));
	return result == DONE ? pin_parts(policy, parts) : result;
}

/* Puts back what ran at the hook before. */
static void undo(struct placing *placing)
{
	struct policy *policy = placing->policy;

	if (!placing->object)
		return;
	while (placing->attached > 0)
		attach_former(policy, &policy->interfaces[--placing->attached], placing->former[PROGRAM]);
	put_limiter(policy, placing->former_limiter);
	pin_parts(policy, placing->former);
}

/* Takes away what of the former policy has nothing in its place. */
static void finish(const struct placing *placing)
{
	detach_others(placing->policy);
	if (placing->object)
		return;
	for (int i = 0; i < PARTS; i++)
		unpin(placing->policy, names[i], "");
	unpin(placing->policy, "limiters", "");
	unpin(placing->policy, "filtered", "");
}

int put_in_place(struct policy *policies, int count, bool may_replace)
{
	struct placing placings[MOST_HOOKS] = {};
	int prepared = 0, replaced = 0, result = make_folders(&policies[0]);

	while (result == DONE && prepared < count) {
		result = prepare(&placings[prepared], &policies[prepared], may_replace);
		prepared++;
	}
	while (result == DONE && replaced < count)
		result = replace(&placings[replaced++]);
	while (result != DONE && replaced > 0)
		undo(&placings[--replaced]);
	for (int i = 0; i < prepared; i++) {
		if (result == DONE)
			finish(&placings[i]);
		bpf_object__close(placings[i].object);
	}
	/* Where something is pinned in them, they stay. */
	remove_folders(&policies[0]);
	return result;
}

int take_away(const struct policy *policy)
{
	char path[512];

	folder_path(policy, path, sizeof path);
	DIR *folder = opendir(path);

	if (!folder)
		return complain("target %s is not loaded", policy->target);
	for (struct dirent *entry; (entry = readdir(folder));)
		if (entry->d_name[0] != '.')
			remove_pin(policy, entry->d_name);
	closedir(folder);
	remove_folders(policy);
	return DONE;
}
`,
  'loader/socket-limits.c': `/*
 * Limits of sockets. A registered socket of UDP for which the policy has one gets a filter of a few instructions, which goes on, by a
 * map of programs with one element, to the filter of the policy that runs. So what a socket has stays the same when policies
 * are replaced; and when the pin of that map is gone, the filter lets everything through.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loader.h"

#define LIMITER "limiter"
/* Sockets with the filter that are known, closed ones among them. Beyond it, those that were registered first are forgotten. */
#define MOST_FILTERED 65536

static const uint32_t zero = 0;

/* Opens a map that stays over replaces, or makes it. */
static int kept_map(const struct policy *policy, const char *name, enum bpf_map_type type, uint32_t key_size,
		    uint32_t value_size, uint32_t entries)
{
	int map = open_pin(policy, name, "");

	if (map >= 0)
		return map;
	map = bpf_map_create(type, name, key_size, value_size, entries, NULL);
	if (map < 0)
		complain("there can be no map %s: %s", name, strerror(errno));
	else if (pin(policy, map, name, "") != DONE)
		close(map), map = -1;
	return map;
}

/* Key: 0. The filter of the policy that runs, if it has one. */
static int limiters_of(const struct policy *policy)
{
	return kept_map(policy, "limiters", BPF_MAP_TYPE_PROG_ARRAY, sizeof zero, sizeof zero, 1);
}

/* Key: the cookie of a socket that has the filter. */
static int filtered_of(const struct policy *policy)
{
	return kept_map(policy, "filtered", BPF_MAP_TYPE_LRU_HASH, sizeof(uint64_t), sizeof zero, MOST_FILTERED);
}

/* The filter that sockets get: on to the policy's; where it has none, all of the datagram. */
static int load_filter(int limiters)
{
	const struct bpf_insn instructions[] = {
		/* r2 = limiters: two instructions; r1 has the datagram */
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_2, .src_reg = BPF_PSEUDO_MAP_FD, .imm = limiters },
		{ .code = 0 },
		/* r3 = 0 */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = 0 },
		{ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_tail_call },
		/* return -1 */
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	const int filter = bpf_prog_load(BPF_PROG_TYPE_SOCKET_FILTER, "to_limiter", "Apache-2.0", instructions,
					 sizeof instructions / sizeof *instructions, NULL);

	if (filter < 0)
		complain("the filter of sockets cannot be loaded: %s", strerror(errno));
	return filter;
}

static bool is_limited(const struct policy *policy, const char *name)
{
	for (uint32_t i = 0; i < policy->limited_count; i++)
		if (!strcmp(policy->limited[i], name))
			return true;
	return false;
}

static int option(int socket_, int level, int name)
{
	int value = 0;
	socklen_t size = sizeof value;

	return getsockopt(socket_, level, name, &value, &size) ? 0 : value;
}

/* What of the socket would make its limit something else than the policy says. */
static int check_socket(const char *name, int socket_, bool is_ours)
{
	socklen_t instructions = 0;
	const bool has_filter = getsockopt(socket_, SOL_SOCKET, SO_GET_FILTER, NULL, &instructions) || instructions > 0;

	if (has_filter && !is_ours)
		return complain("the socket has a filter of its own, and socket %s has a limit, which would take its place", name);
	if (option(socket_, IPPROTO_UDP, UDP_GRO))
		return complain("the socket takes several datagrams for one (UDP_GRO), and socket %s has a limit of datagrams", name);
	if (option(socket_, SOL_SOCKET, SO_REUSEPORT))
		fprintf(stderr, "sluice-load: the socket may share its port (SO_REUSEPORT): register all that do, each has its own filter\\n");
	return DONE;
}

static int attach_filter(int socket_, int limiters, int filtered, uint64_t cookie)
{
	const int filter = load_filter(limiters);

	if (filter < 0)
		return FAILED;
	const int error = setsockopt(socket_, SOL_SOCKET, SO_ATTACH_BPF, &filter, sizeof filter) ? errno : 0;

	close(filter);
	if (error)
		return complain("the socket takes no filter: %s", strerror(error));
	return bpf_map_update_elem(filtered, &cookie, &zero, BPF_ANY) ?
		       complain("the socket's filter cannot be noted down: %s", strerror(errno)) : DONE;
}

int limit_socket(const struct policy *policy, const char *name, int socket_)
{
	uint64_t cookie = 0;
	uint32_t known;
	socklen_t size = sizeof cookie;

	if (!is_limited(policy, name) || option(socket_, SOL_SOCKET, SO_PROTOCOL) != IPPROTO_UDP)
		return DONE;
	const int limiters = limiters_of(policy), filtered = limiters < 0 ? -1 : filtered_of(policy);
	int result = filtered < 0 ? FAILED : DONE;

	if (result == DONE && getsockopt(socket_, SOL_SOCKET, SO_COOKIE, &cookie, &size))
		result = complain("the socket cannot be told from others: %s", strerror(errno));
	if (result == DONE) {
		const bool is_ours = !bpf_map_lookup_elem(filtered, &cookie, &known);

		result = check_socket(name, socket_, is_ours);
		if (result == DONE && !is_ours)
			result = attach_filter(socket_, limiters, filtered, cookie);
	}
	if (limiters >= 0)
		close(limiters);
	if (filtered >= 0)
		close(filtered);
	return result;
}

int check_limited(const struct policy *policy)
{
	const int sockets = policy->limited_count ? open_pin(policy, "sockets", "") : -1;
	int result = DONE;

	if (sockets < 0)
		return DONE;
	const int filtered = open_pin(policy, "filtered", "");

	for (uint32_t i = 0; i < policy->limited_count; i++)
		for (uint32_t family = 4; family <= 6; family += 2) {
			const struct socket_key key = key_of(policy->limited[i], IPPROTO_UDP, family);
			uint64_t cookie;
			uint32_t known;

			if (bpf_map_lookup_elem(sockets, &key, &cookie))
				continue;
			if (filtered < 0 || bpf_map_lookup_elem(filtered, &cookie, &known))
				result = complain("socket %s (UDP over IPv%u) has a limit now, and was registered without one: "
						  "register it with this loader, then replace",
						  policy->limited[i], family);
		}
	if (filtered >= 0)
		close(filtered);
	close(sockets);
	return result;
}

int running_limiter(const struct policy *policy)
{
	const int limiters = open_pin(policy, "limiters", "");
	uint32_t id;
	const int limiter = limiters >= 0 && !bpf_map_lookup_elem(limiters, &zero, &id) ? bpf_prog_get_fd_by_id(id) : -1;

	if (limiters >= 0)
		close(limiters);
	return limiter;
}

int put_limiter(const struct policy *policy, int limiter)
{
	const int limiters = limiter >= 0 ? limiters_of(policy) : open_pin(policy, "limiters", "");
	int result = limiter >= 0 && limiters < 0 ? FAILED : DONE;

	if (limiters < 0)
		return result;
	if (limiter < 0)
		bpf_map_delete_elem(limiters, &zero);
	else if (bpf_map_update_elem(limiters, &zero, &limiter, BPF_ANY))
		result = complain("the limits of sockets cannot be put in place: %s", strerror(errno));
	close(limiters);
	return result;
}

int limiter_of(const struct bpf_object *object)
{
	const struct bpf_program *program = bpf_object__find_program_by_name(object, LIMITER);

	return program ? bpf_program__fd(program) : -1;
}
`,
  'loader/sockets.c': `/* Sockets by the names that the policy gives them: who listens registers here, and then gets what is dispatched. */
#include <bpf/bpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loader.h"

static const struct {
	uint32_t protocol, family;
	const char *name;
} kinds[] = {
	{ IPPROTO_TCP, 4, "TCP over IPv4" },
	{ IPPROTO_TCP, 6, "TCP over IPv6" },
	{ IPPROTO_UDP, 4, "UDP over IPv4" },
	{ IPPROTO_UDP, 6, "UDP over IPv6" },
};

struct socket_key key_of(const char *name, uint32_t protocol, uint32_t family)
{
	struct socket_key key = { .protocol = protocol, .family = family };

	snprintf(key.name, sizeof key.name, "%s", name);
	return key;
}

/* Another process's descriptor as one of our own; -1: \`complain\` has said why not. */
static int descriptor_of(int process, int descriptor)
{
	const int handle = (int)syscall(SYS_pidfd_open, process, 0);

	if (handle < 0) {
		complain("there is no process %d: %s", process, strerror(errno));
		return -1;
	}
	const int own = (int)syscall(SYS_pidfd_getfd, handle, descriptor, 0);

	if (own < 0)
		complain("descriptor %d of process %d cannot be had: %s", descriptor, process, strerror(errno));
	close(handle);
	return own;
}

static int option_of(int socket_, int option)
{
	int value = -1;
	socklen_t size = sizeof value;

	return getsockopt(socket_, SOL_SOCKET, option, &value, &size) ? -1 : value;
}

/* Whether both are in one network namespace, where kernels can tell (Linux 5.14). */
static bool is_in_own_namespace(int socket_)
{
	uint64_t there = 0, here = 0;
	socklen_t size = sizeof there;
	const int own = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	const bool is_known = own >= 0 && !getsockopt(socket_, SOL_SOCKET, SO_NETNS_COOKIE, &there, &size) &&
			      !getsockopt(own, SOL_SOCKET, SO_NETNS_COOKIE, &here, &size);

	if (own >= 0)
		close(own);
	return !is_known || there == here;
}

static int put_socket(const struct policy *policy, int map, const char *name, int socket_)
{
	const int domain = option_of(socket_, SO_DOMAIN), protocol = option_of(socket_, SO_PROTOCOL);
	const uint64_t value = (uint64_t)socket_;

	if ((domain != AF_INET && domain != AF_INET6) || (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP))
		return complain("this is no socket of TCP or UDP");
	if (!is_in_own_namespace(socket_))
		return complain("the socket is in another network namespace: register it from there (nsenter --net=)");
	if (protocol == IPPROTO_TCP && option_of(socket_, SO_ACCEPTCONN) != 1)
		return complain("the socket does not listen");
	const struct socket_key key = key_of(name, (uint32_t)protocol, domain == AF_INET ? 4 : 6);

	if (limit_socket(policy, name, socket_) != DONE)
		return FAILED;
	if (!bpf_map_update_elem(map, &key, &value, BPF_ANY))
		return DONE;
	return complain("the socket cannot be registered: %s%s", strerror(errno),
			protocol == IPPROTO_UDP ? " (a socket of UDP must be bound to a port)" : "");
}

static bool is_known(const struct policy *policy, const char *name)
{
	for (uint32_t i = 0; i < policy->socket_count; i++)
		if (!strcmp(policy->sockets[i], name))
			return true;
	complain("the policy has no socket %s; it has", name);
	for (uint32_t i = 0; i < policy->socket_count; i++)
		fprintf(stderr, "  %s\\n", policy->sockets[i]);
	return false;
}

int register_socket(const struct policy *policy, const char *name, int process, int descriptor)
{
	if (!policy->is_there)
		return complain("the policy dispatches nothing by sk_lookup");
	if (!is_known(policy, name))
		return FAILED;
	const int map = open_pin(policy, "sockets", "");

	if (map < 0)
		return complain("target %s is not loaded", policy->target);
	const int own = descriptor_of(process, descriptor);
	const int result = own < 0 ? FAILED : put_socket(policy, map, name, own);

	if (own >= 0)
		close(own);
	close(map);
	return result;
}

static void print_socket(const struct policy *policy, int map, const char *name, bool prometheus)
{
	const char *separator = "";
	int registered = 0;

	if (!prometheus)
		printf("socket %s: ", name);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct socket_key key = key_of(name, kinds[i].protocol, kinds[i].family);
		uint64_t cookie;

		if (bpf_map_lookup_elem(map, &key, &cookie))
			continue;
		registered++;
		if (!prometheus)
			printf("%s%s", separator, kinds[i].name);
		separator = ", ";
	}
	if (!prometheus) {
		puts(registered ? "" : "nobody has registered");
		return;
	}
	fputs("sluice_sockets_registered{target=", stdout);
	print_quoted(policy->target);
	fputs(",socket=", stdout);
	print_quoted(name);
	printf("} %d\\n", registered);
}

int print_sockets(const struct policy *policy, bool prometheus)
{
	const int map = open_pin(policy, "sockets", "");

	if (map < 0)
		return DONE;
	if (prometheus)
		puts("# TYPE sluice_sockets_registered gauge");
	for (uint32_t i = 0; i < policy->socket_count; i++)
		print_socket(policy, map, policy->sockets[i], prometheus);
	close(map);
	return DONE;
}
`,
  'loader/stats.c': `/* What counters have counted. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader.h"

#define MOST_COUNTED 3

/* \`struct count\` of the program: of each that the hook counts. */
struct count {
	uint64_t numbers[MOST_COUNTED];
};

/* How many numbers the program counts, and how many of them the policy has a use for. */
static int count_of_numbers(const struct policy *policy)
{
	return policy->hook->counted[2] ? 3 : 2;
}

static int shown_numbers(const struct policy *policy)
{
	return policy->hook->counted[2] && policy->limited_count ? 3 : 2;
}

/* A name between quotes, as Prometheus writes it. */
void print_quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\\\')
			putchar('\\\\');
		putchar(*text);
	}
	putchar('"');
}

static void print_metric(const struct policy *policy, const struct count *counts, int which)
{
	const char *unit = policy->hook->counted[which];

	printf("# TYPE sluice_%s_total counter\\n", unit);
	for (uint32_t i = 0; i < policy->counter_count; i++) {
		printf("sluice_%s_total{target=", unit);
		print_quoted(policy->target);
		printf(",counter=");
		print_quoted(policy->counters[i]);
		printf("} %llu\\n", (unsigned long long)counts[i].numbers[which]);
	}
}

/* Adds up what the processors counted of each counter. */
static int add_up(const struct policy *policy, int map, struct count *counts)
{
	const int processors = libbpf_num_possible_cpus(), numbers = count_of_numbers(policy);
	uint64_t *own = calloc((size_t)(processors * numbers), sizeof *own);
	int result = own ? DONE : complain("out of memory");

	for (uint32_t i = 0; result == DONE && i < policy->counter_count; i++) {
		if (bpf_map_lookup_elem(map, &i, own))
			result = complain("the counter %s cannot be read: %s", policy->counters[i], strerror(errno));
		for (int at = 0; at < processors * numbers; at++)
			counts[i].numbers[at % numbers] += own[at];
	}
	free(own);
	return result;
}

static void print_counter(const struct policy *policy, const char *name, const struct count *count)
{
	printf("%s:", name);
	for (int which = 0; which < shown_numbers(policy); which++)
		printf("%s %llu %s", which ? "," : "", (unsigned long long)count->numbers[which],
		       policy->hook->counted[which]);
	putchar('\\n');
}

static int print_counters(const struct policy *policy, int map, bool prometheus)
{
	struct count *counts = calloc(policy->counter_count + 1, sizeof *counts);
	const int result = counts ? add_up(policy, map, counts) : complain("out of memory");

	for (int which = 0; result == DONE && prometheus && which < shown_numbers(policy); which++)
		print_metric(policy, counts, which);
	for (uint32_t i = 0; result == DONE && !prometheus && i < policy->counter_count; i++)
		print_counter(policy, policy->counters[i], &counts[i]);
	free(counts);
	return result;
}

int print_stats(const struct policy *policy, bool prometheus)
{
	struct about about;

	if (!read_about(policy, &about))
		return complain("target %s is not loaded", policy->target);
	if (about.counters != hash_of_counters(policy))
		return complain("build %.12s runs, which has other counters than this one (%.12s)", about.build,
				policy->build);
	const int map = open_pin(policy, "counters", "");
	const int result = map < 0 ? DONE : print_counters(policy, map, prometheus);

	if (map >= 0)
		close(map);
	return result == DONE ? print_sockets(policy, prometheus) : result;
}
`,
  'program/arrival.h': `/*
 * What the kernel does with a frame before it looks at the packet: what is not for this host, or is malformed, is left to it.
 * It throws that away, or answers.
 */
#ifndef SLUICE_ARRIVAL_H
#define SLUICE_ARRIVAL_H

#include "../policy.h"
#include "options.h"
#include "packet.h"
#include "tables.h"
#include "walk.h"

/* A sum of words of 32 bits as one of 16 bits, with what was carried over (RFC 1071). */
static __always_inline __u32 folded(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* An interface that the program runs on. The loader fills it in. */
struct interface {
	__u64 mac;
	__u32 index;
	__u32 unused;
};

struct interfaces {
	struct interface all[INTERFACES];
};

TABLE(interfaces, struct interfaces, 1);

/* The interface with this number; NULL: the program does not run on it. */
static __always_inline const struct interface *interface_of(__u32 index)
{
	const struct interfaces *known = only_element(&interfaces);

	for (int at = 0; known && at < INTERFACES; at++)
		if (known->all[at].index == index)
			return &known->all[at];
	return NULL;
}

/* Whether the link brings the frame to this host: to the interface's own address, or to a group's. */
static __always_inline int is_for_host(struct xdp_md *context)
{
	const struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);
	const struct interface *interface = interface_of(context->ingress_ifindex);

	if (!ethernet)
		return 0;
	const __u8 *to = ethernet->destination;

	return !interface || to[0] & 1 || mac_of(to) == interface->mac;
}

/* The sum of the words of a header of IPv4 without options. */
static __always_inline __u64 sum_of_header(const struct ipv4_header *header)
{
	const __u32 *words = (const __u32 *)header;

	return (__u64)words[0] + words[1] + words[2] + words[3] + words[4];
}

/* The sum over the options of IPv4: what is left of them. */
struct option_sum {
	struct xdp_md *context;
	__u32 at;
	__u32 words;
	__u64 sum;
};

/* Most words of 32 bits in the options of IPv4. */
#define MOST_OPTION_WORDS 10

static long add_word(__u64 index, struct option_sum *options)
{
	const __u32 *word = frame_at(options->context, options->at + (__u32)index * 4, sizeof *word);

	if (!word || index >= options->words)
		return 1;
	options->sum += *word;
	return 0;
}

/* The same for a header with options. */
__noinline int has_checksum_with_options(struct xdp_md *context, __u32 at)
{
	const struct ipv4_header *header = context ? frame_at(context, at, sizeof *header) : NULL;

	if (!header)
		return 0;
	struct option_sum options = {
		.context = context,
		.at = at + sizeof *header,
		.words = (header->version_and_length & 0x0f) - sizeof *header / 4,
		.sum = sum_of_header(header),
	};

	bpf_loop(MOST_OPTION_WORDS, add_word, &options, 0);
	return folded(options.sum) == 0xffff;
}

/* Whether the header of IPv4 at \`at\` has the checksum that it should have. */
static __always_inline int has_checksum(struct xdp_md *context, __u32 at)
{
	const struct ipv4_header *header = frame_at(context, at, sizeof *header);

	if (!header)
		return 0;
	if (header->version_and_length != 0x45)
		return has_checksum_with_options(context, at);
	return folded(sum_of_header(header)) == 0xffff;
}

/* Addresses that no packet of IPv6 on a link may have (ipv6_rcv). */
static __always_inline int has_possible_addresses(const struct packet *packet)
{
	const __u64 *source = packet->source, *destination = packet->destination;
	const __u32 scope = destination[0] >> 48 & 0x0f;

	if ((source[0] == 0 && source[1] == 1) || (destination[0] == 0 && destination[1] == 1))
		return 0;
	return source[0] >> 56 != 0xff && (destination[0] >> 56 != 0xff || scope > 1);
}

/* Whether the kernel would take a packet of IPv6 in. */
__noinline int is_sound_ipv6(struct xdp_md *context, struct packet *packet, struct options *options)
{
	return context && packet && options && has_possible_addresses(packet) &&
	       has_sound_options(context, packet, options, packet->end - packet->length);
}

/* Whether the kernel would take the packet in. */
static __always_inline int is_taken_in(struct xdp_md *context, struct packet *packet, struct options *options)
{
	if (!is_for_host(context))
		return 0;
	return packet->family == 4 ? has_checksum(context, packet->end - packet->length)
				   : is_sound_ipv6(context, packet, options);
}

#endif
`,
  'program/balance.h': `/*
 * Load balancing: a packet for a service goes on to the backend that its entry of the service's Maglev table names, in a header
 * of its own, or as it is, to the backend's link address. (Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load
 * Balancer", NSDI 2016.)
 *
 * Services, backends and tables are data. A backend that goes down, comes back or weighs more or less is a change of the
 * map \`maglev\`: a packet reads one entry of it, so it meets the table before or behind the change, and nothing between.
 */
#ifndef SLUICE_BALANCE_H
#define SLUICE_BALANCE_H

#include "../policy.h"
#include "arrival.h"
#if FLOW_TABLES
#include "flows.h"
#endif
#include "hash.h"
#if ASKS_SOCKETS
#include "local.h"
#endif
#include "next-hop.h"
#include "outer.h"
#include "packet.h"
#include "services.h"
#include "tables.h"
#include "walk.h"

/* The Maglev tables of all services, one behind the other; the loader makes them. */
struct maglev {
	__u16 backends[MAGLEV_ENTRIES];
};

TABLE(maglev, struct maglev, 1);

/* By what services know their packets, but for the address. */
static __always_inline __u32 balanced_of(const struct packet *packet)
{
	return packet->fragment ? 1 << 24 | packet->protocol : packet->service;
}

/* What becomes of a packet for a service; each is counted. */
enum balance_outcome {
	OUTCOME_SENT,
	OUTCOME_WITHOUT_BACKEND,
	OUTCOME_TOO_LONG, /* for the way, with its outer header */
	OUTCOME_WITHOUT_WAY,
};

#define ETHERNET sizeof(struct ethernet_header)

/* As long as the link header of a frame may be, with two tags. What is behind a shorter one is of the packet. */
struct link_header {
	struct ethernet_header ethernet;
	struct vlan_tag tags[2];
};

/*
 * To the kernel, which takes the frame in as if it had come like that: tags stay. \`hash\`: of the packet's flow.
 */
__noinline int give_to_stack(struct xdp_md *context, struct packet *packet, struct hop *hop, __u32 hash)
{
	struct link_header *link = context ? frame_at(context, 0, sizeof *link) : NULL;

	if (!link || !packet || !hop)
		return XDP_ABORTED;
	const __u32 link_length = packet->end - packet->length;
	const struct link_header own = *link;

	if (bpf_xdp_adjust_head(context, -(int)hop->outer.length))
		return XDP_ABORTED;
	link = frame_at(context, 0, sizeof *link);
	if (!link)
		return XDP_ABORTED;
	*link = own;

	__be16 *type = frame_at(context, link_length - sizeof *type, sizeof *type);

	if (!type || !write_outer(context, packet, &hop->outer, link_length, hash))
		return XDP_ABORTED;
	*type = hop->outer.type;
	return XDP_PASS;
}

/* Out of an interface, in a frame of its own. */
static __always_inline int send_out(struct xdp_md *context, struct packet *packet, struct hop *hop, __u32 hash)
{
	const __u32 link_length = packet->end - packet->length;
	const int more = (int)(link_length - ETHERNET) - (int)hop->outer.length;

	if (more && bpf_xdp_adjust_head(context, more))
		return XDP_ABORTED;
	if (hop->outer.length && !write_outer(context, packet, &hop->outer, ETHERNET, hash))
		return XDP_ABORTED;
	struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);

	if (!ethernet)
		return XDP_ABORTED;
	__builtin_memcpy(ethernet->destination, hop->destination, sizeof ethernet->destination);
	__builtin_memcpy(ethernet->source, hop->source, sizeof ethernet->source);
	ethernet->type = hop->outer.type;
	return hop->kind == HOP_BACK ? XDP_TX : (int)bpf_redirect(hop->interface, 0);
}

/* What becomes of a packet on this way; NULL: it has no backend. */
static __always_inline enum balance_outcome outcome_on(const struct packet *packet, const struct hop *hop)
{
	if (!hop)
		return OUTCOME_WITHOUT_BACKEND;
	if (hop->kind == HOP_NONE)
		return OUTCOME_WITHOUT_WAY;
	return packet->length > hop->room ? OUTCOME_TOO_LONG : OUTCOME_SENT;
}

__noinline int not_sent(struct packet *packet, __u32 counter)
{
	if (packet)
		add_to_counter(counter, packet);
	return XDP_DROP;
}

/* Sends a packet for a service to a backend. */
__noinline int balance(struct xdp_md *context, struct packet *packet, struct balancing *own, __u32 number)
{
	const struct service *service = bpf_map_lookup_elem(&services, &number);
	const struct maglev *tables = only_element(&maglev);

	if (!context || !packet || !own || !service || !tables || !is_taken_in(context, packet, &own->options))
		return XDP_PASS;
#if ASKS_SOCKETS
	if (service->local_first && is_local(context, packet))
		return XDP_PASS;
#endif
	const struct pool *pool = &service->pools[is_ipv6(packet)];
	const __u32 hash = hash_of(packet, service, number, &own->key);
	__u32 entry = pool->first_entry + ((__u64)hash * pool->entries >> 32);

	/* What is checked must be what is used, for the verifier. */
	barrier_var(entry);
	if (entry >= MAGLEV_ENTRIES)
		return XDP_PASS;
	__u32 backend = *(volatile const __u16 *)&tables->backends[entry];

#if FLOW_TABLES
	if (service->memory != NO_MEMORY)
		backend = remembered_or(packet, &own->key, service->memory, backend);
#endif
	struct hop *hop = hop_to(context, backend, service->forward);
	const enum balance_outcome outcome = outcome_on(packet, hop);

	if (!hop || outcome != OUTCOME_SENT)
		return not_sent(packet, service->first_counter + outcome);
	add_to_counter(service->first_counter + OUTCOME_SENT, packet);
	return hop->kind == HOP_STACK ? give_to_stack(context, packet, hop, hash) : send_out(context, packet, hop, hash);
}

#endif
`,
  'program/buckets.h': `/*
 * Tables of buckets: for limits, and for memories, whose buckets hold until when an address is remembered. A bucket is one word,
 * a time; once that is past, it means nothing any more.
 *
 * The policy's own header comes first, and what has the \`struct packet\` that keys are made of.
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
`,
  'program/conditions.h': `/* Conditions that no table finds: they are asked one by one, of packets that the tables have led to a rule that has them. */
#ifndef SLUICE_CONDITIONS_H
#define SLUICE_CONDITIONS_H

#include "../policy.h"
#include "pace.h"
#include "packet.h"
#include "tables.h"

enum condition_kind {
	CONDITION_MASKED,     /* field & mask == value */
	CONDITION_SAME_FIELD, /* field == other_field */
	CONDITION_PAYLOAD,    /* bytes & mask == value */
	CONDITION_SAMPLE,
	CONDITION_LIMIT,
	CONDITION_MEMORY,   /* an address is remembered */
	CONDITION_REMEMBER, /* it is from now on; always holds */
	CONDITION_FORGET,   /* it is no more; always holds */
};

struct condition {
	__u32 kind;
	__u32 negated; /* of a limit: \`over\` */
	union {
		struct {
			__u32 field; /* a number that read_field knows */
			__u32 other_field;
		};
		struct {
			__u32 first_byte; /* counted from the first behind the header of TCP or UDP */
			__u32 last_byte;  /* at most 16 of them */
		};
		struct {
			__u32 sampled; /* so many packets */
			__u32 of;      /* of so many */
		};
		struct {
			__u32 buckets_ipv4; /* a table's number, see limits.h */
			__u32 buckets_ipv6; /* the same where addresses are in no key */
			__u32 holds_when_full;
			__u32 row; /* of the table that the rule is for */
		};
		struct {
			__u32 memory_ipv4; /* a table's number, see memories.h; ABSENT: there is none for the family */
			__u32 memory_ipv6;
			__u32 of_destination; /* else of the source */
		};
	};
	union {
		struct {
			__u64 value[2]; /* the upper half first */
			__u64 mask[2];
		};
		struct pace pace;
		__u64 lasts; /* nanoseconds that something is remembered; 0: for ever */
	};
};

/* Key: a condition's number. */
TABLE(conditions, struct condition, CONDITIONS);

/* A number of 128 bits. */
struct wide {
	__u64 high;
	__u64 low;
};

/* Whether the number is what a condition wants under its mask. */
static __always_inline __u32 is_wanted(const struct wide *value, const struct condition *condition)
{
	return (value->high & condition->mask[0]) == condition->value[0] &&
	       (value->low & condition->mask[1]) == condition->value[1];
}

#if USES_MASKED || USES_SAME_FIELD
/* An address of the packet as a number. */
static __always_inline int read_address(const struct packet *packet, const __u64 *address, struct wide *value)
{
	value->high = 0;
	value->low = address[0];
	if (packet->family == 6) {
		value->high = address[0];
		value->low = address[1];
	}
	return 1;
}

/* The source MAC of the packet as a number. */
static __always_inline int read_source_mac(const struct packet *packet, struct wide *value)
{
	value->high = 0;
	value->low = packet->source_mac;
	return 1;
}

/* A field of at most 32 bits, which the packet may lack. */
static __always_inline int read_number(__u32 number, struct wide *value)
{
	value->high = 0;
	value->low = number;
	return number != ABSENT;
}

/* In xdp.bpf.c: a field's value as a number; 0: the packet lacks it. */
static int read_field(const struct packet *packet, __u32 field, struct wide *value);

static __always_inline __u32 field_is_wanted(const struct packet *packet, const struct condition *condition)
{
	struct wide value = {};

	return read_field(packet, condition->field, &value) && is_wanted(&value, condition);
}

static __always_inline __u32 fields_are_same(const struct packet *packet, const struct condition *condition)
{
	struct wide value = {}, other = {};

	return read_field(packet, condition->field, &value) && read_field(packet, condition->other_field, &other) &&
	       value.high == other.high && value.low == other.low;
}
#endif

/* The bytes as one number; of a packet that has fewer, they are nothing that could be wanted. */
static __always_inline __u32 payload_is_wanted(struct xdp_md *context, const struct packet *packet,
					       const struct condition *condition)
{
	const __u32 first = condition->first_byte, last = condition->last_byte;
	struct wide value = {};

	if (packet->payload_at == ABSENT || packet->payload_at + last >= packet->end)
		return 0;
	for (__u32 at = 0; at < 16 && first + at <= last; at++) {
		value.high = value.high << 8 | value.low >> 56;
		value.low = value.low << 8 | (byte_at(context, packet, packet->payload_at + first + at) & 0xff);
	}
	return is_wanted(&value, condition);
}

static __always_inline __u32 is_sampled(const struct condition *condition)
{
	return (__u64)bpf_get_prandom_u32() * condition->of >> 32 < condition->sampled;
}

#if USES_LIMIT
/* In limits.h: asks the packet's bucket in the table with this number, and charges it where the packet conforms. */
static enum limit_answer ask_limit(const struct packet *packet, __u32 table, const struct pace *pace);

/* Whether a limit holds; a packet without its key meets neither \`over\` nor \`up to\`. */
static __always_inline __u32 limit_holds(struct packet *packet, const struct condition *limit)
{
	const __u32 table = packet->family == 6 ? limit->buckets_ipv6 : limit->buckets_ipv4;

	packet->row = limit->row;
	switch (ask_limit(packet, table, &limit->pace)) {
	case CONFORMS:
		return !limit->negated;
	case DOES_NOT_CONFORM:
		return limit->negated;
	case TABLE_IS_FULL:
		return limit->holds_when_full;
	default:
		return 0;
	}
}
#endif

/* In memories.h. */
#if USES_MEMORY
static __u32 is_remembered(const struct packet *packet, const struct condition *condition);
#endif
#if USES_REMEMBER
static void remember(const struct packet *packet, const struct condition *condition);
#endif
#if USES_FORGET
static void forget(const struct packet *packet, const struct condition *condition);
#endif

/* Whether a condition holds of the packet. */
__noinline int holds(struct xdp_md *context, struct packet *packet, __u32 number)
{
	const struct condition *condition = bpf_map_lookup_elem(&conditions, &number);

	if (!condition || !packet || !context)
		return 0;
	switch (condition->kind) {
#if USES_MASKED
	case CONDITION_MASKED:
		return field_is_wanted(packet, condition) != condition->negated;
#endif
#if USES_SAME_FIELD
	case CONDITION_SAME_FIELD:
		return fields_are_same(packet, condition) != condition->negated;
#endif
#if USES_PAYLOAD
	case CONDITION_PAYLOAD:
		return payload_is_wanted(context, packet, condition) != condition->negated;
#endif
#if USES_SAMPLE
	case CONDITION_SAMPLE:
		return is_sampled(condition);
#endif
#if USES_LIMIT
	case CONDITION_LIMIT:
		return limit_holds(packet, condition);
#endif
#if USES_MEMORY
	case CONDITION_MEMORY:
		return is_remembered(packet, condition) != condition->negated;
#endif
#if USES_REMEMBER
	case CONDITION_REMEMBER:
		remember(packet, condition);
		return 1;
#endif
#if USES_FORGET
	case CONDITION_FORGET:
		forget(packet, condition);
		return 1;
#endif
	default:
		return 0;
	}
}

#endif
`,
  'program/filter.h': `/*
 * Stateless filters: which of them, \`input\` or \`forward\`, a packet would meet on its way through the kernel, if any. Nothing
 * else on that way changes what their rules see: the compiler takes no filter here of which that is not so.
 */
#ifndef SLUICE_FILTER_H
#define SLUICE_FILTER_H

#include "../policy.h"
#include "options.h"
#include "packet.h"
#include "walk.h"

enum way {
	WAY_INPUT,
	WAY_FORWARD,
	WAY_NONE, /* the kernel throws the packet away before, or answers it */
};

enum {
	ROUTE_IPV4 = 2, /* AF_INET */
	ROUTE_IPV6 = 10, /* AF_INET6 */
	END_OF_OPTIONS = 0,
	NO_OPERATION = 1,
	/* Bytes that options of IPv4 have at most. */
	MOST_OPTIONS_IPV4 = 40,
};

/* A frame with more VLAN tags than the program reads: some of them the kernel might take off, unseen. */
static __always_inline int has_more_tags(struct xdp_md *context)
{
	const struct vlan_tag *tag;

	for (int tags = 0; tags <= 2; tags++) {
		tag = frame_at(context, sizeof(struct ethernet_header) - sizeof tag->type + tags * sizeof *tag,
			       sizeof tag->type);
		if (!tag)
			return 0;
		const __be16 type = *(const __be16 *)tag;

		if (type != ETHERTYPE_VLAN && type != ETHERTYPE_SERVICE_VLAN)
			return 0;
	}
	return 1;
}

/* The walk over options of IPv4. */
struct options_ipv4 {
	struct xdp_md *context;
	__u32 at;
	__u32 end;
	__u32 are_sound;
};

/* On to the next option (RFC 791); 1 ends the walk. */
static long next_option(__u64 index, struct options_ipv4 *walk)
{
	const __u8 *option = frame_at(walk->context, walk->at, 1);

	(void)index;
	if (walk->at >= walk->end || (option && *option == END_OF_OPTIONS)) {
		walk->are_sound = 1;
		return 1;
	}
	if (!option)
		return 1;
	if (*option == NO_OPERATION) {
		walk->at++;
		return 0;
	}
	option = frame_at(walk->context, walk->at, 2);
	if (!option || option[1] < 2 || walk->at + option[1] > walk->end)
		return 1;
	walk->at += option[1];
	return 0;
}

/* Whether the kernel would go on behind the options of the IPv4 header at \`at\`; else it answers. */
static __always_inline int has_sound_options_ipv4(struct xdp_md *context, __u32 at)
{
	const struct ipv4_header *header = frame_at(context, at, sizeof *header);

	if (!header)
		return 0;
	struct options_ipv4 walk = {
		.context = context,
		.at = at + sizeof *header,
		.end = at + (header->version_and_length & 0x0f) * 4,
	};

	if (walk.at == walk.end)
		return 1;
	bpf_loop(MOST_OPTIONS_IPV4 + 1, next_option, &walk, 0);
	return walk.are_sound;
}

/* fe80::/10 */
static __always_inline int is_of_link(const __u64 *address)
{
	return address[0] >> 54 == 0x3fa;
}

/*
 * What is for a group, or for everybody on the link, and what does not leave the link: programs are told no route for it. What
 * is for another's address on the link, and comes here all the same, the kernel sends back there at most.
 */
static __always_inline int is_of_no_route(const struct packet *packet)
{
	if (packet->family == 6)
		return packet->destination[0] >> 56 == 0xff || is_of_link(packet->destination);
	return packet->destination[0] >> 28 == 0xe || packet->destination[0] == 0xffffffff ||
	       (packet->destination[0] == 0 && packet->source[0] == 0);
}

/* Asks the kernel for the packet's route. */
static __always_inline long ask_for_route(struct xdp_md *context, const struct packet *packet)
{
	struct bpf_fib_lookup route = {
		.ifindex = context->ingress_ifindex,
		.l4_protocol = (__u8)packet->protocol,
		.sport = packet->source_port == ABSENT ? 0 : bpf_htons((__u16)packet->source_port),
		.dport = packet->destination_port == ABSENT ? 0 : bpf_htons((__u16)packet->destination_port),
	};

	if (packet->family == 4) {
		route.family = ROUTE_IPV4;
		route.tos = (__u8)(packet->dscp << 2);
		route.ipv4_src = bpf_htonl((__u32)packet->source[0]);
		route.ipv4_dst = bpf_htonl((__u32)packet->destination[0]);
	} else {
		const __u64 source[2] = { bpf_cpu_to_be64(packet->source[0]), bpf_cpu_to_be64(packet->source[1]) };
		const __u64 destination[2] = { bpf_cpu_to_be64(packet->destination[0]),
					       bpf_cpu_to_be64(packet->destination[1]) };

		route.family = ROUTE_IPV6;
		route.flowinfo = bpf_htonl(packet->dscp << 22);
		/* With a source of its link, programs are told that nothing is forwarded, which is not so where it comes back. */
		if (!is_of_link(packet->source))
			__builtin_memcpy(route.ipv6_src, source, sizeof route.ipv6_src);
		__builtin_memcpy(route.ipv6_dst, destination, sizeof route.ipv6_dst);
	}
	return bpf_fib_lookup(context, &route, sizeof route, 0);
}

/*
 * The packet's way. What the kernel throws away in silence may be judged here or not, which is the same; what it would answer
 * must get to it; and what it takes in must be judged by the filter that it would meet.
 */
static __always_inline enum way way_of(struct xdp_md *context, const struct packet *packet)
{
	if (is_of_no_route(packet))
		return WAY_INPUT;
	switch (ask_for_route(context, packet)) {
	case BPF_FIB_LKUP_RET_BLACKHOLE:
	case BPF_FIB_LKUP_RET_UNREACHABLE:
	case BPF_FIB_LKUP_RET_PROHIBIT:
		return WAY_NONE;
	case BPF_FIB_LKUP_RET_SUCCESS:
	case BPF_FIB_LKUP_RET_NO_NEIGH:
	case BPF_FIB_LKUP_RET_UNSUPP_LWT:
	case BPF_FIB_LKUP_RET_FRAG_NEEDED:
		/* Its last hop: the kernel says so to its source. */
		return packet->ttl <= 1 ? WAY_NONE : WAY_FORWARD;
	default:
		/* For this host; or where nothing is forwarded: the kernel throws that away. */
		return WAY_INPUT;
	}
}

__noinline int first_of_filter(struct xdp_md *context, struct packet *packet)
{
	const __u32 zero = 0;
	struct scratch *own = bpf_map_lookup_elem(&scratch, &zero);

	if (!context || !packet || !own)
		return FILTER_INPUT;
	const __u32 at = packet->end - packet->length;

	if (packet->family == 4 ? !has_sound_options_ipv4(context, at) :
				  !has_sound_options(context, packet, &own->options, at))
		return (int)ABSENT;
	switch (way_of(context, packet)) {
	case WAY_INPUT:
		return FILTER_INPUT;
	case WAY_FORWARD:
		return FILTER_FORWARD;
	default:
		return (int)ABSENT;
	}
}

#endif
`,
  'program/flows.h': `/*
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
`,
  'program/hash.h': `/*
 * Which entry of a Maglev table a packet belongs to: a hash of the same bytes, with the same seed, as nftables computes it for
 * \`jhash … mod … seed …\`. So every node, and every plane, sends a flow to the same backend.
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

/* Takes in the words of the key from \`at\` on, where another block follows. */
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

/* \`number\`: of the service, which says what is hashed of such packets. */
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
`,
  'program/headers.h': `/*
 * A packet as programs know it, and the headers that it is read from: those of IPv4 and IPv6 by \`read_ipv4\` and \`read_ipv6\`. What is
 * behind them, \`parse\` in packet.h reads.
 */
#ifndef SLUICE_HEADERS_H
#define SLUICE_HEADERS_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* A field that a packet lacks. */
#define ABSENT 0xffffffffU

/* What the kernel gives a program: at XDP a frame, at tc an skb, whose first bytes lie in one piece. */
#ifdef SLUICE_AT_TC
typedef struct __sk_buff frame_t;
#else
typedef struct xdp_md frame_t;
#endif

struct packet {
	__u64 source[2]; /* IPv4: in the first; IPv6: the upper half in the first */
	__u64 destination[2];
	__u64 source_mac;
	__u32 source_port;
	__u32 destination_port;
	__u32 protocol;
	__u32 zone; /* that the frame came in by; only in programs that tell zones apart */
	__u32 row;  /* of the table that the rule at hand is for; only while a limit is asked */
	__u32 family; /* 4 or 6 */
	__u32 length; /* of the IP packet */
	__u32 end;    /* where it ends, in bytes from the start of the frame */
	__u32 vlan;
	__u32 ttl;
	__u32 dscp;
	__u32 fragment; /* 0 not a fragment, 1 the first, 2 a later one */
	__u32 service;	/* protocol, and destination port in the lower 16 bits */
	__u32 tcp_flags;
	__u32 icmp4; /* type, and code in the lower 8 bits */
	__u32 icmp6;
	__u32 payload_at; /* behind the header of TCP or UDP, in bytes from the start of the frame */
	__u32 traffic_class; /* the DSCP, and congestion in the lower 2 bits */
	__u32 transport_at;  /* IPv6: where the headers before the transport header end, from the start of the frame */
	__u32 balanced;	     /* for balance: the service, or of a fragment the protocol with bit 24; only in programs that balance */
#ifdef SLUICE_AT_TC
	__u32 mark;
#endif
};

#define ETHERTYPE_IPV4 bpf_htons(0x0800)
#define ETHERTYPE_IPV6 bpf_htons(0x86dd)
#define ETHERTYPE_VLAN bpf_htons(0x8100)	 /* IEEE 802.1Q */
#define ETHERTYPE_SERVICE_VLAN bpf_htons(0x88a8) /* IEEE 802.1ad */

enum protocol {
	HOP_BY_HOP = 0,
	ICMP = 1,
	TCP = 6,
	UDP = 17,
	DCCP = 33,
	ROUTING = 43,
	FRAGMENT = 44,
	AUTHENTICATION = 51,
	ICMPV6 = 58,
	DESTINATION_OPTIONS = 60,
	SCTP = 132,
	UDP_LITE = 136,
};

/*
 * Headers as they lie in a frame, from some even place on. Processors that run programs read numbers from anywhere, so the
 * numbers are read whole, as the kernel reads them, and not byte by byte.
 */

struct ethernet_header {
	__u8 destination[6];
	__u8 source[6];
	__be16 type;
};

struct vlan_tag {
	__be16 control; /* the lower 12 bits: the number of the VLAN */
	__be16 type;	/* of what follows */
};

struct ipv4_header {
	__u8 version_and_length; /* of the header, in fours */
	__u8 traffic_class;
	__be16 length; /* of the packet */
	__be16 identification;
	__be16 fragment; /* flags, and the offset in eights */
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
};

struct ipv6_header {
	__be16 version_and_class;
	__be16 flow;
	__be16 payload_length;
	__u8 next;
	__u8 hop_limit;
	__be64 source[2];
	__be64 destination[2];
};

/* A link address as a number. */
static __always_inline __u64 mac_of(const __u8 *bytes)
{
	return (__u64)bpf_ntohs(*(const __be16 *)bytes) << 32 | bpf_ntohl(*(const __be32 *)(bytes + 2));
}

/* Farthest into a frame that the verifier follows. Frames are shorter at XDP: they stand in one page. */
#define FARTHEST 0xff00

/* \`length\` bytes of the frame from \`offset\` on; NULL where it has fewer. */
static __always_inline void *frame_at(frame_t *context, __u32 offset, __u32 length)
{
	void *start = (void *)(long)context->data;
	void *end = (void *)(long)context->data_end;

	if (offset > FARTHEST)
		return NULL;
	return start + offset + length > end ? NULL : start + offset;
}

/* 0 for IPv4, 1 for IPv6: without a branch, so that the verifier has one path to follow. */
static __always_inline __u32 is_ipv6(const struct packet *packet)
{
	return packet->family / 2 & 1;
}

/* What the header of IPv4 (RFC 791) at \`at\` says by itself; NULL: there is none. */
static __always_inline const struct ipv4_header *read_ipv4(frame_t *context, struct packet *packet, __u32 at)
{
	const struct ipv4_header *header = frame_at(context, at, sizeof *header);

	if (!header || header->version_and_length >> 4 != 4)
		return NULL;
	packet->family = 4;
	packet->traffic_class = header->traffic_class;
	packet->dscp = header->traffic_class >> 2;
	packet->ttl = header->ttl;
	packet->protocol = header->protocol;
	packet->source[0] = bpf_ntohl(header->source);
	packet->destination[0] = bpf_ntohl(header->destination);
	return header;
}

/* The same of IPv6 (RFC 8200). The protocol is behind its extension headers. */
static __always_inline const struct ipv6_header *read_ipv6(frame_t *context, struct packet *packet, __u32 at)
{
	const struct ipv6_header *header = frame_at(context, at, sizeof *header);

	if (!header)
		return NULL;
	const __u32 version_and_class = bpf_ntohs(header->version_and_class);

	if (version_and_class >> 12 != 6)
		return NULL;
	packet->family = 6;
	packet->traffic_class = version_and_class >> 4 & 0xff;
	packet->dscp = packet->traffic_class >> 2;
	packet->ttl = header->hop_limit;
	packet->source[0] = bpf_be64_to_cpu(header->source[0]);
	packet->source[1] = bpf_be64_to_cpu(header->source[1]);
	packet->destination[0] = bpf_be64_to_cpu(header->destination[0]);
	packet->destination[1] = bpf_be64_to_cpu(header->destination[1]);
	return header;
}

#endif
`,
  'program/jhash.h': `/*
 * Bob Jenkins' hash (lookup3.c, 2006) as Linux computes it in include/linux/jhash.h: for the program, of packets, and for the
 * loader, of the names of backends.
 */
#ifndef SLUICE_JHASH_H
#define SLUICE_JHASH_H

#include <linux/types.h>

/* JHASH_INITVAL, "an arbitrary initial parameter" */
#define HASH_INITIAL 0xdeadbeefU

struct hash_state {
	__u32 a, b, c;
};

static __always_inline __u32 rotate_left(__u32 word, int bits)
{
	return word << bits | word >> (32 - bits);
}

/* __jhash_mix */
static __always_inline void hash_mix(struct hash_state *state)
{
	__u32 a = state->a, b = state->b, c = state->c;

	a = (a - c) ^ rotate_left(c, 4);
	c += b;
	b = (b - a) ^ rotate_left(a, 6);
	a += c;
	c = (c - b) ^ rotate_left(b, 8);
	b += a;
	a = (a - c) ^ rotate_left(c, 16);
	c += b;
	b = (b - a) ^ rotate_left(a, 19);
	a += c;
	c = (c - b) ^ rotate_left(b, 4);
	b += a;
	state->a = a;
	state->b = b;
	state->c = c;
}

/* __jhash_final */
static __always_inline __u32 hash_final(struct hash_state *state)
{
	__u32 a = state->a, b = state->b, c = state->c;

	c = (c ^ b) - rotate_left(b, 14);
	a = (a ^ c) - rotate_left(c, 11);
	b = (b ^ a) - rotate_left(a, 25);
	c = (c ^ b) - rotate_left(b, 16);
	a = (a ^ c) - rotate_left(c, 4);
	b = (b ^ a) - rotate_left(a, 14);
	c = (c ^ b) - rotate_left(b, 24);
	return c;
}

#endif
`,
  'program/leaving.h': `/*
 * The class of a packet that leaves: the program writes its number as the packet's priority, by which the queues behind it (HTB) know
 * the class, without any filter. It stands before them (tcx at egress), and is asked outside of their lock.
 *
 * Only what a packet and all of its fragments have in common is read: the headers of IP, without what is behind them.
 */
#ifndef SLUICE_LEAVING_H
#define SLUICE_LEAVING_H

#include "headers.h"
#include "place.h"
#include "tables.h"

/* What comes next at the hook, and then the queues, get the packet (TC_ACT_UNSPEC). */
#define GO_ON (-1)

struct rule {
	__u32 number; /* of the class; 0: it is that of the row of a table */
	__u32 field;  /* by which the row is found, as class_of_row knows it */
	__u32 column; /* of the classes that the field's value has */
	__u32 unused;
};

/* Key: a rule's number. */
TABLE(rules, struct rule, RULES);

#if CLASS_COLUMNS
/* Numbers of classes that a row of rules has: one for each rule that finds its class by the field. */
struct row_classes {
	__u32 numbers[CLASS_COLUMNS];
};

/* In the policy's own text: the number of the class that the packet's value of a field has. */
static __u32 class_of_row(const struct rows *rows, __u32 field, __u32 column);

static __always_inline __u32 class_in(void *classes_of_field, const __u32 *row, __u32 column)
{
	const struct row_classes *classes = bpf_map_lookup_elem(classes_of_field, row);

	/* What is checked must be what is used, for the verifier. */
	barrier_var(column);
	return classes && column < CLASS_COLUMNS ? classes->numbers[column] : 0;
}
#endif

/* Bytes of a frame that are read. */
#define READ_BYTES (sizeof(struct ethernet_header) + sizeof(struct ipv6_header))

/* Has the bytes that are read lie in one piece, as they mostly do. */
static __always_inline void bring_together(struct __sk_buff *context)
{
	__u64 length = (void *)(long)context->data_end - (void *)(long)context->data;

	/* The difference of pointers is one of 64 bits, for the verifier. */
	barrier_var(length);
	if (length < READ_BYTES && length < context->len)
		bpf_skb_pull_data(context, context->len < READ_BYTES ? context->len : READ_BYTES);
}

/* Reads a packet; 0: it is none of IP. A tag shows that it has left by another interface, one of a VLAN, before. */
static __always_inline int read_leaving(struct __sk_buff *context, struct packet *packet)
{
	if (context->vlan_present)
		return 0;
	bring_together(context);
	const __u32 at = sizeof(struct ethernet_header);
	const struct ethernet_header *ethernet = frame_at(context, 0, at);

	if (!ethernet)
		return 0;
	packet->mark = context->mark & MARK_BITS;
	if (ethernet->type == ETHERTYPE_IPV4)
		return read_ipv4(context, packet, at) != NULL;
	/* What protocol it is stands behind extension headers, which fragments may not have. */
	packet->protocol = ABSENT;
	return ethernet->type == ETHERTYPE_IPV6 && read_ipv6(context, packet, at);
}

/* Gives the packet the class that the rule with this number says; where there is no such rule, it stays as it is. */
static __always_inline void choose_class(struct __sk_buff *context, const struct place *place, __u32 number)
{
	const struct rule *rule = bpf_map_lookup_elem(&rules, &number);

	if (!rule)
		return;
	__u32 class = rule->number;

#if CLASS_COLUMNS
	if (!class)
		class = class_of_row(&place->rows, rule->field, rule->column);
#else
	(void)place;
#endif
	if (class)
		context->priority = class;
}

#endif
`,
  'program/limits.h': `/*
 * Limits: a bucket of tokens for each key, in tables of a bounded size. Processors share a bucket without a lock.
 *
 * What a limit is, is data: its pace stands with what asks it, what its keys are made of in \`limits\`, and its buckets in a map
 * of their own, which holds as many keys as the policy says. So this text is as long for a thousand limits as for one.
 *
 * The policy's own header comes first, and what has the \`struct packet\` that keys are made of.
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
`,
  'program/local.h': `/* \`local first\`: what a socket of this host takes stays here, so that a machine that is drained keeps its flows. */
#ifndef SLUICE_LOCAL_H
#define SLUICE_LOCAL_H

#include "packet.h"

/* The packet's addresses and ports, as the kernel looks for sockets by; gives how long that is. */
static __always_inline __u32 write_tuple(const struct packet *packet, struct bpf_sock_tuple *tuple)
{
	if (packet->family == 4) {
		tuple->ipv4.saddr = bpf_htonl(packet->source[0]);
		tuple->ipv4.daddr = bpf_htonl(packet->destination[0]);
		tuple->ipv4.sport = bpf_htons(packet->source_port);
		tuple->ipv4.dport = bpf_htons(packet->destination_port);
		return sizeof tuple->ipv4;
	}
	for (int half = 0; half < 2; half++) {
		tuple->ipv6.saddr[2 * half] = bpf_htonl(packet->source[half] >> 32);
		tuple->ipv6.saddr[2 * half + 1] = bpf_htonl(packet->source[half]);
		tuple->ipv6.daddr[2 * half] = bpf_htonl(packet->destination[half] >> 32);
		tuple->ipv6.daddr[2 * half + 1] = bpf_htonl(packet->destination[half]);
	}
	tuple->ipv6.sport = bpf_htons(packet->source_port);
	tuple->ipv6.dport = bpf_htons(packet->destination_port);
	return sizeof tuple->ipv6;
}

/* Whether a connection of this host has the packet, or a socket of it listens for it. Fragments go where all of them can. */
__noinline int is_local(struct xdp_md *context, struct packet *packet)
{
	struct bpf_sock_tuple tuple = {};
	struct bpf_sock *found = NULL;

	if (!context || !packet || packet->fragment)
		return 0;
	const __u32 length = write_tuple(packet, &tuple);

	if (packet->protocol == TCP)
		found = bpf_skc_lookup_tcp(context, &tuple, length, BPF_F_CURRENT_NETNS, 0);
	else if (packet->protocol == UDP)
		found = bpf_sk_lookup_udp(context, &tuple, length, BPF_F_CURRENT_NETNS, 0);
	if (!found)
		return 0;
	bpf_sk_release(found);
	return 1;
}

#endif
`,
  'program/memories.h': `/* Memories: addresses that packets write, each with the time until which it is remembered, in tables of a bounded size. */
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
`,
  'program/next-hop.h': `/*
 * Where a backend is: the interface, and the two link addresses, that lead to it, and the header that packets to it get. The
 * kernel's own routes and neighbours say it; what they say is kept for a moment, for asking them costs more than all the rest.
 */
#ifndef SLUICE_NEXT_HOP_H
#define SLUICE_NEXT_HOP_H

#include "../policy.h"
#include "arrival.h"
#include "outer.h"
#include "packet.h"
#include "services.h"

/*
 * How long: a route or a neighbour that changes is heeded after so many ticks of the kernel's clock at the latest. It has 100
 * to 1,000 of them in a second, and reading it costs nothing.
 */
#define HOP_LASTS 25

enum hop_kind {
	HOP_BACK,  /* out of the interface that the frame came in by */
	HOP_OTHER, /* out of another one */
	HOP_STACK, /* by the kernel, which finds out who the neighbour is, or has a way that XDP has not */
	HOP_NONE,  /* no way leads there */
};

struct hop {
	__u64 until;   /* the tick from which it has to be asked for again */
	__u32 arrived; /* the interface that it was asked for */
	__u32 kind;
	__u32 interface;
	__u32 room; /* for a packet, in bytes: what else goes in a frame is taken off */
	__u8 destination[6];
	__u8 source[6];
	struct outer outer;
};

/* Key: a backend's number. Every processor asks for itself. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BACKENDS);
	__type(key, __u32);
	__type(value, struct hop);
} hops SEC(".maps");

enum {
	SOCKET_FAMILY_IPV4 = 2,
	SOCKET_FAMILY_IPV6 = 10,
	LONGEST_PACKET = 0xffff,
};

/* Whether the route leads to the backend itself, not to a router. Behind an address of IPv4, both have zeros. */
static __always_inline int is_on_link(const struct bpf_fib_lookup *route, const struct backend *backend)
{
	const __u64 *next = (const __u64 *)route->ipv6_dst, *own = (const __u64 *)backend->address;

	return next[0] == own[0] && next[1] == own[1];
}

/* What becomes of a packet, by what the kernel says of the way to its backend. */
static __always_inline enum hop_kind kind_of_hop(long answer, const struct bpf_fib_lookup *route, __u32 arrived,
						 const struct backend *backend, __u32 forward)
{
	const int is_direct = forward == FORWARD_DIRECT;

	switch (answer) {
	case BPF_FIB_LKUP_RET_SUCCESS:
		if (is_direct && !is_on_link(route, backend))
			return HOP_NONE;
		if (route->ifindex == arrived)
			return HOP_BACK;
		if (interface_of(route->ifindex))
			return HOP_OTHER;
		break;
	case BPF_FIB_LKUP_RET_BLACKHOLE:
	case BPF_FIB_LKUP_RET_UNREACHABLE:
	case BPF_FIB_LKUP_RET_PROHIBIT:
		return HOP_NONE;
	default:
		break;
	}
	/* Without a header of its own, the packet would be for this host. */
	return is_direct ? HOP_NONE : HOP_STACK;
}

/* Asks the kernel for the way to the backend with this number. */
__noinline int ask_for_hop(struct xdp_md *context, struct hop *hop, __u32 number, __u32 forward)
{
	const struct backend *backend = bpf_map_lookup_elem(&backends, &number);

	if (!context || !hop || !backend || !make_outer(&hop->outer, number, forward))
		return 0;
	struct bpf_fib_lookup route = { .ifindex = context->ingress_ifindex };

	route.family = backend->family == 4 ? SOCKET_FAMILY_IPV4 : SOCKET_FAMILY_IPV6;
	__builtin_memcpy(route.ipv6_dst, backend->address, sizeof route.ipv6_dst);
	if (forward != FORWARD_DIRECT)
		__builtin_memcpy(route.ipv6_src, backend->source, sizeof route.ipv6_src);
	const long answer = bpf_fib_lookup(context, &route, sizeof route, 0);

	const __u32 mtu = answer == BPF_FIB_LKUP_RET_SUCCESS && route.mtu_result ? route.mtu_result : LONGEST_PACKET;

	hop->arrived = context->ingress_ifindex;
	hop->kind = kind_of_hop(answer, &route, hop->arrived, backend, forward);
	hop->interface = route.ifindex;
	hop->room = mtu > hop->outer.length ? mtu - hop->outer.length : 0;
	__builtin_memcpy(hop->destination, route.dmac, sizeof hop->destination);
	__builtin_memcpy(hop->source, route.smac, sizeof hop->source);
	return 1;
}

/* The way to the backend with this number; NULL: there is none. */
static __always_inline struct hop *hop_to(struct xdp_md *context, __u32 number, __u32 forward)
{
	struct hop *hop = bpf_map_lookup_elem(&hops, &number);
	const __u64 now = bpf_jiffies64();

	if (!hop)
		return NULL;
	if (now >= hop->until || hop->arrived != context->ingress_ifindex) {
		ask_for_hop(context, hop, number, forward);
		hop->until = now + HOP_LASTS;
	}
	return hop;
}

#endif
`,
  'program/options.h': `/* Hop-by-hop options of IPv6: which of them the kernel goes on behind. */
#ifndef SLUICE_OPTIONS_H
#define SLUICE_OPTIONS_H

#include "packet.h"
#include "walk.h"

enum {
	PAD_1 = 0,
	PAD_N = 1,
	ROUTER_ALERT = 5,
	JUMBO = 0xc2,
	MOST_PADDING = 7,
	/* As many as a header can have. */
	MOST_OPTION_BYTES = 2048,
};

/* Whether the kernel goes on behind an option that it does not know: the upper two bits of its type say so. */
static __always_inline int is_harmless(__u32 type)
{
	return type >> 6 == 0 || type == ROUTER_ALERT || type == JUMBO;
}

struct option_walk {
	struct xdp_md *context;
	struct options *options;
};

/* On to the next byte (RFC 8200, section 4.2); 1 ends the walk. */
static long next_option_byte(__u64 index, struct option_walk *own)
{
	struct options *walk = own->options;
	const __u8 *byte = frame_at(own->context, walk->at, 1);

	(void)index;
	if (walk->at >= walk->end) {
		walk->is_sound = walk->left == 0 && !walk->wants_length;
		return 1;
	}
	if (!byte)
		return 1;
	const __u32 value = *byte;

	walk->at++;
	if (walk->left) {
		walk->left--;
		/* Padding is of zeros (RFC 4942, section 2.1.9.5). */
		return walk->is_padding && value;
	}
	if (walk->wants_length) {
		walk->wants_length = 0;
		walk->left = value;
		walk->padding = walk->is_padding ? walk->padding + 2 + value : 0;
		return walk->padding > MOST_PADDING;
	}
	walk->is_padding = value <= PAD_N;
	if (value == PAD_1)
		return ++walk->padding > MOST_PADDING;
	walk->wants_length = 1;
	return !is_harmless(value);
}

/* Whether the kernel would go on behind the hop-by-hop options. */
static __always_inline int has_sound_options(struct xdp_md *context, const struct packet *packet,
					     struct options *options, __u32 at)
{
	const struct ipv6_header *header = frame_at(context, at, sizeof *header);
	struct option_walk walk = { .context = context, .options = options };

	if (!header)
		return 0;
	if (header->next != HOP_BY_HOP)
		return 1;
	header = frame_at(context, at, sizeof *header + 2);
	if (!header)
		return 0;
	options->at = at + sizeof *header + 2;
	options->end = at + sizeof *header + (((const __u8 *)(header + 1))[1] + 1) * 8;
	options->left = options->wants_length = options->padding = options->is_sound = 0;
	if (options->end > packet->end)
		return 0;
	bpf_loop(MOST_OPTION_BYTES, next_option_byte, &walk, 0);
	return options->is_sound;
}

#endif
`,
  'program/outer.h': `/*
 * The header that a packet gets on its way to a backend: of IPv4 or IPv6 (IPIP: RFC 2003, 2473, 4213), with that of GRE behind
 * it (RFC 2784). What is the same for all packets to a backend is made once.
 */
#ifndef SLUICE_OUTER_H
#define SLUICE_OUTER_H

#include "../policy.h"
#include "arrival.h"
#include "packet.h"
#include "services.h"
#include "tables.h"

struct outer {
	__u32 length; /* of all headers that are put before a packet; 0: none are */
	__be16 type;  /* of what is in the frame then */
	__u8 protocols[2]; /* of what is behind the outer header, for a packet of IPv4 and of IPv6 */
	__u32 sum; /* of IPv4: of the header's words, but for what packets differ in */
	__be32 addresses[8]; /* source and destination, one behind the other as in the header */
};

struct gre_header {
	__be16 flags;
	__be16 type; /* of what follows */
};

enum {
	PROTOCOL_IPV4 = 4,
	PROTOCOL_IPV6 = 41,
	PROTOCOL_GRE = 47,
	OUTER_TTL = 64,
};

#define DONT_FRAGMENT bpf_htons(0x4000)

static __always_inline __be16 type_of(__u32 family)
{
	return family == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6;
}

/* Key: a backend's number. */
TABLE(backends, struct backend, BACKENDS);

/* What packets to the backend with this number get; 0: there is none. */
__noinline int make_outer(struct outer *outer, __u32 number, __u32 forward)
{
	const struct backend *backend = bpf_map_lookup_elem(&backends, &number);

	if (!outer || !backend)
		return 0;
	const __u32 gre = forward == FORWARD_GRE ? sizeof(struct gre_header) : 0;
	const __be32 *source = (const __be32 *)backend->source, *destination = (const __be32 *)backend->address;
	const struct ipv4_header header = {
		.version_and_length = 0x45,
		.fragment = DONT_FRAGMENT,
		.ttl = OUTER_TTL,
		.source = source[0],
		.destination = destination[0],
	};

	outer->type = type_of(backend->family);
	outer->protocols[0] = gre ? PROTOCOL_GRE : PROTOCOL_IPV4;
	outer->protocols[1] = gre ? PROTOCOL_GRE : PROTOCOL_IPV6;
	outer->length = 0;
	if (forward == FORWARD_DIRECT)
		return 1;
	if (backend->family == 4) {
		outer->length = sizeof(struct ipv4_header) + gre;
		outer->sum = folded(sum_of_header(&header));
		outer->addresses[0] = source[0];
		outer->addresses[1] = destination[0];
		return 1;
	}
	outer->length = sizeof(struct ipv6_header) + gre;
	__builtin_memcpy(outer->addresses, source, sizeof backend->source);
	__builtin_memcpy(outer->addresses + 4, destination, sizeof backend->address);
	return 1;
}

/* Behind the outer header of IP; 0: there is no room. */
static __always_inline int write_gre(struct xdp_md *context, const struct packet *packet, __u32 at)
{
	struct gre_header *gre = frame_at(context, at, sizeof *gre);

	if (!gre)
		return 0;
	gre->flags = 0;
	gre->type = type_of(packet->family);
	return 1;
}

/*
 * IPv4, not to be fragmented on its way, so it needs no identification (RFC 6864). The packet's traffic class is that of its
 * outer header as well: service, and congestion (RFC 6040).
 */
static __always_inline int write_outer_ipv4(struct xdp_md *context, const struct packet *packet, const struct outer *outer,
					    __u32 at)
{
	struct ipv4_header *header = frame_at(context, at, sizeof *header);
	const __u32 protocol = outer->protocols[is_ipv6(packet)];
	const __be16 length = bpf_htons(packet->length + outer->length);

	if (!header)
		return 0;
	header->version_and_length = 0x45;
	header->traffic_class = packet->traffic_class;
	header->length = length;
	header->identification = 0;
	header->fragment = DONT_FRAGMENT;
	header->ttl = OUTER_TTL;
	header->protocol = protocol;
	/* The words that packets differ in: the class stands in the upper half of the first, the protocol in that of the fifth. */
	header->checksum = ~folded((__u64)outer->sum + (packet->traffic_class << 8) + length + (protocol << 8));
	header->source = outer->addresses[0];
	header->destination = outer->addresses[1];
	return protocol != PROTOCOL_GRE || write_gre(context, packet, at + sizeof *header);
}

/* IPv6. \`flow\` is a label for it, so that routers keep a flow's packets on one way. */
__noinline int write_outer_ipv6(struct xdp_md *context, struct packet *packet, struct outer *outer, __u32 at, __u32 flow)
{
	struct ipv6_header *header = context ? frame_at(context, at, sizeof *header) : NULL;

	if (!header || !packet || !outer)
		return 0;
	const __u32 protocol = outer->protocols[is_ipv6(packet)];

	header->version_and_class = bpf_htons(0x6000 | packet->traffic_class << 4 | (flow >> 16 & 0x0f));
	header->flow = bpf_htons(flow);
	header->payload_length = bpf_htons(packet->length + outer->length - sizeof *header);
	header->next = protocol;
	header->hop_limit = OUTER_TTL;
	__builtin_memcpy(header->source, outer->addresses, 2 * sizeof header->source);
	return protocol != PROTOCOL_GRE || write_gre(context, packet, at + sizeof *header);
}

/* Writes the outer headers at \`at\`; 0: there is no room. */
static __always_inline int write_outer(struct xdp_md *context, struct packet *packet, struct outer *outer, __u32 at,
				       __u32 flow)
{
	if (outer->type == ETHERTYPE_IPV4)
		return write_outer_ipv4(context, packet, outer, at);
	return write_outer_ipv6(context, packet, outer, at, flow);
}

#endif
`,
  'program/pace.h': `/* What a limit asks, and what its bucket answers. */
#ifndef SLUICE_PACE_H
#define SLUICE_PACE_H

#include <linux/types.h>

/* How fast a bucket fills, and how much it holds. */
struct pace {
	__u64 period;	/* ticks for each packet, byte or bit */
	__u64 burst;	/* packets, bytes or bits */
	__u64 clock;	/* ticks in a nanosecond */
	__u64 per_byte; /* what a byte counts; 0: packets count, one each */
};

enum limit_answer {
	DOES_NOT_CONFORM,
	CONFORMS,
	TABLE_IS_FULL,
	LACKS_KEY,
	LOST_RACE, /* another processor was faster: no answer yet */
};

#endif
`,
  'program/packet.h': `/*
 * What a frame says: \`parse\` reads Ethernet with up to two VLAN tags, IPv4 and IPv6 with their options and extension headers, and
 * transport headers, into a \`struct packet\`. Nothing is read behind the end of the frame, or of the packet.
 */
#ifndef SLUICE_PACKET_H
#define SLUICE_PACKET_H

#include "headers.h"

/* Bytes of the frame from \`at\` on. */
static __always_inline __u32 bytes_from(struct xdp_md *context, __u32 at)
{
	__u64 length = (void *)(long)context->data_end - (void *)(long)context->data;

	/* The difference of pointers is one of 64 bits, for the verifier. */
	barrier_var(length);
	return length - at;
}

/* A byte of the packet, which may be shorter than the frame (padding of the link); ABSENT behind its end. */
static __always_inline __u32 byte_at(struct xdp_md *context, const struct packet *packet, __u32 offset)
{
	const __u8 *byte = frame_at(context, offset, 1);

	return byte && offset + 1 <= packet->end ? *byte : ABSENT;
}

/* Two bytes of the packet as a number; ABSENT where they are not both there. */
static __always_inline __u32 word_at(struct xdp_md *context, const struct packet *packet, __u32 offset)
{
	const __be16 *word = frame_at(context, offset, sizeof *word);

	return word && offset + sizeof *word <= packet->end ? bpf_ntohs(*word) : ABSENT;
}

/* \`length\` bytes of the packet from \`offset\` on; NULL where it has fewer. */
static __always_inline const void *part_at(struct xdp_md *context, const struct packet *packet, __u32 offset,
					   __u32 length)
{
	const void *part = frame_at(context, offset, length);

	return offset + length <= packet->end ? part : NULL;
}

/* What transport headers with ports begin with. */
struct ports {
	__be16 source;
	__be16 destination;
};

struct tcp_header {
	struct ports ports;
	__be32 sequence;
	__be32 acknowledgment;
	__u8 length; /* of the header, in fours, in the upper half */
	__u8 flags;
	__be16 window;
	__be16 checksum;
	__be16 urgent;
};

struct udp_header {
	struct ports ports;
	__be16 length;
	__be16 checksum;
};

static __always_inline void read_ports(struct packet *packet, const struct ports *ports)
{
	packet->source_port = bpf_ntohs(ports->source);
	packet->destination_port = bpf_ntohs(ports->destination);
	packet->service = packet->protocol << 16 | packet->destination_port;
}

/* A header with ports that the packet holds no more than the beginning of: what of it is there. */
__noinline int parse_beginning(struct xdp_md *context, struct packet *packet, __u32 at)
{
	if (!context || !packet)
		return 0;
	packet->source_port = word_at(context, packet, at);
	packet->destination_port = word_at(context, packet, at + 2);
	if (packet->destination_port != ABSENT)
		packet->service = packet->protocol << 16 | packet->destination_port;
	if (packet->protocol == TCP)
		packet->tcp_flags = byte_at(context, packet, at + offsetof(struct tcp_header, flags));
	return 1;
}

/* What stands in a transport header, as far as the packet holds it. */
__noinline int parse_transport(struct xdp_md *context, struct packet *packet, __u32 at)
{
	const struct tcp_header *tcp;
	const struct udp_header *udp;
	const struct ports *ports;

	if (!context || !packet)
		return 0;
	switch (packet->protocol) {
	case TCP:
		tcp = part_at(context, packet, at, sizeof *tcp);
		if (!tcp)
			break;
		const __u32 payload = at + (tcp->length >> 4) * 4;

		packet->tcp_flags = tcp->flags;
		if (payload <= packet->end)
			packet->payload_at = payload;
		read_ports(packet, &tcp->ports);
		return 1;
	case UDP:
		udp = part_at(context, packet, at, sizeof *udp);
		if (!udp)
			break;
		packet->payload_at = at + sizeof *udp;
		read_ports(packet, &udp->ports);
		return 1;
	case UDP_LITE:
	case DCCP:
	case SCTP:
		ports = part_at(context, packet, at, sizeof *ports);
		if (!ports)
			break;
		read_ports(packet, ports);
		return 1;
	case ICMP:
		if (packet->family == 4)
			packet->icmp4 = word_at(context, packet, at);
		return 1;
	case ICMPV6:
		if (packet->family == 6)
			packet->icmp6 = word_at(context, packet, at);
		return 1;
	default:
		return 1;
	}
	return parse_beginning(context, packet, at);
}

/*
 * IPv4 (RFC 791) from \`at\` on. What is malformed or cut off is not judged: the kernel throws it away.
 *
 * A function of its own, as that for IPv6 is: the verifier goes through it once, and not for each number of tags before it.
 */
__noinline int parse_ipv4(struct xdp_md *context, struct packet *packet, __u32 at)
{
	const struct ipv4_header *header = context && packet ? read_ipv4(context, packet, at) : NULL;

	if (!header)
		return 0;
	const __u32 length = bytes_from(context, at);
	const __u32 header_length = (header->version_and_length & 0x0f) * 4;
	const __u32 fragment = bpf_ntohs(header->fragment);

	packet->length = bpf_ntohs(header->length);
	if (header_length < sizeof *header || packet->length < header_length || packet->length > length)
		return 0;
	packet->end = at + packet->length;
	if (fragment & 0x1fff) {
		packet->fragment = 2;
		return 1;
	}
	packet->fragment = fragment & 0x2000 ? 1 : 0;
	parse_transport(context, packet, at + header_length);
	return 1;
}

/* The walk over the extension headers of IPv6. The header at hand is of the packet's \`protocol\`, and at its \`transport_at\`. */
struct extensions {
	struct xdp_md *context;
	struct packet *packet;
};

/* As many as fit into the longest packet, eight bytes each. */
#define MOST_EXTENSIONS 8192

static __always_inline int is_extension(__u32 protocol)
{
	return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == FRAGMENT || protocol == DESTINATION_OPTIONS;
}

/* On to the header behind an extension header; 1 ends the walk. */
static long skip_extension(__u64 index, struct extensions *walk)
{
	struct packet *packet = walk->packet;
	const __u32 at = packet->transport_at;
	const __u8 *header;

	(void)index;
	switch (packet->protocol) {
	case FRAGMENT:
		header = part_at(walk->context, packet, at, 8);
		if (!header)
			break;
		const __u32 offset = ((__u32)header[2] << 8 | header[3]) & 0xfff8;

		/* At offset 0 with no more to come, a fragment is whole by itself (RFC 6946). */
		if (offset || header[3] & 1)
			packet->fragment = offset ? 2 : 1;
		/* What an extension header would lead to is not in a later fragment. */
		packet->protocol = offset && (is_extension(header[0]) || header[0] == AUTHENTICATION) ? ABSENT : header[0];
		packet->transport_at = at + 8;
		return offset != 0;
	case HOP_BY_HOP:
	case ROUTING:
	case DESTINATION_OPTIONS:
		header = part_at(walk->context, packet, at, 2);
		if (!header)
			break;
		packet->protocol = header[0];
		packet->transport_at = at + (header[1] + 1) * 8;
		return 0;
	default:
		return 1;
	}
	packet->protocol = ABSENT;
	return 1;
}

/* IPv6 with its extension headers (RFC 8200); an authentication header is a protocol, as in IPv4. */
__noinline int parse_ipv6(struct xdp_md *context, struct packet *packet, __u32 at)
{
	const struct ipv6_header *header = context && packet ? read_ipv6(context, packet, at) : NULL;

	if (!header)
		return 0;
	const __u32 length = bytes_from(context, at);

	packet->length = sizeof *header + bpf_ntohs(header->payload_length);
	/* The length of a jumbogram (RFC 2675) stands in an option: it is all that there is. */
	if (header->payload_length == 0 && header->next == HOP_BY_HOP)
		packet->length = length;
	if (packet->length > length)
		return 0;
	packet->end = at + packet->length;
	packet->fragment = 0;
	packet->protocol = header->next;
	packet->transport_at = at + sizeof *header;

	struct extensions walk = { .context = context, .packet = packet };

	if (is_extension(header->next))
		bpf_loop(MOST_EXTENSIONS, skip_extension, &walk, 0);
	if (packet->protocol != ABSENT && packet->fragment != 2)
		parse_transport(context, packet, packet->transport_at);
	return 1;
}

/* Reads a frame; 0: it carries no IP packet, or a malformed one. */
__noinline int parse(struct xdp_md *context, struct packet *packet)
{
	const struct ethernet_header *ethernet = frame_at(context, 0, sizeof *ethernet);
	__u32 at = sizeof *ethernet;

	if (!ethernet || !packet)
		return 0;
	packet->source_mac = mac_of(ethernet->source);
	packet->vlan = ABSENT;
	packet->service = packet->source_port = packet->destination_port = ABSENT;
	packet->tcp_flags = packet->icmp4 = packet->icmp6 = packet->payload_at = ABSENT;

	__be16 type = ethernet->type;
	for (int tags = 0; tags < 2 && (type == ETHERTYPE_VLAN || type == ETHERTYPE_SERVICE_VLAN); tags++) {
		const struct vlan_tag *tag = frame_at(context, at, sizeof *tag);

		if (!tag)
			return 0;
		if (tags == 0)
			packet->vlan = bpf_ntohs(tag->control) & 0x0fff;
		type = tag->type;
		at += sizeof *tag;
	}
	if (type == ETHERTYPE_IPV4)
		return parse_ipv4(context, packet, at);
	if (type == ETHERTYPE_IPV6)
		return parse_ipv6(context, packet, at);
	return 0;
}

#endif
`,
  'program/place.h': `/*
 * How far a packet's rules have been asked. For each field that rules test there is a row of bits, one for each rule; those
 * that the packet may meet have their bit in all of its rows, and are asked in their order.
 *
 * The policy's own header comes first: it has the sizes, and \`struct rows\`.
 */
#ifndef SLUICE_PLACE_H
#define SLUICE_PLACE_H

#include "tables.h"

/* A row: a bit for each word behind it that is not empty, where there are so many; then a bit for each rule. */
struct rule_bits {
	__u64 words[RULE_SUMMARIES + RULE_WORDS];
};

/* How far a packet's rules have been asked. */
struct place {
	struct rows rows;
	__u32 word;
	__u32 next_summary;
	__u64 bits;    /* rules of the word that the packet may meet and that were not asked yet */
	__u64 summary; /* of the summary before the next: words that were not looked at yet */
	__u32 service; /* at XDP: that has the packet; ABSENT: none */
	__u32 unused;
};

/* In the policy's own text: the bits of one word that all these rows have. */
static __u64 common_bits(const struct rows *rows, __u32 word);

/* One word of a row. */
static __always_inline __u64 word_of_row(void *rules_of_field, const __u32 *row, __u32 word)
{
	const struct rule_bits *bits = bpf_map_lookup_elem(rules_of_field, row);

	return bits ? bits->words[word] : 0;
}

/* The rules of one word that the packet may meet. */
static __always_inline __u64 rules_in_word(const struct place *place, __u32 word)
{
	/* What is checked must be what is used, for the verifier: not some other number that the compiler knows it from. */
	barrier_var(word);
	return word < RULE_WORDS ? common_bits(&place->rows, RULE_SUMMARIES + word) : 0;
}

#if RULE_SUMMARIES
/* The words of one summary that are empty in no field's row. */
static __always_inline __u64 words_in_summary(const struct place *place, __u32 summary)
{
	barrier_var(summary);
	return summary < RULE_SUMMARIES ? common_bits(&place->rows, summary) : 0;
}
#endif

/* The number of the lowest bit that is set, by the place of that bit in a de Bruijn sequence; \`bits\` is not 0. */
static __always_inline __u32 lowest_bit(__u64 bits)
{
	static const __u8 numbers[64] = {
		0,  1,	2,  53, 3,  7,	54, 27, 4,  38, 41, 8,	34, 55, 48, 28, 62, 5,	39, 46, 44, 42,
		22, 9,	24, 35, 59, 56, 49, 18, 29, 11, 63, 52, 6,  26, 37, 40, 33, 47, 61, 45, 43, 21,
		23, 58, 17, 10, 51, 25, 36, 32, 60, 20, 57, 16, 50, 31, 19, 15, 30, 14, 13, 12,
	};

	return numbers[(bits & -bits) * 0x022fdd63cc95386dULL >> 58];
}

/* The rule with this number is asked next. */
static __always_inline void go_to_rule(struct place *place, __u32 number)
{
	place->word = number / 64;
	place->bits = rules_in_word(place, place->word) & ~0ULL << number % 64;
#if RULE_SUMMARIES
	place->next_summary = place->word / 64 + 1;
	place->summary = words_in_summary(place, place->word / 64) & ~((2ULL << place->word % 64) - 1);
#endif
}

/* On to the next word that may not be empty, or to its summary; 1: there is none. */
static __always_inline long go_to_next_word(struct place *place)
{
#if RULE_SUMMARIES
	if (place->summary) {
		place->word = (place->next_summary - 1) * 64 + lowest_bit(place->summary);
		place->summary &= place->summary - 1;
		place->bits = rules_in_word(place, place->word);
		return 0;
	}
	if (place->next_summary >= RULE_SUMMARIES)
		return 1;
	place->summary = words_in_summary(place, place->next_summary++);
#else
	if (++place->word >= RULE_WORDS)
		return 1;
	place->bits = rules_in_word(place, place->word);
#endif
	return 0;
}

/* What bpf_loop hands on has to be on the stack. */
struct search {
	struct place *place;
};

/* One step towards a word with a rule in it; 1: there is one, or there are no more words. */
static long look_further(__u64 index, struct search *search)
{
	(void)index;
	return search->place->bits ? 1 : go_to_next_word(search->place);
}

/* The number of the first rule that the packet with these rows meets; RULES: there is none. */
static __always_inline __u32 first_rule(struct place *place)
{
	struct search search = { place };

	go_to_rule(place, 0);
	if (RULE_WORDS > 1)
		bpf_loop(RULE_SUMMARIES + RULE_WORDS, look_further, &search, 0);
	return place->bits ? place->word * 64 + lowest_bit(place->bits) : RULES;
}

#endif
`,
  'program/services.h': `/*
 * What \`balance\` knows of its services and backends, as it lies in their maps: for the program, which reads it, and for the
 * loader, which makes the Maglev tables of it.
 */
#ifndef SLUICE_SERVICES_H
#define SLUICE_SERVICES_H

#include <linux/types.h>

/* An entry of a Maglev table that no backend has: none of its pool is up and has a share. */
#define NO_BACKEND 0xffff

/* The Maglev table of a service, and the backends in it. */
struct pool {
	__u32 first_entry; /* in the map \`maglev\` */
	__u32 entries;	   /* a prime */
	__u32 first_backend;
	__u32 backends;
};

enum forward {
	FORWARD_IPIP,
	FORWARD_GRE,
	FORWARD_DIRECT,
};

/* What is hashed of a packet. */
enum hash_on {
	HASH_FLOW, /* both addresses, both ports, protocol */
	HASH_SOURCE,
};

/* Words of 32 bits that may be hashed of a packet, in network byte order; addresses of IPv4 have one, of IPv6 four. */
enum hashed_word {
	WORD_SOURCE = 0,
	WORD_DESTINATION = 4,
	WORD_PROTOCOL = 8,
	WORD_SOURCE_PORT = 9,
	WORD_DESTINATION_PORT = 10,
	WORD_NONE = 15, /* 0 */
};

/* Which of them are, in their order. The last three end where the array does, so that there is WORD_NONE around them. */
struct hashed {
	__u8 words[12];
	__u32 count;
};

/* What is hashed of a packet: by which a memory knows its flow. */
struct hashed_words {
	__u32 words[12];
	__u32 count;
	__u32 family;
};

/* The backend of a flow. */
struct flow_backend {
	__u64 identity;
	__u32 backend; /* its number, as far as that is still right */
	__u32 unused;
};

/* A service that remembers no flows. */
#define NO_MEMORY 0xffffffff

struct service {
	struct pool pools[2]; /* of packets of IPv4, of IPv6; the same where both get to all backends */
	struct hashed hashed[2][2]; /* of whole packets, of fragments; each: of IPv4, of IPv6 */
	__u32 forward;
	__u32 hash_on;
	__u32 first_counter; /* of one for each outcome */
	__u32 memory;	     /* the number of its memory of flows, or NO_MEMORY */
	__u32 local_first;   /* 1: what a socket of this host takes is left to it */
	__u32 unused;
};

struct backend {
	__u8 address[16]; /* in network byte order; IPv4 in the first four bytes */
	__u8 source[16];  /* where outer headers to it are from */
	__u64 identity;	  /* backends of two builds that have the same are the same */
	__u32 family;	  /* 4 or 6 */
	__u32 weight;
	__u32 is_down;
	__u32 has_source; /* 0: the policy names none, and the loader asks the kernel */
};

#endif
`,
  'program/socket-limits.h': `/*
 * Limits of sockets: a filter at the sockets that were registered, which the kernel asks of each datagram before it puts it into the
 * socket's queue, with its checksum verified and its fragments put together. It finds the datagram's rule as the lookup has, and
 * drops what is over the limit that the rule gives its socket.
 *
 * Sockets have a program of the loader's own, which goes on here by a tail call: so a replace changes one element of a map, and
 * no socket.
 */
#ifndef SLUICE_SOCKET_LIMITS_H
#define SLUICE_SOCKET_LIMITS_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "pace.h"
#include "place.h"
#include "sockets.h"

#include "limits.h"

struct socket_limit {
	__u32 buckets_ipv4; /* a table's number, see limits.h */
	__u32 buckets_ipv6; /* the same where addresses are in no key */
	__u32 holds_when_full;
	__u32 row; /* of the table that the rule is for */
	struct pace pace;
};

/* Key: a limit's number. */
TABLE(socket_limits, struct socket_limit, SOCKET_LIMITS);

/* How much of a datagram the socket gets. */
#define ALL_OF_IT (-1)
#define NOTHING_OF_IT 0

/* Headers as far as they are read, up to their addresses. */
struct ipv4_beginning {
	__u8 version_and_length, traffic_class;
	__be16 length; /* of the packet */
	__be32 fragment, ttl_and_checksum;
	__be32 source, destination;
};

struct ipv6_beginning {
	__be32 version_class_and_flow;
	__be16 payload_length;
	__be16 next_and_hop_limit;
	__be64 source[2], destination[2];
};

/* Copies the beginning of the network header; 0: the datagram has none, which cannot be. */
static __always_inline int copy_header(const struct __sk_buff *datagram, void *header, __u32 size)
{
	return !bpf_skb_load_bytes_relative(datagram, 0, header, size, BPF_HDR_START_NET);
}

static __always_inline int read_ipv4(const struct __sk_buff *datagram, struct packet *packet)
{
	struct ipv4_beginning header;

	if (!copy_header(datagram, &header, sizeof header))
		return 0;
	packet->family = 4;
	packet->length = bpf_ntohs(header.length);
	packet->source[0] = bpf_ntohl(header.source);
	packet->destination[0] = bpf_ntohl(header.destination);
	return 1;
}

static __always_inline int read_ipv6(const struct __sk_buff *datagram, struct packet *packet)
{
	struct ipv6_beginning header;

	if (!copy_header(datagram, &header, sizeof header))
		return 0;
	packet->family = 6;
	packet->length = sizeof header + bpf_ntohs(header.payload_length);
	packet->source[0] = bpf_be64_to_cpu(header.source[0]);
	packet->source[1] = bpf_be64_to_cpu(header.source[1]);
	packet->destination[0] = bpf_be64_to_cpu(header.destination[0]);
	packet->destination[1] = bpf_be64_to_cpu(header.destination[1]);
	return 1;
}

/* What the datagram, which begins with its header of UDP, is as a packet. */
static __always_inline int read_datagram(const struct __sk_buff *datagram, struct packet *packet)
{
	__be16 ports[2];

	if (bpf_skb_load_bytes(datagram, 0, ports, sizeof ports))
		return 0;
	packet->protocol = 17;
	packet->source_port = bpf_ntohs(ports[0]);
	packet->destination_port = bpf_ntohs(ports[1]);
	packet->service = packet->protocol << 16 | packet->destination_port;
	return datagram->protocol == bpf_htons(0x86dd) ? read_ipv6(datagram, packet) : read_ipv4(datagram, packet);
}

/* Multicasts, and broadcasts to everybody, go to every socket that wants them; no lookup was for them. */
static __always_inline int is_for_many(const struct packet *packet)
{
	if (packet->family == 6)
		return packet->destination[0] >> 56 == 0xff;
	return packet->destination[0] >> 28 == 0xe || packet->destination[0] == 0xffffffff;
}

/* Whether the packet is within the limit of its rule. */
static __always_inline int is_within_limit(struct packet *packet, const struct socket_limit *limit)
{
	packet->row = limit->row;
	switch (ask_limit(packet, packet->family == 6 ? limit->buckets_ipv6 : limit->buckets_ipv4, &limit->pace)) {
	case CONFORMS:
		return 1;
	case TABLE_IS_FULL:
		return limit->holds_when_full;
	default:
		return 0;
	}
}

/* How much of the datagram its socket gets; \`number\`: of its rule. */
static __always_inline int let_through(struct packet *packet, __u32 number)
{
	const struct rule *rule = bpf_map_lookup_elem(&rules, &number);

	if (!rule)
		return ALL_OF_IT;
	const __u32 counter = rule->counter, own = rule->limit;
	const struct socket_limit *limit = bpf_map_lookup_elem(&socket_limits, &own);

	if (!limit || is_within_limit(packet, limit))
		return ALL_OF_IT;
	struct count *count = bpf_map_lookup_elem(&counters, &counter);

	if (count)
		__sync_fetch_and_add(&count->limited, 1);
	return NOTHING_OF_IT;
}

#endif
`,
  'program/sockets.h': `/*
 * Sockets that packets are given to. The kernel asks for a packet of TCP or UDP that is for this host and for which there is no
 * connected socket: so once for a connection of TCP, and for each packet to a socket of UDP that is not connected. Broadcasts and
 * multicasts are not asked about.
 *
 * Who listens registers a socket under a name (\`sluice-load socket\`). Where a rule names one under which nobody has, the packet is
 * refused as by a host on which nobody listens, and no other socket gets it.
 */
#ifndef SLUICE_SOCKETS_H
#define SLUICE_SOCKETS_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "place.h"
#include "tables.h"

/* Most sockets that are registered, those of names that the policy has no longer among them. */
#define MOST_SOCKETS 16384
/* Kinds of socket that a name has in \`socket_keys\`, one each: TCP, then UDP, each for IPv4 and for IPv6. */
#define KINDS 4

/* Number of a family of addresses, as a program sees it. */
#define IPV4 2

/* A field that a packet lacks. */
#define ABSENT 0xffffffffU

/* It begins as that of frames does (packet.h), which the keys of limits are made of. */
struct packet {
	__u64 source[2]; /* IPv4: in the first; IPv6: the upper half in the first */
	__u64 destination[2];
	__u64 source_mac; /* unknown here, as the zone is */
	__u32 source_port;
	__u32 destination_port;
	__u32 protocol;
	__u32 zone;
	__u32 row;    /* of the table that the rule at hand is for; only while a limit is asked */
	__u32 family; /* 4 or 6 */
	__u32 length; /* of the IP packet; for limits only */
	__u32 service; /* protocol, and destination port in the lower 16 bits */
};

struct rule {
	__u32 socket;  /* the number of its name */
	__u32 counter; /* its number */
	__u32 limit;   /* its number, see socket-limits.h; ABSENT: none */
	__u32 unused;
};

/* Key: a rule's number. */
TABLE(rules, struct rule, RULES);

/* What a socket is registered under; the loader knows it, too. */
struct socket_key {
	char name[56];
	__u32 protocol;
	__u32 family; /* of the socket, 4 or 6; one of IPv6 may take packets of IPv4, too */
};

/* Key: a name's number, times KINDS, plus that of the kind. */
TABLE(socket_keys, struct socket_key, SOCKETS * KINDS);

/* It stays when a program is replaced: registered sockets do not depend on the policy. */
struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, MOST_SOCKETS);
	__type(key, struct socket_key);
	__type(value, __u64);
} sockets SEC(".maps");

struct count {
	__u64 lookups;
	__u64 refused; /* of these: nobody was registered */
	__u64 limited; /* datagrams that the socket dropped, for its limit */
};

/* Key: a counter's number, as in dispatch.conf. Every processor counts for itself. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, struct count);
} counters SEC(".maps");

static __always_inline __u64 two_words(__u32 high, __u32 low)
{
	return (__u64)bpf_ntohl(high) << 32 | bpf_ntohl(low);
}

/* What the lookup is for, as a packet. */
static __always_inline void read_packet(const struct bpf_sk_lookup *lookup, struct packet *packet)
{
	packet->protocol = lookup->protocol;
	packet->source_port = bpf_ntohs(lookup->remote_port);
	packet->destination_port = lookup->local_port;
	packet->service = packet->protocol << 16 | packet->destination_port;
	if (lookup->family == IPV4) {
		packet->family = 4;
		packet->source[0] = bpf_ntohl(lookup->remote_ip4);
		packet->source[1] = 0;
		packet->destination[0] = bpf_ntohl(lookup->local_ip4);
		packet->destination[1] = 0;
		return;
	}
	packet->family = 6;
	packet->source[0] = two_words(lookup->remote_ip6[0], lookup->remote_ip6[1]);
	packet->source[1] = two_words(lookup->remote_ip6[2], lookup->remote_ip6[3]);
	packet->destination[0] = two_words(lookup->local_ip6[0], lookup->local_ip6[1]);
	packet->destination[1] = two_words(lookup->local_ip6[2], lookup->local_ip6[3]);
}

/* Gives the lookup the socket that is registered under a name's key; 0: nobody is, or that one takes no such packets. */
static __always_inline int assign(struct bpf_sk_lookup *lookup, __u32 number)
{
	const struct socket_key *key = bpf_map_lookup_elem(&socket_keys, &number);
	struct bpf_sock *found = key ? bpf_map_lookup_elem(&sockets, key) : NULL;

	if (!found)
		return 0;
	const long error = bpf_sk_assign(lookup, found, BPF_SK_LOOKUP_F_REPLACE);

	bpf_sk_release(found);
	return !error;
}

/* Gives the packet to the socket that the rule names; where there is no rule, to whom the kernel would give it anyway. */
static __always_inline int give(struct bpf_sk_lookup *lookup, __u32 number)
{
	const struct rule *rule = bpf_map_lookup_elem(&rules, &number);

	if (!rule)
		return SK_PASS;
	const __u32 counter = rule->counter;
	const __u32 kind = rule->socket * KINDS + (lookup->protocol == 17 /* UDP */ ? 2 : 0);
	struct count *count = bpf_map_lookup_elem(&counters, &counter);

	/* A lookup may interrupt another on the same processor. */
	if (count)
		__sync_fetch_and_add(&count->lookups, 1);
	if ((lookup->family == IPV4 && assign(lookup, kind)) || assign(lookup, kind + 1))
		return SK_PASS;
	if (count)
		__sync_fetch_and_add(&count->refused, 1);
	return SK_DROP;
}

#endif
`,
  'program/tables.h': `/*
 * Tables: maps whose contents the loader copies from maps/NAME.bin, and how a value leads to its place in one.
 *
 * A search halves what is left in each step, without a branch: that is faster, and the verifier has one path to follow.
 */
#ifndef SLUICE_TABLES_H
#define SLUICE_TABLES_H

#include <linux/bpf.h>
#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the tables in maps/ are written for machines with the low byte first"
#endif

/* A map of \`count\` elements, by number. */
#define TABLE(name, element, count)                \\
	struct {                                   \\
		__uint(type, BPF_MAP_TYPE_ARRAY);  \\
		__uint(map_flags, BPF_F_MMAPABLE); \\
		__uint(max_entries, count);        \\
		__type(key, __u32);                \\
		__type(value, element);            \\
	} name SEC(".maps")

#define LENGTH_OF(array) (sizeof(array) / sizeof *(array))

/* What a table of one element holds. */
static __always_inline const void *only_element(void *table)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(table, &zero);
}

/* 1 where a <= b, else 0, by the borrow of b - a: no branch. For values of up to 63 bits. */
static __always_inline __u64 is_at_most(__u64 a, __u64 b)
{
	__u64 difference = b - a;

	/* Compilers that see the comparison in it (clang 19) make a branch of it again. */
	barrier_var(difference);
	return difference >> 63 ^ 1;
}

/* The place of the last of \`size\` ascending numbers that is not above the value. The size is a power of two, the first is 0. */
static __always_inline __u64 last_at_most(const __u32 *numbers, __u64 size, __u32 value)
{
	__u64 at = 0;

#pragma unroll
	for (__u64 step = size / 2; step > 0; step /= 2)
		at += step & -is_at_most(numbers[at + step], value);
	return at;
}

/* 1 where a borrow is left over from a - b, else 0. */
static __always_inline __u64 borrow_of(__u64 a, __u64 b, __u64 difference)
{
	return ((~a & b) | (~(a ^ b) & difference)) >> 63;
}

/* 1 where a <= b, else 0, for numbers of 128 bits in two halves: by the borrow of b - a. */
static __always_inline __u64 is_at_most_wide(__u64 a_high, __u64 a_low, __u64 b_high, __u64 b_low)
{
	const __u64 borrow = borrow_of(b_low, a_low, b_low - a_low);

	return borrow_of(b_high, a_high, b_high - a_high - borrow) ^ 1;
}

/* The same for numbers of 128 bits, their halves in two arrays. */
static __always_inline __u64 last_at_most_wide(const __u64 *highs, const __u64 *lows, __u64 size, __u64 high, __u64 low)
{
	__u64 at = 0;

#pragma unroll
	for (__u64 step = size / 2; step > 0; step /= 2)
		at += step & -is_at_most_wide(highs[at + step], lows[at + step], high, low);
	return at;
}

/*
 * The row of an IPv4 address: its upper half leads to a block of entries, of which a word says where they begin (the lower half)
 * and how many they are (the upper). A binary search finds the last that begins at the address's lower half or below. An entry
 * holds the lower half of the first address in its upper, and the row in its lower 16 bits.
 * The loader changes blocks while the program runs, by writing that word: it is read once.
 */
static __always_inline __u32 row_in_blocks(const __u64 *blocks, const __u32 *entries, __u64 size, __u32 address)
{
	const __u64 block = *(const volatile __u64 *)&blocks[address >> 16];
	__u64 at = block & 0xffffffff;
	__u64 left = block >> 32;

#pragma unroll
	for (int step = 0; step < 16; step++) {
		const __u64 half = left / 2;

		if (left <= 1 || at + half >= size)
			break;
		at += half & -is_at_most(entries[at + half] >> 16, address & 0xffff);
		left -= half;
	}
	return at < size ? entries[at] & 0xffff : 0;
}

#endif
`,
  'program/walk.h': `/* The walk over the rules that a packet meets, in their order, and what they do to it. */
#ifndef SLUICE_WALK_H
#define SLUICE_WALK_H

#include "../policy.h"
#include "jhash.h"
#include "packet.h"
#include "place.h"
#include "services.h"
#include "tables.h"

enum rule_action {
	RULE_PASS,
	RULE_DROP,
	RULE_ON,   /* the next rule is asked */
	RULE_SKIP, /* the rule with the number \`to\` is asked next */
	RULE_BALANCE, /* the service with the number \`to\` has the packet */
	RULE_FILTER,  /* the first rule of the filter that the packet would meet is asked next */
};

struct rule {
	__u32 action;
	__u32 to;
	__u32 conditions[MOST_CONDITIONS]; /* numbers, in the order in which they are asked; ABSENT: no more */
	__u32 counters[MOST_COUNTERS];	   /* numbers; ABSENT: no more */
} __attribute__((aligned(8)));

/* Key: a rule's number. */
TABLE(rules, struct rule, RULES);

#if COUNTERS
struct count {
	__u64 packets;
	__u64 bytes; /* of IP packets */
};

/* Key: a counter's number, as in policy.conf. Every processor counts for itself. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNTERS);
	__type(key, __u32);
	__type(value, struct count);
} counters SEC(".maps");
#endif

#if SERVICES || FILTERS
/* The walk over hop-by-hop options of IPv6, byte by byte. */
struct options {
	__u32 at;
	__u32 end;
	__u32 left;	    /* bytes of the option at hand */
	__u32 wants_length; /* the next byte is the length of the option at hand */
	__u32 is_padding;   /* the option at hand is */
	__u32 padding;	    /* bytes of padding, one behind the other */
	__u32 is_sound;
	__u32 unused;
};
#endif

#if SERVICES
/* What is hashed of a packet (services.h). */
struct hash_key {
	__u32 possible[16]; /* by \`enum hashed_word\` */
	struct hashed_words hashed;
	struct hash_state state;
	__u32 unused;
};

/* What balance keeps of the packet at hand. */
struct balancing {
	struct hash_key key;
	struct options options;
};
#endif

/* What is known of the packet at hand. */
struct scratch {
	struct packet packet;
	struct place place;
#if SERVICES
	struct balancing balancing;
#endif
#if FILTERS
	struct options options;
#endif
};

/* Every processor has one: on the stack, which is small, the verifier would follow each value in it. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratch SEC(".maps");

struct walk {
	struct xdp_md *context;
	struct packet *packet;
	struct place *place;
	int action;
};

/* In xdp.bpf.c: the row of each field. */
static void find_rows(const struct packet *packet, struct rows *rows);

#if CONDITIONS
/* In conditions.h. */
int holds(struct xdp_md *context, struct packet *packet, __u32 number);
#endif

#if FILTERS
/* In filter.h: the first rule of the filter that the packet would meet; ABSENT: it meets none here. */
int first_of_filter(struct xdp_md *context, struct packet *packet);
#endif

#if COUNTERS
static __always_inline void add_to_counter(__u32 number, const struct packet *packet)
{
	struct count *count = bpf_map_lookup_elem(&counters, &number);

	if (!count)
		return;
	count->packets++;
	count->bytes += packet->length;
}
#endif

#if FILTERS
static __always_inline long go_to_filter(struct walk *walk)
{
	const __u32 first = (__u32)first_of_filter(walk->context, walk->packet);

	if (first >= RULES)
		return 1;
	go_to_rule(walk->place, first);
	return 0;
}
#endif

/* Does what a rule says to a packet that the tables have led to it; 1 where that ends the walk. */
static __always_inline long ask_rule(struct walk *walk, __u32 number)
{
	const struct rule *rule = bpf_map_lookup_elem(&rules, &number);

	if (!rule)
		return 1;
#if CONDITIONS
	for (int at = 0; at < MOST_CONDITIONS && rule->conditions[at] != ABSENT; at++) {
		if (!holds(walk->context, walk->packet, rule->conditions[at]))
			return 0;
	}
#endif
#if COUNTERS
	for (int at = 0; at < MOST_COUNTERS && rule->counters[at] != ABSENT; at++)
		add_to_counter(rule->counters[at], walk->packet);
#endif
	switch (rule->action) {
	case RULE_ON:
		return 0;
#if SKIPS
	case RULE_SKIP:
		go_to_rule(walk->place, rule->to);
		return 0;
#endif
#if SERVICES
	case RULE_BALANCE:
		walk->place->service = rule->to;
		return 1;
#endif
#if FILTERS
	case RULE_FILTER:
		return go_to_filter(walk);
#endif
	case RULE_DROP:
		walk->action = XDP_DROP;
		return 1;
	default:
		return 1;
	}
}

#if !FIRST_DECIDES
/* One step: the next rule, or on to the next word; 1 ends the walk. */
static long step(__u64 index, struct walk *walk)
{
	struct place *place = walk->place;

	(void)index;
	if (!place->bits)
		return go_to_next_word(place);
	const __u32 number = place->word * 64 + lowest_bit(place->bits);

	place->bits &= place->bits - 1;
	return ask_rule(walk, number);
}
#endif

/* Finds the packet's rules, and does what they say. */
__noinline int judge(struct xdp_md *context, struct packet *packet, struct place *place)
{
	struct walk walk = { .context = context, .packet = packet, .place = place, .action = XDP_PASS };

	if (!context || !packet || !place)
		return XDP_PASS;
	place->service = ABSENT;
	find_rows(packet, &place->rows);
#if FIRST_DECIDES
	const __u32 number = first_rule(place);

	if (number < RULES)
		ask_rule(&walk, number);
#else
	go_to_rule(place, 0);
	bpf_loop(MOST_STEPS, step, &walk, 0);
#endif
	return walk.action;
}

#endif
`,
  'program/zones.h': `/*
 * Zones: which of them a frame comes in by, or at tc a packet leaves by.
 *
 * The policy's own header comes first: it has the number of interfaces.
 */
#ifndef SLUICE_ZONES_H
#define SLUICE_ZONES_H

#include "headers.h"

/* The number of the zone of an interface's frames; 0: none. */
struct zones_of_interface {
	__u8 tagged[4096]; /* by the number of the outermost VLAN */
	__u8 untagged;
};

/* Key: an interface's number. The loader fills it: the policy knows interfaces by name. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, INTERFACES);
	__type(key, __u32);
	__type(value, struct zones_of_interface);
} zones SEC(".maps");

#ifdef SLUICE_AT_TC
/* The zone that the packet, which has no tag, leaves by; ABSENT: none. */
static __always_inline __u32 zone_of(frame_t *context)
{
	const __u32 interface = context->ifindex;
	const struct zones_of_interface *known = bpf_map_lookup_elem(&zones, &interface);

	return known && known->untagged ? known->untagged : ABSENT;
}
#else
/* The zone that the frame came in by; ABSENT: none. */
static __always_inline __u32 zone_of(struct xdp_md *context, const struct packet *packet)
{
	const __u32 interface = context->ingress_ifindex;
	const struct zones_of_interface *known = bpf_map_lookup_elem(&zones, &interface);

	if (!known)
		return ABSENT;
	const __u32 zone = packet->vlan < 4096 ? known->tagged[packet->vlan] : known->untagged;

	return zone == 0 ? ABSENT : zone;
}

#endif

#endif
`,
};
