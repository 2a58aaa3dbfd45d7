/* What memories of the running program hold: addresses that its rules have remembered, or that are put there by hand. */
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
		printf("%s: until it is forgotten\n", text);
	else
		printf("%s: %llu s more\n", text, (until - now()) / NANOSECONDS);
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
